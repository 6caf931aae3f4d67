"""A search, and behind it the refinement of what it has found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeAlias

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
from pyneuronautofit.optimisers.weighting import Adaptation
from pyneuronautofit.space import ParameterSpace

# So many of the first search's best are looked at.
_N_GIVEN = 24

FirstState: TypeAlias = ShadeState | CmaState | GeneticState | NSGA2State


@dataclass(frozen=True)
class SequelState:
    """All that changes during a search and its refinement.

    Attributes
    ----------
    seed
        Of both.
    generation
        Populations of the first search so far.
    n_told
        Candidates told so far.
    first
        The first search's state.
    refined
        The refinement's; None before it has begun.
    """

    seed: int
    generation: int
    n_told: int
    first: FirstState
    refined: RefinementState | None


@dataclass(frozen=True)
class Sequel:
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
        The part of the evaluations that is left to the refinement.
    evaluations
        How many there are in all.
    """

    space: ParameterSpace
    merits: Merits
    first: Strategy[Any]
    share: float
    evaluations: int = 0

    needs_residuals: ClassVar[bool] = True
    counts_evaluations: ClassVar[bool] = True

    @property
    def population_size(self) -> int:
        """The first search's."""
        return self.first.population_size

    @property
    def n_first(self) -> int:
        """How many evaluations the first search has."""
        return round(self.evaluations * (1.0 - self.share))

    @property
    def refinement(self) -> Refinement:
        """What comes behind."""
        return Refinement(self.space, self.merits, self.evaluations)

    def batch_size(self, generation: int) -> int:
        """Return how many candidates a generation of the first search has."""
        return self.first.batch_size(generation)

    def lasting(self, generations: int, evaluations: int) -> Sequel:
        """Return the strategy for a search of so many evaluations."""
        lasting = replace(self, evaluations=evaluations)
        first, later = self.first.batch_size(0), self.first.batch_size(1)
        generations = max((lasting.n_first - first) // max(later, 1), 0)
        return replace(lasting, first=self.first.lasting(generations, lasting.n_first))

    def init(self, seed: int) -> SequelState:
        """Return the state before the first search."""
        return SequelState(seed, 0, 0, self.first.init(seed), None)

    def ask(self, state: SequelState) -> tuple[FloatArray, SequelState]:
        """Propose what the search asks for, or the refinement."""
        refined = state.refined
        if refined is None:
            x, first = self.first.ask(state.first)
            if len(x):
                return x[: self.evaluations - state.n_told], replace(state, first=first)
            # What is left of the search's part is too little for it.
            refined = self._begun(state)
        x, refined = self.refinement.ask(refined)
        return x, replace(state, refined=refined)

    def tell(
        self,
        state: SequelState,
        x: FloatArray,
        scores: FloatArray,
        residuals: FloatArray | None = None,
    ) -> SequelState:
        """Learn what became of the candidates."""
        if residuals is None:
            raise ValueError("a refinement has to be told residuals")
        state = replace(state, n_told=state.n_told + len(x))
        if state.refined is not None:
            refined = self.refinement.tell(state.refined, x, scores, residuals)
            return replace(state, refined=refined)
        first = self.first.tell(state.first, x, scores, residuals)
        state = replace(state, first=first, generation=state.generation + 1)
        next_batch = 1 if self.first.counts_evaluations else self.first.batch_size(state.generation)
        if state.n_told + next_batch <= self.n_first:
            return state
        return replace(state, refined=self._begun(state))

    def phase(self, state: SequelState) -> str:
        """Return in a few words what comes next."""
        if state.refined is None:
            return "population"
        return self.refinement.phase(state.refined)

    def population(self, state: SequelState) -> Population:
        """Return the first search's population; later the distinct models of the refinement."""
        if state.refined is None or not len(state.refined.kept):
            return self.first.population(state.first)
        return self.refinement.population(state.refined)

    def scalars(self, _state: SequelState, scores: FloatArray) -> FloatArray | None:
        """Return the weighted sums of score rows (n_cand, n_score), shape (n_cand,)."""
        return self.merits.plain(scores)

    def adaptation(self, state: SequelState) -> Adaptation | None:
        """Return how the first search's weights were adapted last; None if they were not."""
        return None if state.refined is not None else self.first.adaptation(state.first)

    def _begun(self, state: SequelState) -> RefinementState:
        found = self.first.population(state.first)
        best = np.argsort(self.merits.plain(found.scores), kind="stable")[:_N_GIVEN]
        generator = np.random.default_rng([state.seed, 1]).bit_generator.state
        return self.refinement.begin(found.x[best], generator, state.n_told)
