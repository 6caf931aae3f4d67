"""Ctrl-C, SIGTERM and a lost terminal: end the search where it can be ended, and nowhere else."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

#: The exit code after Ctrl-C, as of a shell's commands.
INTERRUPTED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and a lost terminal end the block as Ctrl-C does, tidily.

    A signal that is ignored (by `nohup`), or that somebody has a use for, is left as it is.
    """
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


class Interruption:
    """Turns signals into a KeyboardInterrupt, but only inside `allowed()`.

    A signal that comes elsewhere, say while a result is kept or written, waits for the next
    `allowed()`. The first one is the last that raises: a second Ctrl-C cannot stop the export.

    Parameters
    ----------
    signals
        Which ones; others do what they did.
    """

    def __init__(self, signals: Sequence[signal.Signals] = _SIGNALS) -> None:
        self._signals = tuple(signals)
        self._allowed = False
        self._pending = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        self._before = {number: signal.signal(number, self._handle) for number in self._signals}
        return self

    def __exit__(self, *_exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Let signals interrupt the block."""
        if self._pending:
            raise KeyboardInterrupt
        self._allowed = True
        try:
            yield
        finally:
            self._allowed = False

    def _handle(self, _number: int, _frame: object) -> None:
        self._pending = True
        if self._allowed:
            self._allowed = False
            raise KeyboardInterrupt
