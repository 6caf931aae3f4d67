"""NumPy archives: the arrays `voltage`, `current`, `dt`, and others that may be there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._atomic import replacing
from pyneuronautofit._bounded import DAMAGED, read_arrays
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice, Recording
from pyneuronautofit.recordings.arrays import shared
from pyneuronautofit.recordings.selection import RawRecording


@dataclass(frozen=True)
class NpzReader:
    """Reads `.npz` files."""

    name: str = "NumPy archive"
    suffixes: tuple[str, ...] = (".npz",)

    def recognises(self, head: bytes) -> bool:
        """Whether the file is a zip archive."""
        return head.startswith(b"PK\x03\x04")

    def read(self, path: Path, channels: ChannelChoice) -> RawRecording:
        """Read the arrays of the archive."""
        shared.refuse_channels(channels, path.name)
        values = _load(path)
        shared.require_keys(values, path.name)
        return shared.recording_from(values, path.name)


def _load(path: Path) -> dict[str, Any]:
    """Return the arrays that a recording is made of, as far as the archive has them."""
    try:
        # Others are named, for the message about missing keys, but not read.
        return read_arrays(path, (*shared.REQUIRED, *shared.OPTIONAL), RecordingError)
    except DAMAGED as error:
        raise RecordingError(
            f"{path}: a NumPy archive of numbers was expected, but it cannot be read ({error}). "
            "Write it again with numpy.savez(file, voltage=..., current=..., dt=...)."
        ) from error


def write_npz(path: Path, recording: Recording) -> None:
    """Write a recording so that reading the file gives the same one, its name apart.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    arrays: dict[str, Any] = {
        "voltage": recording.voltage_mV,
        "current": recording.current_pA,
        "dt": np.float64(recording.step_ms),
        shared.COMMAND: np.bool_(recording.current_is_command),
        shared.NUMBERS: np.array(recording.numbers, dtype=np.int64),
    }
    if recording.command_pA is not None:
        arrays[shared.COMMAND_CURRENT] = recording.command_pA
    with replacing(path) as stream:
        np.savez_compressed(stream, **arrays)
