"""The part that `.npz` and `.json` recordings share: the same keys, with the same meaning."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice, matrix, positive_step
from pyneuronautofit.recordings._channels import refuse_choice
from pyneuronautofit.recordings.selection import RawRecording, raw_of_matrices

#: Arrays that a file must have: `voltage` mV and `current` pA [sweep, sample], `dt` ms.
REQUIRED = ("voltage", "current", "dt")
#: Optional truth value: the current is a command waveform, not a recorded one.
COMMAND = "command"

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
        current_is_command=is_command,
        channels="voltage from the array voltage (mV), current from the array current (pA)"
        + (", a command waveform" if is_command else ""),
    )
