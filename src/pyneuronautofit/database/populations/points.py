"""Models of runs and databases as points in one space, scaled by the parameters' ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pyneuronautofit._text import shortened
from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.space import BoundReference, Parameter
from pyneuronautofit.space.scales import FIXED, LOG10


@dataclass(frozen=True)
class ModelPoints:
    """Models of one source or of several.

    Attributes
    ----------
    parameters
        The searched ones.
    coordinates : FloatArray, shape (n_model, n_param)
        Values, or their decimal logarithms for `log` parameters.
    low, high : FloatArray, shape (n_param,)
        Between which coordinates they were searched; of several sources the widest.
    sources
        Names of runs and databases.
    source : IntArray, shape (n_model,)
        Which of them every model is from.
    numbers : IntArray, shape (n_model,)
        The number of its evaluation in a run, its id in a database.
    cells
        Names of the recordings that models were fitted to.
    cell : IntArray, shape (n_model,)
        Which of them each was fitted to.
    sums : mapping of str to FloatArray, shape (n_model,)
        Mode -> the sum of its components; only modes that all sources have.
    totals : FloatArray, shape (n_model,)
        The weighted sum of all components; nan where nobody says.
    """

    parameters: tuple[Parameter, ...]
    coordinates: FloatArray
    low: FloatArray
    high: FloatArray
    sources: tuple[str, ...]
    source: IntArray
    numbers: IntArray
    cells: tuple[str, ...]
    cell: IntArray
    sums: Mapping[str, FloatArray]
    totals: FloatArray

    def __len__(self) -> int:
        """Return the number of models."""
        return len(self.coordinates)

    @cached_property
    def unit(self) -> FloatArray:
        """The coordinates as parts of the ranges, shape (n_model, n_param); 0.5 without a range."""
        width = self.high - self.low
        with np.errstate(divide="ignore", invalid="ignore"):
            unit = (self.coordinates - self.low) / width
        return np.asarray(np.where(width > 0, unit, 0.5))

    def values(self) -> FloatArray:
        """Return the values that models are given, shape (n_model, n_param)."""
        is_log = np.array([parameter.scale is LOG10 for parameter in self.parameters], dtype=bool)
        return np.where(
            is_log, np.power(10.0, np.where(is_log, self.coordinates, 0.0)), self.coordinates
        )

    def take(self, rows: IntArray) -> ModelPoints:
        """Return some of the models, in this order."""
        return replace(
            self,
            coordinates=self.coordinates[rows],
            source=self.source[rows],
            numbers=self.numbers[rows],
            cell=self.cell[rows],
            sums={code: values[rows] for code, values in self.sums.items()},
            totals=self.totals[rows],
        )


def searched(parameters: Sequence[Parameter]) -> list[int]:
    """Return the columns of the parameters that are searched at all."""
    return [k for k, parameter in enumerate(parameters) if parameter.scale is not FIXED]


def coordinates_of(
    parameters: Sequence[Parameter], values: FloatArray, numbers: IntArray, name: str
) -> FloatArray:
    """Return model values (n_model, n_param) as coordinates.

    Raises
    ------
    DatabaseError
        If a value of a `log` parameter has no logarithm; `numbers` and `name` say whose it is.
    """
    coordinates = np.array(values, dtype=np.float64)
    for column, parameter in enumerate(parameters):
        if parameter.scale is not LOG10:
            continue
        low = np.flatnonzero(~(values[:, column] > 0))
        if len(low):
            raise DatabaseError(
                f"{name}, model {numbers[low[0]]}: the 'log' parameter {parameter.name} is "
                f"{values[low[0], column]:g}, which has no logarithm; correct the value, or the "
                "scale in the header"
            )
        coordinates[:, column] = np.log10(values[:, column])
    return coordinates


def reach_of(parameters: Sequence[Parameter]) -> tuple[FloatArray, FloatArray]:
    """Return between which coordinates parameters can be, each of shape (n_param,).

    Where a bound is another parameter's value, all values count that this can have.
    """
    reach: list[tuple[float, float]] = []
    for parameter in parameters:
        ends = [
            end
            for bound in (parameter.low, parameter.high)
            for end in (reach[bound.column] if isinstance(bound, BoundReference) else (bound,))
        ]
        reach.append((min(ends), max(ends)))
    found = np.array(reach, dtype=np.float64).reshape(-1, 2)
    is_log = np.array([parameter.scale is LOG10 for parameter in parameters], dtype=bool)
    found[is_log] = np.log10(found[is_log])
    return found[:, 0], found[:, 1]


def joined(points: Sequence[ModelPoints]) -> ModelPoints:
    """Return the models of several sources.

    Raises
    ------
    DatabaseError
        If they do not have the same parameters on the same scales.
    """
    first = points[0]
    for other in points[1:]:
        _check_alike(first, other)
    cells = tuple(dict.fromkeys(name for each in points for name in each.cells))
    sources = tuple(dict.fromkeys(name for each in points for name in each.sources))
    codes = [code for code in first.sums if all(code in each.sums for each in points)]
    return ModelPoints(
        parameters=first.parameters,
        coordinates=np.concatenate([each.coordinates for each in points]),
        low=np.min([each.low for each in points], axis=0),
        high=np.max([each.high for each in points], axis=0),
        sources=sources,
        source=np.concatenate([_places(each.sources, sources)[each.source] for each in points]),
        numbers=np.concatenate([each.numbers for each in points]),
        cells=cells,
        cell=np.concatenate([_places(each.cells, cells)[each.cell] for each in points]),
        sums={code: np.concatenate([each.sums[code] for each in points]) for code in codes},
        totals=np.concatenate([each.totals for each in points]),
    )


def _places(names: Sequence[str], among: Sequence[str]) -> IntArray:
    return np.array([among.index(name) for name in names], dtype=np.int64)


def _check_alike(first: ModelPoints, other: ModelPoints) -> None:
    mine, theirs = ([(p.name, p.scale.code) for p in each.parameters] for each in (first, other))
    if mine == theirs:
        return
    lacking = [name for name in mine if name not in theirs]
    more = [name for name in theirs if name not in mine]
    which = " and ".join(f"{name} ({scale})" for name, scale in (lacking or more)[:1])
    who = first.sources[0] if lacking else other.sources[0]
    said = f"{which} is searched in {shortened(who)} alone" if which else "their order differs"
    raise DatabaseError(
        f"{first.sources[0]} and {other.sources[0]} cannot be compared: they have other "
        f"parameters ({said}). Give sources of one model, with the same names and scales"
    )
