"""What is side by side of several runs: their course, their best models, parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.fitting.outcome.counted import mode_codes
from pyneuronautofit.report.comparison.common import CommonModes
from pyneuronautofit.report.findings.choice import Listed, list_models
from pyneuronautofit.report.findings.course import SearchCourse, follow
from pyneuronautofit.report.findings.spread import space_of
from pyneuronautofit.report.findings.units import units_of_parameters
from pyneuronautofit.runs import RunReader
from pyneuronautofit.space.scales import FIXED, LOG10


@dataclass(frozen=True)
class ComparedRun:
    """What is known of one of the runs.

    Attributes
    ----------
    label
        A letter.
    run
        It, open.
    course
        How its search went.
    listed
        Its models.
    columns : IntArray, shape (n_mode,)
        Which of its modes the common ones are.
    """

    label: str
    run: RunReader
    course: SearchCourse
    listed: Listed
    columns: IntArray

    @property
    def seconds(self) -> FloatArray:
        """Time of computing at the generations of the course, s."""
        all_of_them = np.array([generation.seconds for generation in self.run.generations])
        return all_of_them[self.course.generation] if len(all_of_them) else np.zeros(0)

    @property
    def best(self) -> FloatArray:
        """The smallest sum of every common mode so far, shape (n_shown, n_mode)."""
        return self.course.best[:, self.columns]

    @property
    def compromise(self) -> FloatArray | None:
        """The sums of the compromise, shape (n_mode,); None without a model."""
        return self.listed.sums[0, self.columns] if len(self.listed) else None


def compared(run: RunReader, label: str, common: CommonModes) -> ComparedRun:
    """Return what is known of a run; raises RunError if its store is damaged."""
    codes = mode_codes(run)
    columns = np.array([codes.index(code) for code in common.codes])
    course = follow(run)
    return ComparedRun(label, run, course, list_models(run, course.leader), columns)


@dataclass(frozen=True)
class ComparedParameter:
    """A parameter in several runs.

    Attributes
    ----------
    name, unit
        What it is; the unit is empty where it is not known.
    values
        That of each run's compromise; None where a run has none.
    places
        Where these are between the bounds, in per cent; None where they cannot be shown.
    low, high
        The widest bounds of all runs, as text; empty where they are others' values.
    scale
        How it is searched; several words where runs do it differently.
    """

    name: str
    unit: str
    values: tuple[float | None, ...]
    places: tuple[float | None, ...]
    low: str
    high: str
    scale: str


def compared_parameters(runs: Sequence[ComparedRun]) -> list[ComparedParameter]:
    """Return all parameters of all runs, in the order in which they come."""
    tables = [_table(each) for each in runs]
    names = list(dict.fromkeys(name for table in tables for name in table))
    return [_compared(name, [table.get(name) for table in tables]) for name in names]


@dataclass(frozen=True)
class _Searched:
    """A parameter of one run."""

    value: float | None
    low: float
    high: float
    scale: str
    unit: str


def _table(each: ComparedRun) -> Mapping[str, _Searched]:
    space, units = space_of(each.run), units_of_parameters(each.run)
    found = {}
    for column, parameter in enumerate(space.parameters):
        bounds = [b if isinstance(b, float) else math.nan for b in (parameter.low, parameter.high)]
        parameters = each.listed.evaluations.parameters
        value = float(parameters[0, column]) if len(each.listed) else None
        found[parameter.name] = _Searched(
            value, float(np.min(bounds)), float(np.max(bounds)), parameter.scale.code, units[column]
        )
    return found


def _compared(name: str, found: Sequence[_Searched | None]) -> ComparedParameter:
    there = [each for each in found if each is not None]
    # nan if that of one run is another parameter's value.
    low = float(np.min([each.low for each in there]))
    high = float(np.max([each.high for each in there]))
    scales = list(dict.fromkeys(each.scale for each in there))
    values = tuple(None if each is None else each.value for each in found)
    is_known = math.isfinite(low) and math.isfinite(high) and scales != [FIXED.code]
    log = scales == [LOG10.code]
    places = [
        _place(value, low, high, log=log) if is_known and value is not None else None
        for value in values
    ]
    return ComparedParameter(
        name=name,
        unit=there[0].unit,
        values=values,
        places=tuple(places),
        low=f"{low:.5g}" if is_known else "",
        high=f"{high:.5g}" if is_known else "",
        scale=", ".join(scales),
    )


def _place(value: float, low: float, high: float, *, log: bool) -> float | None:
    if not high > low:
        return None
    if log:
        value, low, high = (math.log10(each) for each in (value, low, high))
    return round(100 * min(max((value - low) / (high - low), 0.0), 1.0), 2)
