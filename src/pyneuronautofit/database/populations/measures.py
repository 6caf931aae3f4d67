"""By what models are better or worse, and how many distinct ones are below a level of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.database.populations.points import ModelPoints
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.notes.levels import are_distinct

# So many levels are counted where nobody names them.
_MOST_LEVELS = 6
_STEPS = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Measure:
    """What is counted below a level.

    Attributes
    ----------
    code
        The sum of this mode's components; None: the weighted sum of all.
    levels
        Below which models are counted, ascending; empty: some of the series 1, 2, 5, 10, ..
    """

    code: str | None = None
    levels: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """What tables and axes call it."""
        return "weighted sum" if self.code is None else self.code

    def merits(self, points: ModelPoints) -> FloatArray:
        """Return the measure of every model, shape (n_model,); nan where nobody says.

        Raises
        ------
        UsageError
            If there is no such mode.
        """
        if self.code is None:
            return points.totals
        if self.code not in points.sums:
            raise UsageError(
                f"there are no sums of the mode {self.code}: a source lacks it, or does not say "
                f"which of its scores are of which mode; all have {_listed(points.sums)}"
            )
        return points.sums[self.code]


@dataclass(frozen=True)
class CountedLevel:
    """How many distinct models are not above a level.

    Attributes
    ----------
    level
    n_model
    """

    level: float
    n_model: int


def distinct_rows(unit: FloatArray, merits: FloatArray, least: float) -> BoolArray:
    """Tell which models are distinct from all better ones that are, shape (n_model,).

    Parameters
    ----------
    unit : FloatArray, shape (n_model, n_param)
    merits : FloatArray, shape (n_model,)
        Lower is better; where it is nan, the earlier model is.
    least
        How far they have to be apart: the root mean square over the parameters
        (docs/search.md, eq. 28).
    """
    order = np.argsort(merits, kind="stable")
    chosen = np.zeros(len(unit), dtype=bool)
    chosen[order] = list(are_distinct(unit[order], least))
    return chosen


def counted(merits: FloatArray, levels: Sequence[float]) -> tuple[CountedLevel, ...]:
    """Count distinct models up to every level.

    As the better ones decide which are distinct, those up to a level are the same whatever is
    above it: one search for distinct models answers for all levels.

    Parameters
    ----------
    merits : FloatArray, shape (n_model,)
        Of the distinct models.
    levels
        Empty: the first of the series 1, 2, 5, 10, .. that have models, and the first that has all.
    """
    known = np.sort(merits[np.isfinite(merits)])
    if not len(known):
        return ()
    wanted = levels or tuple(_series(known))
    return tuple(CountedLevel(x, int(np.searchsorted(known, x, side="right"))) for x in wanted)


def _series(merits: FloatArray) -> Iterator[float]:
    """Yield levels that each add models (n_model,), ascending."""
    if merits[-1] <= 0:
        yield 0.0
        return
    least = merits[merits > 0][0]
    decade, n_before, n_level = math.floor(math.log10(least)), 0, 0
    if merits[0] <= 0:
        yield 0.0
        n_before, n_level = int((merits <= 0).sum()), 1
    while n_before < len(merits):
        for step in _STEPS:
            level = float(f"{step}e{decade}")
            n_below = int(np.searchsorted(merits, level, side="right"))
            is_last = n_below == len(merits)
            if n_below > n_before and (is_last or n_level < _MOST_LEVELS - 1):
                yield level
                n_before, n_level = n_below, n_level + 1
            if is_last:
                return
        decade += 1


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(codes) or "none"
