"""Auto: a population for the first part of the evaluations, polishing and jumps for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pyneuronautofit.optimisers.algorithm import SearchTask
from pyneuronautofit.optimisers.polish.sequel import Sequel
from pyneuronautofit.optimisers.scalar.settings import ShadeSettings
from pyneuronautofit.optimisers.scalar.shade import Shade


@dataclass(frozen=True, kw_only=True)
class AutoSettings(ShadeSettings):
    """What a user should take who does not want to choose."""

    code: ClassVar[str] = "A"
    name: ClassVar[str] = "Auto"
    about: ClassVar[str] = (
        "DE first, then the best models polished by Gauss-Newton steps, and jumps between good ones"
    )

    def strategy(self, task: SearchTask) -> Sequel:  # type: ignore[override]
        """Return the strategy that searches; raises as that of DE."""
        first: Shade = super().strategy(task)
        return Sequel(task.space, task.merits, first, share=None, restarts=True)
