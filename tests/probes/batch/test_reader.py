"""Reading models for a probe, in this process's NEURON; its ExpSyn is the synapse of a test."""

from __future__ import annotations

import math

import pytest
from neuron import h

from pyneuronautofit.codegen.kinds import NodeVariable
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.probes import synapse
from pyneuronautofit.probes.batch.reader import (
    ModelImage,
    ProbeReader,
    ProbeSetup,
    ReadModel,
    make_probe_reader,
)
from pyneuronautofit.probes.pool import bare_experiment
from pyneuronautofit.probes.tests import RestTest
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.cells.numbers import variable_names
from pyneuronautofit.simulators.cells.worker import packed_plan
from pyneuronautofit.simulators.neuron.session import NeuronSession, NeuronSetup
from pyneuronautofit.space import ParameterPath

EXPERIMENT = bare_experiment(RestTest(31.0, 0.1, initial_mV=-72.0))
LENGTH = ParameterPath.parse("soma.L")


class Cell:
    """A soma with two dendrites of three segments, and a section that is connected to nothing."""

    def __init__(self, _nid):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = [h.Section(name=f"dend{k}", cell=self) for k in range(2)]
        self.apart = h.Section(name="apart", cell=self)
        for dend in self.dend:
            dend.connect(self.soma(1))
            dend.nseg = 3
        for section in (self.soma, *self.dend, self.apart):
            section.insert("pas")

    def setcable(self):
        self.soma.diam = 2 * self.soma.L


class ConnectedCell(Cell):
    """All that it has is its soma's tree."""

    def __init__(self, nid):
        super().__init__(nid)
        del self.apart


class ChainCell(ConnectedCell):
    """One dendrite: where it meets the soma no current can leave."""

    def __init__(self, nid):
        super().__init__(nid)
        self.dend = self.dend[:1]


class FiringCell(ConnectedCell):
    def __init__(self, nid):
        super().__init__(nid)
        self.soma.insert("hh")


class ClampedCell(ConnectedCell):
    def __init__(self, nid):
        super().__init__(nid)
        self.clamp = h.IClamp(self.soma(0.5))


def reader(cell_class=ConnectedCell, places=(), settings=None):
    setup = ProbeSetup(
        NeuronSetup(None, EXPERIMENT, ()), tuple(map(ParameterPath.parse, places)), settings
    )
    return ProbeReader(NeuronSession(cell_class), setup)


def read(made, length=20.0, beginning=()):
    """Read a model, with a plan for its own kinds."""
    settings = [(LENGTH, length)]
    beginning = [(ParameterPath.parse(name), value) for name, value in beginning]
    found = made(ReadModel(settings, beginning, packed_plan({})))
    if not isinstance(found, Signature):
        return found
    plan = {
        kind: tuple(
            NodeVariable("mechanism", name, variable, None)
            for name in (*kind.mechanisms, *kind.processes)
            for variable in ("tau", "e") * ("#" in name) or variable_names(name)
        )
        for kind in found.node_kinds
    }
    return made(ReadModel(settings, beginning, packed_plan(plan)))


@pytest.fixture(autouse=True)
def nothing_is_left():
    before = len(list(h.allsec()))
    yield
    assert len(list(h.allsec())) == before


def test_a_model_is_built_and_begins():
    found = read(reader())
    assert isinstance(found, ModelImage)
    # Soma(0.5), where the two meet, and of each the first segment nearest to the soma.
    assert found.signature.parents[0] == -1
    assert found.image.voltage_mV[0] == -72.0
    # setcable was called: it makes the soma twice as wide.
    assert found.image.cable.area_um2[0] == pytest.approx(3.141592653589793 * 20.0 * 40.0)
    assert (found.watched, found.watched_mV) == ((), ())


def test_a_segment_begins_with_the_voltage_of_its_section():
    found = read(reader(), beginning=[("soma.v", -50.0), ("dend[1].v", -90.0)])
    voltage = found.image.voltage_mV
    assert voltage[found.middles["soma.v"]] == -50.0
    assert voltage[found.middles["dend[0].v"]] == -72.0
    assert voltage[found.middles["dend[1].v"]] == -90.0


@pytest.mark.parametrize("voltage", [-72.0, -50.0])
def test_gates_begin_where_the_voltage_of_their_section_puts_them(voltage):
    found = read(reader(FiringCell), beginning=[("soma.v", voltage)])
    kind = found.signature.node_kinds[found.signature.kinds[0]]
    names = [name for each in kind.mechanisms for name in variable_names(each)]
    gate = found.image.values[names.index("n")]
    opens = 0.01 * (voltage + 55) / -math.expm1(-(voltage + 55) / 10)
    closes = 0.125 * math.exp(-(voltage + 65) / 80)
    assert gate == pytest.approx(opens / (opens + closes), rel=1e-3)


def test_places_are_nodes_and_have_neurons_voltages():
    places = ("dend[1](0.5).v", "soma.v", "dend[0](0.9).v", "dend[0](1).v", "soma(0.5).v")
    found = read(reader(places=places), beginning=[("dend[1].v", -90.0)])
    middle, soma, last, end, again = found.watched
    assert (middle, soma, again) == (found.middles["dend[1].v"], 0, 0)
    assert last == end, "the end of a section has its last segment's voltage"
    parents = found.signature.parents
    assert parents[last] == found.middles["dend[0].v"], "that hangs from the one in the middle"
    assert found.watched_mV[:3] == (-90.0, -72.0, -72.0)
    assert found.watched_mV[3] == -65.0, "of a node without area it is what NEURON began with"


@pytest.mark.parametrize(
    ("cell_class", "place", "said"),
    [
        (Cell, "soma.L", "watches voltages alone, not soma.L"),
        (Cell, "soma(0.5).pas.g", r"watches voltages alone, not soma\(0\.5\)\.pas\.g"),
        (Cell, "apart(0.5).v", r"apart\(0\.5\)\.v is no part of the soma's tree"),
        (ChainCell, "soma(1).v", r"soma\(1\)\.v has no voltage of its own"),
    ],
)
def test_what_cannot_be_watched_is_answered(cell_class, place, said):
    found = read(reader(cell_class, (place,)))
    assert isinstance(found, UnsupportedModel)
    with pytest.raises(UnsupportedModel, match=said):
        raise found


def test_sections_that_are_connected_to_nothing_are_an_answer():
    found = read(reader(Cell))
    assert isinstance(found, UnsupportedModel)
    assert "apart is no part of the soma's tree" in str(found)


def test_what_generated_code_cannot_is_an_answer():
    found = read(reader(ClampedCell))
    assert isinstance(found, UnsupportedModel)
    assert "point process IClamp" in str(found)


def test_a_model_that_fails_raises_for_itself():
    made = reader()
    with pytest.raises(Exception, match="L must be > 0"):
        read(made, -1.0)
    assert isinstance(read(made), ModelImage)


# --- the synapse


@pytest.fixture
def expsyn(monkeypatch):
    monkeypatch.setattr(synapse, "MECHANISM", "ExpSyn")


def test_the_synapse_is_put_on_a_cell_as_its_class_makes_it(expsyn):
    found = read(reader(settings={"tau": 3.5, "e": -1.5}))
    soma, *others = found.signature.kinds
    kinds = found.signature.node_kinds
    assert kinds[soma].processes == ("ExpSyn#0",)
    assert not any(kinds[kind].processes for kind in others)
    # g and e of the leak, then what was set of the synapse.
    first = list(found.image.values[: len(variable_names("pas")) + 2])
    assert first[-2:] == [3.5, -1.5]
    # setcable was not called.
    assert found.image.cable.area_um2[0] == pytest.approx(3.141592653589793 * 20.0 * 500.0)
    assert not list(h.List("ExpSyn")), "it goes with the cell"


class Source:
    mods = None

    def load(self):
        return ConnectedCell

    def profiles(self):
        return {}


def test_a_model_without_the_synapse_is_refused_at_once(monkeypatch):
    setup = ProbeSetup(NeuronSetup(Source(), EXPERIMENT, (LENGTH,)), (), {"e": 1.0})
    monkeypatch.setattr(synapse, "MECHANISM", "NoSuchSynapse")
    with pytest.raises(ModelError, match="mechanism NoSuchSynapse, but the model's channels"):
        make_probe_reader(setup)
    without = ProbeSetup(setup.neuron, (), None)
    assert isinstance(read(make_probe_reader(without)), ModelImage)


def test_a_path_that_the_model_lacks_is_refused_at_once():
    setup = NeuronSetup(Source(), EXPERIMENT, (ParameterPath.parse("axon.L"),))
    with pytest.raises(ModelError, match="axon"):
        make_probe_reader(ProbeSetup(setup, (), None))
