"""When a search has done enough: --stop-after, in generations without a gain or in noise floors."""

from __future__ import annotations

from argparse import ArgumentTypeError

import numpy as np

from pyneuronautofit._text import quoted, shortened
from pyneuronautofit._words import whole
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.objectives.floor import (
    Floor,
    floor_limit,
    floor_word,
    is_floor_word,
)
from pyneuronautofit.optimisers import ParetoArchive

_EXPECTED = "a number of generations, of at least 1, or floor, or so many floors such as 1.5floor"


def stop_word(word: str) -> int | str:
    """Read what --stop-after takes: `30`, `floor`, `1.5floor`."""
    try:
        return floor_word(word) if is_floor_word(word) else whole(word)
    except (ArgumentTypeError, ValueError):
        raise ArgumentTypeError(f"{shortened(repr(word))}: expected {_EXPECTED}") from None


def check_stop(value: int | str) -> str | None:
    """Return what was expected instead of a value of --stop-after; None: it is one."""
    if isinstance(value, str):
        try:
            floor_limit(value)
        except ValueError:
            return _EXPECTED
        return None
    return None if value >= 1 else _EXPECTED


def floors_asked(stop_after: int | str | None) -> float | None:
    """Return after how many noise floors a search ends; None: that does not end it."""
    return floor_limit(stop_after) if isinstance(stop_after, str) else None


def floor_to_reach(problem: Problem, stop_after: int | str | None) -> Floor | None:
    """Return the noise floor that ends a search; None where none does.

    Raises
    ------
    UsageError
        If one was asked for and the recording has none.
    """
    if floors_asked(stop_after) is None:
        return None
    floor = problem.floor
    if not floor.is_known:
        why = " ".join(floor.notes) or "the recording has no noise, and so no noise floor"
        if floor.is_untouched:
            codes = quoted(list(floor.modes))
            why = f"noise changes no score by {codes} on this recording, and the floor is 0"
        raise UsageError(
            f"--stop-after {stop_after}: {why}. Give a number of generations without a gain instead"
        )
    return floor


def stopped_at_floor(archive: ParetoArchive, floor: Floor | None, stop_after: object) -> str:
    """Return in words that a model is within the floor in every mode; empty: none is.

    Whatever is within it is in the archive, or dominated by what is there and within it, too.
    """
    factor = floors_asked(stop_after) if isinstance(stop_after, str) else None
    if floor is None or factor is None or not len(archive.rows):
        return ""
    within = np.flatnonzero(floor.reached(archive.scores, factor))
    if not len(within):
        return ""
    which = "the noise floor" if factor == 1 else f"{factor:g} noise floors"
    return (
        f"stopped: evaluation {int(archive.rows[within].min())} is within {which} in every mode "
        f"(--stop-after {stop_after})"
    )
