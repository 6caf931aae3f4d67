"""Auto: a population for the first part of the evaluations, polishing and jumps for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pyneuronautofit.optimisers.algorithm import SearchTask
from pyneuronautofit.optimisers.polish.sequel import Sequel
from pyneuronautofit.optimisers.scalar.cma import Cma
from pyneuronautofit.optimisers.scalar.settings import (
    FEW_PARAMETERS,
    CmaSettings,
    ShadeSettings,
)
from pyneuronautofit.optimisers.scalar.shade import Shade

# CMA converges by itself, and leaves so much to the polish.
_SHARE_OF_FEW = 0.15


@dataclass(frozen=True, kw_only=True)
class AutoSettings(ShadeSettings):
    """What a user should take who does not want to choose."""

    code: ClassVar[str] = "A"
    name: ClassVar[str] = "Auto"
    about: ClassVar[str] = (
        "DE first (CMA for few parameters), then the best models polished by Gauss-Newton steps, "
        "and jumps between good ones"
    )
    usual_size: ClassVar[int] = 80

    def strategy(self, task: SearchTask) -> Sequel:  # type: ignore[override]
        """Return the strategy that searches; raises as that of DE."""
        first: Shade | Cma = super().strategy(task)
        share = None
        # Of more, CMA is lost sooner than DE is.
        if int(task.space.continuous.sum()) <= FEW_PARAMETERS:
            few = CmaSettings(population_size=self.population_size)
            size = first.population_size
            if self.population_size is None:
                size = few.usual_size_for(task)
            first = Cma(task.space, task.merits, size, size, task.initial, few.n_kept)
            share = _SHARE_OF_FEW
        return Sequel(task.space, task.merits, first, share=share, restarts=share is None)
