"""NEURON's CVODE: against a formula, against the limit of fixed steps, and what it refuses."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError, UsageError
from pyneuronautofit.models import CellSource, load_model
from pyneuronautofit.simulators import Clock, Experiment, NeuronSimulator, RunStatus
from pyneuronautofit.simulators.agreement import SPIKE_MV, spike_samples
from pyneuronautofit.simulators.neuron.cvode import stepped_current
from simulators.branching import SectionPlan, branching_cell, write_project
from simulators.mechanism_cells import CELLS, cell_source
from simulators.neuron.test_simulator import table

STEP_MS = 0.1
HH = {"hh": {}}
# Odd: then a jump between two fine samples is in the middle of two of the experiment's.
FINE, FINER = 15, 45
ONE = {"soma.cm": [1.0]}


@pytest.fixture(scope="module")
def built_in(tmp_path_factory):
    return load_model(None, tmp_path_factory.mktemp("empty")).cell_source


@pytest.fixture(scope="module")
def hh_source(tmp_path_factory):
    sections = [SectionPlan("soma", L_um=25.0, diam_um=25.0)]
    return CellSource(
        write_project(tmp_path_factory.mktemp("hh"), sections, {"soma": HH}), None, None
    )


@pytest.fixture(scope="module")
def branching_source(tmp_path_factory):
    leak = {"pas": {"g": 5e-5, "e": -65.0}}
    channels = {"soma": HH, "axon": HH, "dend": leak, "spine": leak}
    folder = tmp_path_factory.mktemp("branching")
    return CellSource(write_project(folder, branching_cell(), channels), None, None)


def steps(*currents_pA, n_sample=800, substeps=1, holding_pA=0.0, temperature_degC=6.3):
    """Plan current steps from 20 to 60 ms, without a mean over points of a sample."""
    current = np.full((len(currents_pA), n_sample), holding_pA)
    current[:, 200:600] += np.array(currents_pA)[:, None]
    holding = np.full(len(currents_pA), holding_pA)
    clock = Clock(STEP_MS, substeps)
    return Experiment(current, holding, clock, temperature_degC, -70.0, transient_ms=100.0)


def cvode(source, experiment, parameters=None, tolerance_mV=1e-8, **options):
    """Simulate, and demand that all goes well."""
    parameters = table(**ONE) if parameters is None else parameters
    with NeuronSimulator(
        source, experiment, 1, cvode_tolerance_mV=tolerance_mV, **options
    ) as simulator:
        traces = simulator.run(parameters)
    assert traces.ok.all(), traces.messages
    return traces.voltage_mV


def fixed(source, experiment, parameters, parts):
    """Simulate with so many fixed steps in a sample, and return every sample's own voltage."""
    n_fine = (experiment.n_sample - 1) * parts + 1
    nearest = (np.arange(n_fine) + parts // 2) // parts
    fine = replace(
        experiment, current_pA=experiment.current_pA[:, nearest], clock=Clock(STEP_MS / parts, 1)
    )
    with NeuronSimulator(source, fine, 1, exact_tables=True) as simulator:
        traces = simulator.run(parameters)
    assert traces.ok.all(), traces.messages
    return traces.voltage_mV[0, :, ::parts]


def spike_times(voltage_mV):
    after = spike_samples(voltage_mV)
    before_mV, after_mV = voltage_mV[after - 1], voltage_mV[after]
    return STEP_MS * (after - (after_mV - SPIKE_MV) / (after_mV - before_mV))


def converges(source, experiment, parameters, n_spike):
    """Demand that fixed steps come nearer to CVODE in proportion, and meet it when extrapolated."""
    truth = cvode(source, experiment, parameters, exact_tables=True)[0]
    coarse, fine = (fixed(source, experiment, parameters, parts) for parts in (FINE, FINER))
    times = [[spike_times(row) for row in each] for each in (truth, coarse, fine)]
    assert [len(each) for each in times[0]] == n_spike
    for sweep in range(experiment.n_sweep):
        true_ms, coarse_ms, fine_ms = (each[sweep] for each in times)
        # A first-order method: a third of the step, a third of the error.
        limit_ms = fine_ms + (fine_ms - coarse_ms) / 2
        np.testing.assert_allclose(limit_ms, true_ms, rtol=0, atol=0.002)
        if n_spike[sweep]:
            assert 2.5 < np.abs(coarse_ms - true_ms).max() / np.abs(fine_ms - true_ms).max() < 3.5
            continue
        errors_mV = [np.abs(each[sweep] - truth[sweep]).max() for each in (coarse, fine)]
        assert 2.5 < errors_mV[0] / errors_mV[1] < 3.5
        limit_mV = fine[sweep] + (fine[sweep] - coarse[sweep]) / 2
        np.testing.assert_allclose(limit_mV, truth[sweep], rtol=0, atol=2e-4)


def test_fixed_steps_of_the_squid_converge_to_cvode(hh_source):
    converges(hh_source, steps(-30.0, 60.0, 150.0), table(**ONE), [0, 1, 3])


def test_fixed_steps_of_the_built_in_cell_converge_to_cvode(built_in):
    experiment = replace(steps(-100.0, 600.0, 1200.0), temperature_degC=35.0)
    converges(built_in, experiment, table(**{"soma.L": [60.0]}), [0, 0, 1])


def test_fixed_steps_of_a_branching_cell_converge_to_cvode(branching_source):
    converges(branching_source, steps(-200.0, 1500.0), table(**ONE), [0, 1])


# --- edges


@pytest.fixture(scope="module")
def leak(tmp_path_factory):
    """A sphere with a leak, whose voltage is known: source, MOhm, time constant in ms."""
    sections = [SectionPlan("soma", L_um=20.0, diam_um=20.0, cm_uF=1.0)]
    channels = {"soma": {"pas": {"g": 1e-4, "e": -70.0}}}
    source = CellSource(
        write_project(tmp_path_factory.mktemp("leak"), sections, channels), None, None
    )
    area_cm2 = math.pi * 20e-4 * 20e-4
    return source, 1e-6 / (1e-4 * area_cm2), 10.0


def response(current_pA, resistance_MOhm, tau_ms):
    """Return a leak's voltage at the samples: each jump, half way between two, adds its own."""
    times_ms = STEP_MS * np.arange(len(current_pA))
    voltage = np.full(len(times_ms), -70.0 + 1e-3 * current_pA[0] * resistance_MOhm)
    for place in np.flatnonzero(np.diff(current_pA)):
        since_ms = np.maximum(times_ms - STEP_MS * (place + 0.5), 0.0)
        jump_mV = 1e-3 * (current_pA[place + 1] - current_pA[place]) * resistance_MOhm
        voltage += jump_mV * (1.0 - np.exp(-since_ms / tau_ms))
    return voltage


def test_every_edge_is_hit(leak):
    source, *constants = leak
    current = np.zeros((3, 500))
    current[0, 100:300] = 50.0
    current[1, 400] = 100.0  # CVODE would step over it
    current[2] = np.repeat(np.random.default_rng(3).normal(0.0, 50.0, 20), 25)
    # Sweep 2 jumps from its holding current at t = 0.
    experiment = Experiment(current, current[:, 0], Clock(STEP_MS, 1), 20.0, -70.0, 500.0)
    expected = [response(row, *constants) for row in current]
    found = cvode(source, experiment)[0]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    assert np.abs(found[1] + 70.0).max() > 0.05


def test_a_sweep_may_jump_from_its_holding_current(leak):
    source, resistance_MOhm, tau_ms = leak
    experiment = Experiment(
        np.zeros((1, 300)), np.array([-40.0]), Clock(STEP_MS, 1), 20.0, -70.0, transient_ms=500.0
    )
    decay = np.exp(-STEP_MS * np.arange(300) / tau_ms)
    expected = -70.0 - 1e-3 * 40.0 * resistance_MOhm * decay
    np.testing.assert_allclose(cvode(source, experiment)[0, 0], expected, rtol=0, atol=1e-5)


def test_jumps_are_half_way_between_samples():
    current = stepped_current(np.array([1.0, 1.0, 5.0, 2.0, 2.0]), 0.1)
    np.testing.assert_allclose(current.edge_ms, [0.15, 0.25])
    np.testing.assert_array_equal(current.level_pA, [1.0, 5.0, 2.0])


# --- clocks, tolerance, company


def test_a_sample_is_the_mean_of_its_points(hh_source):
    experiment = steps(150.0, substeps=3)
    nearest = np.minimum((np.arange(3 * experiment.n_sample) + 1) // 3, experiment.n_sample - 1)
    at_points = replace(
        experiment, clock=Clock(STEP_MS / 3, 1), current_pA=experiment.current_pA[:, nearest]
    )
    mean = cvode(hh_source, at_points)[0, 0].reshape(-1, 3).mean(axis=1)
    found = cvode(hh_source, experiment)[0, 0]
    np.testing.assert_allclose(found, mean, rtol=0, atol=1e-4)
    assert found.max() > SPIKE_MV


def test_errors_follow_the_tolerance(hh_source):
    experiment = steps(-30.0)
    truth = cvode(hh_source, experiment)
    errors = [
        np.abs(cvode(hh_source, experiment, tolerance_mV=mV) - truth).max() for mV in (1e-2, 1e-5)
    ]
    assert errors[1] < 1e-3 < errors[0] < 1.0


def test_tables_can_be_computed_exactly(hh_source):
    experiment = steps(-30.0)
    exact = cvode(hh_source, experiment, exact_tables=True)
    difference = np.abs(cvode(hh_source, experiment, tolerance_mV=1e-4) - exact).max()
    assert 1e-6 < difference < 0.5


def test_results_do_not_depend_on_company_and_failures(built_in):
    """Sweeps share their transients; a candidate that explodes leaves the others alone."""
    experiment = replace(
        steps(-100.0, 300.0, 100.0), holding_pA=np.array([0.0, -20.0, 0.0]), temperature_degC=35.0
    )
    parameters = table(
        **{"soma.L": [60.0, 60.0, -1.0, 80.0, 60.0], "soma.cm": [1.0, -0.2, 1.0, 1.0, 1.0]}
    )
    with NeuronSimulator(built_in, experiment, 1, cvode_tolerance_mV=1e-3) as simulator:
        assert simulator.description == "NEURON in 1 process(es), CVODE, tolerance 0.001 mV"
        together = simulator.run(parameters)
        alone = simulator.run(parameters.rows([3]))
    ok, failed = RunStatus.OK, RunStatus.FAILED
    assert together.status == (ok, failed, failed, ok, ok)
    assert "integrator error" in together.messages[1]
    assert np.isnan(together.voltage_mV[1:3]).all()
    np.testing.assert_array_equal(together.voltage_mV[0], together.voltage_mV[4])
    np.testing.assert_array_equal(together.voltage_mV[3], alone.voltage_mV[0])
    for sweep in range(3):
        single = replace(
            experiment,
            current_pA=experiment.current_pA[[sweep]],
            holding_pA=experiment.holding_pA[[sweep]],
        )
        (voltage,) = cvode(built_in, single, parameters.rows([0]), tolerance_mV=1e-3)
        np.testing.assert_array_equal(voltage[0], together.voltage_mV[0, sweep])


# --- refusals


def test_a_noisy_current_is_refused(hh_source):
    experiment = steps(100.0, 100.0, n_sample=2000)
    noise = np.random.default_rng(1).normal(size=2000)
    noisy = replace(experiment, current_pA=experiment.current_pA + [[0.0], [1.0]] * noise)
    with (
        NeuronSimulator(hh_source, noisy, 1, cvode_tolerance_mV=1e-3) as simulator,
        pytest.raises(ModelError, match=r"constant between edges.*sweep 1 changes at 1999 of its"),
    ):
        simulator.check(table(**ONE))


def test_a_mechanism_that_cvode_cannot_integrate_is_named(tmp_path):
    source = cell_source(CELLS["tkdr-quiet"], tmp_path)
    with (
        NeuronSimulator(source, steps(10.0), 1, cvode_tolerance_mV=1e-3) as simulator,
        pytest.raises(ModelError, match=r"cannot integrate the mechanism tkdr: a SOLVE"),
    ):
        simulator.check(table(**ONE))


@pytest.mark.parametrize("tolerance_mV", [0.0, -1e-3, math.inf, math.nan])
def test_a_tolerance_that_is_none_is_refused(hh_source, tolerance_mV):
    with pytest.raises(UsageError, match="expected a number above 0"):
        NeuronSimulator(hh_source, steps(10.0), 1, cvode_tolerance_mV=tolerance_mV)
