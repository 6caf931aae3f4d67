"""What a word of the command line may be: a number that programs can count with, a text, a file.

Whatever is typed, or pasted by mistake, is refused with a message that a screen can show; and what
is the name of a file says whether that is read or written.
"""

from __future__ import annotations

import enum
import math
import os
import re
from argparse import ArgumentTypeError
from dataclasses import dataclass

from pyneuronautofit._text import shortened

#: A whole number has to fit into 64 bits, as JSON, SQLite and compiled code hold them.
LARGEST_WHOLE = 2**63 - 1

_RANGE = re.compile(r"(\d+)(?::(\d+))?")

# What file systems take, in bytes.
_MOST_OF_NAME = 255
_MOST_OF_PATH = 4095
_MOST_OF_TEXT = 10_000


class Use(enum.Enum):
    """What a command does with a file that it is given."""

    READ = "it is read"
    RUN = "the run of this stamp or file is read"
    MODEL = "the project file, or the one in this folder, is read and executed"
    WRITTEN = "it is written"
    PATTERN = "several are written: {} stands for what is different"
    CHANGED = "it is written, and may be the one that is read"
    FOLDER = "files of their own names are written into it"


def text(word: str) -> str:
    """Read a text that is not the name of a file.

    Raises
    ------
    ArgumentTypeError
        If it is longer than any text that is meant.
    """
    if len(word) > _MOST_OF_TEXT:
        raise ArgumentTypeError(f"{_shown(word)}: expected at most {_MOST_OF_TEXT} characters")
    return word


def whole_range(word: str) -> range | None:
    """Read a whole number, or a half-open range of them such as `3:12`; None: it is neither.

    Raises
    ------
    ArgumentTypeError
        If a number of it has more than 64 bits.
    """
    match = _RANGE.fullmatch(word.strip())
    if match is None:
        return None
    first = whole(match[1])
    return range(first, first + 1 if match[2] is None else whole(match[2]))


def whole(word: str) -> int:
    """Read a whole number.

    Raises
    ------
    ArgumentTypeError
        If it is none, or has more than 64 bits.
    """
    try:
        # Python refuses to read numbers of thousands of digits.
        number = int(word) if len(word) < _MOST_OF_NAME else None
    except ValueError:
        raise ArgumentTypeError(f"{_shown(word)}: expected a whole number") from None
    if number is None or abs(number) > LARGEST_WHOLE:
        raise ArgumentTypeError(
            f"{_shown(word)}: expected a whole number of at most {LARGEST_WHOLE}"
        )
    return number


def real(word: str) -> float:
    """Read a finite number.

    Raises
    ------
    ArgumentTypeError
        If it is none.
    """
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ArgumentTypeError(f"{_shown(word)}: expected a finite number")
    return number


@dataclass(frozen=True)
class FileWord:
    """Reads the name of a file or folder.

    Attributes
    ----------
    use
        What is done with it.
    or_literal
        Whether it may be the content instead of a file that holds it.
    """

    use: Use
    or_literal: bool = False

    def __call__(self, word: str) -> str:
        """Return the name.

        Raises
        ------
        ArgumentTypeError
            If no file can be called like that.
        """
        if self.or_literal:
            return text(word)
        wrong = unusable_name(word)
        if wrong:
            raise ArgumentTypeError(f"{_shown(word)}: {wrong}")
        return word


def unusable_name(path: str) -> str:
    """Return why no file can be called like that; "" if one can."""
    if not path:
        return "expected the name of a file"
    if "\0" in path:
        return "the name of a file cannot hold the character of the number 0"
    try:
        parts = [os.fsencode(part) for part in path.split("/")]
    except UnicodeEncodeError:
        return "no file can be called like that"
    if max(map(len, parts)) > _MOST_OF_NAME:
        return f"the name of a file can have at most {_MOST_OF_NAME} bytes"
    if sum(map(len, parts)) + len(parts) - 1 > _MOST_OF_PATH:
        return f"the path of a file can have at most {_MOST_OF_PATH} bytes"
    return ""


def _shown(word: str) -> str:
    return shortened(repr(word))


READ = FileWord(Use.READ)
READ_OR_LITERAL = FileWord(Use.READ, or_literal=True)
RUN_NAME = FileWord(Use.RUN)
MODEL_FILES = FileWord(Use.MODEL)
WRITTEN = FileWord(Use.WRITTEN)
PATTERN = FileWord(Use.PATTERN)
CHANGED = FileWord(Use.CHANGED)
FOLDER = FileWord(Use.FOLDER)
