"""Models on their way through a test: what is reported of each, and how many are open at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from probes.batch.fake_runner import FakeRunner
from pyneuronautofit.probes.batch import work
from pyneuronautofit.probes.batch.scheduler import Scheduler
from pyneuronautofit.probes.batch.work import ProbeWork
from pyneuronautofit.probes.tests import RestTest, StepTest
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.processes.process import Outcome

STEPS = StepTest((100.0,), 35.0, 0.5, onset_ms=2.0, duration_ms=1.5, end_ms=5.0)


class StartingRunner(FakeRunner):
    """One that makes cells of voltages."""

    def cell_of(self, voltage_mV):
        return self.new_cell(voltage_mV)


def outcome(task, voltage_mV):
    model = SimpleNamespace(
        signature="one", image=voltage_mV, watched=(0,), watched_mV=(voltage_mV,),
        middles={"soma.v": 0},
    )  # fmt: skip
    return Outcome(task, RunStatus.OK, "", model, 0.5)


@pytest.fixture
def through():
    """Lets models of given voltages go through a test."""
    with ThreadPoolExecutor(1) as threads:

        def run(test, voltages_mV, time_limit_s=100.0, n_lane=2, **cell):
            runner = StartingRunner(**cell)
            scheduler = Scheduler(threads, 1)
            made = ProbeWork(test, scheduler, {"one": runner}, time_limit_s, n_lane)
            outcomes = [outcome(task, v) for task, v in enumerate(voltages_mV)]
            found = {probed.candidate: probed for probed in made.run(outcomes)}
            return found, runner

        yield run


def test_every_model_is_reported_with_its_own_answer(through):
    found, _runner = through(STEPS, [-8.0, -4.0, -2.0, -1.0, 1.0])
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert {probed.status for probed in found.values()} == {RunStatus.OK}
    starts = [found[k].answer.voltage_mV[0, 0, 0] for k in range(5)]
    assert starts == [-8.0, -4.0, -2.0, -1.0, 1.0]


def test_the_time_of_reading_and_of_all_requests_is_counted(through):
    found, _runner = through(STEPS, [-8.0])
    assert found[0].seconds == 0.5 + 2 * 0.25


def test_a_voltage_that_is_not_sound_is_a_status(through):
    found, _runner = through(STEPS, [-8.0, -100.0], explodes_at=20.0)
    assert [found[k].status for k in (0, 1)] == [RunStatus.OK, RunStatus.DIVERGED]
    assert found[1].answer is None
    assert found[1].message == RunStatus.DIVERGED.value


def test_a_model_that_takes_too_long_is_given_up(through):
    test = RestTest(35.0, 0.5, duration_ms=20_000.0, watched_ms=3000.0)
    found, _runner = through(test, [-8.0], time_limit_s=0.6, decay=0.75 ** (1 / 2000))
    assert found[0].status is RunStatus.TIMED_OUT
    assert found[0].seconds == pytest.approx(0.5 + 3 * 0.25)


def test_so_many_models_are_open_as_keep_the_lanes_busy(through, monkeypatch):
    monkeypatch.setattr(work, "_MODELS_PER_LANE", 1)
    _found, runner = through(STEPS, np.linspace(-8.0, -1.0, 6).tolist(), n_lane=2)
    assert max(runner.groups) <= 2
    _found, runner = through(STEPS, np.linspace(-8.0, -1.0, 6).tolist(), n_lane=4)
    assert max(runner.groups) == 4


def test_and_no_more_than_memory_is_there_for(through, monkeypatch):
    monkeypatch.setattr(work, "_MOST_BYTES", 1)
    _found, runner = through(STEPS, [-8.0, -4.0, -2.0], n_lane=4)
    assert runner.groups == [1] * 6
