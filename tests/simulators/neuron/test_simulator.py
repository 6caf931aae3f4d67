"""The reference simulator against a plain NEURON script, and what it makes of bad candidates."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.database import read_models
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow, detect_stimulus, read_recording
from pyneuronautofit.simulators import NeuronSimulator, RunStatus, plan_experiment
from pyneuronautofit.space import ParameterPath, ParameterTable
from simulators.troublesome import STATUSES, TROUBLE_OHM_CM

PLAIN = Path(__file__).with_name("plain_neuron.py")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(None, tmp_path_factory.mktemp("empty"))


def plain_voltages(model, experiment, stored, folder):
    task = {
        "models": [dict(m.parameters) for m in stored.models],
        "currents_pA": experiment.current_pA.tolist(),
        "holding_pA": experiment.holding_pA.tolist(),
        "step_ms": experiment.clock.step_ms,
        "dt_ms": experiment.clock.dt_ms,
        "temperature_degC": experiment.temperature_degC,
    }
    source, target = folder / "task.json", folder / "answer.npz"
    source.write_text(json.dumps(task))
    library = str(model.cell_source.library)
    subprocess.run([sys.executable, PLAIN, library, source, target], check=True)
    with np.load(target) as answer:
        return answer["voltage"]


def compare_with_plain(model, shared, folder, ids, recording, window, sweeps):
    stored = read_models(shared / "data" / "P07-models-sample.json").select(ids)
    experiment = plan_experiment(recording, window, sweeps, 0.025, 35.0)
    with NeuronSimulator(model.cell_source, experiment, n_worker=2) as simulator:
        traces = simulator.run(stored.table())
    assert traces.ok.all()
    expected = plain_voltages(model, experiment, stored, folder)
    np.testing.assert_allclose(traces.voltage_mV, expected, rtol=0, atol=1e-9)


def test_command_waveform_as_plain_neuron(model, shared, tmp_path):
    recording = read_recording(shared / "data" / "File_axon_5.abf")
    window = detect_stimulus(recording.current_pA, recording.step_ms)
    compare_with_plain(model, shared, tmp_path, [0, 132], recording, window, [0, 2, 8])


@pytest.mark.nightly
def test_all_sample_models_as_plain_neuron(model, shared, tmp_path):
    recording = read_recording(shared / "data" / "File_axon_5.abf")
    window = detect_stimulus(recording.current_pA, recording.step_ms)
    compare_with_plain(model, shared, tmp_path, range(0, 288, 12), recording, window, range(9))


def noisy_recording(n_sweep=3, n_sample=2000, step_ms=0.1):
    """Currents with noise and several holding levels, as an amplifier records them."""
    rng = np.random.default_rng(5)
    current = rng.normal(0.0, 1.5, (n_sweep, n_sample))
    current += np.array([0.0, -20.0, 0.0])[:n_sweep, None]
    current[:, 500:1500] += np.array([-80.0, 100.0, 200.0])[:n_sweep, None]
    return Recording("noisy.npz", np.full_like(current, -70.0), current, step_ms)


def test_noisy_currents_and_several_holding_currents_as_plain_neuron(model, shared, tmp_path):
    window = StimulusWindow(500, 1499)
    compare_with_plain(model, shared, tmp_path, [36], noisy_recording(), window, [0, 1, 2])


def table(**columns):
    """A table of candidates: path with _ for the rest -> values."""
    targets = tuple((ParameterPath.parse(name),) for name in columns)
    return ParameterTable(targets, (False,) * len(columns), np.array(list(columns.values())).T)


@pytest.fixture(scope="module")
def short_experiment():
    recording = noisy_recording(n_sweep=2, n_sample=500)
    return plan_experiment(recording, StimulusWindow(100, 300), [0, 1], 0.05, 35.0)


def test_results_do_not_depend_on_order_and_company(model, short_experiment):
    lengths = [30.0, 60.0, 90.0, 120.0, 150.0]
    with NeuronSimulator(model.cell_source, short_experiment, n_worker=1) as one:
        forward = one.run(table(**{"soma.L": lengths, "axon.L": lengths}))
        backward = one.run(table(**{"soma.L": lengths[::-1], "axon.L": lengths[::-1]}))
    with NeuronSimulator(
        model.cell_source, short_experiment, n_worker=2, candidates_per_worker=2
    ) as two:
        parallel = two.run(table(**{"soma.L": lengths, "axon.L": lengths}))
    np.testing.assert_array_equal(forward.voltage_mV, backward.voltage_mV[::-1])
    np.testing.assert_array_equal(forward.voltage_mV, parallel.voltage_mV)
    assert np.unique(forward.voltage_mV[:, 0, -1]).size == len(lengths)


def test_bad_candidates_cost_themselves_alone(model, short_experiment):
    # A negative length is refused by NEURON; a negative capacitance makes the voltage explode.
    parameters = table(**{"soma.L": [60.0, -1.0, 60.0, 60.0], "soma.cm": [1.0, 1.0, -1.0, 1.0]})
    with NeuronSimulator(model.cell_source, short_experiment, n_worker=1) as simulator:
        traces = simulator.run(parameters)
    ok, failed, diverged, same = traces.status
    assert (ok, failed, diverged, same) == (
        RunStatus.OK, RunStatus.FAILED, RunStatus.DIVERGED, RunStatus.OK,
    )  # fmt: skip
    assert "L must be > 0" in traces.messages[1]
    assert np.isnan(traces.voltage_mV[1:3]).all()
    np.testing.assert_array_equal(traces.voltage_mV[0], traces.voltage_mV[3])


def test_misspelt_parameter_is_refused_before_anything_is_simulated(model, short_experiment):
    with NeuronSimulator(model.cell_source, short_experiment, n_worker=1) as simulator:
        with pytest.raises(ModelError, match=r"TC_HH has no 'gkmax'; did you mean 'gk_max'\?"):
            simulator.check(table(**{"soma(0.5).TC_HH.gkmax": [1.0]}))
        with pytest.raises(ModelError, match="has no 'sma'; did you mean 'soma'"):
            simulator.check(table(**{"sma.L": [1.0]}))


def test_a_worker_that_dies_hangs_or_raises_costs_its_candidate(troublesome, short_experiment):
    trouble = table(**{"soma.Ra": TROUBLE_OHM_CM})
    with NeuronSimulator(
        troublesome.cell_source, short_experiment, n_worker=2, time_limit_s=3.0
    ) as simulator:
        traces = simulator.run(trouble)
        again = simulator.run(trouble.rows([0]))
    assert traces.status == STATUSES
    assert "exit code 7" in traces.messages[1]
    assert "within 3 s" in traces.messages[2]
    assert "ValueError: no such Ra" in traces.messages[3]
    assert "cell.py, line" in traces.messages[3]
    assert "signal 6" in traces.messages[4]
    np.testing.assert_array_equal(traces.voltage_mV[0], traces.voltage_mV[5])
    np.testing.assert_array_equal(traces.voltage_mV[0], again.voltage_mV[0])


def test_a_cell_class_that_keeps_its_cells_does_not_slow_the_others_down(
    troublesome, short_experiment
):
    # Sections that stay alive would be simulated together with every later candidate.
    with NeuronSimulator(troublesome.cell_source, short_experiment, n_worker=1) as simulator:
        traces = simulator.run(table(**{"soma.Ra": [50.0] * 60}))
    assert traces.ok.all()
    assert np.median(traces.seconds[-20:]) < 3 * np.median(traces.seconds[5:25])
