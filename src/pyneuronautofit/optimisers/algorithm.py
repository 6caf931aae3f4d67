"""What a search algorithm is: a record of the options that it reads, which makes a strategy.

The options that several algorithms share are declared here and beside the parts that they set; an
algorithm inherits those that it reads, and adds its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from pyneuronautofit._options import FITTING, option
from pyneuronautofit._types import FloatArray
from pyneuronautofit._words import whole
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers._base import Strategy
from pyneuronautofit.optimisers.operators.mutation import MutationOptions
from pyneuronautofit.optimisers.residuals import Merits
from pyneuronautofit.space import ParameterSpace

# Each is compared with all others.
_MOST_MEMBERS = 1_000_000


@dataclass(frozen=True)
class SearchTask:
    """What is to be searched.

    Attributes
    ----------
    space
        The parameters.
    n_score
        Length of the objective vector.
    initial : FloatArray, shape (n_given, n_param), model values, or None
        Candidates to begin with; nan where a value is to be drawn.
    make_merits
        Returns how candidates are ordered by one number: what only some algorithms need to know.
    """

    space: ParameterSpace
    n_score: int = 1
    initial: FloatArray | None = None
    make_merits: Callable[[], Merits] | None = None

    @property
    def merits(self) -> Merits:
        """How candidates are ordered by one number; raises ValueError where nobody knows."""
        if self.make_merits is None:
            raise ValueError("a search for the least of one number has to know which")
        return self.make_merits()


class Algorithm(Protocol):
    """A search algorithm: one class, one letter.

    It is a frozen dataclass. Its fields are the options that it reads, under their names in the
    command's options: it is made from those, and the log says which of the others are ignored.

    Attributes
    ----------
    code
        The letter in -A and in the stamp of runs; never given to another algorithm.
    name
        Its name, which begins with the letter.
    about
        How it chooses, in a few words.
    leaves_trace
        Whether its strategies say how they adapted weights (`Strategy.adaptation`).
    plans
        Whether what they do depends on how many evaluations there will be.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    about: ClassVar[str]
    leaves_trace: ClassVar[bool]
    plans: ClassVar[bool]

    def strategy(self, task: SearchTask) -> Strategy[Any]:
        """Return the strategy that searches.

        Raises
        ------
        UsageError
            If the options make no sense together.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class PopulationOptions:
    """What the user decides about a population.

    Attributes
    ----------
    population_size
        Members of the population; below 1 it counts lengths of the objective vector. None: as many
        as is usual for the algorithm.
    """

    leaves_trace: ClassVar[bool] = False
    plans: ClassVar[bool] = False
    usual_size: ClassVar[int] = 256

    population_size: int | None = option(
        None,
        "-P",
        "--population-size",
        group=FITTING,
        metavar="PSZ",
        parse=whole,
        place=-2,
        help="population size (default: 256; of Auto 80, of DE 60, of CMA 24, of both CMA and Auto "
        "4 to 9 for up to 6 parameters). If it is a negative number: the population size is the "
        "length of the fitness vector multiplied by the absolute value of this option; if 0: that "
        "length",
    )

    def usual_size_for(self, _task: SearchTask) -> int:
        """Return how many members there are where the user does not say."""
        return self.usual_size


@dataclass(frozen=True, kw_only=True)
class EvolutionOptions(PopulationOptions, MutationOptions):
    """What the user decides about a population whose children mutate."""


def population_size_of(options: PopulationOptions, task: SearchTask) -> int:
    """Return the number of members that -P asks for.

    Raises
    ------
    UsageError
        If these are too few, or too many.
    """
    asked = options.population_size
    if asked is None:
        asked = options.usual_size_for(task)
    size = asked if asked > 0 else max(-asked, 1) * task.n_score
    if size < 2:
        raise UsageError(
            f"-P {asked}: the population would have {size} member(s), but a search needs at least "
            f"2 (the objective vector has {task.n_score} component(s))"
        )
    if size > _MOST_MEMBERS:
        raise UsageError(
            f"-P {asked}: the population would have {size} members, but a search can have at most "
            f"{_MOST_MEMBERS} (the objective vector has {task.n_score} component(s))"
        )
    return size
