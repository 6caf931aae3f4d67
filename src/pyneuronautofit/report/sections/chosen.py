"""Section of the page: the parameters of the chosen model, between their bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from pyneuronautofit._types import FloatArray
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.findings.spread import (
    PRESSING_PART,
    Spread,
    bounds_of,
    in_units,
    space_of,
)
from pyneuronautofit.report.findings.units import units_of_parameters
from pyneuronautofit.report.templating import rendered
from pyneuronautofit.space import Parameter
from pyneuronautofit.space.scales import FIXED, INTEGER, LOG10

#: What the scales are called.
SCALE_WORDS = {"lin": "linear", "log": "log", "int": "whole", "con": "fixed"}
_MOST_TICKS = 12


@dataclass(frozen=True)
class Placed:
    """What is known of a parameter of one model.

    Attributes
    ----------
    value
        The model's.
    bounds
        The lower and the upper one, as the model's values.
    part
        Where it is between them on the scale that is searched, 0 to 1; nan: nowhere.
    """

    value: float
    bounds: tuple[float, float]
    part: float


@dataclass(frozen=True)
class ParameterLine:
    """A parameter of one model as a line of a table.

    Attributes
    ----------
    column
        Which parameter it is.
    paths
        The places that share its value.
    value, low, high
        As text.
    unit
        Theirs; empty where it is not known.
    scale
        How it is searched.
    place
        Where the value lies between the bounds, in per cent of the scale; None: nowhere.
    quartiles
        Where the middle half of the models begins, and how wide it is, per cent; empty: unknown.
    ticks
        Places of powers of ten, per cent.
    bound
        At which bound it is, in words; empty: at none.
    """

    column: int
    paths: tuple[str, ...]
    value: str
    low: str
    high: str
    unit: str
    scale: str
    place: float | None
    quartiles: tuple[float, ...]
    ticks: tuple[float, ...]
    bound: str

    @property
    def said(self) -> str:
        """What its axis shows, for those who cannot see it."""
        at = f", {self.bound}" if self.bound else ""
        return f"{self.place:.0f} % of the way from {self.low} to {self.high}{at}"


def chosen_model(content: Content) -> Markup:
    """Return the section of the chosen model's parameters; nothing without models."""
    listed = content.listed
    if not len(listed):
        return Markup()
    title = listed.titles.get(0)
    return rendered(
        "model.html",
        name=f"Evaluation {listed.rows[0]}{f' ({title})' if title else ''}",
        near=f"{100 * PRESSING_PART:g}",
        rows=lines_of(content, 0),
    )


def lines_of(content: Content, place: int) -> list[ParameterLine]:
    """Return the parameters of one of the models, in their order."""
    run, found = content.run, content.listed.evaluations
    space, units = space_of(run), units_of_parameters(run)
    coordinates = found.coordinates[place : place + 1]
    unit = in_units(space, coordinates)[0]
    low, high = (side[0] for side in bounds_of(space, coordinates))
    by_column = {spread.column: spread for spread in content.spreads}
    lines = []
    for column, parameter in enumerate(space.parameters):
        numbers = Placed(
            float(found.parameters[place, column]),
            (float(low[column]), float(high[column])),
            float(unit[column]),
        )
        lines.append(_line(parameter, column, numbers, units[column], by_column.get(column)))
    return lines


def _line(
    parameter: Parameter, column: int, numbers: Placed, measured: str, spread: Spread | None
) -> ParameterLine:
    unit, scale = numbers.part, parameter.scale
    searched = scale is not FIXED and math.isfinite(unit)
    low, high = (short(bound) for bound in numbers.bounds) if scale is not FIXED else ("", "")
    quartiles: tuple[float, ...] = ()
    if spread is not None:
        first, _middle, last = spread.quartiles
        quartiles = (round(100 * first, 2), round(100 * (last - first), 2))
    return ParameterLine(
        column=column,
        paths=tuple(path.text for path in parameter.targets),
        value=short(numbers.value, 6),
        low=low,
        high=high,
        unit=measured,
        scale=SCALE_WORDS[scale.code],
        place=round(100 * min(max(unit, 0.0), 1.0), 2) if searched else None,
        quartiles=quartiles,
        ticks=decades(numbers.bounds) if searched and scale is LOG10 else (),
        bound=bound_in_words(unit, whole=scale is INTEGER) if searched else "",
    )


def short(value: float, digits: int = 5) -> str:
    """Return a number with so many digits."""
    return f"{value:.{digits}g}"


def bound_in_words(unit: float, *, whole: bool = False) -> str:
    """Say at which bound a value is, by its part of the interval; empty: at none."""
    # Of few whole numbers the first and the last are no sign of anything but themselves.
    near = 0.0 if whole else PRESSING_PART
    if unit <= near:
        return "at the lower bound"
    return "at the upper bound" if unit >= 1 - near else ""


def decades(bounds: Sequence[float] | FloatArray) -> tuple[float, ...]:
    """Return where the powers of ten between two positive bounds lie, in per cent of the way."""
    low, high = np.log10(bounds)
    if not high > low:
        return ()
    powers = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    inside = [round(100 * (power - low) / (high - low), 2) for power in powers]
    inside = [place for place in inside if 0 < place < 100]
    return tuple(inside[:: -(-len(inside) // _MOST_TICKS)]) if inside else ()
