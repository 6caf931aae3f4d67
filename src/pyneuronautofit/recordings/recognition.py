"""Whether a file is a recording, by what is in it: asked before something is written over it."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path

from pyneuronautofit.recordings.arrays import JsonReader, NpzReader
from pyneuronautofit.recordings.axon import AbfReader
from pyneuronautofit.recordings.nwb import NwbReader

_HEAD_BYTES = 64
#: What nothing else than recordings looks like; a file of this name that is damaged is one, too.
_OF_ITS_OWN = (AbfReader(), NwbReader())
_KEYS = (rb'"voltage"\s*:', rb'"current"\s*:')
_ARRAYS = {"voltage.npy", "current.npy"}


def is_recording(path: Path) -> bool:
    """Tell whether a file is a recording; voltages without currents are none.

    It is not read as a whole, and need not be sound.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
        if any(r.recognises(head) or path.suffix.lower() in r.suffixes for r in _OF_ITS_OWN):
            return True
        if NpzReader().recognises(head):
            with zipfile.ZipFile(path) as archive:
                return set(archive.namelist()) >= _ARRAYS
        return JsonReader().recognises(head) and _has_keys(path)
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def _has_keys(path: Path) -> bool:
    with (
        path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return all(re.search(key, content) is not None for key in _KEYS)
