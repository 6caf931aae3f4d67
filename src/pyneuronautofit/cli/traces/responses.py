"""Voltages that somebody else has computed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._bounded import (
    DAMAGED,
    allowance_of,
    parse_json,
    read_arrays,
    read_bytes,
)
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import Recording, read_recording

_EXPECTED = (
    "expected .npz or .json with the key voltage [sweep, sample] or [model, sweep, sample] in mV, "
    "or an .abf"
)

# Kinds of arrays: NumPy makes numbers of texts and raw bytes, too, or tries to.
_NUMBERS = "fiu"


def read_responses(name: str, recording: Recording) -> FloatArray:
    """Read voltages to be compared with a recording.

    Returns
    -------
    FloatArray, shape (n_sweep, n_sample) or (n_model, n_sweep, n_sample), mV
        Possibly with fewer or more samples than the recording; nan where a model failed.

    Raises
    ------
    RecordingError
        If the file cannot be read, or its sweeps or step are not the recording's.
    """
    path = Path(name)
    voltage: Any
    step_ms: float | None
    readers = {".npz": _read_npz, ".json": _read_json}
    if path.suffix.lower() in readers:
        voltage, step_ms = readers[path.suffix.lower()](path)
    elif path.suffix.lower() == ".abf":
        answered = read_recording(path)
        voltage, step_ms = answered.voltage_mV, answered.step_ms
    else:
        raise RecordingError(f"the responses {path} have the suffix {path.suffix!r}: {_EXPECTED}")
    return _checked(path, voltage, step_ms, recording)


def _checked(path: Path, voltage: Any, step_ms: float | None, recording: Recording) -> FloatArray:
    try:
        if isinstance(voltage, np.ndarray) and voltage.dtype.kind not in _NUMBERS:
            raise TypeError(voltage.dtype)  # noqa: TRY301 - one message for all that is no number
        mV = np.asarray(voltage, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise RecordingError(
            f"the voltage of {path} is not an array of numbers with sweeps of equal length: "
            f"{_EXPECTED}"
        ) from error
    if mV.ndim not in (2, 3) or not mV.size:
        raise RecordingError(f"the voltage of {path} has the shape {mV.shape}: {_EXPECTED}")
    if mV.shape[-2] != recording.n_sweep:
        raise RecordingError(
            f"{path} has {mV.shape[-2]} sweeps, but the recording {recording.name} has "
            f"{recording.n_sweep}; give one response for every sweep"
        )
    if step_ms is not None and not np.isclose(step_ms, recording.step_ms, rtol=1e-6):
        raise RecordingError(
            f"{path} has a sample every {step_ms:g} ms, but the recording {recording.name} every "
            f"{recording.step_ms:g} ms; resample the responses"
        )
    return mV


def _read_npz(path: Path) -> tuple[Any, float | None]:
    try:
        arrays = read_arrays(path, ("voltage", "dt"), RecordingError)
        if arrays.get("voltage") is None:
            raise RecordingError(f"{path} has no array 'voltage': {_EXPECTED}")
        step = arrays.get("dt")
        return arrays["voltage"], None if step is None else float(step)
    except DAMAGED as error:
        raise RecordingError(f"cannot read the responses {path}: {error}; {_EXPECTED}") from error


def _read_json(path: Path) -> tuple[Any, float | None]:
    try:
        text = read_bytes(path, RecordingError)
        content = parse_json(text, allowance_of(path, len(text), RecordingError))
    except (OSError, ValueError) as error:
        raise RecordingError(f"cannot read the responses {path}: {error}; {_EXPECTED}") from error
    if not isinstance(content, dict) or "voltage" not in content:
        raise RecordingError(f"{path} has no key 'voltage': {_EXPECTED}")
    step = content.get("dt")
    if not isinstance(step, int | float) or abs(step) > sys.float_info.max:
        return content["voltage"], None
    return content["voltage"], float(step)
