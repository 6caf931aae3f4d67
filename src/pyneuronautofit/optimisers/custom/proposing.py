"""The search in which somebody else's function proposes the candidates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers._random import generator_from
from pyneuronautofit.optimisers.custom.functions import SearchFunction
from pyneuronautofit.optimisers.initial import initial_candidates
from pyneuronautofit.optimisers.nsga2 import crowded_order
from pyneuronautofit.optimisers.population import Population, empty_population
from pyneuronautofit.optimisers.weighting import Adaptation
from pyneuronautofit.space import ParameterSpace


@dataclass(frozen=True)
class ProposingState:
    """All that changes during a search.

    Attributes
    ----------
    generation
        Populations told so far.
    generator
        State of the random generator, as numpy gives it.
    members
        The current population, best first; empty before the first `tell`.
    """

    generation: int
    generator: Json
    members: Population


@dataclass(frozen=True)
class Proposing:
    """Candidates by a function; the best of all that there were are its population.

    Attributes
    ----------
    function
        Proposes candidates.
    space
        What is searched.
    population_size
        Candidates per generation.
    initial : FloatArray, shape (n_given, n_param), model values, or None
        Candidates to begin with; see `initial_candidates`.
    """

    function: SearchFunction
    space: ParameterSpace
    population_size: int
    initial: FloatArray | None = None

    needs_residuals: ClassVar[bool] = False
    counts_evaluations: ClassVar[bool] = False

    def batch_size(self, _generation: int) -> int:
        """Return the size of the population: every generation is as large."""
        return self.population_size

    def lasting(self, _generations: int, _evaluations: int) -> Proposing:
        """Return itself: it does the same, however long it goes on."""
        return self

    def init(self, seed: int) -> ProposingState:
        """Return the state before the initial population."""
        generator = np.random.default_rng(seed).bit_generator.state
        return ProposingState(0, generator, empty_population(len(self.space)))

    def ask(self, state: ProposingState) -> tuple[FloatArray, ProposingState]:
        """Propose the initial population, or what the function does."""
        rng = generator_from(state.generator)
        if len(state.members):
            x = self.space.clip(self._proposed(state, rng))
        else:
            x = initial_candidates(self.space, self.population_size, self.initial, rng)
        return x, ProposingState(state.generation, rng.bit_generator.state, state.members)

    def tell(
        self,
        state: ProposingState,
        x: FloatArray,
        scores: FloatArray,
        _residuals: FloatArray | None = None,
    ) -> ProposingState:
        """Keep the best of the population and the candidates, by the crowded comparison."""
        everybody = Population(x.copy(), scores.copy())
        if len(state.members):
            everybody = state.members.joined(everybody)
        chosen = crowded_order(everybody)[: self.population_size]
        return ProposingState(state.generation + 1, state.generator, everybody.take(chosen))

    def phase(self, _state: ProposingState) -> str:
        """Return nothing: every generation is like the others."""
        return ""

    def population(self, state: ProposingState) -> Population:
        """Return the current population, best first."""
        return state.members

    def scalars(self, _state: ProposingState, _scores: FloatArray) -> FloatArray | None:
        """Return None: components are compared, not summed up."""
        return None

    def adaptation(self, _state: ProposingState) -> Adaptation | None:
        """Return None: there are no weights."""
        return None

    def _proposed(self, state: ProposingState, rng: np.random.Generator) -> FloatArray:
        # Copies: what the function does to them must not be done to the state.
        x, scores = state.members.x.copy(), state.members.scores.copy()
        low, high = self.space.bounds(x)
        known: dict[str, Any] = {
            "x": x,
            "scores": scores,
            "low": low,
            "high": high,
            "space": self.space,
            "rng": rng,
            "size": self.population_size,
            "generation": state.generation,
        }
        answer = self.function(**{name: known[name] for name in self.function.asks_for()})
        expected = (self.population_size, len(self.space))
        try:
            found = np.array(answer, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"{self.function.where}: it returned {answer!r:.60}: expected numbers, an array of "
                f"shape {expected}"
            ) from error
        if found.shape != expected or not np.isfinite(found).all():
            found_is = "some that are not finite" if found.shape == expected else f"{found.shape}"
            raise UsageError(
                f"{self.function.where}: it returned {found_is}: expected finite numbers, an array "
                f"of shape {expected} (size, n_param)"
            )
        return found
