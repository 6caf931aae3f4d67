"""How a parameter is searched: linearly, as its logarithm, in whole numbers, or not at all.

A scale is an object with two maps, between the value that the model is given and the coordinate
that the search works in, and with the rule for drawing from an interval of search coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._registry import table_by
from pyneuronautofit._types import FloatArray


def _same(values: FloatArray) -> FloatArray:
    return values


def _power_of_ten(values: FloatArray) -> FloatArray:
    return np.power(10.0, values)


def _between(unit: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    return low + unit * (high - low)


def _whole_between(unit: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    # Every whole number of low..high gets an equal share of the unit interval.
    return np.minimum(np.floor(low + unit * (high - low + 1.0)), high)


def _at_low(_unit: FloatArray, low: FloatArray, _high: FloatArray) -> FloatArray:
    return low.copy()


@dataclass(frozen=True)
class Scale:
    """One way to search a parameter.

    Attributes
    ----------
    code
        The word in `param_nslh`.
    to_search, to_model
        Maps between the model's value and the search coordinate; inverse to each other.
    draw
        (unit, low, high) -> search coordinate, `unit` uniform in [0, 1).
    whole
        True where only whole numbers are allowed.
    """

    code: str
    to_search: Callable[[FloatArray], FloatArray]
    to_model: Callable[[FloatArray], FloatArray]
    draw: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
    whole: bool = False


LINEAR = Scale("lin", _same, _same, _between)
LOG10 = Scale("log", np.log10, _power_of_ten, _between)
INTEGER = Scale("int", _same, np.rint, _whole_between, whole=True)
FIXED = Scale("con", _same, _same, _at_low)

#: Every scale by its word in `param_nslh`.
SCALES = table_by(lambda scale: scale.code, (LINEAR, LOG10, INTEGER, FIXED))
