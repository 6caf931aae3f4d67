"""The refinement alone, as a search: of models that somebody has found before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers.algorithm import SearchTask
from pyneuronautofit.optimisers.initial import initial_candidates
from pyneuronautofit.optimisers.polish.refinement import Refinement, RefinementState
from pyneuronautofit.optimisers.population import Population
from pyneuronautofit.optimisers.residuals import Merits
from pyneuronautofit.optimisers.scalar.summing import Summing, needed
from pyneuronautofit.space import ParameterSpace


@dataclass(frozen=True)
class LocalRefinement(Summing):
    """Refinement of given models.

    Attributes
    ----------
    space
        What is searched.
    merits
        How candidates are ordered.
    given : FloatArray, shape (n_given, n_param), model values
        The models; nan where a value is to be drawn.
    evaluations
        How many there are in all.
    """

    space: ParameterSpace
    merits: Merits
    given: FloatArray
    evaluations: int = 0

    @property
    def population_size(self) -> int:
        """How many models are given."""
        return len(self.given)

    @property
    def refinement(self) -> Refinement:
        """What it does."""
        return Refinement(self.space, self.merits, self.evaluations)

    def batch_size(self, generation: int) -> int:
        """Return how many candidates a generation has, at most; the given models are 0."""
        return len(self.given) if generation == 0 else self.refinement.largest_batch

    def lasting(self, _generations: int, evaluations: int) -> LocalRefinement:
        """Return the strategy for a search of so many evaluations."""
        return replace(self, evaluations=evaluations)

    def init(self, seed: int) -> RefinementState:
        """Return the state before the given models are looked at."""
        rng = np.random.default_rng(seed)
        x = initial_candidates(self.space, len(self.given), self.given, rng)
        return self.refinement.begin(x, rng.bit_generator.state)

    def ask(self, state: RefinementState) -> tuple[FloatArray, RefinementState]:
        """Propose what the refinement asks for."""
        return self.refinement.ask(state)

    def tell(
        self,
        state: RefinementState,
        x: FloatArray,
        scores: FloatArray,
        residuals: FloatArray | None = None,
    ) -> RefinementState:
        """Learn what became of the candidates."""
        return self.refinement.tell(state, x, scores, needed(residuals))

    def phase(self, state: RefinementState) -> str:
        """Return in a few words what comes next."""
        return self.refinement.phase(state)

    def population(self, state: RefinementState) -> Population:
        """Return the distinct models so far, best first."""
        return self.refinement.population(state)


@dataclass(frozen=True, kw_only=True)
class LocalSettings:
    """The refinement alone, as an algorithm of the table."""

    code: ClassVar[str] = "L"
    name: ClassVar[str] = "Local"
    about: ClassVar[str] = (
        "the models of -I polished by Gauss-Newton steps, and jumps between good ones: what polish "
        "does"
    )
    leaves_trace: ClassVar[bool] = False
    plans: ClassVar[bool] = True

    def strategy(self, task: SearchTask) -> LocalRefinement:
        """Return the strategy that searches.

        Raises
        ------
        UsageError
            If there are no models to begin with.
        """
        if task.initial is None or not len(task.initial):
            raise UsageError(
                f"-A {self.name}: expected models to begin with, which it makes better: give them "
                "with -I, or search with another algorithm, such as -A Auto"
            )
        return LocalRefinement(task.space, task.merits, _each_once(task.initial))


def _each_once(given: FloatArray) -> FloatArray:
    """Return rows without those that were there before: a run's archive has its population, too."""
    first: dict[bytes, int] = {}
    for place, row in enumerate(given):
        first.setdefault(row.tobytes(), place)
    return given[list(first.values())]
