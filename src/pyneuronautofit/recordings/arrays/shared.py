"""The part that `.npz` and `.json` recordings share: the same keys, with the same meaning."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from pyneuronautofit._text import quoted, shortened
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice, matrix, positive_step
from pyneuronautofit.recordings._channels import refuse_choice
from pyneuronautofit.recordings.selection import RawRecording, raw_of_matrices

#: Arrays that a file must have: `voltage` mV and `current` pA [sweep, sample], `dt` ms.
REQUIRED = ("voltage", "current", "dt")
#: Optional truth value: the current is a command waveform, not a recorded one.
COMMAND = "command"
#: Optional: the command waveform beside a recorded current, pA [sweep, sample].
COMMAND_CURRENT = "command_current"
#: Optional: the sweeps' numbers, ascending; without it they are counted from 0.
NUMBERS = "numbers"
OPTIONAL = (COMMAND, COMMAND_CURRENT, NUMBERS)

# Under these keys model databases and the results of runs have their models.
_OF_MODELS = ("models", "final", "records", "unique", "model", "population")


def require_keys(found: Collection[str], name: str) -> None:
    """Refuse a file that lacks one of the required keys, naming what it has."""
    missing = [key for key in REQUIRED if key not in found]
    models = [key for key in _OF_MODELS if key in found]
    if missing and models:
        raise RecordingError(
            f"{name}: a recording was expected, but this holds models (it has the key "
            f"{models[0]!r}). 'evaluate' and 'simulate' take models first, then the recording; a "
            "fit begins with them by -I."
        )
    if missing:
        raise RecordingError(
            f"{name}: a recording needs the keys {quoted(REQUIRED)} (voltage in mV and current in "
            f"pA [sweep, sample], dt in ms), but {quoted(missing)} missing; the file has "
            f"{quoted(sorted(found))}. Add what is missing."
        )


def refuse_channels(channels: ChannelChoice, name: str) -> None:
    """Refuse a channel choice for a file whose arrays are named by their role."""
    refuse_choice(channels.voltage, channels.current, name, "the arrays voltage and current")


def recording_from(values: Mapping[str, Any], name: str) -> RawRecording:
    """Return the sweeps that these values (required keys present) describe."""
    step = np.asarray(values["dt"])
    if step.size != 1 or step.dtype.kind not in "fiu":
        raise RecordingError(
            f"{name}: dt must be one number, the time between two samples in ms, but it is an "
            f"array of shape {step.shape} and type {step.dtype}. Store a single number."
        )
    command = np.asarray(values.get(COMMAND, False))
    if command.size != 1 or command.dtype.kind != "b":
        raise RecordingError(
            f"{name}: command must be true or false (is the current a command waveform?), but it "
            f"is {values[COMMAND]!r}. Correct it or leave it out."
        )
    is_command = bool(command.item())
    voltage = matrix(values["voltage"], "voltage", name)
    current = matrix(values["current"], "current", name)
    if voltage.shape != current.shape:
        raise RecordingError(
            f"{name}: voltage and current must have the same shape (sweeps, samples), but the "
            f"voltage is {voltage.shape} and the current {current.shape}. Give one current sample "
            "for every voltage sample."
        )
    return raw_of_matrices(
        name,
        voltage,
        current,
        positive_step(step.item(), name),
        _command_current(values, voltage.shape, name),
        numbers=_numbers(values, len(voltage), name),
        current_is_command=is_command,
        channels="voltage from the array voltage (mV), current from the array current (pA)"
        + (", a command waveform" if is_command else ""),
    )


def _command_current(
    values: Mapping[str, Any], shape: tuple[int, ...], name: str
) -> FloatArray | None:
    """Return the command waveform beside a recorded current, if there is one."""
    if values.get(COMMAND_CURRENT) is None:
        return None
    command = matrix(values[COMMAND_CURRENT], COMMAND_CURRENT, name)
    if command.shape != shape:
        raise RecordingError(
            f"{name}: {COMMAND_CURRENT} must have the shape of the current, {shape}, but its shape "
            f"is {command.shape}. Correct it or leave it out."
        )
    return command


def _numbers(values: Mapping[str, Any], n_sweep: int, name: str) -> tuple[int, ...]:
    """Return the numbers of the sweeps."""
    if values.get(NUMBERS) is None:
        return tuple(range(n_sweep))
    found = np.asarray(values[NUMBERS])
    good = found.shape == (n_sweep,) and found.dtype.kind in "iu" and bool((found >= 0).all())
    if not good or not (np.diff(found.astype(np.int64)) > 0).all():
        raise RecordingError(
            f"{name}: {NUMBERS} must be {n_sweep} ascending whole numbers, one for every sweep, "
            f"but it is {shortened(str(values[NUMBERS]))}. Correct it or leave it out."
        )
    return tuple(found.tolist())
