"""CMA-ES, by the library cmaes; where it has converged, it begins anew with twice the population.

Sources: Hansen 2016, "The CMA evolution strategy: a tutorial", arXiv:1604.00772; Auger & Hansen
2005, "A restart CMA evolution strategy with increasing population size", IEEE CEC, 1769-1776.

A run begins at the best of a population that is drawn: where most models are silent, the middle of
the space is a plateau. Beyond its bounds the space is continued by its mirror image, so there is
no wall at which samples pile up.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from pyneuronautofit._types import BoolArray, FloatArray, Json
from pyneuronautofit.optimisers._random import generator_from
from pyneuronautofit.optimisers.initial import initial_candidates
from pyneuronautofit.optimisers.population import Population, empty_population
from pyneuronautofit.optimisers.residuals import Merits
from pyneuronautofit.optimisers.scalar.summing import Summing, needed
from pyneuronautofit.space import ParameterSpace

# The first standard deviation, of the whole range: what the library's own example of restarts has.
_SPREAD = 0.2
# What the library finds in memory and has not filled: its own values would differ from run to run.
_UNFILLED = "_funhist_values"
# A whole number that seeds the library's generator is below this.
_SEEDS = 2**32


@dataclass(frozen=True)
class CmaState:
    """All that changes during a search.

    Attributes
    ----------
    n_told
        Candidates told so far.
    generator
        State of the random generator, as numpy gives it. The library's own is seeded from it for
        every generation, so there is no other one to be stored.
    members
        The best so far, best first by merit.
    merits : FloatArray, shape (n_member,)
        What is minimised.
    n_again
        How often the search has begun anew.
    learnt
        What the library's search knows more than one that has not begun: its attributes, by name.
        None where a population is drawn next, or was asked for.
    asked : FloatArray, shape (n_cand, n_free)
        The candidates that were asked for last, as the library knows them: not within bounds.
    """

    n_told: int
    generator: Json
    members: Population
    merits: FloatArray
    n_again: int
    learnt: Json
    asked: FloatArray


@dataclass(frozen=True)
class Cma(Summing):
    """CMA-ES with restarts.

    Attributes
    ----------
    space
        What is searched.
    merits
        How candidates are ordered.
    population_size
        Candidates of a generation, until the search begins anew.
    evaluations
        How many candidates the search has in all.
    initial : FloatArray, shape (n_given, n_param), model values, or None
        Candidates to begin with; see `initial_candidates`.
    n_kept
        How many of the best are kept, and how many candidates are drawn to begin with, if these
        are more than a generation has.
    """

    space: ParameterSpace
    merits: Merits
    population_size: int
    evaluations: int
    initial: FloatArray | None = None
    n_kept: int = 0

    @property
    def free(self) -> BoolArray:
        """Which parameters the library knows, shape (n_param,): constant ones, if all are."""
        return ~self.space.fixed if not self.space.fixed.all() else self.space.fixed

    def batch_size(self, generation: int) -> int:
        """Return how many candidates a generation has, until the search begins anew."""
        return self.population_size if generation else max(self.population_size, self.n_kept)

    def lasting(self, _generations: int, evaluations: int) -> Cma:
        """Return the strategy for a search of so many evaluations."""
        return replace(self, evaluations=evaluations)

    def init(self, seed: int) -> CmaState:
        """Return the state before the initial population."""
        generator = np.random.default_rng(seed).bit_generator.state
        nobody = empty_population(len(self.space))
        return CmaState(0, generator, nobody, np.empty(0), 0, None, nobody.x[:, self.free])

    def ask(self, state: CmaState) -> tuple[FloatArray, CmaState]:
        """Propose a generation; nothing where there is no room for a whole one any more."""
        rng = generator_from(state.generator)
        with _one_thread():
            return self._asked(state, rng)

    def _asked(self, state: CmaState, rng: np.random.Generator) -> tuple[FloatArray, CmaState]:
        search = self._search(state)
        if search is not None and search.should_stop():
            state = replace(state, n_again=state.n_again + 1, learnt=None)
            search = None
        size = self._size(state)
        if search is None:
            size = max(size, self.n_kept)
        if state.n_told + size > self.evaluations:
            return np.empty((0, len(self.space))), state
        if search is None:
            given = self.initial if not state.n_told else None
            x = initial_candidates(self.space, size, given, rng)
            asked = np.ascontiguousarray(self.space.to_unit(x)[:, self.free])
        else:
            search.reseed_rng(int(rng.integers(_SEEDS)))
            asked = np.stack([search.ask() for _candidate in range(size)])
            state = replace(state, learnt=_learnt(search))
            x = self.space.from_unit(self._unit(asked))
        return x, replace(state, generator=rng.bit_generator.state, asked=asked)

    def tell(
        self,
        state: CmaState,
        x: FloatArray,
        scores: FloatArray,
        residuals: FloatArray | None = None,
    ) -> CmaState:
        """Learn from a generation, and keep the best so far."""
        told, merits = Population(x, scores), self.merits.mixed(scores, needed(residuals))
        known = self._with(replace(state, n_told=state.n_told + len(x)), told, merits)
        search = self._search(state)
        if search is None:
            best = int(np.argmin(merits))
            # Nowhere to begin: another population is drawn.
            if not np.isfinite(merits[best]):
                return known
            return replace(known, learnt=_learnt(_begun(state.asked[best], self._size(state))))
        with _one_thread():
            search.tell(list(zip(state.asked, _comparable(merits).tolist(), strict=True)))
        learnt = _learnt(search)
        if not _is_usable(learnt):
            return replace(known, n_again=state.n_again + 1, learnt=None)
        return replace(known, learnt=learnt)

    def phase(self, state: CmaState) -> str:
        """Return in a few words what comes next; empty before the search has begun anew."""
        if not state.n_again:
            return ""
        return f"restart {state.n_again}, {self._size(state)} at once"

    def population(self, state: CmaState) -> Population:
        """Return the best so far, best first by what the search minimises."""
        return state.members

    def _size(self, state: CmaState) -> int:
        return int(self.population_size * 2**state.n_again)

    def _search(self, state: CmaState) -> Any | None:
        """Return the library's search as the state knows it; None where it has not begun."""
        if state.learnt is None:
            return None
        return _revived(state.learnt, int(self.free.sum()), self._size(state))

    def _unit(self, asked: FloatArray) -> FloatArray:
        """Return points that the library has drawn as points of the unit cube."""
        unit = np.full((len(asked), len(self.space)), 0.5)
        beyond = np.mod(asked, 2.0)
        unit[:, self.free] = np.where(beyond > 1.0, 2.0 - beyond, beyond)
        return unit

    def _with(self, state: CmaState, told: Population, merits: FloatArray) -> CmaState:
        """Return the state with the best of its members and of others."""
        if len(state.members):
            told = state.members.joined(told)
            merits = np.concatenate([state.merits, merits])
        order = np.argsort(merits, kind="stable")[: max(self.population_size, self.n_kept)]
        return replace(state, members=told.take(order), merits=merits[order])


def _one_thread() -> AbstractContextManager[Any]:
    """Return a context in which linear algebra is done by one thread.

    More of them add up in another order on another number of cores, and matrices as small as these
    are slower then.
    """
    return _pools().limit(limits=1, user_api="blas")  # type: ignore[no-any-return]


@cache
def _pools() -> Any:
    """Return what knows the threads of linear algebra; to look for it takes a while."""
    return ThreadpoolController()


def _comparable(merits: FloatArray) -> FloatArray:
    """Return numbers in the same order without infinite ones: failed candidates come last."""
    finite = merits[np.isfinite(merits)]
    worst = float(finite.max(initial=0.0))
    return np.where(np.isfinite(merits), merits, np.nextafter(worst, np.inf))


def _begun(mean: FloatArray, size: int) -> Any:
    """Return a search of the library that begins at a point (n_free,)."""
    # It imports all of scipy's statistics, which no other search should wait for.
    from cmaes import CMA  # noqa: PLC0415

    # The seed has no say: every generation has its own.
    search = CMA(mean=mean, sigma=_SPREAD, population_size=size, seed=0)
    attributes = search.__getstate__()
    if _UNFILLED in attributes:
        attributes[_UNFILLED] = np.zeros_like(attributes[_UNFILLED])
    search.__setstate__(attributes)
    return search


def _learnt(search: Any) -> dict[str, Any]:
    """Return the attributes of a search that are not those of one that has not begun."""
    unlearnt = _begun(np.full(search.dim, 0.5), search.population_size).__getstate__()
    return {
        name: _plain(value)
        for name, value in search.__getstate__().items()
        if not _is_same(value, unlearnt[name])
    }


def _revived(learnt: Mapping[str, Any], n_free: int, size: int) -> Any:
    """Return the search whose attributes `_learnt` returned.

    Raises
    ------
    ValueError
        If the library's searches have no such attributes.
    """
    search = _begun(np.full(n_free, 0.5), size)
    attributes = search.__getstate__()
    unknown = sorted(learnt.keys() - attributes.keys())
    if unknown:
        raise ValueError(f"cmaes does not know {', '.join(unknown)}: it is another version")
    # The library changes its arrays in place, and the state is not to change.
    search.__setstate__(copy.deepcopy({**attributes, **learnt}))
    return search


def _plain(value: Any) -> Any:
    """Return a value in the one form that it also has when it was stored and read again."""
    if isinstance(value, np.ndarray):
        return np.array(value, order="C")
    return value.item() if isinstance(value, np.generic) else value


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return not isinstance(one, np.ndarray) and bool(one == other)


def _is_usable(learnt: Mapping[str, Any]) -> bool:
    """Tell whether a search can go on: its covariances may have become too small to be numbers."""
    return all(
        bool(np.isfinite(value).all())
        for value in learnt.values()
        if isinstance(value, float | np.ndarray)
    )
