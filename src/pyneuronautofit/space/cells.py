"""Parameters of several cells that are searched together: some shared, the others one per cell.

What is declared for one cell (`param_nslh`) becomes the declaration of all: a shared parameter
stays one column, a private one becomes a column for every cell, with the cell's name behind its
paths: `soma.L@young`, `soma.L@old`. A bound that is another parameter's value is that of the
same cell.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.errors import ParameterError
from pyneuronautofit.space.parameter import BoundReference, Parameter, Row
from pyneuronautofit.space.paths import OF_CELL
from pyneuronautofit.space.scales import FIXED
from pyneuronautofit.space.space import ParameterSpace
from pyneuronautofit.space.table import ParameterTable


@dataclass(frozen=True)
class CellColumns:
    """Which columns of the whole space are one cell's.

    Attributes
    ----------
    cell
        Its name.
    columns : IntArray, shape (n_own,)
        Of the whole space, in the order in which the model declares them.
    space
        The cell's own: its paths are those of the cell alone.
    """

    cell: str
    columns: IntArray
    space: ParameterSpace

    def values(self, parameters: FloatArray) -> FloatArray:
        """Return the cell's model values (n_cand, n_own) of those of all (n_cand, n_param)."""
        return np.ascontiguousarray(parameters[:, self.columns])


def table_of(space: ParameterSpace, parameters: FloatArray) -> ParameterTable:
    """Return model values (n_cand, n_param) with the places in a cell that they are of."""
    targets = tuple(parameter.targets for parameter in space.parameters)
    return ParameterTable(targets, tuple(space.whole.tolist()), parameters)


def cells_in(space: ParameterSpace) -> tuple[str, ...]:
    """Return the names of the cells that parameters are of, in their order; of one cell none."""
    return tuple(dict.fromkeys(p.targets[0].cell for p in space.parameters if p.targets[0].cell))


def joint_rows(
    parameters: Sequence[Parameter], cells: Sequence[str], private: Collection[str]
) -> list[Row]:
    """Return the rows that declare the parameters of several cells.

    Parameters
    ----------
    parameters
        Those of one cell.
    cells
        The names of the cells.
    private
        The names of the parameters that each cell has for itself. Constants need not be among them:
        one is private if its value is that of a private parameter.

    Raises
    ------
    ParameterError
        If a shared parameter has a bound that is the value of a private one.
    """
    own = {parameter.name for parameter in parameters if parameter.name in private}
    rows: list[Row] = []
    for parameter in parameters:
        referred = _referred(parameter, parameters, own)
        if parameter.scale is FIXED and (parameter.name not in own or not referred):
            # The same number for all, unless it is a number of one of them.
            own = own | {parameter.name} if referred else own - {parameter.name}
        if parameter.name not in own:
            if referred:
                raise ParameterError(
                    f"{parameter.name} is shared by the cells, but its bound is the value of "
                    f"{referred}, which each cell has for itself: share both, or none"
                )
            rows.append(parameter.as_row())
            continue
        rows += [_row_of(parameter, parameters, cell, own) for cell in cells]
    return rows


def cell_columns(space: ParameterSpace, cell: str) -> CellColumns:
    """Return which columns of a space are one cell's, and the space of that cell alone."""
    chosen = [
        (column, parameter)
        for column, parameter in enumerate(space.parameters)
        if parameter.targets[0].cell in {"", cell}
    ]
    rows = [_plain_row(parameter) for _column, parameter in chosen]
    columns = np.array([column for column, _parameter in chosen], dtype=np.int64)
    own = ParameterSpace.from_rows(rows, log_search=space.log_search)
    return CellColumns(cell, columns, own)


def groups_of(space: ParameterSpace) -> dict[str, IntArray]:
    """Return the columns of every private parameter that is searched, a column for each cell.

    Returns
    -------
    dict
        Name in the cell -> IntArray, shape (n_cell,).
    """
    found: dict[str, list[int]] = {}
    for column, parameter in enumerate(space.parameters):
        if parameter.targets[0].cell and parameter.scale is not FIXED:
            found.setdefault(parameter.targets[0].plain, []).append(column)
    return {name: np.array(columns, dtype=np.int64) for name, columns in found.items()}


def _referred(parameter: Parameter, parameters: Sequence[Parameter], own: Collection[str]) -> str:
    """Return the private parameter that a bound refers to; empty where none does."""
    bounds = (parameter.low, parameter.high)
    names = [parameters[b.column].name for b in bounds if isinstance(b, BoundReference)]
    return next((name for name in names if name in own), "")


def _row_of(
    parameter: Parameter, parameters: Sequence[Parameter], cell: str, own: Collection[str]
) -> Row:
    names, scale, *bounds = parameter.as_row()
    texts = [names] if isinstance(names, str) else list(names)  # type: ignore[call-overload]
    written = [
        f"{bound.name}{OF_CELL}{cell}"
        if isinstance(bound, BoundReference) and parameters[bound.column].name in own
        else text
        for bound, text in zip((parameter.low, parameter.high), bounds, strict=True)
    ]
    return [[f"{text}{OF_CELL}{cell}" for text in texts], scale, *written]


def _plain_row(parameter: Parameter) -> Row:
    _names, scale, *bounds = parameter.as_row()
    written = [b.partition(OF_CELL)[0] if isinstance(b, str) else b for b in bounds]
    names = [target.plain for target in parameter.targets]
    return [names[0] if len(names) == 1 else names, scale, *written]
