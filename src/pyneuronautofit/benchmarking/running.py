"""Runs the trials of a benchmark side by side, each in one thread of one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from pyneuronautofit.benchmarking.schedule import BenchmarkFolder, BenchmarkSchedule
from pyneuronautofit.benchmarking.trials import (
    BenchmarkRunner,
    BenchmarkTrial,
    TrialTask,
    open_benchmark_problem,
)
from pyneuronautofit.errors import RunError
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool

# A trial has as long as it takes; the system waits no longer.
_LIMIT_S = 1e6
_TRIALS_PER_WORKER = 1_000_000
# Some may fail; so many are tried until some can be compared with NEURON.
_N_TRIED = 8
_MOST_NAMED = 3


def run_missing(
    folder: BenchmarkFolder,
    schedule: BenchmarkSchedule,
    n_worker: int,
    told: Callable[[str], None],
) -> Iterator[BenchmarkTrial]:
    """Run the trials that have not ended yet; yield each when it has, and is kept.

    What a trial finds does not depend on how many run at a time.

    Parameters
    ----------
    n_worker
        How many run at a time.
    told
        Told of every problem that is being compiled.

    Raises
    ------
    RunError
        If trials have failed: after all others, which are kept.
    """
    missing = folder.missing(schedule)
    if not missing:
        return
    for name in dict.fromkeys(task.problem for task in missing):
        told(name)
        _compile(name, folder.problems / name)
    job = Job(BenchmarkRunner, str(folder.problems.absolute()))
    pool = WorkerPool(job, n_worker, _LIMIT_S, _TRIALS_PER_WORKER)
    failed: list[str] = []
    try:
        for outcome in pool.map(missing):
            if outcome.status is RunStatus.OK:
                folder.keep(outcome.value)
                yield outcome.value
            else:
                failed.append(_failure(missing[outcome.task], outcome.message))
    finally:
        pool.close()
    if failed:
        more = f" and {len(failed) - _MOST_NAMED} more" if len(failed) > _MOST_NAMED else ""
        raise RunError(
            f"{len(failed)} of {len(missing)} trials have failed: "
            f"{'; '.join(failed[:_MOST_NAMED])}{more}. The others are kept; the same command tries "
            "these again"
        )


def _failure(task: TrialTask, message: str) -> str:
    return f"{task.problem} by {task.algorithm}, seed {task.seed}: {message}"


def _compile(name: str, place: Path) -> None:
    """Have compiled what a problem needs, before several processes ask for it at once."""
    opened = open_benchmark_problem(name, place)
    try:
        problem = opened.fitted
        problem.evaluate(problem.space.sample(np.random.default_rng(0), _N_TRIED))
    finally:
        opened.close()
