"""The search algorithms by letter. Adding one: a file, and a line in `_BUILDERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from pyneuronautofit._text import quoted
from pyneuronautofit.errors import NotAvailableError, UsageError
from pyneuronautofit.optimisers._base import Strategy
from pyneuronautofit.optimisers.crossover import Crossover
from pyneuronautofit.optimisers.mutation import AdaptiveMutation
from pyneuronautofit.optimisers.nsga2 import NSGA2
from pyneuronautofit.space import ParameterSpace


@dataclass(frozen=True)
class SearchSettings:
    """What the user decides about a search.

    Attributes
    ----------
    population_size
        Candidates per generation, at least 2.
    mutation_rate, mutation_slope
        M and S of the adaptive mutation.
    """

    population_size: int
    mutation_rate: float = 0.1
    mutation_slope: float = 0.06


Builder: TypeAlias = Callable[[ParameterSpace, SearchSettings], Strategy[Any]]


def _nsga2(space: ParameterSpace, settings: SearchSettings) -> Strategy[Any]:
    mutation = AdaptiveMutation(settings.mutation_rate, settings.mutation_slope)
    return NSGA2(space, settings.population_size, Crossover(), mutation)


#: Every algorithm's name by its letter, also of those that are not built yet.
ALGORITHMS: Mapping[str, str] = MappingProxyType(
    {"K": "Krayzman", "N": "NSGA2", "M": "Max", "P": "PositiveCor"}
)

_BUILDERS: Mapping[str, Builder] = MappingProxyType({NSGA2.code: _nsga2})


def algorithm_letter(name: str) -> str:
    """Return the letter of an algorithm given by name; the first letter decides, in any case.

    Raises
    ------
    UsageError
        If no algorithm begins with it.
    NotAvailableError
        If that algorithm is not built yet.
    """
    letter = name[:1].upper()
    if letter not in ALGORITHMS:
        raise UsageError(f"-A {name}: expected one of {quoted(ALGORITHMS.values())}")
    if letter not in _BUILDERS:
        built = [ALGORITHMS[code] for code in _BUILDERS]
        raise NotAvailableError(
            f"-A {ALGORITHMS[letter]} is not available yet; this version has {quoted(built)}: "
            f"use -A {built[0]}"
        )
    return letter


def build_strategy(letter: str, space: ParameterSpace, settings: SearchSettings) -> Strategy[Any]:
    """Build the algorithm of a letter that `algorithm_letter` returned."""
    return _BUILDERS[letter](space, settings)
