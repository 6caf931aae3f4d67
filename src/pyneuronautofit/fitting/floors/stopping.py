"""When a search has done enough: --stop-after, in generations without a gain or in noise floors."""

from __future__ import annotations

import logging
import math
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from pyneuronautofit._text import quoted, shortened
from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit._words import whole
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.finer import finer_scores
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.objectives.floor import (
    Floor,
    floor_limit,
    floor_word,
    is_floor_word,
)
from pyneuronautofit.optimisers import ParetoArchive

_log = logging.getLogger(__name__)

#: Returns the model values of evaluations: (n_row,) -> (n_row, n_param).
ParametersOf: TypeAlias = Callable[[IntArray], FloatArray]

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


def floor_to_reach(problem: Problem, stop_after: int | str | None) -> FloorGoal | None:
    """Return what ends a search at its noise floor; None where nothing does.

    Raises
    ------
    UsageError
        If that was asked for and the recording has no floor.
    """
    factor = floors_asked(stop_after)
    if factor is None:
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
    return FloorGoal(problem, floor, factor)


class FloorGoal:
    """A noise floor that ends a search as soon as a model is within it in every mode.

    Where steps are adaptive, it has to be within it with finer steps, too (`finer_scores`): a
    search follows what its steps leave. What was found out of a model is kept, and decides nothing:
    a search that is taken up again finds the same anew.

    Parameters
    ----------
    problem
        What is searched; its simulators are open.
    floor
        That of the objective vector.
    factor
        So many floors are enough.
    """

    def __init__(self, problem: Problem, floor: Floor, factor: float) -> None:
        self._problem = problem
        self._floor = floor
        self._factor = factor
        self._only_coarsely: set[int] = set()

    def reached(self, archive: ParetoArchive, parameters_of: ParametersOf) -> str:
        """Say in words that a model is within the floor; empty: none is.

        Whatever is within it is in the archive, or dominated by what is there and within it, too.

        Parameters
        ----------
        parameters_of
            Returns the model values of evaluations, (n_row,) -> (n_row, n_param).
        """
        if not len(archive.rows):
            return ""
        within = archive.rows[self._floor.reached(archive.scores, self._factor)]
        fresh = np.array([row for row in within.tolist() if row not in self._only_coarsely])
        if not len(fresh):
            return ""
        tolerances = self._finely(fresh, parameters_of)
        if not tolerances:
            return ""
        first = min(tolerances)
        known = not math.isnan(tolerances[first])
        finely = f", also with finer steps ({tolerances[first]:g} mV)" if known else ""
        word = "floor" if self._factor == 1 else f"{self._factor:g}floor"
        return (
            f"stopped: evaluation {first} is within {self._words} in every mode{finely} "
            f"(--stop-after {word})"
        )

    def _finely(self, rows: IntArray, parameters_of: ParametersOf) -> dict[int, float]:
        """Return those of these evaluations that are within it with finer steps, too.

        Returns
        -------
        dict
            Evaluation -> the tolerance, mV; nan where there are no such steps, or too many would be
            needed: then the search's are all that there is.
        """
        found = finer_scores(self._problem, parameters_of(rows))
        if found is None:
            return dict.fromkeys(rows.tolist(), math.nan)
        tolerances, known = found.tolerances_mV, ~np.isnan(found.tolerances_mV)
        out = known & ~self._floor.reached(found.scores, self._factor)
        self._note(dict(zip(rows[out].tolist(), tolerances[out].tolist(), strict=True)))
        return dict(zip(rows[~out].tolist(), tolerances[~out].tolist(), strict=True))

    @property
    def _words(self) -> str:
        return "the noise floor" if self._factor == 1 else f"{self._factor:g} noise floors"

    def _note(self, rows: Mapping[int, float]) -> None:
        """Keep evaluations that are within it with the search's steps alone; name the first."""
        if rows and not self._only_coarsely:
            _log.warning(
                "evaluation %d is within %s with the search's steps, and not with finer ones (%g "
                "mV): the search follows what its steps leave, and goes on. A fit with such a "
                "--tolerance finds others",
                min(rows), self._words, rows[min(rows)],
            )  # fmt: skip
        self._only_coarsely.update(rows)
