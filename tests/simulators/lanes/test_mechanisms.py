"""Every test mechanism, and NEURON's hh, simulated by generated code and by NEURON.

Cells are the candidates of one model, whose parameter chooses the mechanisms: that takes two
simulators, not two for every cell.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from pyneuronautofit.models import CellSource, compiled_library
from pyneuronautofit.simulators import BatchSimulator, NeuronSimulator
from pyneuronautofit.simulators.agreement import compare_sweep, worst
from pyneuronautofit.space import ParameterPath, ParameterTable
from simulators.mechanism_cells import CELLS, DT_MS, MODS, SAMPLE_MS, MechanismCell, step_experiment

# NEURON's own hh fires at the temperature of the squid only.
_HH = MechanismCell(
    "hh", {"hh": {}}, (-60.0, 25.0), global_values={"usetable_hh": 0.0}, celsius=6.3
)
HH = {
    "hh-quiet": _HH,
    "hh-lively": replace(_HH, currents_pA=(-100.0, 400.0)),
}
ALL = {**CELLS, **HH}

QUIET = [name for name in CELLS if name.endswith("-quiet")]
LIVELY = [name for name in CELLS if name not in QUIET]
# They fire by themselves, and every spike makes ten times as much of a difference: what is left of
# rounding after the transient says nothing.
SPONTANEOUS = ("tloop-lively", "tih-lively", "tpair-lively", "thcn-lively")
STEADY = [name for name in LIVELY if name not in SPONTANEOUS]

# Together they have all mechanisms, so all methods of SOLVE.
FAST_LIVELY = ("layer5", "ca1")
FAST_QUIET = tuple(
    f"{name}-quiet"
    for name in (
        "tafter", "tarea", "tbefore", "tchain", "tcomm", "tek", "tekv", "tfrom", "tkif", "tkin",
        "tkir", "tlin", "tlondif", "tnab", "tnocur", "tpair", "tpoolc", "tpoole", "tpooli", "ttabf",
        "ttime", "tverb", "tvtrap",
    )
)  # fmt: skip

PROJECT = """\
import json

from neuron import h

CELLS = json.loads({cells!r})


class Choice:
    number = 0


class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.choice = Choice()

    def setcable(self):
        cell = CELLS[round(self.choice.number)]
        self.soma.L, self.soma.diam, self.soma.cm = cell["L_um"], cell["diam_um"], cell["cm_uF"]
        middle = self.soma(0.5)
        for mechanism, values in cell["mechanisms"].items():
            self.soma.insert(mechanism)
            for name, value in values.items():
                setattr(getattr(middle, mechanism), name, value)
        for name, value in cell["segment"].items():
            if hasattr(middle, name):   # an ion that nobody uses has no variables
                setattr(middle, name, value)
        for name, value in cell["global_values"].items():
            setattr(h, name, value)
        for name, points in cell["curves"].items():
            getattr(h, "table_" + name)(*[h.Vector(each) for each in points])


fitmeneuron = Cell
param_nslh = [["choice.number", "int", 0, 100]]
simulator = "neuron"
"""


def simulate_both(names, folder, precision="double", transient_ms=1000.0):
    """Return, for every cell, how far both simulators are apart in the worst of its sweeps."""
    cells = [ALL[name] for name in names]
    project = folder / "project.py"
    project.write_text(PROJECT.format(cells=json.dumps([asdict(cell) for cell in cells])))
    source = CellSource(project, MODS, compiled_library(MODS))
    currents = sorted({current for cell in cells for current in cell.currents_pA})
    experiment = step_experiment(replace(cells[0], currents_pA=tuple(currents)))
    experiment = replace(experiment, transient_ms=transient_ms)
    path = ParameterPath.parse("choice.number")
    table = ParameterTable(((path,),), (True,), np.arange(len(cells))[:, None].astype(float))
    traces = []
    for make, options in ((NeuronSimulator, {}), (BatchSimulator, {"precision": precision})):
        with make(source, experiment, n_worker=2, **options) as simulator:
            traces.append(simulator.run(table))
        assert not any(traces[-1].messages), traces[-1].messages
    found = {}
    for place, (name, cell) in enumerate(zip(names, cells)):
        sweeps = [currents.index(current) for current in cell.currents_pA]
        neuron, batch = (each.voltage_mV[place][sweeps] for each in traces)
        found[name] = worst([compare_sweep(*pair, SAMPLE_MS) for pair in zip(neuron, batch)])
    return found


def wrong(found, quiet_mV, shift_ms=0.0):
    """Return the cells that are further apart."""
    return {
        name: each
        for name, each in found.items()
        if not each.quiet_mV <= quiet_mV(name)  # nan is wrong, too
        or each.n_spike[0] != each.n_spike[1]
        or each.shift_ms > shift_ms
    }


def within_double(_name):
    return 1e-6


def within_single(name):
    # ttime has sin(t), and t is a thousand times larger than its last bit is small; the rates of
    # tkif jump at a voltage, which is passed a step earlier or later.
    return {"ttime": 0.05, "tkif": 0.2}.get(name.partition("-")[0], 0.01)


def test_the_fast_cells_have_every_mechanism():
    tested = {m for name in (*FAST_QUIET, *FAST_LIVELY) for m in ALL[name].mechanisms}
    assert {cell.subject for cell in CELLS.values()} <= tested


def test_quiet_cells_as_neuron(tmp_path):
    assert not wrong(simulate_both(FAST_QUIET, tmp_path), within_double)


def test_lively_cells_as_neuron(tmp_path):
    found = simulate_both(FAST_LIVELY, tmp_path)
    assert not wrong(found, within_double, shift_ms=DT_MS)
    assert all(each.n_spike[0] > 0 for each in found.values())


def test_hh_as_neuron(tmp_path):
    found = simulate_both(tuple(HH), tmp_path)
    assert not wrong(found, within_double, shift_ms=DT_MS)
    assert found["hh-lively"].n_spike[0] > 0


@pytest.mark.nightly
def test_single_precision(tmp_path):
    quiet = simulate_both(("layer5", "ca1", *FAST_QUIET[-4:]), tmp_path, "single")
    assert not wrong(quiet, within_single, shift_ms=0.1)


@pytest.mark.nightly
def test_all_quiet_cells_as_neuron(tmp_path):
    assert not wrong(simulate_both(QUIET, tmp_path), within_double)


@pytest.mark.nightly
def test_all_lively_cells_as_neuron(tmp_path):
    assert not wrong(simulate_both(STEADY, tmp_path), within_double, shift_ms=DT_MS)


@pytest.mark.nightly
def test_cells_that_fire_by_themselves_as_neuron_up_to_the_first_spike(tmp_path):
    found = simulate_both(SPONTANEOUS, tmp_path, transient_ms=DT_MS)
    assert all(each.quiet_mV < 1e-6 for each in found.values())


@pytest.mark.nightly
def test_all_quiet_cells_in_single_precision(tmp_path):
    assert not wrong(simulate_both(QUIET, tmp_path, "single"), within_single)


@pytest.mark.nightly
def test_all_lively_cells_in_single_precision(tmp_path):
    assert not wrong(simulate_both(STEADY, tmp_path, "single"), within_single, shift_ms=0.1)
