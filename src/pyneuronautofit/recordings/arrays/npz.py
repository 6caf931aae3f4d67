"""NumPy archives: the arrays `voltage`, `current`, `dt`, and optionally `command`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyneuronautofit._bounded import DAMAGED, read_arrays
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice
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
        return read_arrays(path, (*shared.REQUIRED, shared.COMMAND), RecordingError)
    except DAMAGED as error:
        raise RecordingError(
            f"{path}: a NumPy archive of numbers was expected, but it cannot be read ({error}). "
            "Write it again with numpy.savez(file, voltage=..., current=..., dt=...)."
        ) from error
