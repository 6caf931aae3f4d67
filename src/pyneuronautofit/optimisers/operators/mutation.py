"""Mutation that grows when the population loses its diversity.

The rate of a child depends on the distance to its nearest relative: a later child, or a member of
the current population. A copy of somebody is redrawn as a whole; a child far from everybody keeps
most of its genes. Equations are those of docs/search.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._options import FITTING, Resumed, between, option
from pyneuronautofit._types import FloatArray
from pyneuronautofit._words import real
from pyneuronautofit.optimisers._kernels import distances
from pyneuronautofit.space import ParameterSpace


@dataclass(frozen=True, kw_only=True)
class MutationOptions:
    """What the user decides about mutation.

    Attributes
    ----------
    mutation_rate
        M, the basic probability of a gene.
    mutation_slope
        S, the distance at which the addition has fallen to 1/e; not above 0: no addition.
    refine
        Share of the generations, the last ones, without the addition: a population that has
        gathered around good models refines them, instead of being driven apart.
    """

    mutation_rate: float = option(
        0.1,
        "-M",
        "--mutation-rate",
        group=FITTING,
        metavar="MRATE",
        parse=real,
        check=between(0, 1),
        help="basic mutation rate",
    )
    mutation_slope: float = option(
        0.06,
        "-S",
        "--adaptive-mutation-slope",
        group=FITTING,
        metavar="AMSLOPE",
        parse=real,
        check=between(-1e9, 1e9),
        help="adaptive mutation slope; negative: the rate does not adapt",
    )
    refine: float = option(
        0.0,
        "--refine",
        group=FITTING,
        metavar="SHARE",
        parse=real,
        check=between(0, 1),
        resumed=Resumed.EXTENDED,
        help="share of the generations, the last ones, in which the mutation rate does not adapt: "
        "the population refines what it has found",
    )


@dataclass(frozen=True, kw_only=True)
class AdaptiveMutation(MutationOptions):
    """Redraws genes uniformly within their bounds.

    Attributes
    ----------
    refined_after
        The last generation with the addition; None: it never ends. It follows from `refine` once
        it is known how long the search is going to be.
    """

    refined_after: int | None = None

    def lasting(self, generations: int) -> AdaptiveMutation:
        """Return the mutation for a search of so many generations."""
        last = round(generations * (1.0 - self.refine)) if self.refine else None
        return replace(self, refined_after=last)

    def at(self, generation: int) -> AdaptiveMutation:
        """Return the mutation as it is in a generation."""
        if self.refined_after is None or generation <= self.refined_after:
            return self
        return replace(self, mutation_slope=-1.0)

    def __call__(
        self,
        children: FloatArray,
        population: FloatArray,
        space: ParameterSpace,
        rng: np.random.Generator,
    ) -> FloatArray:
        """Mutate children.

        Parameters
        ----------
        children : FloatArray, shape (n_cand, n_param), search coordinates
        population : FloatArray, shape (n_population, n_param), search coordinates
            The current population.

        Returns
        -------
        FloatArray, shape (n_cand, n_param), search coordinates, within the bounds
        """
        rates = self.rates(children, population, space)
        chosen = rng.random(children.shape) < rates[:, None]
        return space.redraw(children, rng.random(children.shape), chosen)

    def rates(
        self, children: FloatArray, population: FloatArray, space: ParameterSpace
    ) -> FloatArray:
        """Return the probability with which every child's genes are redrawn, shape (n_cand,)."""
        if self.mutation_slope <= 0:
            return np.full(len(children), self.mutation_rate)
        nearest = nearest_distances(children, population, space)
        return np.asarray(  # eq. 2
            self.mutation_rate + (1.0 - self.mutation_rate) * np.exp(-nearest / self.mutation_slope)
        )


def nearest_distances(
    children: FloatArray, population: FloatArray, space: ParameterSpace
) -> FloatArray:
    """Return the distance of every child to its nearest later child or member, shape (n_cand,).

    A gene's difference is divided by the geometric mean of the two individuals' ranges of that
    gene; the distance is the root of the mean square over the genes that have a range (eq. 3).
    """
    others = np.concatenate([children, population])
    low, high = space.bounds(others)
    roots = np.sqrt(high - low)
    scales = np.divide(1.0, roots, out=np.zeros_like(roots), where=roots > 0)
    searched = roots > 0
    squares = distances.nearest_mean_squares(
        np.ascontiguousarray(others.T),
        np.ascontiguousarray(scales.T),
        np.asarray(searched.all(axis=0) | ~searched.any(axis=0)),
        len(children),
    )
    return np.asarray(np.sqrt(squares))
