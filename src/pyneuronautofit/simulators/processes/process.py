"""One worker process, seen from the outside."""

from __future__ import annotations

import contextlib
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import IO, Any

from pyneuronautofit._programs import ProgramGroup, python_environment
from pyneuronautofit.simulators._base import RunStatus

_BOOT = (
    "import sys; from pyneuronautofit.simulators.processes.worker import begin; "
    "begin(*map(int, sys.argv[1:]))"
)
_PRINTED_BYTES = 1 << 16


@dataclass(frozen=True)
class Outcome:
    """What became of a task.

    Attributes
    ----------
    task
        Its place in the sequence that was given.
    status
        OK, or how it failed.
    message
        What went wrong, in words.
    value
        What the handler returned; None unless the status is OK.
    seconds
        From sending the task to its answer, s; of tasks that travelled together each has its share.
    """

    task: int
    status: RunStatus
    message: str
    value: Any
    seconds: float


class WorkerProcess:
    """One process, seen from the outside.

    Parameters
    ----------
    job
        What it does, pickled.
    memory_bytes
        How much memory it may have; 0: any amount.
    """

    def __init__(self, job: bytes, memory_bytes: int = 0) -> None:
        self.tasks: list[int] = []
        self.since = time.monotonic()
        self.ready = False
        self.n_done = 0
        self._printed: IO[bytes] = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed in kill)
        ours, theirs = socket.socketpair()
        with theirs:
            numbers = (theirs.fileno(), os.getpid(), memory_bytes)
            self._group = ProgramGroup(
                [sys.executable, "-P", "-c", _BOOT, *map(str, numbers)],
                pass_fds=[theirs.fileno()],
                stdout=self._printed,
                stderr=self._printed,
                env=_environment(),
            )
        self._process = self._group.process
        self.connection = Connection(ours.detach())
        with contextlib.suppress(OSError):  # it died at once; reading will tell
            self.connection.send_bytes(job)

    def give(self, tasks: list[int], values: list[Any]) -> bool:
        """Send tasks; False if the process is no more."""
        try:
            # Before the tasks are there: they may print at once.
            self._forget_printed()
            self.connection.send_bytes(pickle.dumps(values, protocol=pickle.HIGHEST_PROTOCOL))
        except (OSError, ValueError):  # a file that is closed is a ValueError
            return False
        self.tasks = tasks
        self.since = time.monotonic()
        return True

    def outcomes(self, answers: Sequence[tuple[RunStatus, str, Any]]) -> list[Outcome]:
        """Return the outcomes of the tasks in hand, which are done."""
        seconds = (time.monotonic() - self.since) / len(self.tasks)
        done, self.tasks = self.tasks, []
        self.n_done += len(done)
        return [
            Outcome(task, status, message, value, seconds)
            for task, (status, message, value) in zip(done, answers, strict=True)
        ]

    def last_words(self) -> str:
        """Return how the process ended, with the end of what it printed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        code = self._process.returncode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        size = os.fstat(self._printed.fileno()).st_size
        tail = os.pread(self._printed.fileno(), 400, max(size - 400, 0))
        printed = " ".join(tail.decode("utf-8", "replace").split())
        return f"{how}; it printed: {printed}" if printed else how

    def kill(self) -> None:
        """End the process, and what it has started, whatever it is doing."""
        self.connection.close()
        self._group.kill()
        self._printed.close()

    def _forget_printed(self) -> None:
        # A model that prints in every run must not fill the disk.
        if os.fstat(self._printed.fileno()).st_size > _PRINTED_BYTES:
            os.ftruncate(self._printed.fileno(), 0)
            os.lseek(self._printed.fileno(), 0, os.SEEK_SET)


def _environment() -> dict[str, str]:
    environment = python_environment()
    environment.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
    # Parallelism is by processes; threads of a maths library would only fight over the cores.
    environment.setdefault("OMP_NUM_THREADS", "1")
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    return environment
