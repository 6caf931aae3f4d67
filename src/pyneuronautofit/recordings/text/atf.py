"""Axon Text Files: what Clampfit exports. Lines of headers, a line of titles, then numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice
from pyneuronautofit.recordings.selection import RawRecording
from pyneuronautofit.recordings.text.columns import recording_of
from pyneuronautofit.recordings.text.csv_ import decoded, lines_of, table

_MAGIC = b"ATF"


@dataclass(frozen=True)
class AtfReader:
    """Reads `.atf` files."""

    name: str = "Axon Text File"
    suffixes: tuple[str, ...] = (".atf",)

    def recognises(self, head: bytes) -> bool:
        """Whether the file starts with the letters of the format."""
        return head.startswith(_MAGIC)

    def read(self, path: Path, channels: ChannelChoice) -> RawRecording:
        """Read the columns."""
        lines = decoded(path).splitlines()
        try:
            n_header, n_column = (int(word) for word in lines[1].split()[:2])
        except (ValueError, IndexError) as error:
            raise RecordingError(
                f"{path}: the second line of an Axon Text File has to be two numbers, of its lines "
                "of headers and of its columns. Export the recording again."
            ) from error
        place = 2 + n_header
        titles = next(lines_of("\n".join(lines[place : place + 1]), "\t", path.name), [])
        titles = [title.strip() for title in titles if title.strip()]
        if not 0 <= n_header < len(lines) or len(titles) != n_column:
            raise RecordingError(
                f"{path}: {n_column} titles of columns were expected in line {place + 1}, but "
                f"there are {len(titles)}. Export the recording again."
            )
        rest = "\n".join(lines[place + 1 :])
        rows = table(rest, "\t", titles, path.name, place + 2)
        return recording_of(titles, rows, path.name, channels)
