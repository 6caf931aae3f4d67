"""Worker processes for cells: they have to know beforehand which paths will be set."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyneuronautofit.simulators.processes.cores import available_cores
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool
from pyneuronautofit.space import ParameterPath


class PathWorkers:
    """Worker processes that are made at first use, and anew when other paths are to be set.

    Parameters
    ----------
    make_job
        What workers do, for the paths that will be set.
    n_worker
        Number of processes; None: one per available core.
    time_limit_s
        A task that takes longer is given up.
    tasks_per_worker
        After so many a worker is replaced.
    """

    def __init__(
        self,
        make_job: Callable[[tuple[ParameterPath, ...]], Job],
        n_worker: int | None,
        time_limit_s: float,
        tasks_per_worker: int,
    ) -> None:
        self._make_job = make_job
        self.n_worker = n_worker or available_cores()
        self.time_limit_s = time_limit_s
        self._tasks_per_worker = tasks_per_worker
        self._pool: WorkerPool | None = None
        self._paths: tuple[ParameterPath, ...] = ()

    def for_paths(self, paths: Sequence[ParameterPath]) -> WorkerPool:
        """Return workers that know these paths."""
        wanted = tuple(paths)
        if self._pool is None or wanted != self._paths:
            self.close()
            self._pool = WorkerPool(
                self._make_job(wanted), self.n_worker, self.time_limit_s, self._tasks_per_worker
            )
            self._paths = wanted
        return self._pool

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
