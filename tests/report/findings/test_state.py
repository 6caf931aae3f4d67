"""How a run is doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pyneuronautofit import _locks
from pyneuronautofit.report.findings.state import Goal, Tally, goal_of, pace_of, state_of
from pyneuronautofit.runs import RunFiles, RunLock, open_run
from report._made import make_run

NAN = np.nan
GENERATIONS = [[[1, 1, 9], [8, 0, 1]], [[2, 2, 4], [NAN, NAN, NAN]]]
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "name", "error"),
    [
        ("finished", "finished", ""),
        ("interrupted", "interrupted", ""),
        (None, "killed", ""),
        ("cannot write x: the disk is full", "stopped by an error", "the disk is full"),
    ],
)
def test_states(tmp_path, outcome, name, error):
    with open_run(make_run(tmp_path / "r.sqlite", GENERATIONS, outcome=outcome)) as run:
        state = state_of(run)
    assert state.name == name
    assert state.error.endswith(error)
    assert not state.going_on


def test_the_lock_says_that_it_is_running(tmp_path):
    lock = RunLock(RunFiles(tmp_path, "r").lock)
    with lock, open_run(make_run(tmp_path / "r.sqlite", GENERATIONS, outcome=None)) as run:
        state = state_of(run)
        assert (state.name, state.going_on, state.computing) == ("running", True, True)
        assert goal_of(run) == Goal(9, None)
        # Four evaluations in 4 s, of generations 0 and 1; 8 more generations are to come.
        finished = datetime.fromisoformat(run.last.finished)
        pace = pace_of(run, state, finished)
        assert (pace.per_second, pace.recent_per_second) == (1.0, 1.0)
        assert pace.left_s == pytest.approx(16.0)
        assert pace.used_s == pytest.approx(4.0)
        later = pace_of(run, state, finished + timedelta(seconds=3))
        assert later.left_s == pytest.approx(13.0)
        assert later.used_s == pytest.approx(7.0)
        assert pace_of(run, state, finished + timedelta(days=9)).left_s == 0.0


@pytest.mark.parametrize("outcome", ["finished", "interrupted", "the disk is full", None])
def test_a_run_that_is_being_taken_up(tmp_path, monkeypatch, outcome):
    """Whoever resumes it has the lock, and may compile for minutes before anything is computed."""
    path = make_run(tmp_path / "r.sqlite", GENERATIONS, outcome=outcome)
    monkeypatch.setattr(_locks, "datetime", _Later)
    with RunLock(RunFiles(tmp_path, "r").lock), open_run(path) as run:
        state = state_of(run)
        assert (state.name, state.going_on, state.computing) == ("running", True, False)
        assert state.error == ""
        # The time since the last sitting is no time of computing.
        pace = pace_of(run, state, NOW)
        assert pace.used_s == pytest.approx(4.0)
        assert pace.left_s == pytest.approx(16.0)


class _Later:
    """Clocks that go on until the run is taken up."""

    now = staticmethod(lambda _zone: NOW - timedelta(minutes=1))


def test_a_run_that_has_ended_has_no_time_left(tmp_path):
    with open_run(make_run(tmp_path / "r.sqlite", GENERATIONS)) as run:
        pace = pace_of(run, state_of(run), NOW)
    assert np.isnan(pace.left_s)
    assert pace.used_s == 4.0


def test_the_recent_speed_is_that_of_the_last_minute(tmp_path):
    # A generation takes 2 s; the first one had many more candidates.
    generations = [np.ones((100, 3)), *np.ones((60, 2, 3))]
    with open_run(make_run(tmp_path / "r.sqlite", generations)) as run:
        pace = pace_of(run, state_of(run), NOW)
    assert pace.recent_per_second == 1.0
    assert pace.per_second == pytest.approx(220 / 122)


def test_looking_again_counts_only_what_is_new(tmp_path):
    path = make_run(tmp_path / "r.sqlite", np.random.default_rng(1).random((6, 9, 3)))
    with open_run(path) as run:
        at_once = Tally()
        at_once.update(run)
        everything, step_by_step = run.generations, Tally()
        for number in range(len(everything) + 1):
            run.generations = everything[:number]
            step_by_step.update(run)
            step_by_step.update(run)
        assert step_by_step.n_archive == at_once.n_archive
        assert step_by_step.best(run) == at_once.best(run)
        assert at_once.n_archive == len(run.archive())
