"""Auto: a population for the first part of the evaluations, polishing and jumps for the rest."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from pyneuronautofit.optimisers.algorithm import SearchTask
from pyneuronautofit.optimisers.polish.sequel import Sequel
from pyneuronautofit.optimisers.scalar.settings import CmaSettings, ShadeSettings

# Of so few parameters CMA learns at once in which directions to look; of more, it is lost sooner
# than DE is.
_FEW = 6


@dataclass(frozen=True, kw_only=True)
class AutoSettings(ShadeSettings):
    """What a user should take who does not want to choose."""

    code: ClassVar[str] = "A"
    name: ClassVar[str] = "Auto"
    about: ClassVar[str] = (
        "DE first, then the best models polished by Gauss-Newton steps, and jumps between good ones"
    )
    usual_size: ClassVar[int] = 80

    def strategy(self, task: SearchTask) -> Sequel:  # type: ignore[override]
        """Return the strategy that searches; raises as that of DE."""
        settings: ShadeSettings | CmaSettings = ShadeSettings(**self._given(self.usual_size))
        if int(task.space.continuous.sum()) <= _FEW:
            settings = CmaSettings(**self._given(None))
        return Sequel(task.space, task.merits, settings.strategy(task), share=None, restarts=True)

    def _given(self, size: int | None) -> dict[str, Any]:
        """Return what the user has given, and how many members there are if he did not say."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return given | {
            "population_size": size if self.population_size is None else self.population_size
        }
