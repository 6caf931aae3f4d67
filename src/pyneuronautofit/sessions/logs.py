"""Where log records go: the screen, and a run's compressed log."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import MemoryHandler
from typing import IO

from pyneuronautofit._text import printable

_PACKAGE = logging.getLogger("pyneuronautofit")


class _LineFormatter(logging.Formatter):
    """Records for whoever reads logs line by line: each begins one, and no text of it another."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record, what follows its first line indented."""
        return printable(super().format(record)).replace("\n", "\n    ")


class _ScreenFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return the message, with its level only where it is a warning or worse."""
        message = printable(record.getMessage())
        if record.levelno < logging.WARNING:
            return f"pyneuronautofit: {message}"
        return f"pyneuronautofit: {record.levelname.lower()}: {message}"


class _ScreenHandler(logging.StreamHandler[IO[str]]):
    """Writes to whatever sys.stderr is at the moment: a progress display redirects it."""

    @property
    def stream(self) -> IO[str]:
        return sys.stderr

    @stream.setter
    def stream(self, _stream: IO[str]) -> None:
        """Ignore the stream that the base class wants to keep."""


def _is_for_everybody(record: logging.LogRecord) -> bool:
    """Let warnings through, and what a person should know while waiting (a `notice`)."""
    return record.levelno >= logging.WARNING or hasattr(record, "notice")


class Logs:
    """The handlers of one command.

    Warnings always reach the screen. Records that come before the log file is known are kept and
    written into it when it is.

    Parameters
    ----------
    to_screen
        Whether all records are for the screen, or only warnings.
    quiet
        Whether nothing goes there: somebody else shows records.
    """

    def __init__(self, *, to_screen: bool, quiet: bool = False) -> None:
        self._early = MemoryHandler(capacity=100_000, flushLevel=logging.CRITICAL + 1)
        self._screen = _ScreenHandler()
        if to_screen:
            self._screen.setFormatter(_LineFormatter())
        else:
            self._screen.addFilter(_is_for_everybody)
            self._screen.setFormatter(_ScreenFormatter())
        self.handlers: list[logging.Handler] = [self._early]
        if not quiet:
            self.handlers.append(self._screen)

    def open_file(self, handler: logging.Handler) -> None:
        """Send all records, also the early ones, to a file's handler."""
        handler.setFormatter(_LineFormatter())
        self._early.setTarget(handler)
        self._early.flush()
        self._forget_early()
        self.handlers.append(handler)
        _PACKAGE.addHandler(handler)

    def close(self) -> None:
        """Take all handlers off again."""
        self._forget_early()
        for handler in self.handlers:
            _PACKAGE.removeHandler(handler)
            handler.close()

    def _forget_early(self) -> None:
        if self._early in self.handlers:
            self.handlers.remove(self._early)
            _PACKAGE.removeHandler(self._early)
            self._early.setTarget(None)
            self._early.close()


@contextmanager
def logging_to_screen(
    level: str = "INFO", *, to_screen: bool = False, beside_others: bool = False
) -> Iterator[Logs]:
    """Set up logging for one command, and take it down again.

    Parameters
    ----------
    beside_others
        Whether the program may have a logging of its own, which is left as it is: where it has,
        records go there instead of to the screen.
    """
    before = _PACKAGE.level, _PACKAGE.propagate
    others = beside_others and _PACKAGE.hasHandlers()
    logs = Logs(to_screen=to_screen, quiet=others)
    _PACKAGE.setLevel(level)
    _PACKAGE.propagate = others and before[1]
    for handler in logs.handlers:
        _PACKAGE.addHandler(handler)
    try:
        yield logs
    finally:
        logs.close()
        _PACKAGE.setLevel(before[0])
        _PACKAGE.propagate = before[1]
