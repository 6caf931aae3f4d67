"""Which components of a joint fit are whose, and how each cell was scored, as files say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import IntArray, Json

#: The key of a recording's evaluation that has the name of its cell.
CELL = "cell"
#: The key of the whole evaluation that says what the cells share.
CELLS = "cells"
# What is of all cells together, and means nothing for one of them; and what is said otherwise.
_OF_ALL = frozenset({CELL, CELLS, "weights", "target", "beside", "held_out_recordings"})


@dataclass(frozen=True)
class JointComponents:
    """Components of the objective vector that are of one cell.

    Attributes
    ----------
    cell
        Its name.
    places : IntArray, shape (n_own,)
        Of the whole vector.
    markers
        The mode of each.
    """

    cell: str
    places: IntArray
    markers: tuple[str, ...]


def joint_components(
    evaluation: Mapping[str, Json], mode_sizes: Sequence[tuple[str, int]]
) -> list[JointComponents]:
    """Return the components of every cell; none where all are of one.

    Parameters
    ----------
    evaluation
        As result files hold it.
    mode_sizes
        Every mode with the number of its components, recording after recording, the pull last.
    """
    cells = [part[CELL] for _target, part in _parts(evaluation, "beside") if CELL in part]
    n_mode = len(mode_sizes) // len(cells) if cells else 0
    found: dict[str, list[int]] = {}
    markers: list[str] = []
    for number, (code, size) in enumerate(mode_sizes):
        recording = number // n_mode if n_mode else len(cells)
        if recording < len(cells):
            own = found.setdefault(str(cells[recording]), [])
            own += range(len(markers), len(markers) + size)
        markers += [code] * size
    return [
        JointComponents(
            cell, np.array(places, dtype=np.int64), tuple(markers[place] for place in places)
        )
        for cell, places in found.items()
    ]


def evaluations_of_cells(
    evaluation: Mapping[str, Json], target: str | None
) -> dict[str, tuple[str | None, dict[str, Json]]]:
    """Return for every cell its first recording, and how models of it alone are scored.

    Parameters
    ----------
    evaluation, target
        Of all cells, as result files hold them.
    """
    found: dict[str, tuple[str | None, dict[str, Json]]] = {}
    plugged = {key: evaluation[key] for key in ("plugins",) if key in evaluation}
    for key in ("beside", "held_out_recordings"):
        for name, part in _parts(evaluation, key, target):
            cell = part.get(CELL)
            if not isinstance(cell, str):
                continue
            own = {k: v for k, v in part.items() if k not in _OF_ALL}
            if cell not in found and key == "beside":
                found[cell] = name, {**own, **plugged}
            elif cell in found:
                found[cell][1].setdefault(key, []).append({"target": name, **own})
    return found


def cell_recorded(
    evaluation: Mapping[str, Json], target: str | None, recording: str | None = None
) -> str:
    """Return the cell that a recording is of, of None the first one; "" where all are of one.

    Parameters
    ----------
    evaluation, target
        Of all cells, as result files hold them.
    """
    for name, part in _parts(evaluation, "beside", target):
        if recording in (None, name):
            return str(part.get(CELL, ""))
    return ""


def _parts(
    evaluation: Mapping[str, Json], key: str, target: str | None = None
) -> Iterator[tuple[str | None, dict[str, Json]]]:
    """Yield the recordings that are fitted, the first one before them, or those held out."""
    if key == "beside":
        first = {k: v for k, v in evaluation.items() if k not in {key, "held_out_recordings"}}
        yield target, first
    listed = evaluation.get(key)
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict):
            named = each.get("target")
            yield (named if isinstance(named, str) else None), each
