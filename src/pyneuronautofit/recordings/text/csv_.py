"""Comma-separated values: a row of titles with units, then numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pyneuronautofit._bounded import read_bytes
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice
from pyneuronautofit.recordings.selection import RawRecording
from pyneuronautofit.recordings.text.columns import recording_of

_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class CsvReader:
    """Reads `.csv`, `.tsv` and `.txt` files."""

    name: str = "columns of text"
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".txt")

    def recognises(self, _head: bytes) -> bool:
        """Whether the first bytes are of this format: it has none of its own."""
        return False

    def read(self, path: Path, channels: ChannelChoice) -> RawRecording:
        """Read the columns."""
        first, _, rest = decoded(path).lstrip().partition("\n")
        delimiter, titles = titles_of(first)
        rows = table(rest, delimiter, titles, path.name, 2)
        return recording_of(titles, rows, path.name, channels)


def titles_of(line: str) -> tuple[str, list[str]]:
    """Return what separates the titles in a line, and the titles."""
    delimiter = max(_DELIMITERS, key=line.count)
    titles = [title.strip() for title in next(lines_of(line, delimiter, "its first line"), [])]
    while titles and not titles[-1]:
        titles.pop()
    return delimiter, titles


def decoded(path: Path) -> str:
    """Return the text of a file."""
    try:
        content = read_bytes(path, RecordingError)
    except OSError as error:
        raise RecordingError(f"{path}: the file cannot be read: {error.strerror}.") from error
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        # Units are all that is not ASCII: Clampfit and Excel write them in this way.
        text = content.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    """Yield the words of every line.

    Raises
    ------
    RecordingError
        If they cannot be told apart.
    """
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error as error:
        raise RecordingError(
            f"{name}: the columns cannot be told apart ({error}). Write them with commas, "
            "semicolons or tabs between them."
        ) from error


def table(text: str, delimiter: str, titles: list[str], name: str, first_line: int) -> FloatArray:
    """Return the numbers of lines, shape (n_row, n_column); nan where nothing is written.

    Parameters
    ----------
    first_line
        The number of the first of them, for messages.

    Raises
    ------
    RecordingError
        If there is something else than numbers, or a line is longer than the titles.
    """
    rows: list[list[float]] = []
    for number, words in enumerate(lines_of(text, delimiter, name), first_line):
        if not any(word.strip() for word in words):
            continue
        # Some programs end lines with a delimiter.
        while len(words) > len(titles) and not words[-1].strip():
            words.pop()
        if len(words) > len(titles):
            raise RecordingError(
                f"{name}, line {number}: there are {len(words)} columns, but {len(titles)} titles."
            )
        row = [_number(word, delimiter, name, number) for word in words]
        rows.append(row + [float("nan")] * (len(titles) - len(row)))
    if not rows:
        raise RecordingError(f"{name}: there are titles, but no numbers below them.")
    return np.array(rows)


def _number(word: str, delimiter: str, name: str, line: int) -> float:
    text = word.strip()
    if not text:
        return float("nan")
    # Where columns are not separated by commas one may stand for the point.
    text = text if delimiter == "," else text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        raise RecordingError(
            f"{name}, line {line}: a number was expected, but there is {word!r:.40}. Columns are "
            "separated by commas, semicolons or tabs."
        ) from None
