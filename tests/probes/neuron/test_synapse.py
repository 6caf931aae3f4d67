"""Synaptic events and thresholds in NEURON, against a plain script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from probes.probed import TRUTH
from pyneuronautofit.database import read_database, read_models
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import load_model
from pyneuronautofit.models.model import BUILT_IN_MODS
from pyneuronautofit.probes.neuron.simulator import NeuronProbe
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import SynapseTest
from pyneuronautofit.probes.threshold import LOWEST_FIRES, NONE_FIRES
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.space import ParameterPath, ParameterTable

PLAIN = Path(__file__).with_name("plain_synapse.py")
INITIAL = {"soma.v": -66.0, "axon.v": -60.0}
FIERY = {"soma.v": -40.0, "axon.v": -40.0}
#: Short, so that the beginning still shows, and trials are quick.
SHORT = SynapseTest(
    ((1.0, 0.0), (0.5, 0.5), (0.0, 0.7)), 35.0, 0.05, 0.0, 0.4, 3e-3,
    rest_ms=100.0, response_ms=60.0,
)  # fmt: skip

#: A membrane with a potassium conductance; `setcable` would change it beyond recognition.
PROJECT = """
from neuron import h

class fitmeneuron:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 30
        self.soma.insert("{mechanism}")

    def setcable(self):
        self.soma.cm = {cm}

param_nslh = [["soma.Ra", "lin", 50, 200]]
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(None, tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def stored():
    return read_models(TRUTH)


@pytest.fixture
def plain(model, stored, tmp_path):
    """Runs the plain script."""

    def run(test, initial=INITIAL, **more):
        names = ("temperature_degC", "dt_ms", "highest_uS", "accuracy_uS", "gabab_uS")
        task = {name: getattr(test, name) for name in (*names, "rest_ms", "response_ms", "mixes")}
        task |= {"parameters": dict(stored.models[0].parameters), "initial_mV": initial, **more}
        (tmp_path / "task.json").write_text(json.dumps(task))
        words = [PLAIN, model.cell_source.library, tmp_path / "task.json", tmp_path / "answer.npz"]
        path = os.pathsep.join([str(PLAIN.parents[2]), *sys.path])
        subprocess.run([sys.executable, *words], check=True, env={**os.environ, "PYTHONPATH": path})
        with np.load(tmp_path / "answer.npz") as answer:
            return answer["found"]

    return run


def asked(model, test, parameters, initial=()):
    with NeuronProbe(model.cell_source, test, 1) as probe:
        return sorted(probe.stream(parameters, initial), key=lambda each: each.candidate)


def own(tmp_path, *, mechanism="TC_HH", cm=1.0, mods=True):
    """A model of a user's."""
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "project.py").write_text(PROJECT.format(mechanism=mechanism, cm=cm))
    if mods:
        (tmp_path / "mods").symlink_to(BUILT_IN_MODS)
    return load_model(tmp_path, tmp_path)


def table(name, *values):
    path = ParameterPath.parse(name)
    return ParameterTable(((path,),), (False,), np.array(values, dtype=float)[:, None])


@pytest.mark.parametrize("gabab_uS", [0.0, 2e-3])
def test_a_trial_as_plain_neuron(model, stored, plain, gabab_uS):
    test = replace(SHORT, gabab_uS=gabab_uS, response_ms=200.0)
    expected = plain(test, weight_uS=0.12)
    for mix, voltage_mV in zip(test.mixes, expected, strict=True):
        trial = SynapseTrial(replace(test, mixes=(mix,)), 0.12, before_ms=60.0)
        (found,) = asked(model, trial, stored.table(), [INITIAL])
        answer = found.answer
        assert answer.time_ms[0] == pytest.approx(-60.0)
        assert answer.time_ms[-1] == pytest.approx(200.0)
        shown = voltage_mV[-len(answer.voltage_mV) :]
        np.testing.assert_allclose(answer.voltage_mV, shown, rtol=0, atol=1e-9)
        after = shown[round(60.0 / test.dt_ms) :]
        assert answer.fired == bool(((after[1:] > 0) & (after[:-1] <= 0)).any())
        assert np.ptp(after) > 5.0, "the event shows"


def test_thresholds_as_a_plain_search(model, stored, plain):
    expected = plain(SHORT)
    (found,) = asked(model, SHORT, stored.table(), [INITIAL])
    values = [threshold.conductance_uS for threshold in found.answer.thresholds]
    assert values == expected.tolist()
    assert len(set(values)) == 3, "they differ, so that a difference would show"
    assert not found.answer.settled, "a tenth of a second after -66 mV"
    # No mix has anything of the one before it.
    for place, mix in enumerate(SHORT.mixes):
        (alone,) = asked(model, replace(SHORT, mixes=(mix,)), stored.table(), [INITIAL])
        assert alone.answer.thresholds == found.answer.thresholds[place : place + 1]
        assert alone.answer.rest_mV == found.answer.rest_mV


def test_reasons_where_there_is_no_threshold(model, stored):
    for changed, reason, n_trial in (
        ({"highest_uS": 1e-4, "accuracy_uS": 1e-5}, NONE_FIRES, 11),
        ({"lowest_uS": 0.3}, LOWEST_FIRES, 1),
    ):
        test = replace(SHORT, mixes=SHORT.mixes[:1], **changed)
        (found,) = asked(model, test, stored.table(), [INITIAL])
        (threshold,) = found.answer.thresholds
        assert (threshold.conductance_uS, threshold.reason) == (None, reason)
        assert threshold.n_trial == n_trial


def test_a_spike_before_the_event_is_no_answer(model, stored):
    """From -40 mV the cell fires while it should rest; the event does nothing."""
    test = replace(SHORT, mixes=SHORT.mixes[:1], highest_uS=1e-5, accuracy_uS=1e-6)
    (shown,) = asked(model, SynapseTrial(test, 1e-5, before_ms=100.0), stored.table(), [FIERY])
    before = shown.answer.voltage_mV[shown.answer.time_ms < 0]
    assert ((before[1:] > 0) & (before[:-1] <= 0)).any()
    assert not shown.answer.fired
    (found,) = asked(model, test, stored.table(), [FIERY])
    assert found.answer.thresholds[0].reason == NONE_FIRES


def test_setcable_is_not_called(tmp_path):
    trial = SynapseTrial(replace(SHORT, mixes=((0.5, 0.5),)), 0.01)
    voltages = []
    for number, cm in enumerate((1.0, 30.0)):
        source = own(tmp_path / str(number), cm=cm)
        (found,) = asked(source, trial, table("soma.Ra", 100.0))
        voltages.append(found.answer.voltage_mV)
    np.testing.assert_array_equal(*voltages)


def test_a_model_that_becomes_infinite_is_a_status(tmp_path):
    source = own(tmp_path, mechanism="pas")
    test = replace(SHORT, rest_ms=2000.0)
    for each in (test, SynapseTrial(test, 0.1)):
        found = asked(source, each, table("soma.cm", 1.0, -1.0))
        assert [probed.status for probed in found] == [RunStatus.OK, RunStatus.DIVERGED]
        assert found[1].answer is None


def test_a_model_without_the_mechanism(tmp_path):
    source = own(tmp_path, mechanism="hh", mods=False)
    said = r"is the mechanism AMPAandNMDAwithTone, but .* Copy .*AMPAandNMDAwithTone\.mod to"
    for test in (SHORT, SynapseTrial(SHORT, 0.1)):
        with (
            NeuronProbe(source.cell_source, test, 1) as probe,
            pytest.raises(ModelError, match=said),
        ):
            probe.check(table("soma.Ra", 100.0))


@pytest.mark.nightly
def test_published_thresholds(model, shared):
    database = read_database(shared / "data" / "P07-models-sample.json")
    mixes, places = ((1.0, 0.0), (0.0, 1.0)), (0, 40)
    test = SynapseTest(mixes, 35.0, 0.025, 0.0, 0.4, 1e-4)
    rows = [0, 20]
    initial = [database.initial_mV()[row] for row in rows]
    found = asked(model, test, database.stored.table().rows(rows), initial)
    for row, each in zip(rows, found, strict=True):
        values = [threshold.conductance_uS for threshold in each.answer.thresholds]
        published = [database.records[row]["gsynmin"][place] for place in places]
        assert values == pytest.approx(published, rel=0, abs=1e-9)
        assert each.answer.settled
