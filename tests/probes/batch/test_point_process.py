"""Point processes and events in generated code, against NEURON and against numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.database import read_models
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.models import CellSource, compiled_library, load_model
from pyneuronautofit.probes import synapse
from pyneuronautofit.probes.batch.simulator import BatchProbe
from pyneuronautofit.probes.synapse import SynapseTrial
from pyneuronautofit.probes.tests import SynapseTest
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import NeuronSimulator, RunStatus, plan_experiment
from pyneuronautofit.simulators.integrators import Adaptive
from pyneuronautofit.simulators.lanes.simulator import BatchSimulator
from pyneuronautofit.space import ParameterPath, ParameterTable

PLAIN = Path(__file__).with_name("plain_processes.py")
MODS = Path(__file__).with_name("mods_process")
TRUTH = Path(__file__).parents[3] / "examples" / "experimentaldata" / "TC-example-truth.json"

# AMPAp and NMDAp, GABABg, GLUTg, weight, when the event comes.
TRIALS = {
    "ampa": ((1.0, 0.0), 0.0, 0.0, 0.05, 40.0),
    "nmda, with potassium": ((0.0, 1.0), 0.002, 0.0, 0.06, 60.0),
    "both, between steps of a tenth": ((0.3, 0.9), 0.0, 0.0, 0.08, 50.05),
    "tonic": ((0.5, 0.5), 0.001, 5e-4, 0.04, 30.0),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(None, tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def stored():
    return read_models(TRUTH)


@pytest.fixture(scope="module")
def plain(model, stored, tmp_path_factory):
    """Voltages of all trials from the plain script."""
    folder = tmp_path_factory.mktemp("plain")
    tasks = [
        {
            "parameters": dict(stored.models[0].parameters),
            "synapse": {**settings(gabab, glut), "AMPAp": mix[0], "NMDAp": mix[1]},
            "weight_uS": weight,
            "event_ms": event_ms,
            "end_ms": event_ms + 200.0,
            "temperature_degC": 35.0,
            "dt_ms": 0.025,
        }
        for mix, gabab, glut, weight, event_ms in TRIALS.values()
    ]
    (folder / "tasks.json").write_text(json.dumps(tasks))
    path = os.pathsep.join([str(PLAIN.parents[2]), *sys.path])
    found = {}
    for name, task in zip(TRIALS, tasks, strict=True):
        (folder / "task.json").write_text(json.dumps([task]))
        words = [PLAIN, model.cell_source.library, folder / "task.json", folder / "answer.npz"]
        subprocess.run([sys.executable, *words], check=True, env={**os.environ, "PYTHONPATH": path})
        with np.load(folder / "answer.npz") as answer:
            found[name] = answer["voltage"][0]
    return found


def settings(gabab_uS, glut_uS):
    return {**synapse.SETTINGS, "GABABg": gabab_uS, "GLUTg": glut_uS}


@pytest.mark.parametrize("name", TRIALS)
def test_an_event_as_in_neuron(model, stored, plain, name, monkeypatch):
    mix, gabab_uS, glut_uS, weight_uS, event_ms = TRIALS[name]
    # The test's own synapse has no tonic glutamate.
    monkeypatch.setattr(synapse, "SETTINGS", settings(gabab_uS, glut_uS))
    test = SynapseTest((mix,), 35.0, 0.025, gabab_uS=gabab_uS, rest_ms=event_ms, response_ms=200.0)
    shown = SynapseTrial(test, weight_uS, before_ms=event_ms)
    with BatchProbe(model.cell_source, shown, 1) as probe:
        (found,) = probe.stream(stored.table())
    assert found.status is RunStatus.OK, found.message
    expected = plain[name]
    np.testing.assert_allclose(found.answer.voltage_mV, expected, rtol=0, atol=1e-6)
    assert found.answer.time_ms[0] == pytest.approx(-event_ms)
    event = round(event_ms / 0.025)
    assert np.ptp(expected[event:]) > 1.0, "it does something, so that a difference would show"


# --- a process of the cell's own, in a fit

PROJECT = """
from neuron import h

class fitmeneuron:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = h.Section(name="dend", cell=self)
        self.dend.connect(self.soma)
        self.soma.L = self.soma.diam = 20
        self.dend.L, self.dend.diam, self.dend.nseg = 200, 2, 5
        for section in (self.soma, self.dend):
            section.insert("pas")
            section.e_pas = -70
        self.soma.insert("tpump")
        self.made = [h.tdrive(self.dend(0.7)), h.tdrive(self.dend(0.7)), h.tdrive(self.soma(0.5))]
        for number, process in enumerate(self.made):
            process.tau = 5 + 10 * number
            process.share = 0.1 * (number + 1)
            process.gbar = 5e-4 * (number + 1)
        h.e_tdrive = -5

    def setcable(self):
        pass

param_nslh = [["soma(0.5).pas.g", "lin", 1e-5, 1e-3]]
"""
PUMP = """\
NEURON { SUFFIX tpump USEION ca READ ica WRITE cai }
STATE { cai }
INITIAL { cai = 1e-4 }
BREAKPOINT { SOLVE s METHOD derivimplicit }
DERIVATIVE s { cai' = -20 * ica - (cai - 1e-4) / 30 }
ASSIGNED { ica (mA/cm2) }
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    mods = folder / "mods"
    mods.mkdir()
    for path in MODS.glob("*.mod"):
        (mods / path.name).write_text(path.read_text())
    (mods / "tpump.mod").write_text(PUMP)
    (folder / "project.py").write_text(PROJECT)
    return CellSource(folder / "project.py", mods, compiled_library(mods))


@pytest.fixture(scope="module")
def experiment():
    current_pA = np.zeros((2, 2000))
    current_pA[0, 400:1500], current_pA[1, 400:1500] = -30.0, 40.0
    recording = Recording("step.npz", np.zeros_like(current_pA), current_pA, 0.1)
    return plan_experiment(recording, StimulusWindow(400, 1499), [0, 1], 0.025, 30.0)


PATH = ParameterPath.parse("soma(0.5).pas.g")
LEAKS = ParameterTable(((PATH,),), (False,), np.array([[2e-5], [1e-4], [4e-4]]))


def test_processes_of_a_cell_as_in_neuron(source, experiment):
    """Two in one segment, one beside a pool that takes up its calcium, parameters of their own."""
    with NeuronSimulator(source, experiment, n_worker=1) as simulator:
        expected = simulator.run(LEAKS)
    with BatchSimulator(source, experiment, 1) as simulator:
        found = simulator.run(LEAKS)
    assert found.ok.all(), found.messages
    np.testing.assert_allclose(found.voltage_mV, expected.voltage_mV, rtol=0, atol=1e-6)
    assert np.ptp(expected.voltage_mV, axis=(1, 2)).min() > 1.0


def test_processes_of_a_cell_with_adaptive_steps(source, experiment):
    with BatchSimulator(source, experiment, 1) as simulator:
        expected = simulator.run(LEAKS)
    with BatchSimulator(source, experiment, 1, adaptive=Adaptive(1e-3)) as simulator:
        found = simulator.run(LEAKS)
    assert found.ok.all(), found.messages
    # The fixed step has an error of its own.
    np.testing.assert_allclose(found.voltage_mV, expected.voltage_mV, rtol=0, atol=0.05)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("h.NetCon(self.soma(0.5)._ref_v, None, sec=self.soma)", "it makes a NetCon, whose events"),
        ("h.IClamp(self.soma(0.5))", "soma has the point process IClamp at 0.5"),
        ("h.ExpSyn(self.dend(1))", "dend has the point process ExpSyn at 1"),
    ],
)
def test_what_is_refused_says_so(source, experiment, tmp_path, line, said):
    project = tmp_path / "project.py"
    project.write_text(PROJECT.replace("h.e_tdrive", f"self.more = {line}\n        h.e_tdrive"))
    refused = CellSource(project, source.mods, source.library)
    with (
        BatchSimulator(refused, experiment, 1) as simulator,
        pytest.raises(UnsupportedModel, match="cannot") as caught,
    ):
        simulator.run(LEAKS)
    assert said in str(caught.value)
    assert "Use --simulator neuron for this model." in str(caught.value)
