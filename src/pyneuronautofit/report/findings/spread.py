"""Where the models' parameters lie between their bounds, and which press on one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.runs import RunReader
from pyneuronautofit.space import Parameter, ParameterSpace
from pyneuronautofit.space.parameter import Bound
from pyneuronautofit.space.scales import FIXED

#: A model presses on a bound from this part of the interval on.
PRESSING_PART = 0.02
#: A parameter does if this part of the models do.
MANY = 0.25
# Points of a chart's strip.
_MOST_POINTS = 150


@dataclass(frozen=True)
class Spread:
    """The distribution of one parameter among the population and the non-dominated models.

    Attributes
    ----------
    parameter
        The column.
    column
        Its number.
    points : FloatArray, shape (n_point,)
        Some of the models, as parts of the interval: 0 is the lower bound, 1 the upper.
    quartiles : FloatArray, shape (3,)
        The same for the quartiles of all models.
    near_low, near_high
        Part of the models within `PRESSING_PART` of a bound.
    """

    parameter: Parameter
    column: int
    points: FloatArray
    quartiles: FloatArray
    near_low: float
    near_high: float

    @property
    def pressing(self) -> str | None:
        """Which bound it presses on: `lower`, `upper`, `both`, or None."""
        low, high = self.near_low >= MANY, self.near_high >= MANY
        if low and high:
            return "both"
        return "lower" if low else "upper" if high else None

    @property
    def bounds(self) -> tuple[str, str]:
        """Both bounds as text, the lower one first where both are numbers."""
        low, high = self.parameter.low, self.parameter.high
        if isinstance(low, float) and isinstance(high, float):
            low, high = min(low, high), max(low, high)
        return _text(low), _text(high)


def _text(bound: Bound) -> str:
    return f"{bound:g}" if isinstance(bound, float) else "(another parameter's value)"


def space_of(run: RunReader) -> ParameterSpace:
    """Return the space that a run searches."""
    return ParameterSpace.from_rows(run.header.parameters, log_search=run.info.log_search)


def in_units(space: ParameterSpace, coordinates: FloatArray) -> FloatArray:
    """Return search coordinates (n_model, n_param) as parts of their intervals.

    nan where an interval has no width: fixed parameters, or a bound that is another's value.
    """
    if not len(coordinates):
        return np.zeros(coordinates.shape)
    low, high = space.bounds(coordinates)
    width = np.where(high > low, high - low, np.nan)
    return np.asarray((coordinates - low) / width)


def bounds_of(space: ParameterSpace, coordinates: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the bounds that models (n_model, n_param) have, as the model's values."""
    low, high = space.bounds(coordinates)
    scales = [parameter.scale for parameter in space.parameters]
    return tuple(  # type: ignore[return-value]
        np.stack([s.to_model(side[:, k]) for k, s in enumerate(scales)], axis=1)
        for side in (low, high)
    )


def spreads(run: RunReader) -> list[Spread]:
    """Return the distribution of every searched parameter; empty without models."""
    if run.last is None:
        return []
    found = run.evaluations(np.unique(np.concatenate([run.archive(), run.last.population])))
    good = np.flatnonzero(np.isfinite(found.scores).all(axis=1))
    space = space_of(run)
    unit = in_units(space, found.coordinates[good])
    return [
        _spread(parameter, column, unit[:, column])
        for column, parameter in enumerate(space.parameters)
        if parameter.scale is not FIXED and np.isfinite(unit[:, column]).any()
    ]


def _spread(parameter: Parameter, column: int, unit: FloatArray) -> Spread:
    values = np.sort(unit[np.isfinite(unit)])
    shown = np.unique(np.linspace(0, len(values) - 1, min(len(values), _MOST_POINTS)).round())
    return Spread(
        parameter,
        column,
        values[shown.astype(np.int64)],
        np.quantile(values, [0.25, 0.5, 0.75]),
        float((values <= PRESSING_PART).mean()),
        float((values >= 1 - PRESSING_PART).mean()),
    )
