"""A small cell that every engine can express, built once, and what it does."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.exporters.kind import Exported
from pyneuronautofit.exporters.protocol import Protocol
from pyneuronautofit.exporters.reading import read_flat
from pyneuronautofit.exporters.writing import simulated, table_of
from pyneuronautofit.fitting import FittedModel
from pyneuronautofit.models import load_model
from pyneuronautofit.simulators import Clock, Experiment
from pyneuronautofit.simulators.neuron.session import NeuronSetup
from pyneuronautofit.space import ParameterSpace

BRANCHED = """
from neuron import h


class Branched:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = [h.Section(name=f"dend[{n}]", cell=self) for n in range(3)]
        self.soma.L = self.soma.diam = 20
        self.dend[0].connect(self.soma(1))
        for section in self.dend[1:]:
            section.connect(self.dend[0](1))
        for section in self.dend:
            section.nseg, section.L, section.diam = 3, 120, 2
        for segment in self.dend[2]:
            segment.diam = 1.5 - segment.x
        for section in (self.soma, *self.dend):
            section.insert("pas")
            section.e_pas = -67
        self.soma.insert("hh")

    def setcable(self):
        pass


fitmeneuron = Branched
param_nslh = [
    ["soma(0.5).hh.gnabar", "log", 0.05, 0.3],
    [["soma(0.5).pas.g", "dend[0](*).pas.g"], "log", 1e-5, 1e-4],
    ["dend[1:](*).pas.g", "lin", 1e-5, 1e-4],
    ["all[*].cm", "lin", 0.8, "dend[*].Ra"],
    ["dend[*].Ra", "lin", 80, 200],
]
profiles = {"dend[1:](*).pas.g": {"kind": "linear", "slope_per_um": 0.01}}
"""
VALUES = (0.13, 3e-5, 2e-5, 0.9, 130.0)
# A bound may be an earlier parameter alone.
BRANCHED = BRANCHED.replace('0.8, "dend[*].Ra"', "0.8, 1.5")


def exported(project, values, temperature_degC=6.3, n_sample=600):
    """Return a model on two sweeps."""
    model = load_model(project, project.parent)
    space = ParameterSpace.from_rows([list(row) for row in model.parameters])
    current = np.zeros((2, n_sample))
    current[0, 100:400] = 300.0
    current[1, 100:400] = np.linspace(-200.0, 500.0, 300)
    holding, clock = np.array([0.0, -12.5]), Clock(0.1, 4)
    experiment = Experiment(current, holding, clock, temperature_degC, transient_ms=30.0)
    fitted = FittedModel("Evaluation 7", model.cell_source, space, np.array(values))
    cell = read_flat(NeuronSetup(model.cell_source, experiment, ()), table_of(fitted))
    return Exported(fitted, cell, Protocol("cell.abf", (1, 4), experiment))


@pytest.fixture(scope="session")
def branched(tmp_path_factory) -> Exported:
    """Two sweeps of a cell with four sections, hh and pas."""
    folder = tmp_path_factory.mktemp("branched")
    (folder / "project.py").write_text(BRANCHED)
    return exported(folder, VALUES)


@pytest.fixture(scope="session")
def expected(branched):
    """What it does in our simulator."""
    return simulated(branched, exact_tables=False)
