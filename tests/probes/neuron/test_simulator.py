"""Current steps and rests in NEURON, against plain scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from probes import probed
from probes.probed import BRANCHED, PLACES, TRUTH, table
from pyneuronautofit.database import read_models
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import load_model
from pyneuronautofit.probes.neuron.simulator import NeuronProbe
from pyneuronautofit.probes.tests import RestTest, StepTest
from pyneuronautofit.simulators import RunStatus
from simulators.troublesome import STATUSES, TROUBLE_OHM_CM

PLAIN = Path(__file__).with_name("plain_probe.py")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(None, tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def stored():
    return read_models(TRUTH)


@pytest.fixture
def plain(model, stored, tmp_path):
    """Runs the plain script."""

    def run(**task):
        task["parameters"] = dict(stored.models[0].parameters)
        (tmp_path / "task.json").write_text(json.dumps(task))
        words = [PLAIN, model.cell_source.library, tmp_path / "task.json", tmp_path / "answer.npz"]
        path = os.pathsep.join([str(PLAIN.parents[2]), *sys.path])
        subprocess.run([sys.executable, *words], check=True, env={**os.environ, "PYTHONPATH": path})
        with np.load(tmp_path / "answer.npz") as answer:
            return answer["voltage"]

    return run


asked = partial(probed.asked, NeuronProbe)


def test_steps_as_plain_neuron(model, stored, plain):
    amplitudes = (25.0, 300.0)
    (found,) = asked(model, StepTest(amplitudes, 35.0, 0.05, PLACES), stored.table())
    expected = plain(amplitudes_pA=amplitudes, temperature_degC=35.0, dt_ms=0.05)
    assert found.answer.amplitudes_pA == amplitudes
    assert found.answer.voltage_mV.shape == (2, 3, 60_001)
    np.testing.assert_allclose(found.answer.voltage_mV, expected, rtol=0, atol=1e-9)
    assert expected.max() > 0, "it fires, so that a difference would show"


def test_steps_end_with_the_first_that_fires(model, stored):
    test = StepTest((-50.0, 150.0, 200.0, 250.0), 35.0, 0.1, PLACES[:1], until_mV=0.0)
    (found,) = asked(model, test, stored.table())
    assert found.answer.amplitudes_pA == test.amplitudes_pA[: len(found.answer.voltage_mV)]
    peaks = found.answer.voltage_mV[:, 0, test.n_onset :].max(axis=1)
    assert (peaks[:-1] <= 0).all()
    assert peaks[-1] > 0
    assert 1 < len(peaks) < 4
    everything = asked(model, StepTest(test.amplitudes_pA, 35.0, 0.1, PLACES[:1]), stored.table())
    np.testing.assert_array_equal(
        everything[0].answer.voltage_mV[: len(peaks)], found.answer.voltage_mV
    )


@pytest.mark.parametrize("initial", [{}, {"soma.v": -50.0, "axon.v": -90.0}])
def test_a_rest_as_plain_neuron(model, stored, plain, initial):
    """Before it has settled: there the beginning still shows."""
    test = RestTest(36.0, 0.1, duration_ms=800.0, watched_ms=100.0)
    (found,) = asked(model, test, stored.table(), [initial])
    by_section = {name.removesuffix(".v"): value for name, value in initial.items()}
    expected = plain(
        initial_mV=by_section, temperature_degC=36.0, dt_ms=0.1, duration_ms=test.duration_ms
    )
    finals = [found.answer.final_mV[name] for name in ("soma.v", "axon.v")]
    np.testing.assert_allclose(finals, expected, rtol=0, atol=1e-9)
    assert len(found.answer.watched_mV) == 100
    assert found.answer.watched_mV[-1] == pytest.approx(finals[0], abs=1e-12)
    assert np.ptp(found.answer.watched_mV) > 1e-3


def test_a_rest_that_ends_early_is_the_one_that_does_not(model, stored, plain):
    test = RestTest(36.0, 0.1, duration_ms=60_000.0)
    (found,) = asked(model, test, stored.table())
    expected = plain(initial_mV={}, temperature_degC=36.0, dt_ms=0.1, duration_ms=test.duration_ms)
    finals = [found.answer.final_mV[name] for name in ("soma.v", "axon.v")]
    np.testing.assert_allclose(finals, expected, rtol=0, atol=1e-7)
    assert np.ptp(found.answer.watched_mV) == 0, "it was recognised as settled"


def test_a_cell_that_fires_by_itself_is_watched_to_the_end(tmp_path):
    (tmp_path / "project.py").write_text(BRANCHED)
    model = load_model(tmp_path, tmp_path)
    test = RestTest(6.3, 0.1, duration_ms=12_000.0, watched_ms=2_000.0)
    at_rest, firing = asked(model, test, table("soma(0.5).hh.el", -54.3, 0.0))
    assert np.ptp(at_rest.answer.watched_mV) == 0
    assert firing.answer.watched_mV.max() > 0
    assert len(firing.answer.watched_mV) == 2_000
    assert list(firing.answer.final_mV) == ["soma.v", "dend[0].v", "dend[1].v"]


@pytest.mark.parametrize("test", [
    StepTest((25.0,), 35.0, 0.1, end_ms=1100.0),
    RestTest(35.0, 0.1, duration_ms=100.0, watched_ms=50.0),
])  # fmt: skip
def test_models_that_make_trouble_cost_themselves_alone(troublesome, test):
    found = asked(troublesome, test, table("soma.Ra", *TROUBLE_OHM_CM), time_limit_s=5.0)
    assert tuple(each.status for each in found) == STATUSES
    assert [each.answer is None for each in found] == [s is not RunStatus.OK for s in STATUSES]
    assert "no such Ra" in found[3].message


def test_a_voltage_that_becomes_infinite_is_a_status(tmp_path):
    (tmp_path / "project.py").write_text(BRANCHED)
    model = load_model(tmp_path, tmp_path)
    for test in (StepTest((25.0,), 6.3, 0.1), RestTest(6.3, 0.1)):
        found = asked(model, test, table("soma.cm", 1.0, -1.0))
        assert [each.status for each in found] == [RunStatus.OK, RunStatus.DIVERGED]
        assert found[1].answer is None


@pytest.mark.parametrize(
    ("test", "initial", "said"),
    [
        (StepTest((25.0,), 6.3, 0.1, PLACES), (), r"'axon\(0\.5\)\.v' does not exist in the model"),
        (RestTest(6.3, 0.1), [{"axon.v": -60.0}], r"'axon\.v' does not exist in the model"),
    ],
)
def test_a_place_that_the_cell_does_not_have(test, initial, said, tmp_path):
    (tmp_path / "project.py").write_text(BRANCHED)
    model = load_model(tmp_path, tmp_path)
    parameters = table("soma(0.5).hh.gl", 1e-4)
    with NeuronProbe(model.cell_source, test, 1) as probe, pytest.raises(ModelError, match=said):
        probe.check(parameters, initial)


@pytest.mark.nightly
def test_the_published_resting_states(model, shared):
    path = shared / "data" / "P07-models-sample.json"
    published = [record["init"] for record in json.loads(path.read_text())["models"]]
    found = asked(model, RestTest(36.0, 0.025), read_models(path).table())
    for each, init in zip(found, published, strict=True):
        assert each.answer.final_mV == pytest.approx(init, abs=1e-4)
