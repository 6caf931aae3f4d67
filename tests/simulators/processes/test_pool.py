"""Supervised workers, with handlers of the standard library."""

from __future__ import annotations

import logging
import operator
import os
import signal
import threading
import time
from concurrent.futures import CancelledError

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.processes import pool as pool_module
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool


def pool(make, setup, n_worker=2, time_limit_s=30.0, tasks_per_worker=100, stop=None):
    return WorkerPool(Job(make, setup), n_worker, time_limit_s, tasks_per_worker, stop)


@pytest.fixture
def opened():
    """Closes what a test opens."""
    pools = []

    def open_pool(*args, **kwargs):
        pools.append(pool(*args, **kwargs))
        return pools[-1]

    yield open_pool
    for one in pools:
        one.close()


def test_every_task_is_answered_once(opened):
    first = opened(operator.itemgetter, 0)
    outcomes = list(first.map([[n, -n] for n in range(20)]))
    assert sorted(outcome.task for outcome in outcomes) == list(range(20))
    assert all(outcome.value == outcome.task for outcome in outcomes)
    assert {outcome.status for outcome in outcomes} == {RunStatus.OK}


def test_a_task_that_raises_is_its_own_failure(opened):
    outcomes = {o.task: o for o in opened(operator.itemgetter, 0).map([[1], [], [3]])}
    assert outcomes[1].status is RunStatus.FAILED
    assert "IndexError: list index out of range" in outcomes[1].message
    assert (outcomes[0].value, outcomes[2].value) == (1, 3)


def test_a_hanging_task_ends_with_its_worker(opened):
    sleeping = opened(_sleeper, None, time_limit_s=3.0)
    outcomes = {o.task: o for o in sleeping.map([0.0, 1000.0, 0.0])}
    assert outcomes[1].status is RunStatus.TIMED_OUT
    assert outcomes[1].message == "no result within 3 s"
    assert [outcomes[n].status for n in (0, 2)] == [RunStatus.OK] * 2


def test_a_worker_that_is_killed_from_outside_costs_its_task(opened):
    killed = opened(_sleeper, None, n_worker=1)
    tasks = killed.map([0.0, 60.0, 0.0])
    assert next(tasks).status is RunStatus.OK
    (worker,) = killed._workers
    os.kill(worker._process.pid, signal.SIGKILL)
    crashed, last = tasks
    assert (crashed.task, crashed.status) == (1, RunStatus.CRASHED)
    assert crashed.message == "signal 9"
    assert (last.task, last.status) == (2, RunStatus.OK)


def test_workers_are_replaced_after_so_many_tasks(opened):
    processes = opened(_process_number, None, n_worker=1, tasks_per_worker=3)
    seen = [outcome.value for outcome in processes.map(list(range(7)))]
    assert [seen.count(process) for process in dict.fromkeys(seen)] == [3, 3, 1]


def test_leaving_early_ends_busy_workers(opened):
    early = opened(_sleeper, None, n_worker=2)
    tasks = early.map([0.0, 1000.0, 1000.0])
    next(tasks)
    tasks.close()
    assert not early._busy()
    assert [o.status for o in early.map([0.0])] == [RunStatus.OK]


def test_a_set_up_that_raises_is_a_model_error(opened):
    broken = opened(int, "no number")
    with pytest.raises(ModelError, match="cannot be built: ValueError: invalid literal"):
        broken.check()
    with pytest.raises(ModelError, match="cannot be built"):
        list(broken.map([1, 2]))


def test_a_set_up_that_dies_is_given_up_after_some_starts(opened):
    with pytest.raises(ModelError, match=r"died while it loaded the model: exit code 3"):
        opened(os._exit, 3).check()
    with pytest.raises(ModelError, match=r"died while it loaded the model"):
        list(opened(os._exit, 3).map([1, 2]))


def test_a_set_up_that_hangs_is_given_up(opened, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(pool_module, "_SILENT_S", 1.0)
    began = time.monotonic()
    with pytest.raises(ModelError, match=r"not loaded within 3 s"):
        opened(time.sleep, 1000.0, time_limit_s=3.0).check()
    assert time.monotonic() - began < 30
    assert caplog.messages == ["the model is still being loaded"]


def test_whoever_waits_for_tasks_can_be_stopped(opened):
    stop = threading.Event()
    stopped = opened(_sleeper, None, stop=stop)
    tasks = stopped.map([0.0, 1000.0])
    assert next(tasks).status is RunStatus.OK
    stop.set()
    with pytest.raises(CancelledError):
        next(tasks)
    assert not stopped._busy()


# --- several tasks in a message


def test_quick_tasks_travel_together(opened):
    noting = opened(_Noting, None)
    for _ in range(2):
        outcomes = list(noting.map(list(range(200)), together=16))
        assert sorted(outcome.task for outcome in outcomes) == list(range(200))
        assert all(outcome.value[0] == outcome.task for outcome in outcomes)
    # How long a task takes is known by now.
    sizes = [outcome.value[1] for outcome in outcomes]
    assert 8 <= max(sizes) <= 16, sizes
    assert all(outcome.value[1] == 0 for outcome in noting.map(list(range(9))))


def test_what_is_ready_before_is_not_asked_for_again(opened):
    halving = opened(_Halving, None)
    for _ in range(2):
        outcomes = list(halving.map([7] * 40, together=8))
    assert sorted(outcome.task for outcome in outcomes) == list(range(40))
    answers = [outcome.value for outcome in outcomes]
    # Tasks are told apart by where they are, not by what they are.
    assert {"ready 0", "ready 2", "ready 4", "ready 6", "asked"} <= set(answers)
    assert {outcome.status for outcome in outcomes} == {RunStatus.OK}
    assert [outcome.value for outcome in halving.map([7])] == ["asked"]


def test_slow_tasks_travel_alone(opened):
    slow = opened(_Noting, 0.03)
    assert all(outcome.value[1] == 0 for outcome in slow.map(list(range(8)), together=16))


def test_another_worker_is_started_where_tasks_wait_for_long(opened, monkeypatch):
    """Starting one takes longer than some short tasks do."""
    slow = opened(_process_number, None)
    assert len({outcome.value for outcome in slow.map([0.3] * 6)}) == 2
    # As long as this machine never needs.
    monkeypatch.setattr(pool_module, "_START_S", 1000.0)
    quick = opened(_process_number, None)
    assert len({outcome.value for outcome in quick.map(list(range(20)))}) == 1


def test_that_tasks_have_waited_before_counts(opened, monkeypatch):
    monkeypatch.setattr(pool_module, "_START_S", 0.1)
    one = opened(_process_number, None)
    seen = [len({o.value for o in one.map([0.01] * 4)}) for _round in range(20)]
    assert seen[-1] == 2


def test_a_worker_is_replaced_after_so_many_tasks_in_any_number_of_messages(opened):
    processes = opened(_process_number, None, n_worker=1, tasks_per_worker=30)
    seen = [outcome.value for outcome in processes.map(list(range(70)), together=8)]
    assert [seen.count(process) for process in dict.fromkeys(seen)] == [30, 30, 10]


@pytest.mark.parametrize("n_worker", [1, 2])
@pytest.mark.parametrize("trouble", ["raise", "exit", "hang"])
def test_one_bad_task_of_a_message_costs_itself(opened, monkeypatch, trouble, n_worker):
    monkeypatch.setattr(pool_module, "_MESSAGE_LIMIT_S", 0.5)
    troubled = opened(_Noting, None, n_worker=n_worker, time_limit_s=3.0)
    tasks = [*range(40), trouble, *range(41, 80)]
    outcomes = sorted(troubled.map(tasks, together=16), key=lambda outcome: outcome.task)
    assert [outcome.task for outcome in outcomes] == list(range(80))
    bad = outcomes.pop(40)
    assert all(outcome.status is RunStatus.OK for outcome in outcomes)
    assert [outcome.value[0] for outcome in outcomes] == [*range(40), *range(41, 80)]
    # Tasks travelled together, or this shows nothing.
    assert max(outcome.value[1] for outcome in outcomes) > 1
    expected = {
        "raise": (RunStatus.FAILED, "ValueError: raise"),
        "exit": (RunStatus.CRASHED, "exit code 7"),
        "hang": (RunStatus.TIMED_OUT, "no result within 3 s"),
    }
    assert (bad.status, bad.message.partition(" (")[0]) == expected[trouble]


class _Noting:
    """Answers with the task and the number of tasks in its message; 0: it came alone."""

    def __init__(self, sleep_s):
        self._sleep_s = sleep_s or 0.0
        self._prepared = []

    def prepare(self, tasks):
        self._prepared = tasks
        return {}

    def __call__(self, task):
        if task == "raise":
            raise ValueError(task)
        if task == "exit":
            os._exit(7)
        time.sleep(1000 if task == "hang" else self._sleep_s)
        together = any(task is each for each in self._prepared)
        return task, len(self._prepared) if together else 0


class _Halving:
    """Has the answers of every other task of a message before it is called."""

    def __init__(self, _setup):
        pass

    def prepare(self, tasks):
        return {place: f"ready {place}" for place in range(0, len(tasks), 2)}

    def __call__(self, task):
        return "asked"


def _sleeper(_setup):
    return time.sleep


def _process_number(_setup):
    return _number_of_process


def _number_of_process(task):
    if isinstance(task, float):
        time.sleep(task)
    return os.getpid()
