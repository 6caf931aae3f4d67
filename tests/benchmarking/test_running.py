"""Trials side by side: the same ones however many at a time, and whatever has interrupted them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyneuronautofit.benchmarking.running import run_missing
from pyneuronautofit.benchmarking.schedule import BenchmarkFolder, BenchmarkSchedule
from pyneuronautofit.errors import RunError

SCHEDULE = BenchmarkSchedule(("passive",), ("DE", "cmaes"), (1, 2), {"passive": 150})


def run(folder, schedule, n_worker):
    told = []
    found = list(run_missing(folder, schedule, n_worker, told.append))
    assert told == (["passive"] if found else [])
    return found


def test_a_trial_that_fails_costs_itself_alone(tmp_path):
    folder = BenchmarkFolder(tmp_path)
    schedule = replace(SCHEDULE, algorithms=("nobody", "random"), seeds=(1,))
    folder.prepare(schedule)
    with pytest.raises(RunError, match=r"1 of 2 trials have failed: passive by nobody, seed 1: .*"):
        run(folder, schedule, 1)
    assert [task.algorithm for task in folder.missing(schedule)] == ["nobody"]
    (kept,) = folder.trials(schedule)
    assert (kept.algorithm, kept.used) == ("random", 150)
    # What has ended is not run again.
    assert run(folder, replace(schedule, algorithms=("random",)), 1) == []


@pytest.mark.nightly
def test_interrupted_and_one_at_a_time(tmp_path):
    found = []
    for name, n_worker in (("whole", 2), ("interrupted", 1)):
        folder = BenchmarkFolder(tmp_path / name)
        folder.prepare(SCHEDULE)
        if name == "interrupted":
            running = run_missing(folder, SCHEDULE, n_worker, lambda _name: None)
            next(running)
            running.close()
            assert len(folder.missing(SCHEDULE)) == 3
        run(folder, SCHEDULE, n_worker)
        found.append([replace(each, seconds=0.0) for each in folder.trials(SCHEDULE)])
    assert found[0] == found[1]
    assert len({each.curve for each in found[0]}) == 4
