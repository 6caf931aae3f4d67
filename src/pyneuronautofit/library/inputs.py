"""The recordings and the model of a call, as the files that a run knows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from pyneuronautofit._text import shortened
from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.fitting import split_word
from pyneuronautofit.library.cell_model import CellModel
from pyneuronautofit.models import PROJECT_FILE
from pyneuronautofit.recordings import Recording, read_sweeps, write_npz

#: A recording, or the name of its file.
RecordingLike: TypeAlias = Recording | Path | str

_DIGITS = 8


def recording_words(recordings: RecordingLike | Sequence[RecordingLike], folder: Path) -> list[str]:
    """Return the names of the files of recordings; arrays are written into a folder first.

    Raises
    ------
    UsageError
        If something is no recording.
    OutputError
        If a file cannot be written.
    """
    if isinstance(recordings, Recording | Path | str):
        recordings = [recordings]
    if not isinstance(recordings, Sequence) or not recordings:
        raise UsageError(
            f"expected a recording, or a list of them, found {shortened(repr(recordings))}. Read "
            "one with read_recording(path), or make one with Recording.from_arrays(...)"
        )
    return [_word(each, folder) for each in recordings]


def recordings_of(
    recordings: RecordingLike | Sequence[RecordingLike] | None, cells: Any, folder: Path
) -> dict[str, Any]:
    """Return the options of a run that say what is fitted: field -> value.

    Parameters
    ----------
    recordings
        Those of one cell.
    cells
        Name of a cell -> its recordings, where there are several; None: there are not.
    folder
        Where arrays are written.

    Raises
    ------
    UsageError
        If both are given, or none, or something is no recording.
    OutputError
        If a file cannot be written.
    """
    if cells is None:
        if recordings is None:
            raise UsageError("expected a recording, or a list of them, as the first argument")
        first, *beside = recording_words(recordings, folder)
        return {"recording": first, "beside": tuple(beside)}
    if recordings is not None:
        raise UsageError("recordings and cells were given: leave out one of them")
    if not isinstance(cells, Mapping) or not cells:
        raise UsageError(
            f"cells={shortened(repr(cells))}: expected a dict of names of cells with the "
            "recordings of each, such as {'young': ['a.abf', 'b.abf'], 'old': 'c.abf'}"
        )
    words = [
        (str(cell), word) for cell, own in cells.items() for word in recording_words(own, folder)
    ]
    first, *beside = (word for _cell, word in words)
    named = tuple(f"{cell}={split_word(word)[0].name}" for cell, word in words)
    return {"recording": first, "beside": tuple(beside), "cells": named}


def texts_of(value: Any, name: str) -> tuple[str, ...]:
    """Return a text, or several; `name` is the keyword's, for messages."""
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, Sequence) or not all(isinstance(each, str) for each in texts):
        raise UsageError(
            f"{name}={shortened(repr(value))}: expected the name of a parameter, or a list of them"
        )
    return tuple(texts)


def _word(recording: RecordingLike, folder: Path) -> str:
    if isinstance(recording, Path | str):
        return str(recording)
    if not isinstance(recording, Recording):
        raise UsageError(
            f"expected a recording, found {shortened(repr(recording))}. Read one with "
            "read_recording(path), or make one with Recording.from_arrays(...)"
        )
    return str(_written(recording, folder))


def _written(recording: Recording, folder: Path) -> Path:
    """Return the file of a recording, which is called after what is in it."""
    path = folder / f"{Path(recording.name).stem}-{_digest(recording)}.npz"
    if path.is_file() and _is_same(recording, read_sweeps(path).recording):
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder {folder}: {error.strerror}. Give another one with output="
        ) from error
    write_npz(path, recording)
    return path


def _digest(recording: Recording) -> str:
    found = hashlib.sha256(repr((recording.step_ms, recording.current_is_command)).encode())
    found.update(repr((recording.voltage_mV.shape, recording.numbers)).encode())
    for values in (recording.voltage_mV, recording.current_pA, recording.command_pA):
        found.update(b"-" if values is None else values.tobytes())
    return found.hexdigest()[:_DIGITS]


def _is_same(one: Recording, other: Recording) -> bool:
    return _digest(one) == _digest(other)


def project_of(model: Any, parameters: Any, folder: Path) -> str | None:
    """Return the project file of a model; None: what a run has without one.

    Parameters
    ----------
    model
        A `CellModel`; a class, with `parameters`; a project file or its folder; or None.
    parameters
        Rows of the searched parameters, for a class.
    folder
        Where a project is written that a class becomes.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    if isinstance(model, CellModel):
        _refuse_parameters(parameters, "the model has its own")
        return str(model.write_project(folder) / PROJECT_FILE)
    if isinstance(model, Path | str):
        _refuse_parameters(parameters, "the project file has its own")
        return str(model)
    if model is None:
        _refuse_parameters(parameters, "they belong to a cell class, which is not given")
        return None
    if not callable(model):
        raise UsageError(
            f"the model is {shortened(repr(model))}; expected a cell class (with a list of "
            "parameters behind it), a CellModel, or the path of a project file"
        )
    if parameters is None:
        raise UsageError(
            f"the cell {getattr(model, '__name__', model)!s} needs a list of parameters behind it: "
            "rows of (name, scale, low, high), such as ('soma.L', 'lin', 10, 40)"
        )
    return str(CellModel(model, parameters).write_project(folder) / PROJECT_FILE)


def _refuse_parameters(parameters: Any, why: str) -> None:
    if parameters is not None:
        raise UsageError(f"parameters were given, but {why}; leave them out")
