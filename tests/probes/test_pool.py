"""Which paths the workers of a probe know, and how long a model may take."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from probes.probed import table
from pyneuronautofit.probes.pool import ProbePool, bare_experiment, parse_beginnings
from pyneuronautofit.probes.tests import RestTest, StepTest
from pyneuronautofit.simulators.processes.pool import Job

REST = RestTest(31.0, 0.05, duration_ms=2000.0, initial_mV=-71.0)
STEPS = StepTest((1.0,), 31.0, 0.05, ("soma(0.5).v", "axon(0).v"), onset_ms=100.0, end_ms=300.0)


@pytest.fixture
def opened():
    """Closes what a test opens; workers know their paths by position."""
    pools = []

    def open_pool(test, time_limit_s=None):
        asked = []

        def make_job(paths):
            asked.append([path.text for path in paths])
            return Job(operator.itemgetter, 0)

        pools.append(ProbePool(test, make_job, 1, time_limit_s))
        return pools[-1], asked

    yield open_pool
    for pool in pools:
        pool.close()


def test_paths_of_parameters_beginnings_and_places_each_once(opened):
    pool, asked = opened(STEPS)
    beginnings = parse_beginnings([{"soma.v": -70.0}, {"soma.v": -65.0, "axon.v": -66.0}])
    pool.workers_for(table("axon(0).v", 1.0, 2.0), beginnings)
    assert asked == [["axon(0).v", "soma.v", "axon.v", "soma(0.5).v"]]


def test_workers_are_the_same_for_the_same_paths(opened):
    pool, asked = opened(REST)
    first = pool.workers_for(table("soma.L", 1.0), [[]])
    assert pool.workers_for(table("soma.L", 2.0, 3.0), [[]]) is first
    assert pool.workers_for(table("soma.diam", 2.0), [[]]) is not first
    assert asked == [["soma.L"], ["soma.diam"]]


def test_a_model_may_take_a_hundred_times_what_is_usual(opened):
    # A minute, and 10 s for every simulated second.
    assert opened(REST)[0].time_limit_s == pytest.approx(80.0)
    assert opened(STEPS)[0].time_limit_s == pytest.approx(63.0)
    assert opened(REST, 5.0)[0].time_limit_s == 5.0


def test_beginnings_are_parsed_in_their_order():
    (one, two) = parse_beginnings([{"soma.v": -70.0, "dend[1].v": -60.0}, {}])
    assert [(path.text, value) for path, value in one] == [("soma.v", -70.0), ("dend[1].v", -60.0)]
    assert two == []


def test_an_experiment_with_the_conditions_and_nothing_in_it():
    experiment = bare_experiment(REST)
    assert not experiment.current_pA.any()
    assert not np.any(experiment.holding_pA)
    assert experiment.clock.dt_ms == 0.05
    assert (experiment.temperature_degC, experiment.initial_mV) == (31.0, -71.0)
