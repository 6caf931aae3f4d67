"""Two parents make two children: by exchanging stretches of genes, or by blending each gene.

With probability 0.25 the parents exchange the stretches between k random cut points, k uniform in
1..n/2; otherwise every gene of every child is blended with a u of its own, uniform in 0..1: a point
in the box that the parents span.

Source: the blend is BLX-0 of L. J. Eshelman, J. D. Schaffer, "Real-coded genetic algorithms and
interval-schemata", Foundations of Genetic Algorithms 2 (1993) 187-202. Equations are those of
docs/search.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.space import ParameterSpace


@dataclass(frozen=True)
class Crossover:
    """Multi-point exchange or blend.

    Attributes
    ----------
    exchange_probability
        How often stretches are exchanged instead of blended.
    """

    exchange_probability: float = 0.25

    def __call__(
        self, parents: FloatArray, space: ParameterSpace, rng: np.random.Generator
    ) -> FloatArray:
        """Cross parents 0 and 1, 2 and 3, and so on.

        Parameters
        ----------
        parents : FloatArray, shape (n_cand, n_param), search coordinates
            An even number.

        Returns
        -------
        FloatArray, shape (n_cand, n_param), search coordinates, within the bounds
        """
        fathers, mothers = parents[0::2], parents[1::2]
        n_pair, n_param = fathers.shape
        children = np.empty_like(parents)
        exchanging = rng.random(n_pair) < self.exchange_probability
        # Drawn for every pair, so that the draws of one do not depend on the luck of another.
        blends = rng.random((2, n_pair, n_param))
        for child, weights in enumerate(blends):
            children[child::2] = fathers + (mothers - fathers) * weights  # eq. 1
        for pair in np.flatnonzero(exchanging):
            swapped = _stretches(n_param, rng)
            children[2 * pair] = np.where(swapped, mothers[pair], fathers[pair])
            children[2 * pair + 1] = np.where(swapped, fathers[pair], mothers[pair])
        return space.clip(children)


def _stretches(n_param: int, rng: np.random.Generator) -> BoolArray:
    """Return which genes are exchanged: every second stretch between random cut points."""
    if n_param < 2:  # nowhere to cut
        return np.zeros(n_param, dtype=bool)
    n_cut = int(rng.integers(1, max(n_param // 2, 1), endpoint=True))
    cuts = rng.choice(np.arange(1, n_param), size=min(n_cut, n_param - 1), replace=False)
    steps = np.zeros(n_param, dtype=np.int64)
    steps[cuts] = 1
    return np.asarray(np.cumsum(steps) % 2 == 1)
