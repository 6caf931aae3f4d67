"""A worker has so much memory, and what needs more fails alone."""

from __future__ import annotations

import os
import sys

import pytest

from pyneuronautofit.errors import ModelError, UsageError
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.processes import memory
from pyneuronautofit.simulators.processes.memory import VARIABLE, limit_memory, memory_limit
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool

GB = 10**9

limited = pytest.mark.skipif(sys.platform != "linux", reason="nobody keeps the limit there")


@pytest.mark.parametrize(("there_gb", "limit_gb"), [(4, 2), (16, 8), (1000, 8)])
def test_the_limit_is_8_gb_or_half_of_what_is_there(monkeypatch, there_gb, limit_gb):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(memory, "_memory_of_machine", lambda: there_gb * GB)
    assert memory_limit() == limit_gb * GB


def test_or_what_the_user_says(monkeypatch):
    monkeypatch.setenv(VARIABLE, "0.5")
    assert memory_limit() == GB // 2
    monkeypatch.setenv(VARIABLE, "")
    assert 0 < memory_limit() <= 8 * GB


@pytest.mark.parametrize("word", ["much", "0", "-1", "nan", "inf", "1e-20", "4 GB", "9" * 5000])
def test_what_is_no_amount_is_refused(monkeypatch, word):
    monkeypatch.setenv(VARIABLE, word)
    with pytest.raises(UsageError, match=f"{VARIABLE} is .*expected how many GB") as caught:
        memory_limit()
    assert len(str(caught.value)) < 300


def test_a_limit_that_was_there_is_not_exceeded(monkeypatch):
    given = []
    monkeypatch.setattr(memory.resource, "getrlimit", lambda _which: (100, 1000))
    monkeypatch.setattr(memory.resource, "setrlimit", lambda _which, limits: given.append(limits))
    monkeypatch.setattr(memory.sys, "platform", "linux")
    limit_memory(500)
    limit_memory(5000)
    assert given == [(500, 1000), (1000, 1000)]


# --- in a worker


@pytest.fixture
def small(monkeypatch):
    """Make pools whose workers have half a GB."""
    monkeypatch.setenv(VARIABLE, "0.5")
    pools = []

    def make(handler, setup=None):
        pools.append(WorkerPool(Job(handler, setup), 1, 60.0, 100))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


class Hungry:
    """Takes as many bytes as a task says, and keeps them if told so; answers with its process."""

    def __init__(self, keeps):
        self._kept = [] if keeps else None

    def __call__(self, n_byte):
        taken = bytearray(n_byte)
        if self._kept is not None:
            self._kept.append(taken)
        return os.getpid()


@limited
def test_a_task_that_needs_too_much_fails_alone(small):
    outcomes = list(small(Hungry).map([1000, 10 * GB, 1000]))
    assert [o.status for o in sorted(outcomes, key=lambda o: o.task)] == [
        RunStatus.OK,
        RunStatus.FAILED,
        RunStatus.OK,
    ]
    (failed,) = (o for o in outcomes if o.status is RunStatus.FAILED)
    assert failed.message.startswith("MemoryError: no message (")
    assert failed.message.endswith(f"may have 0.5 GB of memory ({VARIABLE} says otherwise)")


@limited
def test_what_others_have_left_behind_is_no_fault_of_a_task(small):
    outcomes = list(small(Hungry, True).map([GB // 5] * 6))
    assert {o.status for o in outcomes} == {RunStatus.OK}
    assert sorted(o.task for o in outcomes) == list(range(6))
    # They had other workers, which had room.
    assert len({o.value for o in outcomes}) > 1


@limited
def test_a_model_that_is_too_large_is_said(small):
    with pytest.raises(ModelError, match="cannot be built: MemoryError"):
        small(bytearray, 10 * GB).check()
