"""The smallest conductance that fires, found on a grid that is refined: which trials are needed.

Eleven equally spaced conductances; the first that fires and the one before it are the ends of the
next eleven, until they are closer than wanted. The answer is the upper end. A `GridSearch` knows
nothing of simulations: it says which conductances have to be tried next and is told which of them
fired. So a simulator that runs many trials at once tries a whole grid, and one that runs a single
trial goes upwards and stops at the first that fires; both come to the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

N_GRID = 11

NONE_FIRES = "no conductance fires"
LOWEST_FIRES = "the lowest conductance fires already"


@dataclass(frozen=True)
class Threshold:
    """What was found for one model and one mix.

    Attributes
    ----------
    conductance_uS
        The smallest that fires, uS; None if there is none to be named.
    reason
        Why there is none; "" where there is one.
    silent_above_uS
        Tried conductances above the smallest that fired which did not fire, rising; none where
        firing is monotone, as far as it was tried.
    n_trial
        Trials whose result was told.
    """

    conductance_uS: float | None
    reason: str
    silent_above_uS: tuple[float, ...]
    n_trial: int


class GridSearch:
    """The search for one model and one mix.

    Parameters
    ----------
    lowest_uS, highest_uS
        The ends of the first grid, uS.
    accuracy_uS
        The ends of the last grid are closer than this, uS.
    """

    def __init__(self, lowest_uS: float, highest_uS: float, accuracy_uS: float) -> None:
        self._accuracy_uS = accuracy_uS
        self._fired: dict[float, bool | None] = {}
        self._ends = (lowest_uS, highest_uS)
        self._grid = _grid(lowest_uS, highest_uS)
        self._outcome: tuple[float | None, str] | None = None

    @property
    def wanted(self) -> tuple[float, ...]:
        """Conductances of the present grid that are not known, rising; none when it has ended.

        Every one of them is needed unless one below it fires: a single trial at a time is the
        first of them.
        """
        if self._outcome is not None:
            return ()
        return tuple(g for g in self._grid if g not in self._fired)

    @property
    def threshold(self) -> Threshold | None:
        """The answer; None as long as conductances are wanted."""
        if self._outcome is None:
            return None
        firing = [g for g, fired in self._fired.items() if fired]
        above = min(firing, default=np.inf)
        silent = sorted(g for g, fired in self._fired.items() if fired is False and g > above)
        return Threshold(*self._outcome, tuple(silent), len(self._fired))

    def tell(self, fired: Mapping[float, bool | None]) -> None:
        """Say which conductances fired; None: its voltage became no number.

        Results of conductances that are not wanted any more count for `silent_above_uS` only.
        """
        self._fired.update(fired)
        while self._outcome is None and self._narrows():
            pass

    def _narrows(self) -> bool:
        """Go on to the next grid, or to the answer, as soon as the present one is decided."""
        before: float | None = None
        for g in self._grid:
            if g not in self._fired:
                return False
            if self._fired[g] is None:
                self._outcome = (None, f"with {g:.6g} uS the voltage became no number")
                return False
            if self._fired[g]:
                return self._take(before, g)
            before = g
        self._outcome = (None, NONE_FIRES)
        return False

    def _take(self, before: float | None, first: float) -> bool:
        """Make the first that fires, and the one before it, the new ends."""
        if before is None:
            self._outcome = (None, LOWEST_FIRES)
            return False
        # Ends between which there are no more numbers cannot come closer.
        if first - before < self._accuracy_uS or (before, first) == self._ends:
            self._outcome = (first, "")
            return False
        self._ends = (before, first)
        self._grid = _grid(before, first)
        return True


def _grid(lowest_uS: float, highest_uS: float) -> tuple[float, ...]:
    """Return the conductances of one grid, each number once, rising."""
    grid = np.linspace(lowest_uS, highest_uS, N_GRID)
    return tuple(dict.fromkeys(grid.tolist()))
