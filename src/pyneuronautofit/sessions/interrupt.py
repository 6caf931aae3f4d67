"""Ctrl-C, SIGTERM and a lost terminal: end the search where it can be ended, and nowhere else.

SIGTERM is in a hurry: whoever sends it, a batch system for instance, kills soon afterwards. So it
may cut off what can be made again, the files that are made from a store.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

#: The exit code after Ctrl-C, as of a shell's commands: 128 and the signal's number.
INTERRUPTED = 128 + signal.SIGINT
#: The exit code after SIGTERM: it can go on, and should where a batch system has ended it.
TERMINATED = 128 + signal.SIGTERM
#: Those after any of the signals that end a command.
INTERRUPTIONS = frozenset({INTERRUPTED, TERMINATED, 128 + signal.SIGHUP})

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# After SIGTERM files may be written for so long.
_GRACE_S = 2.0


class SignalInterrupt(KeyboardInterrupt):
    """A signal has ended what was done.

    Attributes
    ----------
    number
        Which one.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def exit_code_of(interruption: KeyboardInterrupt) -> int:
    """Return the exit code of a command that was interrupted."""
    if isinstance(interruption, SignalInterrupt):
        return 128 + interruption.number
    return INTERRUPTED


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and a lost terminal end the block as Ctrl-C does, tidily.

    A signal that is ignored (by `nohup`), or that somebody has a use for, is left as it is.
    """
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, _raise)
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


def _raise(number: int, _frame: FrameType | None) -> NoReturn:
    raise SignalInterrupt(number)


class Interruption:
    """Turns signals into a KeyboardInterrupt, but only inside `allowed()` and `hurried()`.

    A signal that comes elsewhere, say while a result is kept or written, waits for the next
    `allowed()`. The first one is the last that raises: a second Ctrl-C cannot stop the export.

    Parameters
    ----------
    signals
        Which ones; others do what they did.
    grace_s
        How long `hurried()` may take after SIGTERM.
    """

    def __init__(
        self, signals: Sequence[signal.Signals] = _SIGNALS, grace_s: float = _GRACE_S
    ) -> None:
        self._signals = tuple(signals)
        self._grace_s = grace_s
        self._allowed = False
        self._hurried = False
        self._number = 0
        self._until = 0.0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        self._before = {number: signal.signal(number, self._handle) for number in self._signals}
        return self

    def __exit__(self, *_exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def is_urgent(self) -> bool:
        """Whether SIGTERM has come."""
        return self._number == signal.SIGTERM

    @property
    def code(self) -> int:
        """The exit code of a command that the first signal has ended."""
        return 128 + self._number if self._number else INTERRUPTED

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Let signals interrupt the block."""
        if self._number:
            raise SignalInterrupt(self._number)
        self._allowed = True
        try:
            yield
        finally:
            self._allowed = False

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Let SIGTERM interrupt the block: at once, or some seconds after it where it has come."""
        timer = None
        if self.is_urgent:
            left_s = self._until - time.monotonic()
            if left_s <= 0:
                raise SignalInterrupt(self._number)
            # Python handles signals between two of its steps, in the main thread: a second one.
            timer = threading.Timer(left_s, os.kill, (os.getpid(), signal.SIGTERM))
            timer.daemon = True
        self._hurried = True
        try:
            if timer is not None:
                timer.start()
            yield
        finally:
            self._hurried = False
            if timer is not None:
                timer.cancel()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        urgent = number == signal.SIGTERM
        if urgent and not self.is_urgent:
            self._until = time.monotonic() + self._grace_s
        if urgent or not self._number:
            self._number = number
        if self._allowed or (self._hurried and urgent):
            self._allowed = self._hurried = False
            raise SignalInterrupt(number)
