"""What probes share in a session of NEURON: beginning, time that passes, states, recordings."""

from __future__ import annotations

import numpy as np
import pytest
from neuron import h

from pyneuronautofit.probes.neuron.runner import (
    Runner,
    StateReader,
    named_sections,
    recorded,
    reference,
)
from pyneuronautofit.probes.pool import bare_experiment
from pyneuronautofit.probes.tests import RestTest
from pyneuronautofit.simulators.neuron.session import NeuronSession
from pyneuronautofit.space import ParameterPath

EXPERIMENT = bare_experiment(RestTest(6.3, 0.1, initial_mV=-72.0))


class Cell:
    """A soma that can fire and two passive dendrites; they are connected at its end."""

    def __init__(self, _nid):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = [h.Section(name=f"dend{k}", cell=self) for k in range(2)]
        self.pair = (self.dend[1], 3.0)
        self.name, self.number = "a cell", 1.0
        self.soma.insert("hh")
        for dend in self.dend:
            dend.insert("pas")
            dend.connect(self.soma(1))


@pytest.fixture
def session():
    made = NeuronSession(Cell)
    yield made
    made.clear()


@pytest.fixture
def cell(session):
    return session.build([])


@pytest.fixture
def runner(session):
    return Runner(session, EXPERIMENT)


def beginning(**voltages):
    return [(ParameterPath.parse(f"{name}.v"), value) for name, value in voltages.items()]


def m_at(v):
    """The gate of hh at rest, from its equations."""
    alpha = 0.1 * (v + 40) / -np.expm1(-(v + 40) / 10)
    beta = 4 * np.exp(-(v + 65) / 18)
    return alpha / (alpha + beta)


# --- to begin


def test_all_segments_begin_with_the_voltage_of_the_test(runner, cell):
    runner.begin(cell, [])
    assert h.t == 0.0
    assert h.dt == 0.1
    assert cell.soma(0.5).v == cell.dend[1](0.5).v == -72.0
    assert cell.soma(0.5).hh.m == pytest.approx(m_at(-72.0), rel=1e-3)


def test_sections_begin_with_voltages_of_their_own_and_the_gates_follow(runner, cell):
    runner.begin(cell, beginning(soma=-50.0))
    assert cell.soma(0.5).v == -50.0
    assert cell.dend[0](0.5).v == -72.0
    assert cell.soma(0.5).hh.m == pytest.approx(m_at(-50.0), rel=1e-3)
    runner.begin(cell, [])
    assert cell.soma(0.5).v == -72.0, "nothing is left of it"


@pytest.mark.parametrize("time_ms", [0.0, 0.1, 3.0, 100.0])
def test_time_passes_to_the_step_that_was_asked_for(runner, cell, time_ms):
    runner.begin(cell, [])
    runner.advance_to(time_ms)
    assert h.t == pytest.approx(time_ms, abs=1e-9)


@pytest.mark.parametrize("off_ms", [-1e-6, 1e-6])
def test_a_clock_that_is_a_little_off_is_no_step_more_or_less(runner, cell, off_ms):
    runner.begin(cell, [])
    h.t = 3.0 + off_ms
    runner.advance_to(10.0)
    assert h.t == pytest.approx(10.0, abs=2e-6)


# --- the state


def test_the_state_is_voltages_gates_and_concentrations(session):
    cell = session.build([])
    cell.dend[0].nseg = 3
    cell.dend[1].insert("na_ion")
    h.ion_style("na_ion", 3, 2, 1, 1, 0, sec=cell.dend[1])
    h.finitialize(-60.0)
    for k, segment in enumerate(cell.dend[0]):
        segment.v = -61.0 - k
    cell.dend[1](0.5).v = -70.0
    cell.dend[1](0.5).nai, cell.dend[1](0.5).nao = 11.0, 141.0
    hh = cell.soma(0.5).hh
    hh.m, hh.h, hh.n = 0.1, 0.2, 0.3
    reader = StateReader(h)
    # Of the soma also its two ions, as they are.
    soma = cell.soma(0.5)
    soma.nai, soma.nao, soma.ki, soma.ko = 1.0, 2.0, 3.0, 4.0
    state = reader.read()
    assert sorted(state) == sorted(
        [-60.0, 0.1, 0.2, 0.3, 1.0, 2.0, 3.0, 4.0, -61.0, -62.0, -63.0, -70.0, 11.0, 141.0]
    )
    hh.m = 0.9
    again = reader.read()
    assert np.flatnonzero(again != state).size == 1, "it reads what there is now"
    assert 0.1 in state, "and what was read stays"


class Vector(list):
    def pset(self, place, reference):
        self.append(reference)


class MadeUp:
    """A mechanism with a state that is an array of three, and one that is none."""

    def __init__(self, read):
        self.vector = read

    def allsec(self):
        return [[self]]

    _ref_v = "v"
    _ref_ca = ("ca0", "ca1", "ca2")
    _ref_m = "m"

    def __iter__(self):
        return iter([self])

    def name(self):
        return "made"

    def is_ion(self):
        return False

    def ref(self, _text):
        return [""]

    def count(self):
        return 2

    def MechanismStandard(self, name, kind):
        assert (name, kind) == ("made", 3)
        standard = type("Standard", (), {})()
        standard.count = lambda: 2.0

        def name_of(text, number):
            text[0], size = (("ca", 3.0), ("m", 1.0))[number]
            return size

        standard.name = name_of
        return standard

    def PtrVector(self, n):
        assert n == 5
        return self.vector

    def Vector(self, n):
        return n


def test_all_elements_of_an_array_are_states():
    read = Vector()
    StateReader(MadeUp(read))
    assert read == ["v", "ca0", "ca1", "ca2", "m"]


# --- paths and recordings


def test_what_is_recorded_at_a_path(runner, cell):
    names = ("dend[1](0.5).v", "soma(0.5).hh.m", "soma.v")
    places = [reference(cell, ParameterPath.parse(name)) for name in names]
    vectors = [h.Vector().record(place) for place in places]
    runner.begin(cell, beginning(soma=-50.0))
    runner.advance_to(0.3)
    found = recorded(vectors)
    assert found.shape == (3, 4)
    assert found[:, 0].tolist() == [-72.0, cell_m(-50.0), -50.0]
    assert found[2, -1] == cell.soma(0.5).v, "a section's is that of its middle"
    assert found[0, -1] == cell.dend[1](0.5).v


def cell_m(v):
    return pytest.approx(m_at(v), rel=1e-3)


def test_sections_that_are_attributes_are_named_as_they_are_reached(cell):
    found = named_sections(cell)
    assert list(found) == ["soma", "dend[0]", "dend[1]", "pair[0]"]
    assert found["soma"] == cell.soma
    assert found["dend[1]"] == found["pair[0]"] == cell.dend[1]
