"""Worker processes that may die, hang or raise, at the cost of one task each.

Each worker is a process of its own with a pipe of its own, so nothing that one does can block or
corrupt another. Workers are started as fresh interpreters: a library's user needs no `__main__`
guard, and no state of the calling process leaks into a simulation. What a worker prints goes to a
temporary file, whose end explains its death.

Tasks that take less time than sending them may travel together. If a worker dies or hangs over
several, each of them is given to a worker again, alone: only the one that is to blame is lost.
"""

from __future__ import annotations

import logging
import math
import pickle
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from multiprocessing.connection import wait
from threading import Event
from typing import Any

from pyneuronautofit.errors import ModelError, PyNeuronAutofitError
from pyneuronautofit.simulators._base import RunStatus
from pyneuronautofit.simulators.processes.memory import VARIABLE, memory_limit
from pyneuronautofit.simulators.processes.process import Outcome, WorkerProcess
from pyneuronautofit.simulators.processes.worker import OutOfMemory

_log = logging.getLogger(__name__)

__all__ = ["Job", "Outcome", "WorkerPool"]

_STARTS = 3  # a worker that cannot even load the model is given up after this many starts
# Tasks that travel together: as many as should take this long, ...
_MESSAGE_S = 0.02
# ... and they have this long before they are tried alone, each with its own time limit.
_MESSAGE_LIMIT_S = 5.0
# After so long it is said that a model is being loaded.
_SILENT_S = 5.0
# What it costs to start a worker: another one is worth it where tasks have waited for so long.
_START_S = 0.5
# So often it is looked whether one is, ...
_LOOK_WAITING_S = 0.05
# ... and whether all has been called off.
_LOOK_S = 0.2


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
        How many there may be. Another one is started where tasks have waited for as long as that
        takes, all in all: a few short tasks are done sooner by one that is there.
    time_limit_s
        A task that takes longer ends with its worker.
    tasks_per_worker
        After so many a worker is replaced by a fresh one, which frees what it has leaked.
    stop
        Whoever waits for tasks gives up when it is set.
    """

    def __init__(
        self,
        job: Job,
        n_worker: int,
        time_limit_s: float,
        tasks_per_worker: int,
        stop: Event | None = None,
    ) -> None:
        self._job = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
        self._n_worker = n_worker
        self._time_limit_s = time_limit_s
        self._tasks_per_worker = tasks_per_worker
        self._memory_bytes = memory_limit()
        self._stop = stop
        self._workers: list[WorkerProcess] = []
        self._failed_starts = 0
        self._seconds_per_task = math.inf
        self._waited_s = 0.0
        self._said: set[str] = set()

    def check(self) -> None:
        """Start a worker and wait until it has made its handler; raises what stops it from that."""
        worker = self._idle() or self._start()
        while not worker.ready:
            if not wait([worker.connection], timeout=min(_SILENT_S, self._time_limit_s)):
                _log.info("the model is still being loaded", extra={"notice": True})
            if not wait([worker.connection], timeout=max(self._time_limit_s - _SILENT_S, 0.0)):
                self._discard(worker)
                raise ModelError(
                    f"the model was not loaded within {self._time_limit_s:g} s: does its file "
                    "wait for something, or simulate while it is imported?"
                )
            self._receive_ready(worker)

    def map(self, tasks: Sequence[Any], together: int = 1) -> Iterator[Outcome]:
        """Handle tasks and yield their outcomes, in the order in which they end.

        Parameters
        ----------
        tasks
            Picklable.
        together
            So many may travel in one message, if they take little time.

        Raises
        ------
        PyNeuronAutofitError
            If no worker can be set up: then every task would fail.
        concurrent.futures.CancelledError
            If it was stopped.
        """
        work = _Waiting(tasks, together)
        try:
            self._dispatch(work)
            while work.waiting or self._busy():
                outcomes = list(self._collect(work))
                # Workers go on while the caller makes something of what has come.
                self._dispatch(work)
                yield from outcomes
        finally:
            # The caller left before the end (an error, Ctrl-C): nobody waits for these any more.
            for worker in self._busy():
                self._discard(worker)

    def close(self) -> None:
        """End all workers."""
        for worker in list(self._workers):
            self._discard(worker)

    def _busy(self) -> list[WorkerProcess]:
        return [worker for worker in self._workers if worker.tasks]

    def _idle(self) -> WorkerProcess | None:
        return next((worker for worker in self._workers if not worker.tasks), None)

    def _start(self) -> WorkerProcess:
        worker = WorkerProcess(self._job, self._memory_bytes)
        self._workers.append(worker)
        return worker

    def _discard(self, worker: WorkerProcess) -> None:
        self._workers.remove(worker)
        worker.kill()

    def _dispatch(self, work: _Waiting) -> None:
        while work.waiting:
            worker = self._idle()
            if worker is None:
                if len(self._workers) >= self._n_worker or not self._is_worth_a_start(work):
                    return
                worker = self._start()
                self._waited_s = 0.0
            taken = work.take(self._n_together(work, worker))
            if not worker.give(taken, [work.tasks[task] for task in taken]):
                # It died while it was idle: that is no fault of the tasks.
                work.put_back(taken)
                self._discard(worker)

    def _is_worth_a_start(self, work: _Waiting) -> bool:
        """Tell whether another worker is worth it: tasks have waited, or are going to, for long."""
        if not self._workers:
            return True
        known_s = self._seconds_per_task if math.isfinite(self._seconds_per_task) else 0.0
        to_come_s = len(work.waiting) * known_s
        going_on_s = max(time.monotonic() - worker.since for worker in self._workers)
        return self._waited_s + max(to_come_s, going_on_s) >= _START_S

    def _n_together(self, work: _Waiting, worker: WorkerProcess) -> int:
        """Return how many tasks a worker should be given at once."""
        # Short tasks are dealt out evenly: the fewer messages the better, and all end together.
        n_round = math.ceil(len(work.tasks) / (work.together * self._n_worker))
        share = math.ceil(len(work.tasks) / (n_round * self._n_worker))
        in_time = int(_MESSAGE_S / self._seconds_per_task)
        left = self._tasks_per_worker - worker.n_done
        return max(min(work.together, share, in_time, left), 1)

    def _limit_s(self, worker: WorkerProcess) -> float:
        alone = len(worker.tasks) == 1
        return self._time_limit_s if alone else min(self._time_limit_s, _MESSAGE_LIMIT_S)

    def _collect(self, work: _Waiting) -> Iterator[Outcome]:
        busy = self._busy()
        next_deadline = min(worker.since + self._limit_s(worker) for worker in busy)
        timeout = max(next_deadline - time.monotonic(), 0.0)
        if work.waiting and len(self._workers) < self._n_worker:
            timeout = min(timeout, _LOOK_WAITING_S)
        if self._stop is not None:
            if self._stop.is_set():
                raise CancelledError
            timeout = min(timeout, _LOOK_S)
        ready = wait([worker.connection for worker in busy], timeout=timeout)
        for worker in busy:
            if worker.connection in ready:
                yield from self._answer(worker, work)
            elif time.monotonic() - worker.since >= self._limit_s(worker):
                message = f"no result within {self._time_limit_s:g} s"
                yield from self._give_up(worker, work, RunStatus.TIMED_OUT, message)

    def _answer(self, worker: WorkerProcess, work: _Waiting) -> Iterator[Outcome]:
        if not worker.ready:
            self._receive_ready(worker, work)
            return
        try:
            answers = pickle.loads(worker.connection.recv_bytes())
        except (EOFError, OSError, pickle.UnpicklingError):
            yield from self._give_up(worker, work, RunStatus.CRASHED, worker.last_words())
            return
        if isinstance(answers, OutOfMemory):
            yield from self._out_of_memory(worker, work, answers)
            return
        self._say(answers.notes)
        outcomes = worker.outcomes(answers.answers)
        self._seconds_per_task = max(outcomes[0].seconds, 1e-6)
        if work.waiting:
            self._waited_s += sum(outcome.seconds for outcome in outcomes)
        yield from outcomes
        if worker.n_done >= self._tasks_per_worker:
            self._discard(worker)

    def _say(self, notes: Sequence[str]) -> None:
        """Say what a worker has to say, unless another one has said so."""
        for note in notes:
            if note not in self._said:
                self._said.add(note)
                _log.info("%s", note)

    def _give_up(
        self, worker: WorkerProcess, work: _Waiting, status: RunStatus, message: str
    ) -> Iterator[Outcome]:
        """End a worker that is dead or hangs, with its task; of several each gets its chance."""
        if len(worker.tasks) > 1:
            work.put_back(worker.tasks, alone=True)
        else:
            yield from worker.outcomes([(status, message, None)])
        self._discard(worker)

    def _out_of_memory(
        self, worker: WorkerProcess, work: _Waiting, answer: OutOfMemory
    ) -> Iterator[Outcome]:
        """End a worker that has no memory left; its task fails if it has had all of it alone."""
        if len(worker.tasks) > 1 or worker.n_done:
            # What others have left behind is no fault of this one.
            work.put_back(worker.tasks, alone=True)
        else:
            message = (
                f"{answer.message}: a simulating process may have {self._memory_bytes / 1e9:.3g} "
                f"GB of memory ({VARIABLE} says otherwise)"
            )
            yield from worker.outcomes([(RunStatus.FAILED, message, None)])
        self._discard(worker)

    def _receive_ready(self, worker: WorkerProcess, work: _Waiting | None = None) -> None:
        """Read the first message of a worker: it is ready, or why it never will be."""
        try:
            problem = pickle.loads(worker.connection.recv_bytes())
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            words = worker.last_words()
            if work is not None:
                work.put_back(worker.tasks)
            self._discard(worker)
            self._failed_starts += 1
            if work is None or self._failed_starts >= _STARTS:
                raise ModelError(
                    f"the simulating process died while it loaded the model: {words}. Try the "
                    "model by itself in NEURON; recompile its channels if they are older than "
                    "this NEURON"
                ) from error
            return
        if isinstance(problem, PyNeuronAutofitError):
            self._discard(worker)
            raise problem
        self._say(problem)
        worker.ready = True
        worker.since = time.monotonic()
        self._failed_starts = 0


class _Waiting:
    """The tasks of one call of `map`.

    Attributes
    ----------
    tasks
        All of them.
    together
        How many may travel in one message.
    waiting
        Those that no worker has.
    """

    def __init__(self, tasks: Sequence[Any], together: int) -> None:
        self.tasks = tasks
        self.together = together
        self.waiting = deque(range(len(tasks)))
        self._alone: set[int] = set()

    def take(self, count: int) -> list[int]:
        """Return the next tasks: so many, or one that has to be alone, or fewer until that."""
        taken = [self.waiting.popleft()]
        while len(taken) < count and self.waiting and self._alone.isdisjoint(taken):
            if self.waiting[0] in self._alone:
                break
            taken.append(self.waiting.popleft())
        return taken

    def put_back(self, taken: Sequence[int], *, alone: bool = False) -> None:
        """Let tasks wait again, before all others."""
        self.waiting.extendleft(reversed(taken))
        if alone:
            self._alone.update(taken)
