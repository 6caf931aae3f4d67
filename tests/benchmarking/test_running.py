"""Trials side by side: the same ones however many at a time, and whatever has interrupted them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarking.made import quick_runner
from pyneuronautofit.benchmarking import running
from pyneuronautofit.benchmarking.running import run_missing
from pyneuronautofit.benchmarking.schedule import BenchmarkFolder, BenchmarkSchedule
from pyneuronautofit.errors import RunError

SCHEDULE = BenchmarkSchedule(("passive",), ("DE", "cmaes"), (1, 2), {"passive": 150})


def run(folder, schedule, n_worker):
    told = []
    found = list(run_missing(folder, schedule, n_worker, told.append))
    assert told == (["passive"] if found else [])
    return found


def interrupted(folder, n_worker):
    """Run one trial, and then what is missing; return all as they are kept."""
    folder.prepare(SCHEDULE)
    going = run_missing(folder, SCHEDULE, n_worker, lambda _name: None)
    first = next(going)
    going.close()
    assert folder.trials(SCHEDULE)[0] == first
    assert len(folder.missing(SCHEDULE)) == 3
    assert len(run(folder, SCHEDULE, n_worker)) == 3
    assert run(folder, SCHEDULE, n_worker) == []
    return [replace(each, seconds=0.0) for each in folder.trials(SCHEDULE)]


@pytest.fixture
def without_simulations(monkeypatch):
    monkeypatch.setattr(running, "BenchmarkRunner", quick_runner)
    monkeypatch.setattr(running, "_compile", lambda _name, _place: None)


@pytest.mark.usefixtures("without_simulations")
def test_a_trial_that_fails_costs_itself_alone(tmp_path):
    folder = BenchmarkFolder(tmp_path)
    schedule = replace(SCHEDULE, algorithms=("nobody", "random"))
    folder.prepare(schedule)
    with pytest.raises(RunError) as raised:
        run(folder, schedule, 1)
    text = str(raised.value)
    assert text.startswith("2 of 4 trials have failed: passive by nobody, seed 1: ")
    assert "nobody searches" in text
    assert "the same command tries these again" in text
    assert [task.algorithm for task in folder.missing(schedule)] == ["nobody", "nobody"]
    assert [each.algorithm for each in folder.trials(schedule)] == ["random", "random"]


@pytest.mark.usefixtures("without_simulations")
def test_what_has_ended_is_not_run_again(tmp_path):
    found = interrupted(BenchmarkFolder(tmp_path), 1)
    assert [(each.algorithm, each.seed) for each in found] == [
        ("DE", 1), ("cmaes", 1), ("DE", 2), ("cmaes", 2),
    ]  # fmt: skip


@pytest.mark.nightly
def test_interrupted_and_one_at_a_time(tmp_path):
    whole = BenchmarkFolder(tmp_path / "whole")
    whole.prepare(SCHEDULE)
    run(whole, SCHEDULE, 2)
    at_once = [replace(each, seconds=0.0) for each in whole.trials(SCHEDULE)]
    assert at_once == interrupted(BenchmarkFolder(tmp_path / "interrupted"), 1)
    assert len({each.curve for each in at_once}) == 4
