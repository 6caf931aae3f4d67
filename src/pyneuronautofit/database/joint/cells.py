"""Models of several cells that were fitted together: as many models of one cell each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pyneuronautofit._types import Json
from pyneuronautofit.database.models import JOINT, StoredModel, StoredModels
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.runs import evaluations_of_cells
from pyneuronautofit.space.paths import OF_CELL


def cells_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the cells that parameters are of, in their order; of one cell none."""
    found = (name.partition(OF_CELL)[2] for name in names)
    return tuple(dict.fromkeys(cell for cell in found if cell))


def of_cell(values: Mapping[str, float], cell: str) -> dict[str, float]:
    """Return what a model of several cells says about one: path in the cell -> value."""
    parts = ((name.partition(OF_CELL), value) for name, value in values.items())
    return {plain: value for (plain, _at, own), value in parts if own in {"", cell}}


def by_cell(stored: StoredModels) -> StoredModels:
    """Return the models with each of those that are of several cells as one for every cell.

    Model k of n cells becomes the models n k to n k + n - 1, in the order of the cells. Each has
    the recording of its cell, and how that was scored. Where all models are of one cell, nothing
    is changed.
    """
    names = [name for model in stored.models for name in model.parameters]
    cells = cells_of(names)
    if not cells:
        return stored
    found = [
        _of_one(model, cell, model.number * len(cells) + place)
        for model in stored.models
        for place, cell in enumerate(cells)
    ]
    return replace(stored, models=tuple(found))


def refuse_several(stored: StoredModels, where: str) -> None:
    """Raise DatabaseError where models are of several cells, for tools that know one.

    Parameters
    ----------
    where
        The file, for messages.
    """
    cells = cells_of([name for model in stored.models for name in model.parameters])
    if cells:
        raise DatabaseError(f"{where}: {JOINT}. They are of the cells {', '.join(cells)}")


def _of_one(model: StoredModel, cell: str, number: int) -> StoredModel:
    evaluation: Mapping[str, Json] | None = model.evaluation
    target = model.target
    if evaluation is not None:
        target, evaluation = evaluations_of_cells(evaluation, target).get(cell, (target, None))
    return StoredModel(number, of_cell(model.parameters, cell), target, evaluation)
