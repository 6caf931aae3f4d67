"""Programs that this process starts: they end when they should, at the latest with this process.

A program gets a process group of its own, so that all that it starts ends with it. The group is
tied to this process by a pipe to which nobody writes. When this process ends, however that happens,
the system closes its end of the pipe, and then (on Linux) kills the group that the other end names.
No thread has a part in that: it holds where a program does not answer to anything, and where the
thread that has started it is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

_log = logging.getLogger(__name__)

# A program may tidy up for so long when it is asked to end.
_GRACE_S = 0.5
_TICK_S = 0.1
# After so long it is said that a program is waited for.
_SILENT_S = 5.0
# Of what a program prints, so much of the beginning and of the end is kept.
_KEPT_BYTES = 1 << 16


class ProgramGroup:
    """A program that runs, with all that it starts.

    Parameters
    ----------
    command
        The program and its arguments.
    pass_fds
        Descriptors that it gets.
    words
        As `subprocess.Popen` takes them.

    Raises
    ------
    OSError
        If it cannot be started.
    """

    def __init__(self, command: Sequence[str], pass_fds: Sequence[int] = (), **words: Any) -> None:
        theirs, self._tie = os.pipe()
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                # A group of its own; and Ctrl-C is our business: we decide what becomes of it.
                start_new_session=True,
                pass_fds=(*pass_fds, theirs),
                **words,
            )
            _kill_when_closed(theirs, self.process.pid)
        except BaseException:
            os.close(self._tie)
            raise
        finally:
            os.close(theirs)

    @property
    def has_ended(self) -> bool:
        """Whether the program itself has ended. Its number stays its own until `kill`."""
        if self.process.returncode is not None:
            return True
        try:
            flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
            return os.waitid(os.P_PID, self.process.pid, flags) is not None
        except (AttributeError, ChildProcessError):
            return self.process.poll() is not None

    def terminate(self) -> None:
        """Ask the group to end, and wait for a moment."""
        self._signal(signal.SIGTERM)
        self.wait(_GRACE_S)

    def wait(self, limit_s: float) -> None:
        """Wait until the program itself has ended, but not longer than this."""
        until = time.monotonic() + limit_s
        while not self.has_ended and time.monotonic() < until:
            time.sleep(0.01)

    def kill(self) -> None:
        """End the group, whatever it is doing."""
        if self._tie < 0:
            return
        self._signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._tie)
        self._tie = -1

    def _signal(self, number: int) -> None:
        # Once the program has been waited for, its number may be somebody else's.
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


@dataclass(frozen=True)
class Finished:
    """How a program ended.

    Attributes
    ----------
    code
        Its exit code; the negative number of a signal; 127 if it could not be started.
    output
        What it printed, standard error included; the middle may be left out.
    late
        Whether it was ended because it took too long.
    """

    code: int
    output: str
    late: bool = False

    @property
    def how(self) -> str:
        """How it ended, in words."""
        return f"signal {-self.code}" if self.code < 0 else f"exit code {self.code}"


def run_program(
    command: Sequence[str],
    limit_s: float,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stop: Event | None = None,
    waiting: str = "",
) -> Finished:
    """Run a program until it ends, and end what it leaves behind.

    Whatever ends this call early, an interruption in the main thread or `stop` in any, ends the
    program and all that it has started.

    Parameters
    ----------
    command
        The program and its arguments.
    limit_s
        It is ended if it takes longer.
    folder
        Where it runs; None: where this process does.
    environment
        Its environment; None: that of this process.
    stop
        Ends it when it is set.
    waiting
        What is said where it takes some seconds; empty: nothing.

    Raises
    ------
    concurrent.futures.CancelledError
        If it was stopped.
    """
    ours, theirs = os.pipe()
    with open(ours, "rb", buffering=0) as stream:
        try:
            group = ProgramGroup(
                command, cwd=folder, env=environment, stdout=theirs, stderr=subprocess.STDOUT
            )
        except OSError as error:
            return Finished(127, f"error: {command[0]}: {error}")
        finally:
            os.close(theirs)
        printed = _Printed(stream.fileno())
        try:
            late = not _watched(group, printed, limit_s, stop, waiting)
            if late:
                group.terminate()
        except BaseException:
            group.terminate()
            raise
        finally:
            group.kill()
        printed.take()
    return Finished(group.process.returncode, printed.text, late)


def python_environment() -> dict[str, str]:
    """Return an environment in which Python finds the modules that it finds here."""
    environment = dict(os.environ)
    # The working directory included where it is on our path.
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return environment


def _watched(
    group: ProgramGroup, printed: _Printed, limit_s: float, stop: Event | None, waiting: str
) -> bool:
    """Wait until a program ends and read what it prints; tell whether it ended in time."""
    began = time.monotonic()
    while not group.has_ended:
        if stop is not None and stop.is_set():
            raise CancelledError
        passed_s = time.monotonic() - began
        if passed_s >= limit_s:
            return False
        if waiting and passed_s >= _SILENT_S:
            _log.info("%s", waiting, extra={"notice": True})
            waiting = ""
        printed.wait()
    return True


class _Printed:
    """What comes out of a pipe, as much of it as is worth keeping."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._head = bytearray()
        self._tail = bytearray()
        self._n_lost = 0
        self._closed = False

    def wait(self) -> None:
        """Wait for a moment, or until something comes, and take it."""
        if self._closed:
            # It ends very soon, or has handed its output to nobody.
            time.sleep(0.01)
        elif self._poll.poll(1000 * _TICK_S):
            self.take(1)

    def take(self, most: int = 64) -> None:
        """Take what is there: at the most so many pieces, for somebody may write without end."""
        for _ in range(most):
            try:
                piece = os.read(self._descriptor, _KEPT_BYTES)
            except BlockingIOError:
                return
            if not piece:
                self._closed = True
                return
            self._keep(piece)

    def _keep(self, piece: bytes) -> None:
        room = _KEPT_BYTES - len(self._head)
        self._head += piece[:room]
        self._tail += piece[room:]
        lost = max(len(self._tail) - _KEPT_BYTES, 0)
        del self._tail[:lost]
        self._n_lost += lost

    @property
    def text(self) -> str:
        gap = f"\n... ({self._n_lost} bytes left out)\n".encode() if self._n_lost else b""
        return bytes(self._head + gap + self._tail).decode("utf-8", "replace")


def _kill_when_closed(descriptor: int, group: int) -> None:
    """Have the system kill a process group when nobody has the other end of a pipe any more.

    The other end is that of this process: it has to be closed where programs are started, as
    Python's descriptors are.
    """
    # Where there is no such signal, on macOS, programs end when they are asked to.
    set_signal = getattr(fcntl, "F_SETSIG", None)
    if set_signal is None:
        return
    with contextlib.suppress(OSError):
        fcntl.fcntl(descriptor, set_signal, signal.SIGKILL)
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, -group)
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
