"""The strategies for one number, as algorithms of the table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers.algorithm import (
    PopulationOptions,
    SearchTask,
    population_size_of,
)
from pyneuronautofit.optimisers.scalar.cma import Cma
from pyneuronautofit.optimisers.scalar.shade import Shade

# Who is followed, and two others that differ from it.
_LEAST_SHADE = 4
# Of fewer, less than two are selected, from whom no directions can be learnt.
_LEAST_CMA = 4
#: Of so few parameters CMA learns at once in which directions to look.
FEW_PARAMETERS = 6


@dataclass(frozen=True, kw_only=True)
class ShadeSettings(PopulationOptions):
    """L-SHADE."""

    code: ClassVar[str] = "D"
    name: ClassVar[str] = "DE"
    about: ClassVar[str] = (
        "differential evolution that learns its settings (L-SHADE), on the weighted sum of all "
        "components and of what spikes are missing"
    )
    plans: ClassVar[bool] = True
    usual_size: ClassVar[int] = 60

    def strategy(self, task: SearchTask) -> Shade:
        """Return the strategy that searches.

        Raises
        ------
        UsageError
            If the population is too small.
        """
        size = population_size_of(self, task)
        if size < _LEAST_SHADE:
            raise UsageError(
                f"-P {size}: {self.name} needs at least {_LEAST_SHADE} members, since every child "
                "has four parents"
            )
        return Shade(task.space, task.merits, size, size, task.initial)


@dataclass(frozen=True, kw_only=True)
class CmaSettings(PopulationOptions):
    """CMA-ES."""

    code: ClassVar[str] = "C"
    name: ClassVar[str] = "CMA"
    about: ClassVar[str] = (
        "evolution strategy that learns in which directions to look (CMA-ES, begun anew with twice "
        "the population when it has converged), on the same number as DE"
    )
    usual_size: ClassVar[int] = 24

    def usual_size_for(self, task: SearchTask) -> int:
        """Return how many members there are where the user does not say.

        For few parameters 4 + 3 ln n, as in Hansen 2016 (see `Cma`). More of them learn less from
        the same evaluations there (docs/benchmark.md); of many parameters they do not.
        """
        n_free = int((~task.space.fixed).sum())
        if not 0 < n_free <= FEW_PARAMETERS:
            return self.usual_size
        return 4 + int(3 * math.log(n_free))

    def strategy(self, task: SearchTask) -> Cma:
        """Return the strategy that searches.

        Raises
        ------
        UsageError
            If the population is too small.
        """
        size = population_size_of(self, task)
        if size < _LEAST_CMA:
            raise UsageError(
                f"-P {size}: {self.name} needs at least {_LEAST_CMA} members, since it learns from "
                "the better half of them"
            )
        return Cma(task.space, task.merits, size, size, task.initial, self.n_kept)

    @property
    def n_kept(self) -> int:
        """How many models are kept: nobody who leaves their number open wants a handful."""
        return self.usual_size if self.population_size is None else 0
