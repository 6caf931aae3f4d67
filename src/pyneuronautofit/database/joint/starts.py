"""Models that were fitted to each cell by itself, put together to begin a joint fit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.database.models import StoredModel, StoredModels
from pyneuronautofit.space import ParameterSpace, cell_columns, cells_in


def put_together(
    stored: StoredModels, space: ParameterSpace, of_recording: Mapping[str, str]
) -> FloatArray | None:
    """Return models of all cells, made of models of one each.

    The first models of every cell make the first one, and so on; of a cell that has fewer they are
    taken again. Private parameters are those of the cell's model. Shared ones are the mean of all
    cells' on the scale that is searched.

    Parameters
    ----------
    stored
        Models, each with the recording that it was fitted to.
    space
        That of all cells.
    of_recording
        Name of a recording -> name of its cell.

    Returns
    -------
    FloatArray, shape (n_model, n_param), model values; or None
        nan where a model has no value. None if there are cells without any models of their own.
    """
    cells = cells_in(space)
    own: dict[str, list[StoredModel]] = {cell: [] for cell in cells}
    for model in stored.models:
        cell = of_recording.get(model.target or "")
        if cell is not None:
            own[cell].append(model)
    if not all(own.values()):
        return None
    n_model = max(map(len, own.values()))
    sums, n_cell = np.zeros((n_model, len(space))), np.zeros(len(space))
    for cell in cells:
        columns = cell_columns(space, cell)
        chosen = tuple(own[cell][number % len(own[cell])] for number in range(n_model))
        values = StoredModels(chosen, None).values_for(columns.space)
        sums[:, columns.columns] += columns.space.from_model(values)
        n_cell[columns.columns] += 1
    return np.asarray(space.to_model(space.clip(sums / n_cell)).values)
