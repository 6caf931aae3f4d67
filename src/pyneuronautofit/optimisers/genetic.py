"""A genetic algorithm that minimises one number: a weighted sum of the objective vector.

Which weights is a weighting's affair (`krayzman`, `positive`, `max_scaled`). Raw vectors are kept,
so that new weights order the whole population anew. Every generation but the first proposes as many
children as there are members that are no elites; children and elites are the next population.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from pyneuronautofit._options import FITTING, at_least, between, option, taken
from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit._words import real, whole
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers._random import generator_from
from pyneuronautofit.optimisers.algorithm import (
    EvolutionOptions,
    SearchTask,
    population_size_of,
)
from pyneuronautofit.optimisers.initial import initial_candidates
from pyneuronautofit.optimisers.operators.crossover import Crossover
from pyneuronautofit.optimisers.operators.mutation import AdaptiveMutation
from pyneuronautofit.optimisers.operators.selection import rank_proportional
from pyneuronautofit.optimisers.population import Population, empty_population
from pyneuronautofit.optimisers.weighting import Adaptation, Weighting, Weights, no_weights
from pyneuronautofit.space import ParameterSpace

_log = logging.getLogger(__name__)

#: What a failed candidate counts, by the largest component that was ever seen.
_PENALTY = 1000.0

#: Elites where the user names no number: so many, but not more than this part of the population.
_MOST_ELITES = 32
_ELITE_PART = 8


@dataclass(frozen=True)
class GeneticState:
    """All that changes during a search.

    Attributes
    ----------
    generation
        Populations told so far.
    generator
        State of the random generator, as numpy gives it.
    members
        The current population, best first under the current weights; empty before the first `tell`.
    weights
        What every component counts.
    gathered : FloatArray, shape (n_vector, n_score)
        Finite objective vectors since the last update.
    waited
        Generations since the last update; the first population is not one of them.
    changed
        Whether the last `tell` replaced weights that were in use.
    largest
        The largest finite component so far, at least 1.
    adaptation
        How the last `tell` adapted the weights; None if it did not.
    """

    generation: int
    generator: Json
    members: Population
    weights: Weights
    gathered: FloatArray
    waited: int
    changed: bool
    largest: float
    adaptation: Adaptation | None


@dataclass(frozen=True)
class GeneticAlgorithm:
    """Rank-proportional selection and generational replacement with elites.

    Attributes
    ----------
    space
        What is searched.
    population_size
        Members of the population.
    elites
        How many of the best survive a generation; fewer than members.
    update
        Generations from one update of the weights to the next, by the length of the objective
        vector and the number of children: round(update · n_score / (population_size - elites)), at
        least 1.
    inject_elites
        Keep no elites where the weights have just changed.
    weighting
        What the components count.
    crossover, mutation
        How children come from parents.
    initial : FloatArray, shape (n_given, n_param), model values, or None
        Candidates to begin with; see `initial_candidates`.
    """

    space: ParameterSpace
    population_size: int
    elites: int
    update: float
    inject_elites: bool
    weighting: Weighting
    crossover: Crossover
    mutation: AdaptiveMutation
    initial: FloatArray | None = None

    needs_residuals: ClassVar[bool] = False
    counts_evaluations: ClassVar[bool] = False

    def batch_size(self, generation: int) -> int:
        """Return how many candidates a generation has; with dynamic elites, at most."""
        everybody = generation == 0 or self.inject_elites
        return self.population_size if everybody else self.population_size - self.elites

    def update_interval(self, n_score: int) -> int:
        """Return the number of generations from one update of the weights to the next."""
        return max(round(self.update * n_score / (self.population_size - self.elites)), 1)

    def lasting(self, generations: int, _evaluations: int) -> GeneticAlgorithm:
        """Return the strategy for a search of so many generations."""
        return replace(self, mutation=self.mutation.lasting(generations))

    def init(self, seed: int) -> GeneticState:
        """Return the state before the initial population."""
        generator = np.random.default_rng(seed).bit_generator.state
        nobody = empty_population(len(self.space))
        return GeneticState(
            generation=0,
            generator=generator,
            members=nobody,
            weights=no_weights(0),
            gathered=nobody.scores,
            waited=0,
            changed=False,
            largest=1.0,
            adaptation=None,
        )

    def ask(self, state: GeneticState) -> tuple[FloatArray, GeneticState]:
        """Propose the initial population, or children for all places that no elite has."""
        rng = generator_from(state.generator)
        if len(state.members):
            x = self._children(state, rng)
        else:
            x = initial_candidates(self.space, self.population_size, self.initial, rng)
        return x, replace(state, generator=rng.bit_generator.state)

    def tell(
        self,
        state: GeneticState,
        x: FloatArray,
        scores: FloatArray,
        _residuals: FloatArray | None = None,
    ) -> GeneticState:
        """Let children and elites be the population, and the weights learn from the children."""
        told = Population(x, scores)
        members = told
        if n_elite := self._n_elite(state):
            members = state.members.take(np.arange(n_elite)).joined(told)
        learnt = self._learnt(self._gathered(state, told))
        order = _order(members, learnt.weights)[: self.population_size]
        return replace(learnt, generation=state.generation + 1, members=members.take(order))

    def phase(self, _state: GeneticState) -> str:
        """Return nothing: every generation is like the others."""
        return ""

    def population(self, state: GeneticState) -> Population:
        """Return the current population, best first under the current weights."""
        return state.members

    def scalars(self, state: GeneticState, scores: FloatArray) -> FloatArray | None:
        """Return the weighted sums of score rows (n_cand, n_score), shape (n_cand,).

        A failed candidate counts 1000 times the largest component so far, or 1000.
        """
        failed = ~np.isfinite(scores).all(axis=1)
        return np.where(failed, _PENALTY * state.largest, state.weights.scalars(scores))

    def adaptation(self, state: GeneticState) -> Adaptation | None:
        """Return how the last `tell` adapted the weights; None if it did not."""
        return state.adaptation

    def _n_elite(self, state: GeneticState) -> int:
        if self.inject_elites and state.changed:
            return 0
        return min(self.elites, len(state.members))

    def _children(self, state: GeneticState, rng: np.random.Generator) -> FloatArray:
        members = state.members
        n_child = self.population_size - self._n_elite(state)
        # Members are in order of merit already.
        ranks = np.arange(len(members))
        chosen = rank_proportional(ranks, n_child + n_child % 2, rng)
        children = self.crossover(members.x[chosen], self.space, rng)[:n_child]
        return self.mutation.at(state.generation)(children, members.x, self.space, rng)

    def _gathered(self, state: GeneticState, told: Population) -> GeneticState:
        """Return the state with the vectors of one more generation."""
        vectors = told.scores[told.finite]
        if len(state.gathered):
            vectors = np.concatenate([state.gathered, vectors])
        finite = told.scores[np.isfinite(told.scores)]
        return replace(
            state,
            gathered=vectors,
            waited=state.waited + 1 if len(state.members) else 0,
            largest=max(state.largest, float(finite.max(initial=1.0))),
        )

    def _learnt(self, state: GeneticState) -> GeneticState:
        """Return the state with first weights, or with new ones where an update is due."""
        weights, n_score = state.weights, state.gathered.shape[1]
        if state.waited < self.update_interval(n_score):
            if not weights.active.any():
                weights = self.weighting.first(state.gathered)
            return replace(state, weights=weights, changed=False, adaptation=None)
        rng = generator_from(state.generator)
        updated, adaptation = self.weighting.update(state.gathered, weights, rng)
        if adaptation is not None:
            adaptation = replace(adaptation, generation=state.generation)
            _report(adaptation)
        return replace(
            state,
            generator=rng.bit_generator.state,
            weights=updated,
            gathered=np.empty((0, n_score)),
            waited=0,
            changed=not np.array_equal(updated.values, weights.values),
            adaptation=adaptation,
        )


@dataclass(frozen=True, kw_only=True)
class GeneticOptions(EvolutionOptions):
    """What the user decides about a genetic algorithm.

    Attributes
    ----------
    elites
        How many of the best survive a generation; None: 32, but not more than an eighth of the
        population.
    update
        Lengths of the objective vector, in children, from one update of the weights to the next.
    inject_elites
        Keep no elites where the weights have just changed.
    """

    elites: int | None = option(
        None,
        "-E",
        "--number-elites",
        group=FITTING,
        metavar="ELITES",
        parse=whole,
        check=at_least(0),
        help="number of elites in the replacement (default 32, but not more than an eighth of the "
        "population)",
    )
    update: float = option(
        10.0,
        "-U",
        "--scales-update",
        group=FITTING,
        metavar="UPDATE",
        parse=real,
        check=between(0, 1e9),
        help="vector length * this scale is the number of fitness vectors before updating "
        "Krayzman's weights or max scalers; 0: every generation",
    )
    inject_elites: bool = option(
        False,
        "-J",
        "--inJect-elits",
        group=FITTING,
        help="enable dynamic elites: none is kept where the weights have just changed",
    )


def genetic_algorithm(
    options: GeneticOptions, task: SearchTask, weighting: Weighting
) -> GeneticAlgorithm:
    """Build the genetic algorithm that is asked for, with a weighting.

    Raises
    ------
    UsageError
        If the elites would leave no place for children.
    """
    size = population_size_of(options, task)
    return taken(
        GeneticAlgorithm,
        options,
        space=task.space,
        population_size=size,
        elites=_n_elite(options.elites, size),
        weighting=weighting,
        crossover=Crossover(),
        mutation=taken(AdaptiveMutation, options, refined_after=None),
        initial=task.initial,
    )


def _n_elite(asked: int | None, size: int) -> int:
    """Return the number of elites in a population, also where the user named none."""
    if asked is None:
        return min(_MOST_ELITES, size // _ELITE_PART)
    if not 0 <= asked < size:
        raise UsageError(
            f"-E {asked}: expected 0 to {size - 1} elites in a population of -P {size}; "
            "the others are replaced by children"
        )
    return asked


def _order(members: Population, weights: Weights) -> IntArray:
    """Return the members best first: by scalar, failed ones last, equals as they stood."""
    failed = ~members.finite
    scalars = np.where(failed, 0.0, weights.scalars(members.scores))
    return np.lexsort((scalars, failed)).astype(np.int64)


def _report(adaptation: Adaptation) -> None:
    if not adaptation.reached:
        _log.info(
            "generation %d: the weights miss their goal after %d steps; the least correlation with "
            "the scalar is %.3g of the greatest",
            adaptation.generation, len(adaptation.ratios), adaptation.ratio,
        )  # fmt: skip
