"""Variables that NEURON's segments share, and its tables, in a cell of several segments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.models import CellSource, compiled_library
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import BatchSimulator, NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterPath, ParameterTable

MODS = Path(__file__).parents[1] / "mods_shared"
PROJECT = """
from neuron import h

MECHANISMS = {mechanisms!r}

class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = h.Section(name="dend", cell=self)
        self.dend.connect(self.soma(1))
        self.soma.L = self.soma.diam = 20
        self.dend.L, self.dend.diam, self.dend.nseg = 500, 1, 3
        for section in (self.soma, self.dend):
            for mechanism in ("pas", *MECHANISMS):
                section.insert(mechanism)
            section.g_pas, section.e_pas = 5e-5, -65
            if "ik" in dir(section(0.5)):
                section.ek = -90
        for segment in self.dend:
            if "gbegun" in MECHANISMS:
                segment.gbegun.shift = 5 + 10 * segment.x

    def setcable(self):
        {more}

fitmeneuron = Cell
param_nslh = [["soma.cm", "lin", 0.5, 2]]
simulator = "neuron"
"""
ALL = ("gshared", "gfile", "gbegun", "gtable")


def make_source(folder, mechanisms=ALL, more="pass"):
    project = folder / "project.py"
    project.write_text(PROJECT.format(mechanisms=mechanisms, more=more))
    return CellSource(project, MODS, compiled_library(MODS))


@pytest.fixture(scope="module")
def experiment():
    current_pA = np.zeros((2, 400))
    current_pA[:, 50:300] = np.array([[-80.0], [60.0]])
    recording = Recording("steps.npz", np.zeros_like(current_pA), current_pA, 0.2)
    planned = plan_experiment(recording, StimulusWindow(50, 299), range(2), 0.05, 33.0)
    return replace(planned, transient_ms=10.0)


@pytest.fixture(scope="module")
def capacitances():
    targets = ((ParameterPath.parse("soma.cm"),),)
    return ParameterTable(targets, (False,), np.array([[1.0], [0.7], [1.5]]))


def voltages(kind, source, experiment, parameters, **options):
    with kind(source, experiment, n_worker=1, **options) as simulator:
        traces = simulator.run(parameters)
    assert traces.ok.all(), traces.messages
    return traces.voltage_mV


def test_shared_variables_and_tables_as_neuron(tmp_path, experiment, capacitances):
    source = make_source(tmp_path)
    neuron = voltages(NeuronSimulator, source, experiment, capacitances)
    batch = voltages(BatchSimulator, source, experiment, capacitances)
    assert np.ptp(neuron) > 5.0
    np.testing.assert_allclose(batch, neuron, rtol=0, atol=1e-6)
    # These tables are so coarse that it shows which of them were used.
    exact = voltages(NeuronSimulator, source, experiment, capacitances, exact_tables=True)
    assert np.abs(exact - neuron).max() > 0.1


def test_tables_that_a_cell_switches_off(tmp_path, experiment, capacitances):
    """One candidate does: cells with and without are of different kinds."""
    source = make_source(
        tmp_path, ("gtable",), "h.usetable_gtable = 0 if self.soma.cm > 1.2 else 1"
    )
    batch = voltages(BatchSimulator, source, experiment, capacitances)
    neuron = voltages(NeuronSimulator, source, experiment, capacitances)
    np.testing.assert_allclose(batch, neuron, rtol=0, atol=1e-6)


def test_tables_in_single_precision(tmp_path, experiment, capacitances):
    source = make_source(tmp_path, ("gtable",))
    batch = voltages(BatchSimulator, source, experiment, capacitances, precision="single")
    neuron = voltages(NeuronSimulator, source, experiment, capacitances)
    np.testing.assert_allclose(batch, neuron, rtol=0, atol=0.01)
