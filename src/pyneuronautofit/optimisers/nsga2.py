"""NSGA-II: fast non-dominated sorting with crowding.

Source: Deb et al. 2002 (full reference in `dominance`), section III-C, with the crossover and the
adaptive mutation of this package instead of simulated binary crossover and polynomial mutation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from pyneuronautofit._options import FITTING, at_least, option, taken
from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit._words import whole
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers._random import generator_from
from pyneuronautofit.optimisers.algorithm import (
    EvolutionOptions,
    SearchTask,
    population_size_of,
)
from pyneuronautofit.optimisers.dominance import best_first, crowding_by_front, non_dominated_ranks
from pyneuronautofit.optimisers.initial import initial_candidates
from pyneuronautofit.optimisers.operators.crossover import Crossover
from pyneuronautofit.optimisers.operators.mutation import AdaptiveMutation
from pyneuronautofit.optimisers.operators.selection import binary_tournaments
from pyneuronautofit.optimisers.population import Population, empty_population
from pyneuronautofit.optimisers.residuals import Merits
from pyneuronautofit.optimisers.weighting import Adaptation
from pyneuronautofit.space import ParameterSpace


@dataclass(frozen=True)
class NSGA2State:
    """All that changes during a search.

    Attributes
    ----------
    generation
        Populations told so far.
    generator
        State of the random generator, as numpy gives it.
    parents
        The current population; empty before the first `tell`.
    """

    generation: int
    generator: Json
    parents: Population


@dataclass(frozen=True)
class NSGA2:
    """Elitist search for the non-dominated set.

    Attributes
    ----------
    space
        What is searched.
    population_size
        Candidates per generation.
    crossover, mutation
        How children come from parents.
    initial : FloatArray, shape (n_given, n_param), model values, or None
        Candidates to begin with; see `initial_candidates`.
    elite_sums
        So many members with the least weighted sums live on, however crowded they are.
    merits
        How candidates are added up; None where nobody lives on for that.
    """

    space: ParameterSpace
    population_size: int
    crossover: Crossover
    mutation: AdaptiveMutation
    initial: FloatArray | None = None
    elite_sums: int = 0
    merits: Merits | None = None

    needs_residuals: ClassVar[bool] = False
    counts_evaluations: ClassVar[bool] = False

    def batch_size(self, _generation: int) -> int:
        """Return the size of the population: every generation is as large."""
        return self.population_size

    def lasting(self, generations: int, _evaluations: int) -> NSGA2:
        """Return the strategy for a search of so many generations."""
        return replace(self, mutation=self.mutation.lasting(generations))

    def init(self, seed: int) -> NSGA2State:
        """Return the state before the initial population."""
        generator = np.random.default_rng(seed).bit_generator.state
        return NSGA2State(0, generator, empty_population(len(self.space)))

    def ask(self, state: NSGA2State) -> tuple[FloatArray, NSGA2State]:
        """Propose the initial population, or the offspring of the current one."""
        rng = generator_from(state.generator)
        if len(state.parents):
            x = self._offspring(state, rng)
        else:
            x = initial_candidates(self.space, self.population_size, self.initial, rng)
        return x, NSGA2State(state.generation, rng.bit_generator.state, state.parents)

    def tell(
        self,
        state: NSGA2State,
        x: FloatArray,
        scores: FloatArray,
        _residuals: FloatArray | None = None,
    ) -> NSGA2State:
        """Keep the best of parents and offspring, by the crowded comparison (III-C)."""
        everybody = Population(x, scores)
        if len(state.parents):
            everybody = state.parents.joined(everybody)
        survivors = self._survivors(everybody)
        return NSGA2State(state.generation + 1, state.generator, everybody.take(survivors))

    def phase(self, _state: NSGA2State) -> str:
        """Return nothing: every generation is like the others."""
        return ""

    def population(self, state: NSGA2State) -> Population:
        """Return the current parents, best first."""
        return state.parents

    def scalars(self, _state: NSGA2State, _scores: FloatArray) -> FloatArray | None:
        """Return None: components are compared, not summed up."""
        return None

    def adaptation(self, _state: NSGA2State) -> Adaptation | None:
        """Return None: there are no weights."""
        return None

    def _survivors(self, everybody: Population) -> IntArray:
        """Return who lives on, best first by the crowded comparison."""
        order = crowded_order(everybody)
        if self.merits is None or not self.elite_sums:
            return order[: self.population_size]
        sums = self.merits.plain(everybody.scores)
        elites = np.argsort(sums, kind="stable")[: self.elite_sums]
        is_elite = np.zeros(len(order), dtype=bool)
        is_elite[elites[np.isfinite(sums[elites])]] = True
        n_other = self.population_size - int(is_elite.sum())
        others = ~is_elite[order]
        return order[~others | (others.cumsum() <= n_other)]

    def _offspring(self, state: NSGA2State, rng: np.random.Generator) -> FloatArray:
        parents = state.parents
        order = crowded_order(parents)
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        n_parent = self.population_size + self.population_size % 2
        chosen = binary_tournaments(ranks, n_parent, rng)
        children = self.crossover(parents.x[chosen], self.space, rng)[: self.population_size]
        return self.mutation.at(state.generation)(children, parents.x, self.space, rng)


@dataclass(frozen=True, kw_only=True)
class DominanceOptions(EvolutionOptions):
    """What the user decides about a search by dominance.

    Attributes
    ----------
    elite_sums
        See `NSGA2`.
    """

    elite_sums: int = option(
        0,
        "--elite-sums",
        group=FITTING,
        metavar="N",
        parse=whole,
        check=at_least(0),
        help="keep the N members with the least weighted sums of all components, however crowded "
        "they are: of many components the best compromise is lost otherwise",
    )


@dataclass(frozen=True, kw_only=True)
class NSGA2Settings(DominanceOptions):
    """NSGA-II: it has no other elites, since parents and offspring compete, and no weights."""

    code: ClassVar[str] = "N"
    name: ClassVar[str] = "NSGA2"
    about: ClassVar[str] = (
        "Pareto nondominate selection: fronts of non-dominated models, and crowding within a front"
    )

    def strategy(self, task: SearchTask) -> NSGA2:
        """Return the strategy that searches.

        Raises
        ------
        UsageError
            If there are fewer members than elites.
        """
        size = population_size_of(self, task)
        if self.elite_sums > size:
            raise UsageError(
                f"--elite-sums {self.elite_sums}: the population has {size} members (-P); give at "
                "most as many"
            )
        mutation = taken(AdaptiveMutation, self, refined_after=None)
        merits = task.merits if self.elite_sums else None
        return NSGA2(task.space, size, Crossover(), mutation, task.initial, self.elite_sums, merits)


def crowded_order(population: Population) -> IntArray:
    """Return the members of a population, best first by the crowded comparison."""
    ranks = non_dominated_ranks(population.scores)
    return best_first(ranks, crowding_by_front(population.scores, ranks))
