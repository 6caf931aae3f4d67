"""A cell with more than 60 sections and active channels everywhere, by both simulators."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.models import CellSource, compiled_library
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import BatchSimulator, NeuronSimulator, plan_experiment
from pyneuronautofit.simulators.agreement import compare_sweep
from pyneuronautofit.space import ParameterPath, ParameterTable
from simulators.branching import branching_cell, write_project
from simulators.mechanism_cells import MODS

STEP_MS = 0.1
CURRENTS_PA = (-200.0, 300.0, 900.0)
_LEAK = {"pas": {"g": 5e-5, "e": -70.0}}
CHANNELS = {
    "soma": {**_LEAK, "tnat": {"gbar": 600.0}, "tkdr": {"gkbar": 0.03}, "tcahva": {"gbar": 1e-4},
             "tcad": {"decay": 80.0}, "tsk": {"gbar": 2e-4}},
    "dend": {**_LEAK, "tih": {"gbar": 2e-5}, "tkm": {"gbar": 2.0}, "tnat": {"gbar": 30.0}},
    "axon": {**_LEAK, "tnat": {"gbar": 900.0}, "tkdr": {"gkbar": 0.05}},
    "spine": {**_LEAK, "tcat": {"gcatbar": 2e-5}, "tpoolc": {}},
}  # fmt: skip
SEGMENT = {"ena": 50.0, "ek": -90.0, "cao": 2.0}
COLUMNS = {
    "soma.cm": [1.0, 0.8, 1.3, 1.0],
    "dend[3].L": [60.0, 90.0, 75.0, 60.0],
    "soma(0.5).tnat.gbar": [600.0, 500.0, 700.0, 600.0],
    "dend[0](0.5).pas.g": [5e-5, 8e-5, 4e-5, 5e-5],
    # Lengths and resistances decide on the number of segments: other nodes, so other lanes.
    "dend[5].Ra": [150.0, 120.0, 180.0, 2500.0],
}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    cell = branching_cell()
    assert len(cell) >= 60
    folder = tmp_path_factory.mktemp("branching")
    project = write_project(folder, cell, CHANNELS, SEGMENT, segment_length=0.2)
    return CellSource(project, MODS, compiled_library(MODS))


@pytest.fixture(scope="module")
def experiment():
    current = np.zeros((len(CURRENTS_PA), 1500))
    current[:, 200:1200] = np.array(CURRENTS_PA)[:, None]
    recording = Recording("steps.npz", np.zeros_like(current), current, STEP_MS)
    planned = plan_experiment(recording, StimulusWindow(200, 1199), range(3), 0.025, 34.0)
    return replace(planned, transient_ms=100.0)


@pytest.fixture(scope="module")
def table():
    targets = tuple((ParameterPath.parse(name),) for name in COLUMNS)
    return ParameterTable(targets, (False,) * len(COLUMNS), np.array(list(COLUMNS.values())).T)


@pytest.fixture(scope="module")
def reference(source, experiment, table):
    with NeuronSimulator(source, experiment, n_worker=2) as simulator:
        traces = simulator.run(table)
    assert traces.ok.all(), traces.messages
    return traces.voltage_mV


def simulate(source, experiment, table, precision):
    with BatchSimulator(source, experiment, n_worker=2, precision=precision) as simulator:
        traces = simulator.run(table)
        signatures = set(simulator._engine._runners)
    assert traces.ok.all(), traces.messages
    return traces.voltage_mV, signatures


def compare(reference, voltage):
    return [
        compare_sweep(one, other, STEP_MS)
        for one, other in zip(reference.reshape(-1, 1500), voltage.reshape(-1, 1500), strict=True)
    ]


@pytest.mark.nightly
def test_double_precision(source, experiment, table, reference):
    voltage, signatures = simulate(source, experiment, table, "double")
    assert len(signatures) > 1
    assert len({signature.node_kinds for signature in signatures}) == 1
    found = compare(reference, voltage)
    assert max(each.quiet_mV for each in found) < 1e-6
    assert all(each.n_spike[0] == each.n_spike[1] for each in found)
    assert np.nanmax([each.shift_ms for each in found]) < experiment.clock.dt_ms
    # All candidates fire, and none of them as another.
    assert all(each.n_spike[0] for each in found[2::3])
    assert len({voltage[k, 1, 900].item() for k in range(4)}) == 4


def test_single_precision(source, experiment, table, reference):
    found = compare(reference, simulate(source, experiment, table, "single")[0])
    assert max(each.quiet_mV for each in found) < 0.01
    assert all(each.n_spike[0] == each.n_spike[1] for each in found)
    assert np.nanmax([each.shift_ms for each in found]) < 0.1
