"""Whether a file is a recording, by what is in it: asked before something is written over it."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path

from pyneuronautofit._plugins import READER, explicit_plug_ins
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._reader import Reader
from pyneuronautofit.recordings.arrays import JsonReader, NpzReader
from pyneuronautofit.recordings.axon import AbfReader
from pyneuronautofit.recordings.custom import reader_of
from pyneuronautofit.recordings.neo_ import NeoReader
from pyneuronautofit.recordings.nwb import NwbReader
from pyneuronautofit.recordings.text import AtfReader, CsvReader
from pyneuronautofit.recordings.text.columns import are_titles
from pyneuronautofit.recordings.text.csv_ import titles_of

_HEAD_BYTES = 64
_MOST_TITLES = 1 << 20
#: What nothing else than recordings looks like; a file of this name that is damaged is one, too.
_OF_ITS_OWN = (AbfReader(), NwbReader(), AtfReader(), NeoReader())
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
        known: list[Reader] = [*_OF_ITS_OWN, *map(reader_of, explicit_plug_ins(READER))]
        if any(r.recognises(head) or path.suffix.lower() in r.suffixes for r in known):
            return True
        if NpzReader().recognises(head):
            with zipfile.ZipFile(path) as archive:
                return set(archive.namelist()) >= _ARRAYS
        if path.suffix.lower() in CsvReader().suffixes:
            return _has_titles(path)
        return JsonReader().recognises(head) and _has_keys(path)
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def _has_titles(path: Path) -> bool:
    with path.open("rb") as stream:
        line = stream.readline(_MOST_TITLES).decode("utf-8", "replace")
    try:
        return are_titles(titles_of(line)[1])
    except RecordingError:
        return False


def _has_keys(path: Path) -> bool:
    with (
        path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return all(re.search(key, content) is not None for key in _KEYS)
