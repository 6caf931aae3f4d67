"""A search, and behind it the refinement of what it has found."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers._base import Strategy
from pyneuronautofit.optimisers.genetic import GeneticState
from pyneuronautofit.optimisers.nsga2 import NSGA2State
from pyneuronautofit.optimisers.polish.refinement import Refinement, RefinementState
from pyneuronautofit.optimisers.population import Population
from pyneuronautofit.optimisers.residuals import Merits
from pyneuronautofit.optimisers.scalar.cma import CmaState
from pyneuronautofit.optimisers.scalar.shade import ShadeState
from pyneuronautofit.optimisers.scalar.summing import Summing, needed
from pyneuronautofit.optimisers.weighting import Adaptation
from pyneuronautofit.space import ParameterSpace

# So many of the first search's best are looked at.
_N_GIVEN = 24
# The first search of Auto has at most this part of the evaluations, and by their root.
_MOST_FIRST, _BY_ROOT = 0.6, 45.0
# With room for so many generations the search goes on, even if it doubles its population.
_SURELY = 8
# Another population needs at least so many evaluations.
_LEAST_LEFT = 2_000

FirstState: TypeAlias = ShadeState | CmaState | GeneticState | NSGA2State


@dataclass(frozen=True)
class SequelState:
    """All that changes during a search and its refinement.

    Attributes
    ----------
    seed
        Of both.
    generation
        Populations of the present search so far.
    n_told
        Candidates told so far.
    n_search
        How often a population was searched with, this time included.
    until
        After so many evaluations the present search is over.
    searching
        Whether a population is searched with at present, or what was found is refined.
    first
        The search's state.
    refined
        The refinement's; None before it has begun.
    """

    seed: int
    generation: int
    n_told: int
    n_search: int
    until: int
    searching: bool
    first: FirstState
    refined: RefinementState | None


@dataclass(frozen=True)
class Sequel(Summing):
    """A search for a part of the evaluations, and refinement for the rest of them.

    Attributes
    ----------
    space
        What is searched.
    merits
        How candidates are ordered in the refinement.
    first
        The search.
    share
        The part of the evaluations that is left to the refinement; None: it follows from their
        number.
    restarts
        Whether another population is begun where jumps lead nowhere.
    evaluations
        How many there are in all.
    """

    space: ParameterSpace
    merits: Merits
    first: Strategy[Any]
    share: float | None
    restarts: bool = False
    evaluations: int = 0

    @property
    def population_size(self) -> int:
        """The first search's."""
        return self.first.population_size

    @property
    def n_first(self) -> int:
        """How many evaluations the first search has."""
        if self.share is not None:
            return round(self.evaluations * (1.0 - self.share))
        # A population needs more the longer one can wait for it, but not as many times as many.
        return round(min(_MOST_FIRST * self.evaluations, _BY_ROOT * math.sqrt(self.evaluations)))

    @property
    def refinement(self) -> Refinement:
        """What comes behind."""
        return Refinement(self.space, self.merits, self.evaluations)

    def batch_size(self, generation: int) -> int:
        """Return how many candidates a generation of the first search has."""
        return self.first.batch_size(generation)

    def lasting(self, generations: int, evaluations: int) -> Sequel:
        """Return the strategy for a search of so many evaluations."""
        return replace(self, evaluations=evaluations)

    def init(self, seed: int) -> SequelState:
        """Return the state before the first search."""
        return SequelState(seed, 0, 0, 1, self.n_first, True, self.first.init(seed), None)

    def ask(self, state: SequelState) -> tuple[FloatArray, SequelState]:
        """Propose what the search asks for, or the refinement."""
        begun = state.refined
        if state.searching or begun is None:
            x, first = self._search(state).ask(state.first)
            if len(x):
                return x[: self.evaluations - state.n_told], replace(state, first=first)
            # What is left of the search's part is too little for it.
            begun = self._begun(state)
        x, refined = self.refinement.ask(begun)
        return x, replace(state, searching=False, refined=refined)

    def tell(
        self,
        state: SequelState,
        x: FloatArray,
        scores: FloatArray,
        residuals: FloatArray | None = None,
    ) -> SequelState:
        """Learn what became of the candidates."""
        residuals = needed(residuals)
        state = replace(state, n_told=state.n_told + len(x))
        if not state.searching and state.refined is not None:
            refined = self.refinement.tell(state.refined, x, scores, residuals)
            return self._searched_again(replace(state, refined=refined))
        search = self._search(state)
        first = search.tell(state.first, x, scores, residuals)
        state = replace(state, first=first, generation=state.generation + 1)
        if not self._is_over(search, state):
            return state
        return replace(state, searching=False, refined=self._begun(state))

    def phase(self, state: SequelState) -> str:
        """Return in a few words what comes next."""
        if state.searching or state.refined is None:
            return "population" if state.n_search == 1 else f"population {state.n_search}"
        return self.refinement.phase(state.refined)

    def population(self, state: SequelState) -> Population:
        """Return the first search's population; later the distinct models of the refinement."""
        if state.refined is None or not len(state.refined.kept):
            return self.first.population(state.first)
        return self.refinement.population(state.refined)

    def adaptation(self, state: SequelState) -> Adaptation | None:
        """Return how the first search's weights were adapted last; None if they were not."""
        return self.first.adaptation(state.first) if state.searching else None

    def _is_over(self, search: Strategy[Any], state: SequelState) -> bool:
        """Tell whether the search asks for nothing any more in its part of the evaluations."""
        left, batch = state.until - state.n_told, search.batch_size(state.generation)
        if left >= _SURELY * batch:
            return False
        if search.counts_evaluations:
            return not len(search.ask(state.first)[0])
        return left < batch

    def _search(self, state: SequelState) -> Strategy[Any]:
        """Return the search, for as many evaluations as it has at present."""
        began = 0 if state.n_search == 1 or state.refined is None else state.refined.n_told
        evaluations = state.until - began
        first, later = self.first.batch_size(0), self.first.batch_size(1)
        generations = max((evaluations - first) // max(later, 1), 0)
        return self.first.lasting(generations, evaluations)

    def _begun(self, state: SequelState) -> RefinementState:
        found = self.first.population(state.first)
        best = np.argsort(self.merits.plain(found.scores), kind="stable")[:_N_GIVEN]
        if state.refined is not None:
            anew = self.refinement.begun_anew(state.refined, found.x[best])
            return replace(anew, n_told=state.n_told)
        generator = np.random.default_rng([state.seed, 1]).bit_generator.state
        return self.refinement.begin(found.x[best], generator, state.n_told)

    def _searched_again(self, state: SequelState) -> SequelState:
        """Return the state with another population begun, where jumps lead nowhere."""
        left = self.evaluations - state.n_told
        lost = state.refined is not None and self.refinement.is_lost(state.refined)
        if not (self.restarts and lost) or left < _LEAST_LEFT:
            return state
        # Another stream of random numbers than that of the first one.
        seed = int(np.random.default_rng([state.seed, state.n_search]).integers(2**63))
        return replace(
            state,
            generation=0,
            n_search=state.n_search + 1,
            until=state.n_told + left // 2,
            searching=True,
            first=self.first.init(seed),
        )
