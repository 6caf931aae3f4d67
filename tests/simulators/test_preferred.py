"""Which simulator is used, and what the user is told."""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.codegen.generate import GeneratedKernel
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.models import CellSource, compiled_library, load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import (
    Adaptive,
    NeuronSimulator,
    PreferredSimulator,
    RunStatus,
    plan_experiment,
    preferred,
)
from pyneuronautofit.simulators.lanes import library, simulator
from simulators.mechanism_cells import (
    CELLS,
    MODS,
    capacitances,
    cell_source,
    step_experiment,
    write_project,
)
from simulators.neuron.test_simulator import noisy_recording, table

REFUSED = MODS.parent / "cells" / "mods_refused"
LOGGER = "pyneuronautofit.simulators"

CELL = """
from neuron import h

class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.insert("pas")
        self.soma.Ra = 100

    def setcable(self):
        if self.soma.Ra > 150:
            self.soma.insert("extracellular")
        if self.soma.Ra < 60:
            raise ValueError("too small")
"""
PROJECT = """
from cell import Cell as fitmeneuron
param_nslh = [["soma.Ra", "lin", 50, 200]]
simulator = "neuron"
"""


@pytest.fixture(scope="module")
def experiment():
    planned = plan_experiment(
        noisy_recording(n_sweep=2, n_sample=300), StimulusWindow(100, 200), [0, 1], 0.05, 34.0
    )
    return replace(planned, transient_ms=20.0)


@pytest.fixture
def project(tmp_path):
    """A model that has never been compared."""
    (tmp_path / "cell.py").write_text(CELL)
    (tmp_path / "project.py").write_text(f"{PROJECT}# {tmp_path}\n")
    return load_model(tmp_path, tmp_path).cell_source


@pytest.fixture(autouse=True)
def said(caplog):
    caplog.set_level(logging.INFO, LOGGER)
    return caplog


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache that has no kernels yet."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(folder))
    return folder


def as_neuron(source, experiment, parameters):
    with NeuronSimulator(source, experiment, n_worker=1) as neuron:
        return neuron.run(parameters)


def warnings(said):
    return [r.getMessage() for r in said.records if r.levelno == logging.WARNING]


def comparisons(said):
    return [r for r in said.records if "against NEURON, two candidates" in r.getMessage()]


# --- falling back


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """A model with a channel that only NEURON can simulate."""
    folder = tmp_path_factory.mktemp("refused")
    mods = folder / "mods"
    mods.mkdir()
    shutil.copy(REFUSED / "verbatim.mod", mods)
    cell = replace(CELLS["tkm-quiet"], mechanisms={"pas": {}, "r_verbatim": {}}, global_values={})
    return CellSource(write_project(cell, folder), mods, compiled_library(mods))


def test_what_neuron_simulates_has_no_finer_steps(refused, experiment):
    """That is found out where nothing was simulated before."""
    parameters = capacitances(1.0, 2.0)
    with PreferredSimulator(refused, experiment, n_worker=1, adaptive=Adaptive()) as preferring:
        assert preferring.finer_steps(parameters) == {}
        assert not preferring.is_generated


def test_a_channel_that_is_not_supported_is_simulated_by_neuron(refused, experiment, said):
    parameters = capacitances(1.0, 2.0)
    with PreferredSimulator(refused, experiment, n_worker=1) as preferring:
        preferring.check(parameters)
        (warning,) = warnings(said)
        assert "verbatim.mod, line 16: VERBATIM cannot be simulated" in warning
        assert warning.endswith("NEURON is used, which is slower.")
        assert preferring.description.startswith("NEURON")
        traces = preferring.run(parameters)
    assert len(warnings(said)) == 1
    expected = as_neuron(refused, experiment, parameters)
    np.testing.assert_array_equal(traces.voltage_mV, expected.voltage_mV)


def test_who_insists_is_told(refused, experiment, said):
    with (
        PreferredSimulator(refused, experiment, n_worker=1, insist=True) as preferring,
        pytest.raises(UnsupportedModel, match=r"verbatim\.mod, line 16: VERBATIM cannot"),
    ):
        preferring.run(capacitances(1.0))
    assert not warnings(said)


# A kernel that is there is used without a compiler: hence the empty caches.
def test_no_compiler(project, experiment, said, empty_cache, monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    parameters = table(**{"soma.Ra": [100.0, 110.0]})
    with PreferredSimulator(project, experiment, n_worker=1, insist=True) as preferring:
        traces = preferring.run(parameters)
    assert traces.ok.all()
    (warning,) = warnings(said)
    assert "needs a C++ compiler, but 'no-such-compiler', which CXX names, was not" in warning
    assert "NEURON is used" in warning


def test_no_compiler_on_the_path(project, experiment, said, empty_cache, monkeypatch, tmp_path):
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with PreferredSimulator(project, experiment, n_worker=1) as preferring:
        assert preferring.run(table(**{"soma.Ra": [100.0]})).ok.all()
    assert "g++ or c++ or clang++ was not found on the PATH" in warnings(said)[0]


def test_a_later_candidate_that_is_not_supported(project, experiment, said):
    parameters = table(**{"soma.Ra": [100.0, 110.0, 50.0, 160.0]})
    with PreferredSimulator(project, experiment, n_worker=1) as preferring:
        preferring.check(parameters)
        assert preferring.description.startswith("batch")
        traces = preferring.run(parameters)
        assert preferring.description.startswith("NEURON")
    assert [status is RunStatus.OK for status in traces.status] == [True, True, False, True]
    assert "ValueError: too small" in traces.messages[2]
    assert "has the mechanism extracellular" in warnings(said)[0]
    expected = as_neuron(project, experiment, parameters)
    np.testing.assert_array_equal(traces.voltage_mV, expected.voltage_mV)


def test_a_later_candidate_that_is_not_supported_after_some_are_done(
    project, experiment, said, monkeypatch
):
    monkeypatch.setattr(simulator, "_CELLS_PER_ROUND", 2)
    parameters = table(**{"soma.Ra": [100.0, 110.0, 160.0, 120.0]})
    with PreferredSimulator(project, experiment, n_worker=1) as preferring:
        blocks = list(preferring.stream(parameters))
    numbers = [number for block in blocks for number in block.candidates.tolist()]
    assert sorted(numbers) == [0, 1, 2, 3]
    assert len(warnings(said)) == 1


def test_a_misspelt_parameter_is_an_error_in_any_case(project, experiment):
    with (
        PreferredSimulator(project, experiment, n_worker=1) as preferring,
        pytest.raises(ModelError, match="has no 'sma'; did you mean 'soma'"),
    ):
        preferring.check(table(**{"sma.L": [1.0]}))


# --- the comparison


def test_the_comparison_is_made_once_and_again_for_another_project(project, experiment, said):
    parameters = table(**{"soma.Ra": [100.0]})

    def run():
        said.clear()
        with PreferredSimulator(project, experiment, n_worker=1) as preferring:
            first = preferring.run(parameters)
            second = preferring.run(parameters)
            assert preferring.description.startswith("batch")
        np.testing.assert_array_equal(first.voltage_mV, second.voltage_mV)
        return len(comparisons(said))

    assert run() == 1
    assert run() == 0
    assert "agreed with NEURON to" in said.text
    # Files that a run writes beside the project say nothing about it.
    (project.project.parent / "run-final.json").write_text("{}")
    assert run() == 0
    with project.project.open("a") as stream:
        stream.write("# another\n")
    assert run() == 1


def spoiled(monkeypatch, old, new):
    """Let kernels be written with a mistake."""
    original = library.KernelLibrary._load

    def load(self, kinds):
        generate = self._generate

        def wrong(task):
            right = generate(task)
            assert old in right.source
            return GeneratedKernel(right.source.replace(old, new), right.variables)

        self._generate = wrong
        return original(self, kinds)

    monkeypatch.setattr(library.KernelLibrary, "_load", load)


def test_a_wrong_kernel_is_found_out(project, experiment, said, empty_cache, monkeypatch):
    spoiled(monkeypatch, "current = ", "current = real(1.02) * ")
    parameters = table(**{"soma.Ra": [100.0]})
    with PreferredSimulator(project, experiment, n_worker=1, insist=True) as preferring:
        traces = preferring.run(parameters)
        assert preferring.description.startswith("NEURON")
    (warning,) = warnings(said)
    assert "voltage differs from NEURON's by " in warning
    assert "where at most 0.01 mV is expected" in warning
    assert "NEURON is used" in warning
    expected = as_neuron(project, experiment, parameters)
    np.testing.assert_array_equal(traces.voltage_mV, expected.voltage_mV)


def test_a_kernel_whose_voltage_becomes_infinite_is_found_out(
    project, experiment, said, empty_cache, monkeypatch
):
    spoiled(monkeypatch, "current = ", "current = real(NAN) + ")
    with PreferredSimulator(project, experiment, n_worker=1) as preferring:
        assert preferring.run(table(**{"soma.Ra": [100.0]})).ok.all()
    assert "becomes infinite where NEURON's does not" in warnings(said)[0]


def test_a_candidate_that_cannot_be_simulated_is_not_compared(project, experiment, said):
    parameters = table(**{"soma.Ra": [50.0, 100.0]})
    with PreferredSimulator(project, experiment, n_worker=1) as preferring:
        traces = preferring.run(parameters)
    assert traces.status == (RunStatus.FAILED, RunStatus.OK)
    assert len(comparisons(said)) == 1


def test_where_no_candidate_says_anything_later_ones_may(project, experiment, said):
    with PreferredSimulator(project, experiment, n_worker=1) as preferring:
        assert not preferring.run(table(**{"soma.Ra": [50.0]})).ok.any()
        assert "could not be compared with NEURON" in said.text
        assert not comparisons(said)
        assert preferring.run(table(**{"soma.Ra": [100.0]})).ok.all()
        assert len(comparisons(said)) == 1


def test_tables_are_those_of_neuron(tmp_path, experiment, said):
    # NEURON interpolates in them, and so does generated code.
    cell = replace(CELLS["tnat-lively"], mechanisms={"hh": {}}, global_values={}, celsius=6.3)
    source = CellSource(write_project(cell, tmp_path), None, None)
    with PreferredSimulator(source, experiment, n_worker=1) as preferring:
        batch = preferring.run(capacitances(1.0))
        assert preferring.description.startswith("batch")
    assert not warnings(said)
    neuron = as_neuron(source, experiment, capacitances(1.0))
    np.testing.assert_allclose(batch.voltage_mV, neuron.voltage_mV, rtol=0, atol=1e-6)
    with NeuronSimulator(source, experiment, n_worker=1, exact_tables=True) as exact:
        computed = exact.run(capacitances(1.0))
    assert np.abs(neuron.voltage_mV - computed.voltage_mV).max() > 10 * 1e-6


def test_a_cell_that_fires_by_itself_is_compared_before_it_does(experiment):
    long = replace(experiment, transient_ms=1000.0)
    planned = preferred._from_the_beginning(long)
    # Both sweeps, with their transients in them.
    assert planned.n_sweep == 2
    assert planned.n_sample == long.n_sample + 10_000
    for sweep in range(2):
        np.testing.assert_array_equal(planned.current_pA[sweep, :10_000], long.holding_pA[sweep])
        np.testing.assert_array_equal(planned.current_pA[sweep, 10_000:], long.current_pA[sweep])
    assert planned.n_transient_step == 1


@pytest.mark.parametrize(
    ("steps_pA", "chosen"),
    [
        ((20.0, -30.0, 60.0, -90.0, 40.0), [2, 3]),
        ((40.0, 10.0, 60.0), [1, 2]),
        ((-40.0, -10.0, -60.0), [1, 2]),
        ((50.0,), [0]),
        ((50.0, 50.0), [0]),
    ],
)
def test_the_strongest_currents_of_either_sign_are_compared(experiment, steps_pA, chosen):
    # A holding current is no strength.
    holding_pA = 100.0 * np.arange(len(steps_pA))
    current_pA = np.repeat(holding_pA[:, None], 300, axis=1)
    current_pA[:, 100:200] += np.array(steps_pA)[:, None]
    planned = preferred._from_the_beginning(
        replace(experiment, current_pA=current_pA, holding_pA=holding_pA)
    )
    np.testing.assert_array_equal(planned.holding_pA, holding_pA[chosen])
    np.testing.assert_array_equal(planned.current_pA[:, -300:], current_pA[chosen])


def test_neither_files_nor_processes_are_made_before_they_are_needed(
    project, experiment, empty_cache
):
    with PreferredSimulator(project, experiment):
        assert not os.path.exists(empty_cache)


@pytest.mark.parametrize("name", ["tarea-quiet", pytest.param("layer5", marks=pytest.mark.nightly)])
def test_adaptive_steps_are_compared_with_cvode_or_short_steps(tmp_path, caplog, name):
    """The channels of layer5 are advanced by a PROCEDURE, which CVODE cannot take."""
    source = cell_source(CELLS[name], tmp_path)
    experiment = step_experiment(CELLS[name])
    caplog.set_level("INFO")
    with PreferredSimulator(source, experiment, "double", 1, adaptive=Adaptive()) as simulator:
        traces = simulator.run(capacitances(1.0))
        assert simulator.description.startswith("batch")
        assert len(simulator.finer_steps(capacitances(1.0))) == 2
    assert traces.ok.all()
    assert ("short fixed steps" in caplog.text) == (name == "layer5")
    assert "before the first spike" in caplog.text or "agreed with NEURON" in caplog.text


def test_a_cell_that_hardly_fires_is_not_taken_for_a_wrong_kernel(tmp_path, said):
    """It nearly fires in the transient, which makes 0.12 mV of the usual tolerance of the steps."""
    (tmp_path / "cell.py").write_text(
        'from neuron import h\n\nclass Cell:\n    def __init__(self, nid=0):\n'
        '        self.soma = h.Section(name="soma", cell=self)\n'
        '        self.soma.L = self.soma.diam = 30\n        self.soma.insert("hh")\n'
        "    def setcable(self):\n        pass\n"
    )  # fmt: skip
    (tmp_path / "project.py").write_text(f"{PROJECT}# {tmp_path}\n")
    source = load_model(tmp_path, tmp_path).cell_source
    current_pA = np.full((1, 200), -100.0)
    recording = Recording("steps.npz", np.full_like(current_pA, -70.0), current_pA, 0.1)
    planned = plan_experiment(recording, StimulusWindow(20, 150), [0], 0.025, 6.3)
    planned = replace(planned, transient_ms=20.0, initial_mV=-76.0, holding_pA=np.zeros(1))
    names = ["soma(0.5).hh.gnabar", "soma(0.5).hh.gkbar", "soma(0.5).hh.gl"]
    values = [[0.04876489437270102], [0.00904365861761073], [0.008124118316006484]]
    wanted = table(**dict(zip(names, values, strict=True)))
    with PreferredSimulator(source, planned, "double", 1, adaptive=Adaptive()) as simulator:
        simulator.run(wanted)
        assert simulator.description.startswith("batch")
    assert "voltages before the first spike differ by" in said.text
