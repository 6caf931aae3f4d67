"""The workers of a probe: which paths they are told, how long they have, under which conditions."""

from __future__ import annotations

import numpy as np
import pytest

from probes.probed import table
from pyneuronautofit.probes.pool import ProbePool, bare_experiment, parse_beginnings
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import RestTest, StepTest, SynapseTest
from pyneuronautofit.simulators.experiment import Clock
from pyneuronautofit.simulators.processes.pool import Job
from pyneuronautofit.space import ParameterPath, ParameterTable

STEPS = StepTest((1.0, 2.0), 31.0, 0.2, ("soma(0.5).v", "axon(0.5).v"), initial_mV=-61.0)
REST = RestTest(32.0, 0.1, 500_000.0, initial_mV=-62.0)
SEARCH = SynapseTest(((1.0, 0.0),), 33.0, 0.05, initial_mV=-63.0)


def paths(*names):
    return tuple(map(ParameterPath.parse, names))


@pytest.fixture
def pool():
    """Make pools that note the paths of their jobs; no worker is started."""
    made = []

    def make(test, n_worker=3, time_limit_s=None):
        told = []

        def make_job(paths):
            told.append(paths)
            return Job(dict, None)

        made.append(ProbePool(test, make_job, n_worker, time_limit_s))
        return made[-1], told

    yield make
    for one in made:
        one.close()


def test_workers_know_what_is_set_begun_with_and_recorded_each_once(pool):
    one, told = pool(STEPS)
    shared = ParameterTable((paths("soma.L", "soma.diam"), paths("axon.L")), (False,) * 2,
                            np.ones((3, 2)))  # fmt: skip
    beginnings = parse_beginnings([{"soma.v": -60.0}, {"axon.v": -1.0, "soma.v": -61.0}, {}])
    workers = one.workers_for(shared, beginnings)
    assert told == [
        paths("soma.L", "soma.diam", "axon.L", "soma.v", "axon.v", "soma(0.5).v", "axon(0.5).v")
    ]
    assert one.workers_for(shared, beginnings) is workers
    assert one.workers_for(shared, []) is not workers
    assert told[1] == paths("soma.L", "soma.diam", "axon.L", "soma(0.5).v", "axon(0.5).v")


@pytest.mark.parametrize("test", [REST, SEARCH, SynapseTrial(SEARCH, 0.1)])
def test_nothing_but_steps_has_places(pool, test):
    one, told = pool(test)
    one.workers_for(table("soma.L", 1.0), [])
    assert told == [paths("soma.L")]
    assert one.places == ()


def test_a_model_has_a_hundred_times_what_is_usual(pool):
    # A minute, and ten seconds for each of the model's.
    assert pool(REST)[0].time_limit_s == 60.0 + 5000.0
    assert pool(STEPS)[0].time_limit_s == 60.0 + 50.0
    assert pool(REST, 1, 7.0)[0].time_limit_s == 7.0


def test_there_are_as_many_processes_as_were_asked_for(pool):
    assert pool(REST, 5)[0].n_worker == 5
    assert pool(REST, None)[0].n_worker >= 1


def test_beginnings_are_parsed_in_their_order():
    assert parse_beginnings([{"axon.v": -1.0, "soma.v": -2.0}, {}]) == [
        [*zip(paths("axon.v", "soma.v"), (-1.0, -2.0), strict=True)],
        [],
    ]
    assert parse_beginnings([]) == []


@pytest.mark.parametrize(
    ("test", "conditions"),
    [
        (STEPS, (31.0, 0.2, -61.0)),
        (REST, (32.0, 0.1, -62.0)),
        (SEARCH, (33.0, 0.05, -63.0)),
        (SynapseTrial(SEARCH, 0.1), (33.0, 0.05, -63.0)),
    ],
)
def test_the_conditions_of_a_test(test, conditions):
    experiment = bare_experiment(test)
    temperature, dt_ms, initial_mV = conditions
    assert experiment.temperature_degC == temperature
    assert experiment.clock == Clock(dt_ms, 1)
    assert experiment.initial_mV == initial_mV
    assert (experiment.n_sweep, experiment.n_sample) == (1, 1)
    assert not experiment.current_pA.any()
