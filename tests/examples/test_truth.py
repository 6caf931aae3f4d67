"""The model behind the recording reproduces it, and the script makes the shipped files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pyneuronautofit.database import read_models
from pyneuronautofit.models import load_model
from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS
from pyneuronautofit.recordings import read_recording
from pyneuronautofit.simulators import DEFAULT_DT_MS, NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterPath

from .conftest import DATA, EXAMPLES

DATABASE = DATA / "TC-example-truth.json"


@pytest.fixture(scope="module")
def made(script, tmp_path_factory):
    """The files that the script makes."""
    folder = tmp_path_factory.mktemp("made")
    script.make_recording(folder)
    return folder


def test_the_script_makes_the_shipped_recording(made, recording):
    again = read_recording(made / "TC-example.abf")
    np.testing.assert_array_equal(again.current_pA, recording.current_pA)
    # NEURON from another compiler may round a few samples to the next step of the converter.
    np.testing.assert_allclose(again.voltage_mV, recording.voltage_mV, rtol=0, atol=0.01)


def test_the_script_makes_the_shipped_database(made):
    again = (made / "TC-example-truth.json").read_text(encoding="utf-8")
    assert again == DATABASE.read_text(encoding="utf-8")


def test_the_database_holds_the_truth_of_the_script(script):
    stored = read_models(DATABASE)
    assert stored.temperature_degC == script.TEMPERATURE_DEGC
    assert [dict(model.parameters) for model in stored.models] == [script.TRUTH]


def test_the_database_has_the_header_of_a_published_one():
    header = json.loads(DATABASE.read_text(encoding="utf-8"))
    assert list(header) == [
        "version", "module", "cell", "temperature", "setcable", "parameters", "targets",
        "evaluations", "sources", "gsynmin", "models", "discarded",
    ]  # fmt: skip
    assert header["targets"] == ["TC-example.abf"]
    assert header["models"][0]["target"] == 0


def test_the_truth_can_be_found(script):
    """All searched parameters are set, and within the bounds."""
    searched = {}
    for names, _, low, high in PARAMETERS:
        for name in (names,) if isinstance(names, str) else names:
            searched[name] = sorted((float(low), float(high)))
    assert script.TRUTH.keys() == searched.keys()
    for name, value in script.TRUTH.items():
        low, high = searched[name]
        assert low < value < high, name
        assert ParameterPath.parse(name).text == name
    for names, *_ in PARAMETERS:
        if not isinstance(names, str):
            assert len({script.TRUTH[name] for name in names}) == 1, names


def test_the_truth_reproduces_the_recording_within_its_noise(recording, script):
    """As a fit sees it: the recorded, noisy current is played."""
    experiment = plan_experiment(
        recording, script.WINDOW, range(recording.n_sweep), DEFAULT_DT_MS, script.TEMPERATURE_DEGC
    )
    model = load_model(None, EXAMPLES)
    with NeuronSimulator(model.cell_source, experiment, n_worker=1) as simulator:
        traces = simulator.run(read_models(DATABASE).table())
    assert traces.messages == ("",)
    simulated = traces.voltage_mV[0]
    for recorded_mV, model_mV in zip(recording.voltage_mV, simulated, strict=True):
        assert n_spikes(model_mV) == n_spikes(recorded_mV)
    distance = ((simulated - recording.voltage_mV) ** 2).mean(axis=1)
    noise = script.WHITE_MV**2 + script.DRIFT_MV**2
    quiet = slice(2, 5)
    np.testing.assert_allclose(distance[quiet], noise, rtol=0.1)
    assert distance.max() < 1.0


def n_spikes(trace_mV):
    above = trace_mV > -10.0
    return int((above[1:] & ~above[:-1]).sum())
