"""What a terminal shows while a person can only wait: before a command is loaded, and in between.

Nothing that takes time is imported here: it is for the time in which that happens.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyneuronautofit._version import __version__

if TYPE_CHECKING:
    from pyneuronautofit.cli.screen import Screen

_ERASE_LINE = "\r\x1b[K"


@contextmanager
def loading() -> Iterator[None]:
    """Say on a terminal that a command is being loaded, and take that back when it is."""
    stream = sys.stderr
    if not stream.isatty():
        yield
        return
    # A terminal that cannot erase keeps the line.
    simple = os.environ.get("TERM", "dumb") == "dumb"
    stream.write(f"pyneuronautofit {__version__}: loading ...{os.linesep if simple else ''}")
    stream.flush()
    try:
        yield
    finally:
        if not simple:
            stream.write(_ERASE_LINE)
            stream.flush()


@contextmanager
def meanwhile(screen: Screen, words: str) -> Iterator[None]:
    """Say on a terminal what is being done, for as long as the block takes."""
    if not screen.is_terminal:
        yield
        return
    with screen.status(f"{words} ..."):
        yield
