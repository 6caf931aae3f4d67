"""A reader as a function: the easy form.

The function is called with the path of a file, and returns a `Recording`, or its voltages in mV,
its currents in pA and the time between two samples in ms: two arrays (n_sweep, n_sample) and a
number. What it raises is told to the user with the file's name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pyneuronautofit.errors import UsageError
from pyneuronautofit.recordings._base import ChannelChoice


@dataclass(frozen=True)
class ReaderFunction:
    """A function that is a reader; it can be called as before.

    Attributes
    ----------
    function
        Path of a file -> what is in it; this module says what it returns.
    name
        What the format is called.
    suffixes
        Endings of its files, in lower case, with the dot.
    signature
        What its files begin with; empty: the ending decides.
    """

    plug_in_kind: ClassVar[str] = "READERS"

    function: Callable[[Path], Any]
    name: str
    suffixes: tuple[str, ...]
    signature: bytes = b""

    def __call__(self, path: Path) -> Any:
        """Call the function."""
        return self.function(path)

    def recognises(self, head: bytes) -> bool:
        """Whether a file with these first bytes is of the format."""
        return bool(self.signature) and head.startswith(self.signature)

    def read(self, path: Path, _channels: ChannelChoice) -> Any:
        """Read a file; which channels are meant is the function's affair."""
        return self.function(path)


def reader(
    *suffixes: str, name: str = "", signature: bytes = b""
) -> Callable[[Callable[[Path], Any]], ReaderFunction]:
    """Make a function a reader, as a decorator.

    Parameters
    ----------
    suffixes
        Endings of its files, with the dot, such as ".dat"; the usual one first.
    name
        What the format is called; the first line of the function's documentation, or its name,
        where none is given.
    signature
        What its files begin with, at most 64 bytes; empty: the ending alone decides.

    Examples
    --------
    >>> @reader(".xyz")
    ... def read_xyz(path):
    ...     "Our amplifier's files."
    ...     table = np.loadtxt(path)
    ...     return table[None, :, 0], table[None, :, 1], 0.1
    >>> read_xyz.name, read_xyz.suffixes
    ("Our amplifier's files", ('.xyz',))
    """
    wrong = [each for each in suffixes if each != each.lower() or each[:1] != "."]
    if not suffixes or wrong:
        raise UsageError(
            f"@reader({', '.join(map(repr, suffixes))}): expected endings of files in lower case, "
            "with the dot, such as '.dat'"
        )

    def made(function: Callable[[Path], Any]) -> ReaderFunction:
        own = str(getattr(function, "__name__", type(function).__name__))
        lines = (inspect.getdoc(function) or own).splitlines()
        return ReaderFunction(
            function, name or lines[0].strip().rstrip("."), tuple(suffixes), signature
        )

    return made
