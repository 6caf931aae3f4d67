"""Sweeps that share a transient are what they are alone, whatever a mechanism remembers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.models import CellSource, compiled_library
from pyneuronautofit.probes.neuron.simulator import NeuronProbe
from pyneuronautofit.probes.tests import StepTest
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import BatchSimulator, NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterPath, ParameterTable

MODS = Path(__file__).parents[1] / "mods_carried"
PROJECT = """
from neuron import h

class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = h.Section(name="dend", cell=self)
        self.dend.connect(self.soma(1))
        self.soma.L = self.soma.diam = 20
        self.dend.L, self.dend.nseg = 600, 5
        for number, segment in enumerate(self.dend):
            segment.diam = 3 - 0.5 * number
        for section in (self.soma, self.dend):
            section.insert("pas")
            section.g_pas, section.e_pas = 1e-4, -65
            section.insert({mechanism!r})
            if "ena" in dir(section(0.5)):
                section.ena = 50

    def setcable(self):
        pass

fitmeneuron = Cell
param_nslh = [["soma.cm", "lin", 0.5, 2]]
simulator = "neuron"
"""
CURRENTS_PA = (-80.0, 120.0, 100.0)


@pytest.fixture(params=["gstep", "gspike"])
def source(request, tmp_path):
    """A cell with a mechanism that remembers what is no STATE."""
    project = tmp_path / "project.py"
    project.write_text(PROJECT.format(mechanism=request.param))
    return CellSource(project, MODS, compiled_library(MODS))


def voltages(kind, source, currents_pA, **options):
    current_pA = np.zeros((len(currents_pA), 600))
    current_pA[:, 50:500] = np.array(currents_pA)[:, None]
    recording = Recording("steps.npz", np.zeros_like(current_pA), current_pA, 0.2)
    planned = plan_experiment(
        recording, StimulusWindow(50, 499), range(len(currents_pA)), 0.05, 33.0
    )
    targets = ((ParameterPath.parse("soma.cm"),),)
    table = ParameterTable(targets, (False,), np.array([[1.0], [0.7]]))
    with kind(source, replace(planned, transient_ms=10.0), n_worker=1, **options) as simulator:
        traces = simulator.run(table)
    assert traces.ok.all(), traces.messages
    return traces.voltage_mV


@pytest.mark.parametrize(
    ("kind", "options"),
    [(NeuronSimulator, {}), (NeuronSimulator, {"cvode_tolerance_mV": 1e-3}), (BatchSimulator, {})],
)
def test_a_sweep_is_the_same_beside_others(source, kind, options):
    together = voltages(kind, source, CURRENTS_PA, **options)
    for sweep, current_pA in enumerate(CURRENTS_PA):
        alone = voltages(kind, source, [current_pA], **options)
        np.testing.assert_array_equal(together[:, [sweep]], alone)


def test_a_current_step_is_the_same_beside_others(source):
    def traces(*amplitudes_pA):
        test = StepTest(amplitudes_pA, 33.0, 0.1, ("soma(0.5).v",))
        table = ParameterTable(((ParameterPath.parse("soma.cm"),),), (False,), np.array([[1.0]]))
        with NeuronProbe(source, test, 1) as probe:
            (found,) = probe.stream(table, ())
        return found.answer.voltage_mV

    together = traces(30.0, 60.0)
    np.testing.assert_array_equal(together[[0]], traces(30.0))
    np.testing.assert_array_equal(together[[1]], traces(60.0))


def test_what_is_remembered_is_so_in_generated_code(source):
    neuron = voltages(NeuronSimulator, source, CURRENTS_PA)
    assert np.ptp(neuron) > 5.0
    batch = voltages(BatchSimulator, source, CURRENTS_PA)
    np.testing.assert_allclose(batch, neuron, rtol=0, atol=1e-6)


def test_a_library_without_sources_may_remember_anything(source):
    unknown = CellSource(source.project, None, source.library)
    np.testing.assert_array_equal(
        voltages(NeuronSimulator, unknown, CURRENTS_PA),
        voltages(NeuronSimulator, source, CURRENTS_PA),
    )


EVENTS = """
from neuron import h

class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.insert("pas")
        self.soma.L = self.soma.diam = 20
        self.synapse = h.ExpSyn(self.soma(0.5))
        self.synapse.tau = 2
        self.stim = h.NetStim()
        self.stim.start, self.stim.number, self.stim.interval, self.stim.noise = 20, 3, 15, 0
        self.connection = h.NetCon(self.stim, self.synapse)
        self.connection.weight[0], self.connection.delay = 0.002, 1
        self.clamp = h.IClamp(self.soma(0.5))
        self.clamp.delay, self.clamp.dur, self.clamp.amp = 60, 10, 0.05

    def setcable(self):
        pass

fitmeneuron = Cell
param_nslh = [["soma.cm", "lin", 0.5, 2]]
simulator = "neuron"
"""


def test_events_and_clamps_of_the_users_own_are_in_every_sweep(tmp_path):
    project = tmp_path / "project.py"
    project.write_text(EVENTS)
    source = CellSource(project, None, None)
    together = voltages(NeuronSimulator, source, CURRENTS_PA)
    alone = [voltages(NeuronSimulator, source, [pA])[:, 0] for pA in CURRENTS_PA]
    np.testing.assert_array_equal(together, np.stack(alone, axis=1))
    # The synapse opens at 21 ms, the clamp at 60 ms.
    assert together[0, 1, 110] - together[0, 1, 104] > 3.0
    assert together[0, 1, 345] - together[0, 1, 299] > 1.0
    with (
        BatchSimulator(
            source,
            plan_experiment(
                Recording("steps.npz", np.zeros((1, 9)), np.zeros((1, 9)), 0.2),
                StimulusWindow(2, 4),
                [0],
                0.05,
                33.0,
            ),
            n_worker=1,
        ) as simulator,
        pytest.raises(UnsupportedModel, match=r"IClamp|NetCon"),
    ):
        simulator.check(
            ParameterTable(((ParameterPath.parse("soma.cm"),),), (False,), np.ones((1, 1)))
        )
