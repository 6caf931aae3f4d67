"""NumPy archives: the arrays `voltage`, `current`, `dt`, and optionally `command`."""

from __future__ import annotations

import struct
import tokenize
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import _arrays
from pyneuronautofit.recordings._base import ChannelChoice, Recording

#: What NumPy and the zip reader raise for a damaged archive or for pickled objects.
_DAMAGED = (
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    RuntimeError,  # an unknown compression (NotImplementedError), or a password
    MemoryError,
    OSError,
    EOFError,
    SyntaxError,
    tokenize.TokenError,  # the header of an array is a Python literal
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class NpzReader:
    """Reads `.npz` files."""

    name: str = "NumPy archive"
    suffixes: tuple[str, ...] = (".npz",)

    def recognises(self, head: bytes) -> bool:
        """Whether the file is a zip archive."""
        return head.startswith(b"PK\x03\x04")

    def read(self, path: Path, channels: ChannelChoice) -> Recording:
        """Read the arrays of the archive."""
        _arrays.refuse_choice(channels, path.name)
        values = _load(path)
        _arrays.require_keys(values, path.name)
        return _arrays.recording_from(values, path.name)


def _load(path: Path) -> dict[str, Any]:
    """Return the arrays that a recording is made of, as far as the archive has them."""
    wanted = (*_arrays.REQUIRED, _arrays.COMMAND)
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            # NumPy warns of headers that Python 2 wrote; they are read all the same.
            warnings.simplefilter("ignore")
            # Pickled objects can run code when they are read.
            with np.load(stream, allow_pickle=False) as archive:
                # Others are named, for the message about missing keys, but not read.
                return {key: archive[key] if key in wanted else None for key in archive.files}
    except _DAMAGED as error:
        raise RecordingError(
            f"{path}: a NumPy archive of numbers was expected, but it cannot be read ({error}). "
            "Write it again with numpy.savez(file, voltage=..., current=..., dt=...)."
        ) from error
