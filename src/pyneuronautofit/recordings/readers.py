"""Which readers there are, and which of them is a file's."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from pyneuronautofit._plugins import (
    READER,
    PlugIn,
    explicit_plug_ins,
    installed_plug_ins,
    usable_plug_ins,
)
from pyneuronautofit._registry import table_by
from pyneuronautofit._text import quoted
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._reader import Reader
from pyneuronautofit.recordings.arrays import JsonReader, NpzReader
from pyneuronautofit.recordings.axon import AbfReader
from pyneuronautofit.recordings.custom import PluggedReader, reader_of
from pyneuronautofit.recordings.neo_ import NeoReader
from pyneuronautofit.recordings.nwb import NwbReader
from pyneuronautofit.recordings.text import AtfReader, CsvReader

_HEAD_BYTES = 64
_SHOWN_BYTES = 8

BUILT_IN: tuple[Reader, ...] = (
    AbfReader(),
    NpzReader(),
    JsonReader(),
    NwbReader(),
    AtfReader(),
    CsvReader(),
    NeoReader(),
)


def _name(reader: Reader) -> str:
    return reader.name


class _Readers(Mapping[str, Reader]):
    """Readers by the name of their format: those that are given, built in, and installed."""

    def __getitem__(self, name: str) -> Reader:
        return self._table()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table())

    def __len__(self) -> int:
        return len(self._table())

    def _table(self) -> Mapping[str, Reader]:
        return {**_plugged(), **table_by(_name, BUILT_IN)}


#: All readers by the name of their format.
READERS: Mapping[str, Reader] = _Readers()


def find_reader(path: Path) -> Reader:
    """Return the reader of a file: the one that knows its first bytes, or else its suffix.

    Readers that were given come first, since somebody wants just these; then those that are built
    in; and those of installed packages, which are loaded only if no other one knows the beginning.

    Raises
    ------
    RecordingError
        If the file cannot be read, or is of no known format.
    """
    head = _head(path)
    given = [reader_of(each) for each in explicit_plug_ins(READER)]
    suffix = path.suffix.lower()
    for reader in given:
        if reader.recognises(head) or suffix in reader.suffixes:
            return reader
    for known in BUILT_IN:
        if known.recognises(head):
            return known
    installed = [each for each in _plugged().values() if each not in given]
    for reader in installed:
        if reader.recognises(head):
            return reader
    for known in (*BUILT_IN, *installed):
        if suffix in known.suffixes:
            return known
    other = _other_kind(path, head)
    if other:
        raise RecordingError(f"{path}: a recording was expected, but this is {other}")
    known_ones = quoted(
        f"{reader.name} ({', '.join(reader.suffixes)})" for reader in READERS.values()
    )
    raise RecordingError(
        f"{path}: a recording was expected, but neither the suffix "
        f"{path.suffix or '(there is none)'} nor the first bytes {head[:_SHOWN_BYTES]!r} are of a "
        f"known format. Known are {known_ones}. Export the recording to one of them."
    )


def plug_in_of_reader(reader: Reader) -> PlugIn | None:
    """Return the plug-in that a reader is; None: it is built in."""
    if not isinstance(reader, PluggedReader):
        return None
    every = (*explicit_plug_ins(READER), *installed_plug_ins(READER))
    return next((each for each in every if reader_of(each) is reader), None)


def _plugged() -> dict[str, PluggedReader]:
    """Return the plug-ins by the names of their formats."""
    found: list[PluggedReader] = list(usable_plug_ins(READER, reader_of).values())
    return {reader.name: reader for reader in found}


def _other_kind(path: Path, head: bytes) -> str:
    """Return what a file is that is no recording, and where it belongs; "" if that is not known."""
    if path.suffix.lower() == ".py":
        return f"a Python file. A model's project file is named by --project {path}."
    if path.suffix.lower() == ".mod":
        return "a channel. It belongs in the folder 'mods' beside the project file (--project)."
    if head.startswith(b"SQLite format 3\0"):
        return (
            "the store of a run: 'status' and 'report' look at it, --resume goes on with it, and "
            "-I begins with its models."
        )
    return ""


def _head(path: Path) -> bytes:
    if path.is_dir():
        has_project = (path / "project.py").is_file()
        cure = f"The folder of a model is named by --project {path}." if has_project else ""
        raise RecordingError(
            f"{path}: a recording was expected, but this is a folder. Name a file. {cure}".rstrip()
        )
    try:
        # It is read several times: a pipe has lost its beginning by then.
        if not stat.S_ISREG(path.stat().st_mode):
            raise RecordingError(
                f"{path}: a recording was expected, but this is a pipe or a device, and recordings "
                "are read more than once. Write it into a file, and name that."
            )
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise RecordingError(
            f"{path}: a recording was expected, but there is no such file. Check the name and the "
            f"folder (the working directory is {Path.cwd()})."
        ) from error
    except OSError as error:
        raise RecordingError(
            f"{path}: the recording cannot be read: {error.strerror}. Check its permissions."
        ) from error
    if not head:
        raise RecordingError(f"{path}: a recording was expected, but the file is empty.")
    return head
