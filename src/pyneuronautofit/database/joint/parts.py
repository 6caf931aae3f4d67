"""What of a run is about each of its cells: columns, components, recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import IntArray, Json
from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import RunReader, evaluations_of_cells, joint_components
from pyneuronautofit.space import ParameterSpace, cell_columns, cells_in


@dataclass(frozen=True)
class RunPart:
    """What of a run's models is about one cell.

    Attributes
    ----------
    cell
        Its name; "" where all is about one.
    columns : IntArray, shape (n_own,)
        Its parameters, of all.
    space
        They by themselves: their paths are those in the cell.
    components : IntArray, shape (n_component,)
        Its components of the objective vector.
    markers
        The mode of each of these.
    target
        The recording that it was fitted to, of several the first.
    evaluation
        How models of it alone are scored, as files hold it.
    """

    cell: str
    columns: IntArray
    space: ParameterSpace
    components: IntArray
    markers: tuple[str, ...]
    target: str
    evaluation: Json


def parts_of(run: RunReader) -> list[RunPart]:
    """Return what of a run is about each of its cells; one part where there is but one.

    Raises
    ------
    RunError
        If its head does not say which recording is of which cell.
    """
    header = run.header
    space = ParameterSpace.from_rows(header.parameters, log_search=run.info.log_search)
    cells = cells_in(space)
    if not cells:
        everything = np.arange(len(space)), space, np.arange(len(header.markers)), header.markers
        return [RunPart("", *everything, header.target, header.evaluation)]
    components = {
        each.cell: each for each in joint_components(header.evaluation, run.info.mode_sizes)
    }
    evaluations = evaluations_of_cells(header.evaluation, header.target)
    found = []
    for cell in cells:
        if cell not in components or cell not in evaluations:
            raise RunError(
                f"{run.path}: its head does not say which recording is of the cell {cell}. The "
                "store was changed; restore it from a copy"
            )
        own, (target, evaluation) = cell_columns(space, cell), evaluations[cell]
        places = components[cell].places
        markers = components[cell].markers
        found.append(
            RunPart(cell, own.columns, own.space, places, markers, target or "", evaluation)
        )
    return found
