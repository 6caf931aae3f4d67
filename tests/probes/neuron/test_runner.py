"""What probes share inside a worker, on cells of a test."""

from __future__ import annotations

from types import SimpleNamespace

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
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.space import ParameterPath

EXPERIMENT = Experiment(np.zeros((1, 1)), np.zeros(1), Clock(0.1, 1), 6.3, initial_mV=-60.0)


class Cell:
    def __init__(self):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = [h.Section(name=f"dend{k}", cell=self) for k in range(2)]
        self.number = 3
        for section in self.dend:
            section.connect(self.soma)
        self.dend[1].nseg = 3


@pytest.fixture
def cell():
    made = Cell()
    yield made
    made.__dict__.clear()


@pytest.fixture
def runner():
    def initialise(experiment):
        h.celsius = experiment.temperature_degC
        h.dt = experiment.clock.dt_ms
        h.finitialize(experiment.initial_mV)

    return Runner(SimpleNamespace(h=h, initialise=initialise), EXPERIMENT)


def test_sections_by_the_path_that_leads_to_them(cell):
    found = named_sections(cell)
    assert list(found) == ["soma", "dend[0]", "dend[1]"]
    assert found["dend[1]"] is cell.dend[1]


def test_a_model_begins_with_the_voltages_of_its_sections(cell, runner):
    runner.begin(cell, [(ParameterPath.parse("dend[1].v"), -40.0)])
    assert cell.soma(0.5).v == -60.0
    assert [segment.v for segment in cell.dend[1]] == [-40.0] * 3
    runner.begin(cell, [])
    assert cell.dend[1](0.5).v == -60.0


def test_time_passes_to_the_nearest_step(cell, runner):
    runner.begin(cell, [])
    for time_ms in (0.1, 5.0, 100.0):
        runner.advance_to(time_ms)
        assert h.t == pytest.approx(time_ms, abs=0.01)


def test_the_state_is_voltages_and_states_of_mechanisms(cell, runner):
    cell.soma.insert("hh")
    runner.begin(cell, [])
    reader = StateReader(h)
    state = reader.read()
    soma = cell.soma(0.5)
    # Five voltages; m, h and n; sodium and potassium within and without.
    assert len(state) == 5 + 3 + 4
    for value in (soma.hh.m, soma.hh.h, soma.hh.n, soma.nai, soma.nao, soma.ki, soma.ko):
        assert value in state
    before = state.copy()
    runner.advance_to(1.0)
    np.testing.assert_array_equal(state, before)  # what was read stays
    after = reader.read()
    assert soma.hh.m in after
    assert soma.hh.m not in before


def test_a_pointer_to_what_is_at_a_path(cell):
    pointer = reference(cell, ParameterPath.parse("dend[1](0.5).v"))
    pointer[0] = -33.0
    assert cell.dend[1](0.5).v == -33.0
    assert cell.dend[1](0.1).v != -33.0


def test_what_was_recorded_has_a_row_for_every_vector():
    found = recorded([h.Vector([1.0, 2.0]), h.Vector([3.0, 4.0])])
    np.testing.assert_array_equal(found, [[1.0, 2.0], [3.0, 4.0]])
