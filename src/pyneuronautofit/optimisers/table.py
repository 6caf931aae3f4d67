"""The search algorithms by letter. Adding one: a file, and a line in `_BUILDERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers._base import Strategy
from pyneuronautofit.optimisers.genetic import GeneticAlgorithm
from pyneuronautofit.optimisers.nsga2 import NSGA2
from pyneuronautofit.optimisers.operators.crossover import Crossover
from pyneuronautofit.optimisers.operators.mutation import AdaptiveMutation
from pyneuronautofit.optimisers.weightings.base import Weighting
from pyneuronautofit.optimisers.weightings.krayzman import AdaptationRule, KrayzmanWeights
from pyneuronautofit.optimisers.weightings.max_scaled import MaxScaled
from pyneuronautofit.optimisers.weightings.positive import PositiveCorrelations
from pyneuronautofit.space import ParameterSpace

#: Elites where the user names no number: so many, but not more than this part of the population.
_MOST_ELITES = 32
_ELITE_PART = 8


@dataclass(frozen=True)
class SearchSettings:
    """What the user decides about a search. NSGA2 takes the first three only.

    Attributes
    ----------
    population_size
        Members of the population, at least 2.
    mutation_rate, mutation_slope
        M and S of the adaptive mutation.
    elites
        How many of the best survive a generation; None: 32, but not more than an eighth of the
        population.
    update
        Lengths of the objective vector, in children, from one update of the weights to the next.
    krayzman_threshold
        Of the least correlation by the greatest, where the adaptation of weights ends.
    normalise_sum
        Normalise weights to sum 1 instead of maximum 1.
    hold_normalisation
        Normalise weights after the adaptation only, not after each of its steps.
    weight_bound
        X: the adaptation lets weights fall only above 1/X and rise only below X; None: no bound.
    dynamic_elites
        Keep no elites where the weights have just changed.
    initial : FloatArray, shape (n_given, n_param), model values, or None
        Candidates to begin with; nan where a value is to be drawn.
    """

    population_size: int
    mutation_rate: float = 0.1
    mutation_slope: float = 0.06
    refined_after: int | None = None
    elites: int | None = None
    update: float = 10.0
    krayzman_threshold: float = 0.05
    normalise_sum: bool = False
    hold_normalisation: bool = False
    weight_bound: float | None = None
    dynamic_elites: bool = False
    initial: FloatArray | None = None

    @property
    def n_elite(self) -> int:
        """The number of elites, also where the user named none.

        Raises
        ------
        UsageError
            If it would leave no place for children.
        """
        size = self.population_size
        if self.elites is None:
            return min(_MOST_ELITES, size // _ELITE_PART)
        if not 0 <= self.elites < size:
            raise UsageError(
                f"-E {self.elites}: expected 0 to {size - 1} elites in a population of -P {size}; "
                "the others are replaced by children"
            )
        return self.elites


Builder: TypeAlias = Callable[[ParameterSpace, SearchSettings], Strategy[Any]]


def _nsga2(space: ParameterSpace, settings: SearchSettings) -> Strategy[Any]:
    return NSGA2(
        space, settings.population_size, Crossover(), _mutation(settings), settings.initial
    )


def _krayzman(space: ParameterSpace, settings: SearchSettings) -> Strategy[Any]:
    return _genetic(space, settings, KrayzmanWeights(_rule(settings)))


def _positive(space: ParameterSpace, settings: SearchSettings) -> Strategy[Any]:
    return _genetic(space, settings, PositiveCorrelations(_rule(settings)))


def _max_scaled(space: ParameterSpace, settings: SearchSettings) -> Strategy[Any]:
    return _genetic(space, settings, MaxScaled())


def _genetic(
    space: ParameterSpace, settings: SearchSettings, weighting: Weighting
) -> Strategy[Any]:
    return GeneticAlgorithm(
        space,
        settings.population_size,
        settings.n_elite,
        settings.update,
        settings.dynamic_elites,
        weighting,
        Crossover(),
        _mutation(settings),
        settings.initial,
    )


def _mutation(settings: SearchSettings) -> AdaptiveMutation:
    return AdaptiveMutation(settings.mutation_rate, settings.mutation_slope, settings.refined_after)


def _rule(settings: SearchSettings) -> AdaptationRule:
    bound = settings.weight_bound
    if bound is not None and not bound >= 1:
        raise UsageError(
            f"-b {bound:g}: expected X of 1 or more; weights are kept between 1/X and X"
        )
    return AdaptationRule(
        settings.krayzman_threshold, settings.normalise_sum, settings.hold_normalisation, bound
    )


#: Every algorithm's name by its letter.
ALGORITHMS: Mapping[str, str] = MappingProxyType(
    {"K": "Krayzman", "N": "NSGA2", "M": "Max", "P": "PositiveCor"}
)

_BUILDERS: Mapping[str, Builder] = MappingProxyType(
    {
        KrayzmanWeights.code: _krayzman,
        NSGA2.code: _nsga2,
        MaxScaled.code: _max_scaled,
        PositiveCorrelations.code: _positive,
    }
)


def algorithm_letter(name: str) -> str:
    """Return the letter of an algorithm given by name; the first letter decides, in any case.

    Raises
    ------
    UsageError
        If no algorithm begins with it.
    """
    letter = name[:1].upper()
    if letter not in ALGORITHMS:
        raise UsageError(f"-A {name}: expected one of {quoted(ALGORITHMS.values())}")
    return letter


def build_strategy(letter: str, space: ParameterSpace, settings: SearchSettings) -> Strategy[Any]:
    """Build the algorithm of a letter that `algorithm_letter` returned.

    Raises
    ------
    UsageError
        If the settings make no sense together.
    """
    return _BUILDERS[letter](space, settings)
