"""Stopping a run and letting it go on: what may be asked for, and what is started."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing

import pytest

from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.report.live.control import GoingOn, RunControl, going_on_of
from pyneuronautofit.runs import RunFiles, RunLock, open_run
from report._content import GENERATIONS
from report._made import info, make_run


@pytest.fixture
def store(tmp_path):
    return make_run(tmp_path / "mine.sqlite", GENERATIONS)


def state(control, store):
    with open_run(str(store)) as run:
        return control.state(run)


def until(condition):
    for _ in range(400):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def test_a_run_that_nobody_computes_may_go_on_and_not_be_stopped(store):
    control = RunControl(store, None)
    shown = state(control, store)
    assert (shown["what"], shown["goal"], shown["done"]) == ("generations", 9, 1)
    assert (shown["can_stop"], shown["can_go_on"], shown["planned"]) == (False, True, False)
    with pytest.raises(RunError, match="nobody computes it"):
        control.stop()


def test_a_run_that_is_computed_may_be_stopped_and_not_go_on(store):
    control = RunControl(store, None)
    with RunLock(RunFiles(store.parent, "mine").lock):
        assert state(control, store)["can_stop"]
        assert not state(control, store)["asked"]
        with pytest.raises(UsageError, match=r"it is being computed: .* Stop it first"):
            control.go_on(20)
        assert "to stop after this generation" in control.stop()
        assert state(control, store)["asked"]


@pytest.mark.parametrize(
    ("going", "goal", "flags"),
    [
        (GoingOn("generations", 9, 1, False), None, []),
        (GoingOn("generations", 9, 1, False), 9, []),
        (GoingOn("generations", 9, 1, False), 20, ["-G", "20"]),
        (GoingOn("generations", 9, 9, False), 10, ["-G", "10"]),
        (GoingOn("evaluations", 90, 90, True), 100, ["--evaluations", "100", "--extend"]),
    ],
)
def test_flags(going, goal, flags):
    assert going.flags(goal) == flags


@pytest.mark.parametrize("goal", [None, 9, 0, -1, 2**63])
def test_a_goal_that_is_reached_is_refused(goal):
    with pytest.raises(UsageError, match="expected a larger number"):
        GoingOn("generations", 9, 9, False).flags(goal)


@pytest.mark.parametrize(("algorithm", "planned"), [("Auto", True), ("NSGA2", False)])
def test_some_searches_plan_with_their_goal(tmp_path, algorithm, planned):
    settings = {**info().settings, "algorithm": algorithm}
    made = make_run(tmp_path / "run.sqlite", GENERATIONS, about=info(settings=settings))
    with open_run(made) as run:
        assert going_on_of(run).is_planned == planned


def test_where_evaluations_limit_a_run_they_are_offered(tmp_path):
    """More generations of it would do nothing."""
    settings = {**info().settings, "algorithm": "NSGA2", "evaluations": 5}
    about = info(settings=settings)
    made = make_run(tmp_path / "run.sqlite", GENERATIONS, about=about, planned=5)
    with open_run(made) as run:
        going = going_on_of(run)
    assert going == GoingOn("evaluations", 5, 5, False)
    assert going.flags(20) == ["--evaluations", "20"]
    # Where -G decides, the store says how many those are, too.
    made = make_run(tmp_path / "other.sqlite", GENERATIONS, planned=5)
    with open_run(made) as run:
        assert going_on_of(run) == GoingOn("generations", 9, 1, False)


def test_what_is_started_does_not_end_with_us_and_says_why_it_cannot(store, monkeypatch):
    started = []

    def start(words, **how):
        started.append((words, how))
        text = "import sys; sys.exit('a warning\\npyneuronautofit: error: no such recording')"
        return subprocess.Popen([sys.executable, "-c", text], **how)

    from pyneuronautofit.report.live import control as module

    monkeypatch.setattr(
        module,
        "subprocess",
        type("Module", (), {"Popen": staticmethod(start), "DEVNULL": subprocess.DEVNULL}),
    )
    with closing(RunControl(store, "/p")) as control:
        assert "does not end with this page" in control.go_on(20)
        assert state(control, store)["can_go_on"] is False
        until(lambda: control.process is None)
        shown = state(control, store)
        assert shown["said"] == "it did not go on (exit code 1): no such recording"
        assert shown["can_go_on"]
    ((words, how),) = started
    assert words[1:] == ["-P", "-m", "pyneuronautofit", "--resume", str(store), "-G", "20",
                         "--project", "/p"]  # fmt: skip
    assert how["start_new_session"]
