"""The space that a strategy searches: columns with scales, and bounds that may depend on others.

Search coordinates are what operators work on: the logarithm for `log` parameters, the value itself
for the others. A bound may be the value of an earlier parameter, so everything that needs bounds
goes through the columns from left to right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.errors import ParameterError
from pyneuronautofit.space.parameter import Bound, BoundReference, Parameter, Row, parse_parameters
from pyneuronautofit.space.scales import FIXED, LINEAR, LOG10, Scale
from pyneuronautofit.space.table import ParameterTable

_ROUND_OFF = 1e-9


class ParameterSpace:
    """All searched parameters of a model.

    Parameters
    ----------
    parameters
        The columns, in order.
    log_search
        False searches `log` parameters linearly (the flag -L).

    Raises
    ------
    ParameterError
        If a logarithmic parameter can be given a bound that is not positive.
    """

    def __init__(self, parameters: Sequence[Parameter], *, log_search: bool = True) -> None:
        self.parameters = tuple(parameters)
        self.log_search = log_search
        self._scales = tuple(
            LINEAR if p.scale is LOG10 and not log_search else p.scale for p in self.parameters
        )
        self._check_reachable_bounds()

    @classmethod
    def from_rows(cls, rows: Sequence[Row], *, log_search: bool = True) -> Self:
        """Build the space that `param_nslh` declares; see `parse_parameters`."""
        return cls(parse_parameters(rows), log_search=log_search)

    def __len__(self) -> int:
        """Return the number of parameters."""
        return len(self.parameters)

    @property
    def names(self) -> tuple[str, ...]:
        """The first path of every parameter."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def whole(self) -> BoolArray:
        """Which columns hold whole numbers, shape (n_param,)."""
        return np.array([scale.whole for scale in self._scales], dtype=bool)

    def as_rows(self) -> list[list[object]]:
        """Return the rows of `param_nslh`: the header of result files."""
        return [parameter.as_row() for parameter in self.parameters]

    def sample(self, rng: np.random.Generator, n_cand: int) -> FloatArray:
        """Draw candidates uniformly between their bounds.

        Returns
        -------
        FloatArray, shape (n_cand, n_param), search coordinates
        """
        shape = (n_cand, len(self))
        return self.redraw(np.zeros(shape), rng.random(shape), np.ones(shape, dtype=bool))

    def redraw(self, x: FloatArray, unit: FloatArray, chosen: BoolArray) -> FloatArray:
        """Return `x` with the chosen genes drawn anew, and the others within their bounds.

        Parameters
        ----------
        x : FloatArray, shape (n_cand, n_param), search coordinates
        unit : FloatArray, shape (n_cand, n_param), uniform in [0, 1)
        chosen : BoolArray, shape (n_cand, n_param)
        """
        drawn = np.array(x, dtype=np.float64)
        for column, scale in enumerate(self._scales):
            low, high = self._column_bounds(drawn, column)
            kept = np.clip(drawn[:, column], low, high)
            kept = np.clip(np.rint(kept), low, high) if scale.whole else kept
            fresh = np.clip(scale.draw(unit[:, column], low, high), low, high)
            drawn[:, column] = np.where(chosen[:, column], fresh, kept)
        return drawn

    def clip(self, x: FloatArray) -> FloatArray:
        """Return `x` with every gene inside its bounds and whole numbers whole."""
        return self.redraw(x, np.zeros(x.shape), np.zeros(x.shape, dtype=bool))

    @property
    def continuous(self) -> BoolArray:
        """Which parameters can be moved a little: neither whole nor constant, shape (n_param,)."""
        return np.array([not s.whole and s is not FIXED for s in self._scales], dtype=bool)

    @property
    def fixed(self) -> BoolArray:
        """Which parameters are constant, shape (n_param,)."""
        return np.array([scale is FIXED for scale in self._scales], dtype=bool)

    def to_unit(self, x: FloatArray) -> FloatArray:
        """Return where every gene lies between its bounds.

        Parameters
        ----------
        x : FloatArray, shape (n_cand, n_param), search coordinates

        Returns
        -------
        FloatArray, shape (n_cand, n_param), 0 .. 1
            0.5 where the bounds are equal.
        """
        low, high = self.bounds(x)
        # Each whole number has an equal share; this is the middle of it.
        more = np.where(self.whole, 1.0, 0.0)
        span = high - low + more
        with np.errstate(divide="ignore", invalid="ignore"):
            unit = (x - low + more / 2) / span
        return np.clip(np.where(span > 0, unit, 0.5), 0.0, 1.0)

    def from_unit(self, unit: FloatArray) -> FloatArray:
        """Return the search coordinates of what `to_unit` returns."""
        return self.redraw(np.zeros_like(unit), unit, np.ones(unit.shape, dtype=bool))

    def bounds(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the lower and the upper bound of every gene.

        Parameters
        ----------
        x : FloatArray, shape (n_cand, n_param), search coordinates

        Returns
        -------
        low, high : FloatArray, shape (n_cand, n_param), search coordinates, low <= high
        """
        pairs = [self._column_bounds(x, column) for column in range(len(self))]
        low, high = (np.stack(side, axis=1) for side in zip(*pairs, strict=True))
        return low, high

    def model_bounds(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the bounds of one model's parameters, in the units of the model.

        Parameters
        ----------
        values : FloatArray, shape (n_param,), model values

        Returns
        -------
        low, high : FloatArray, shape (n_param,), model values, low <= high
        """
        pairs = [self._model_bounds(values[None], column) for column in range(len(self))]
        low, high = (np.concatenate(side) for side in zip(*pairs, strict=True))
        return low, high

    def to_model(self, x: FloatArray) -> ParameterTable:
        """Turn search coordinates (n_cand, n_param) into the values that the model takes."""
        values = np.empty_like(x, dtype=np.float64)
        for column, scale in enumerate(self._scales):
            first, last = self._column_bounds(x, column)
            low, high = self._model_bounds(values, column)
            coordinate = x[:, column]
            between = np.clip(scale.to_model(coordinate), low, high)
            # 10**log10(b) can miss b by a rounding error: an end is the bound that the user wrote.
            between = np.where(coordinate >= last, high, between)
            values[:, column] = np.where(coordinate <= first, low, between)
        whole = tuple(scale.whole for scale in self._scales)
        return ParameterTable(tuple(p.targets for p in self.parameters), whole, values)

    def from_model(self, values: FloatArray) -> FloatArray:
        """Turn model values (n_cand, n_param) into search coordinates within the bounds."""
        clipped = np.array(values, dtype=np.float64)
        for column in range(len(self)):
            low, high = self._model_bounds(clipped, column)
            clipped[:, column] = np.clip(clipped[:, column], low, high)
        return self.clip(self._columns_to_search(clipped))

    def _columns_to_search(self, values: FloatArray) -> FloatArray:
        columns = [scale.to_search(values[:, c]) for c, scale in enumerate(self._scales)]
        return np.stack(columns, axis=1)

    def _column_bounds(self, x: FloatArray, column: int) -> tuple[FloatArray, FloatArray]:
        scale = self._scales[column]
        parameter = self.parameters[column]
        ends = [
            np.asarray(scale.to_search(self._bound_values(bound, x)))
            for bound in (parameter.low, parameter.high)
        ]
        if scale.code == "con":
            return ends[0], ends[0]
        return _ordered(ends[0], ends[1], scale)

    def _bound_values(self, bound: Bound, x: FloatArray) -> FloatArray:
        """Return a bound as model values, one per candidate of search coordinates `x`."""
        if isinstance(bound, BoundReference):
            return self._scales[bound.column].to_model(x[:, bound.column])
        return np.full(len(x), bound)

    def _model_bounds(self, values: FloatArray, column: int) -> tuple[FloatArray, FloatArray]:
        """Return the bounds of a column as model values, given the model values left of it."""
        parameter = self.parameters[column]
        ends = [
            values[:, bound.column]
            if isinstance(bound, BoundReference)
            else np.full(len(values), bound)
            for bound in (parameter.low, parameter.high)
        ]
        if self._scales[column].code == "con":
            return ends[0], ends[0]
        return _ordered(ends[0], ends[1], self._scales[column])

    def _check_reachable_bounds(self) -> None:
        reach: list[tuple[float, float]] = []
        for number, parameter in enumerate(self.parameters):
            bounds = (parameter.low, parameter.high)
            ends = [
                end
                for bound in (bounds[:1] if parameter.scale is FIXED else bounds)
                for end in (reach[bound.column] if isinstance(bound, BoundReference) else (bound,))
            ]
            if parameter.scale is LOG10 and min(ends) <= 0:
                raise ParameterError(
                    f"param_nslh row {number} ({parameter.name}): a bound of this 'log' parameter "
                    f"can become {min(ends):g}, which has no logarithm; use bounds that stay "
                    "positive, or the scale 'lin'"
                )
            reach.append((min(ends), max(ends)))


def _ordered(one: FloatArray, other: FloatArray, scale: Scale) -> tuple[FloatArray, FloatArray]:
    low, high = np.minimum(one, other), np.maximum(one, other)
    if scale.whole:
        # A bound that is 10**log10(5) may come out a bit above 5; it still means 5.
        low, high = np.ceil(low - _ROUND_OFF), np.floor(high + _ROUND_OFF)
        # A dependent interval may have no whole number in it: then it is the next one.
        high = np.maximum(low, high)
    return low, high
