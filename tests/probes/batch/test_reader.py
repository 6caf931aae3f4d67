"""Reading models for probes: what is watched, where middles of sections are, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from neuron import h

from pyneuronautofit.codegen.kinds import NodeVariable
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.probes.batch.reader import ModelImage, ProbeReader, ProbeSetup, ReadModel
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.cells.worker import packed_plan
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.neuron.cell import NeuronSession, NeuronSetup
from pyneuronautofit.space import ParameterPath

EXPERIMENT = Experiment(np.zeros((1, 1)), np.zeros(1), Clock(0.1, 1), 20.0, initial_mV=-71.0)


class Cell:
    """A soma with a dendrite of three segments, and a section that is connected to nothing."""

    def __init__(self, _nid):
        names = ("soma", "dend", "apart")
        self.soma, self.dend, self.apart = (h.Section(name=n, cell=self) for n in names)
        self.dend.connect(self.soma(1))
        self.dend.nseg = 3
        for section in (self.soma, self.dend, self.apart):
            section.insert("pas")
        del self.apart

    def setcable(self):
        self.soma.diam = 12.0


class CellWithAnIsland(Cell):
    """It keeps the section that is connected to nothing."""

    def __init__(self, nid):
        super().__init__(nid)
        self.island = h.Section(name="island", cell=self)


def read(places=(), settings=(), beginning=(), cell_class=Cell):
    paths = tuple(map(ParameterPath.parse, places))
    setup = ProbeSetup(NeuronSetup(None, EXPERIMENT, paths), paths, None)
    reader = ProbeReader(NeuronSession(cell_class), setup)
    settings, beginning = (
        [(ParameterPath.parse(n), v) for n, v in e] for e in (settings, beginning)
    )
    signature = reader(ReadModel(settings, beginning, packed_plan({})))
    if not isinstance(signature, Signature):
        return signature
    plan = {kind: (NodeVariable("mechanism", "pas", "g", None),) for kind in signature.node_kinds}
    return reader(ReadModel(settings, beginning, packed_plan(plan)))


def test_a_model_is_built_set_and_initialised():
    model = read(settings=[("soma(0.5).pas.g", 3e-4)])
    assert isinstance(model, ModelImage)
    assert model.image.values.tolist()[0] == 3e-4
    assert set(model.image.voltage_mV.tolist()) == {-71.0}
    # `setcable` was called: 12 um across, 100 um long.
    assert model.image.cable.area_um2[0] == pytest.approx(np.pi * 12.0 * 100.0)
    assert not list(h.allsec()), "the cell is gone"


def test_sections_begin_with_the_voltages_that_are_given():
    model = read(("dend(0.5).v", "soma.v"), beginning=[("dend.v", -50.0)])
    assert model.watched_mV == (-50.0, -71.0)
    assert sorted(model.image.voltage_mV.tolist()) == [-71.0, -50.0, -50.0, -50.0]


def test_watched_places_and_middles_are_nodes():
    model = read(("soma(0.5).v", "dend(0.9).v", "dend(0.1).v"))
    assert model.middles["soma.v"] == model.watched[0] == 0
    parents = model.signature.parents
    middle = model.middles["dend.v"]
    far, near = model.watched[1:]
    # From the soma on: near, middle, far.
    assert (parents[near], parents[middle], parents[far]) == (0, near, middle)


def test_what_cannot_be_watched_is_refused():
    found = read(("soma(0.5).pas.g",))
    assert isinstance(found, UnsupportedModel)
    assert "watches voltages alone, not soma(0.5).pas.g" in str(found)


def test_a_section_that_is_apart_is_refused():
    found = read(cell_class=CellWithAnIsland)
    assert isinstance(found, UnsupportedModel)
    assert "island is no part of the soma's tree" in str(found)
