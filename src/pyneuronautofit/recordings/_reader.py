"""What a reader of one file format promises."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pyneuronautofit.recordings._base import ChannelChoice
from pyneuronautofit.recordings.selection import RawRecording


class Reader(Protocol):
    """Reads one file format. A new format is one such object and one line of the table."""

    @property
    def name(self) -> str:
        """What the format is called in messages."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of its files, in lower case, with the dot; the usual one first."""

    def recognises(self, head: bytes) -> bool:
        """Whether a file with these first bytes is of the format."""

    def read(self, path: Path, channels: ChannelChoice) -> RawRecording:
        """Read all sweeps of the file; a `RecordingError` says why where that cannot be done."""
