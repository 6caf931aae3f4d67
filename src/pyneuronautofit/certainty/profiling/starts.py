"""Where a fit begins while one parameter is held: what its neighbours say about the others.

Where parameters make up for each other a good model lies along a valley. To take a neighbour's
values and to change the held one alone would leave the valley, and a fit from there may end
elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray


@dataclass(frozen=True)
class FitStart:
    """A point at which a fit may begin.

    Attributes
    ----------
    unit : FloatArray, shape (n_param,), 0 .. 1
    near
        Which value of the held parameter it was made from.
    """

    unit: FloatArray
    near: float


def starts_at(
    value: float, known: Mapping[float, FloatArray], column: int, tangent: FloatArray
) -> list[FitStart]:
    """Return where a fit may begin whose held parameter has a value.

    At its neighbours; where the lines through each two of them on one side lead; and between them.

    Parameters
    ----------
    value
        Of the unit cube.
    known
        Value of the held parameter -> the point (n_param,) that was found there.
    column
        The held parameter's.
    tangent : FloatArray, shape (n_param,)
        How the others change with the held one, where there is but one point.
    """
    below = sorted(at for at in known if at < value)[::-1]
    above = sorted(at for at in known if at > value)
    starts = []
    for side in (below, above):
        if side:
            near = known[side[0]]
            starts.append(FitStart(near, side[0]))
            along = _line(side, known) if len(side) > 1 else tangent
            starts.append(FitStart(near + along * (value - side[0]), side[0]))
    if below and above:
        part = (value - below[0]) / (above[0] - below[0])
        between = (1.0 - part) * known[below[0]] + part * known[above[0]]
        starts.append(FitStart(between, below[0] if part < 0.5 else above[0]))
    return [FitStart(_held(start.unit, column, value), start.near) for start in starts]


def _line(side: Sequence[float], known: Mapping[float, FloatArray]) -> FloatArray:
    """Return the slope of the line through the two points that are next."""
    return (known[side[0]] - known[side[1]]) / (side[0] - side[1])


def _held(unit: FloatArray, column: int, value: float) -> FloatArray:
    point = np.clip(unit, 0.0, 1.0)
    point[column] = value
    return point
