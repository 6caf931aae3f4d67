"""Worker processes that may die, hang or raise, at the cost of one task each.

Each worker is a process of its own with a pipe of its own, so nothing that one does can block or
corrupt another. Workers are started as fresh interpreters: a library's user needs no `__main__`
guard, and no state of the calling process leaks into a simulation. What a worker prints goes to a
temporary file, whose end explains its death.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import IO, Any

from pyneuronautofit.errors import ModelError, PyNeuronAutofitError
from pyneuronautofit.simulators._base import RunStatus

_BOOT = "import sys; from pyneuronautofit.simulators._worker import main; main(int(sys.argv[1]))"
_STARTS = 3  # a worker that cannot even load the model is given up after this many starts
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
        From sending the task to its answer, s.
    """

    task: int
    status: RunStatus
    message: str
    value: Any
    seconds: float


@dataclass(frozen=True)
class Job:
    """What workers do: `make(setup)` is called once in each and returns the handler of tasks.

    Attributes
    ----------
    make
        A function of a module (it is pickled by name).
    setup
        Its argument, picklable.
    """

    make: Callable[[Any], Callable[[Any], Any]]
    setup: Any


class WorkerPool:
    """Processes that handle tasks.

    Parameters
    ----------
    job
        What they do.
    n_worker
        How many there may be; they are started when they are needed.
    time_limit_s
        A task that takes longer ends with its worker.
    tasks_per_worker
        After so many a worker is replaced by a fresh one, which frees what it has leaked.
    """

    def __init__(self, job: Job, n_worker: int, time_limit_s: float, tasks_per_worker: int) -> None:
        self._job = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
        self._n_worker = n_worker
        self._time_limit_s = time_limit_s
        self._tasks_per_worker = tasks_per_worker
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def check(self) -> None:
        """Start a worker and wait until it has made its handler; raises what stops it from that."""
        worker = self._idle() or self._start()
        while not worker.ready:
            if not wait([worker.connection], timeout=self._time_limit_s):
                self._discard(worker)
                raise ModelError(
                    f"the model was not loaded within {self._time_limit_s:g} s: does its file "
                    "wait for something, or simulate while it is imported?"
                )
            self._receive_ready(worker)

    def map(self, tasks: Sequence[Any]) -> Iterator[Outcome]:
        """Handle tasks and yield their outcomes, in the order in which they end.

        Raises
        ------
        PyNeuronAutofitError
            If no worker can be set up: then every task would fail.
        """
        waiting = deque(range(len(tasks)))
        try:
            self._dispatch(waiting, tasks)
            while waiting or self._busy():
                outcomes = list(self._collect(waiting))
                # Workers go on while the caller makes something of what has come.
                self._dispatch(waiting, tasks)
                yield from outcomes
        finally:
            # The caller left before the end (an error, Ctrl-C): nobody waits for these any more.
            for worker in self._busy():
                self._discard(worker)

    def close(self) -> None:
        """End all workers."""
        for worker in list(self._workers):
            self._discard(worker)

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.task is not None]

    def _idle(self) -> _Worker | None:
        return next((worker for worker in self._workers if worker.task is None), None)

    def _start(self) -> _Worker:
        worker = _Worker(self._job)
        self._workers.append(worker)
        return worker

    def _discard(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.kill()

    def _dispatch(self, waiting: deque[int], tasks: Sequence[Any]) -> None:
        while waiting:
            worker = self._idle()
            if worker is None:
                if len(self._workers) >= self._n_worker:
                    return
                worker = self._start()
            task = waiting.popleft()
            if not worker.give(task, tasks[task]):
                # It died while it was idle: that is no fault of the task.
                waiting.appendleft(task)
                self._discard(worker)

    def _collect(self, waiting: deque[int]) -> Iterator[Outcome]:
        busy = self._busy()
        next_deadline = min(worker.since for worker in busy) + self._time_limit_s
        timeout = max(next_deadline - time.monotonic(), 0.0)
        ready = wait([worker.connection for worker in busy], timeout=timeout)
        for worker in busy:
            if worker.connection in ready:
                yield from self._answer(worker, waiting)
            elif time.monotonic() - worker.since >= self._time_limit_s:
                yield worker.outcome(
                    RunStatus.TIMED_OUT, f"no result within {self._time_limit_s:g} s"
                )
                self._discard(worker)

    def _answer(self, worker: _Worker, waiting: deque[int]) -> Iterator[Outcome]:
        if not worker.ready:
            self._receive_ready(worker, waiting)
            return
        try:
            ok, message, value = pickle.loads(worker.connection.recv_bytes())
        except (EOFError, OSError, pickle.UnpicklingError):
            yield worker.outcome(RunStatus.CRASHED, worker.last_words())
            self._discard(worker)
            return
        yield worker.outcome(RunStatus.OK if ok else RunStatus.FAILED, message, value)
        worker.task = None
        if worker.n_done >= self._tasks_per_worker:
            self._discard(worker)

    def _receive_ready(self, worker: _Worker, waiting: deque[int] | None = None) -> None:
        """Read the first message of a worker: it is ready, or why it never will be."""
        try:
            problem = pickle.loads(worker.connection.recv_bytes())
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            words = worker.last_words()
            if waiting is not None and worker.task is not None:
                waiting.appendleft(worker.task)
            self._discard(worker)
            self._failed_starts += 1
            if waiting is None or self._failed_starts >= _STARTS:
                raise ModelError(
                    f"the simulating process died while it loaded the model: {words}. Try the "
                    "model by itself in NEURON; recompile its channels if they are older than "
                    "this NEURON"
                ) from error
            return
        if isinstance(problem, PyNeuronAutofitError):
            self._discard(worker)
            raise problem
        worker.ready = True
        worker.since = time.monotonic()
        self._failed_starts = 0


class _Worker:
    """One process, seen from the outside."""

    def __init__(self, job: bytes) -> None:
        self.task: int | None = None
        self.since = time.monotonic()
        self.ready = False
        self.n_done = 0
        self._printed: IO[bytes] = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed in kill)
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=self._printed,
                stderr=self._printed,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                # Ctrl-C is the parent's business: it decides what becomes of the workers.
                start_new_session=True,
            )
        self.connection = Connection(ours.detach())
        with contextlib.suppress(OSError):  # it died at once; reading will tell
            self.connection.send_bytes(job)

    def give(self, task: int, value: object) -> bool:
        """Send a task; False if the process is no more."""
        try:
            self.connection.send_bytes(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))
        except OSError:
            return False
        self.task = task
        self.since = time.monotonic()
        self._forget_printed()
        return True

    def outcome(self, status: RunStatus, message: str, value: object = None) -> Outcome:
        """Return the outcome of the task in hand."""
        if self.task is None:
            raise RuntimeError("an idle worker has no outcome")
        self.n_done += 1
        return Outcome(self.task, status, message, value, time.monotonic() - self.since)

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
        """End the process, whatever it is doing."""
        self.connection.close()
        self._process.kill()
        self._process.wait()
        self._printed.close()

    def _forget_printed(self) -> None:
        # A model that prints in every run must not fill the disk.
        if os.fstat(self._printed.fileno()).st_size > _PRINTED_BYTES:
            os.ftruncate(self._printed.fileno(), 0)
            os.lseek(self._printed.fileno(), 0, os.SEEK_SET)


def _environment() -> dict[str, str]:
    environment = dict(os.environ)
    # The same modules as here, the working directory included where it is on our path.
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
    environment.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
    # Parallelism is by processes; threads of a maths library would only fight over the cores.
    environment.setdefault("OMP_NUM_THREADS", "1")
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    return environment
