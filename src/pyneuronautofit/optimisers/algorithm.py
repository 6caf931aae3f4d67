"""What a search algorithm is: a record of the options that it reads, which makes a strategy.

The options that several algorithms share are declared here and beside the parts that they set; an
algorithm inherits those that it reads, and adds its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from pyneuronautofit._options import FITTING, option
from pyneuronautofit._types import FloatArray
from pyneuronautofit._words import whole
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers._base import Strategy
from pyneuronautofit.optimisers.operators.mutation import MutationOptions
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
    """

    space: ParameterSpace
    n_score: int = 1
    initial: FloatArray | None = None


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
    """

    code: ClassVar[str]
    name: ClassVar[str]
    about: ClassVar[str]
    leaves_trace: ClassVar[bool]

    def strategy(self, task: SearchTask) -> Strategy[Any]:
        """Return the strategy that searches.

        Raises
        ------
        UsageError
            If the options make no sense together.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class EvolutionOptions(MutationOptions):
    """What the user decides about a population that evolves.

    Attributes
    ----------
    population_size
        Members of the population; below 1 it counts lengths of the objective vector.
    """

    leaves_trace: ClassVar[bool] = False

    population_size: int = option(
        256,
        "-P",
        "--population-size",
        group=FITTING,
        metavar="PSZ",
        parse=whole,
        place=-2,
        help="population size. If it is a negative number: the population size is the length of "
        "the fitness vector multiplied by the absolute value of this option; if 0: that length",
    )


def population_size_of(options: EvolutionOptions, task: SearchTask) -> int:
    """Return the number of members that -P asks for.

    Raises
    ------
    UsageError
        If these are too few, or too many.
    """
    asked = options.population_size
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
