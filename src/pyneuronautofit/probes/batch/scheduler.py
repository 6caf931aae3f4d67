"""Courses: what a probe does with a cell is a sequence of requests.

A *course* is a generator: it asks for time to pass in its cell, is sent what came of it, and asks
again. The scheduler puts requests of the same kind into lanes together and runs groups of them on
threads. A course that ends makes room for another at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, TypeAlias

from pyneuronautofit.probes.batch.lanes import Reply, Request
from pyneuronautofit.simulators.lanes.kernel import Stop

#: Asks for time to pass, and returns something in the end.
Course: TypeAlias = Generator[Request, Reply, Any]


@dataclass(eq=False)
class _Running:
    course: Course
    ended: Callable[[Any], None]
    spent: Callable[[float], bool]


class Scheduler:
    """Runs courses, as many at a time as fill lanes and threads.

    Parameters
    ----------
    threads
        Where kernels run.
    n_thread
        How many of them.
    """

    def __init__(self, threads: ThreadPoolExecutor, n_thread: int) -> None:
        self._threads = threads
        self._n_thread = n_thread
        self._waiting: dict[tuple[Any, ...], deque[tuple[_Running, Request]]] = {}
        self._at_work: dict[Future[list[Reply]], list[_Running]] = {}
        self._stop = Stop()

    @property
    def busy(self) -> bool:
        """Whether there is anything to wait for."""
        return bool(self._waiting or self._at_work)

    def begin(
        self, course: Course, ended: Callable[[Any], None], spent: Callable[[float], bool]
    ) -> None:
        """Begin a course.

        Parameters
        ----------
        ended
            Is given what the course returns.
        spent
            Is told the seconds of every request; False: the course is not wanted any more.
        """
        running = _Running(course, ended, spent)
        self._resume(running, None)

    def step(self) -> None:
        """Wait until some requests are answered, and go on with their courses."""
        # One more than run: a thread that ends finds the next group ready.
        while self._waiting and len(self._at_work) <= self._n_thread:
            self._submit()
        done, _pending = wait(list(self._at_work), return_when=FIRST_COMPLETED)
        for future in done:
            for running, reply in zip(self._at_work.pop(future), future.result(), strict=True):
                if running.spent(reply.seconds):
                    self._resume(running, reply)

    def end(self) -> None:
        """End all that is running, and wait until it has ended."""
        self._stop.set()
        for future in self._at_work:
            future.cancel()
        wait(list(self._at_work))
        self._waiting.clear()
        self._at_work.clear()

    def _resume(self, running: _Running, reply: Reply | None) -> None:
        try:
            request = next(running.course) if reply is None else running.course.send(reply)
        except StopIteration as stopped:
            running.ended(stopped.value)
            return
        self._waiting.setdefault(request.kind, deque()).append((running, request))

    def _submit(self) -> None:
        """Give the fullest group to a thread; of full ones, that which came first."""
        kind = max(self._waiting, key=lambda k: min(len(self._waiting[k]), k[0].kernel.n_lane))
        queue, runner = self._waiting[kind], kind[0]
        chosen = [queue.popleft() for _ in range(min(len(queue), runner.kernel.n_lane))]
        if not queue:
            del self._waiting[kind]
        requests = [request for _running, request in chosen]
        future = self._threads.submit(runner.run, requests, self._stop)
        self._at_work[future] = [running for running, _request in chosen]
