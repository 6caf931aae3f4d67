"""Single-compartment cells, two or more for each mechanism in `mods/`, and NEURON's answers.

A *quiet* cell stays below threshold under all its currents, so its voltages can be compared to the
last digits. A *lively* one has channels that make spikes, too, which takes the mechanism through a
wide range of voltages, concentrations and rates.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.models import CellSource, compiled_library
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import Experiment, NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterPath, ParameterTable

MODS = Path(__file__).with_name("mods")

DT_MS = 0.025
SAMPLE_MS = 0.1
N_SAMPLE = 5000
STEP = StimulusWindow(1000, 3999)

PROJECT = """\
import json

from neuron import h

CELL = json.loads({cell!r})


class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L, self.soma.diam, self.soma.cm = CELL["L_um"], CELL["diam_um"], CELL["cm_uF"]
        middle = self.soma(0.5)
        for mechanism, values in CELL["mechanisms"].items():
            self.soma.insert(mechanism)
            for name, value in values.items():
                setattr(getattr(middle, mechanism), name, value)
        for name, value in CELL["segment"].items():
            if hasattr(middle, name):   # an ion that nobody uses has no variables
                setattr(middle, name, value)
        for name, value in CELL["global_values"].items():
            setattr(h, name, value)
        for name, points in CELL["curves"].items():
            if hasattr(h, "table_" + name):
                getattr(h, "table_" + name)(*[h.Vector(each) for each in points])

    def setcable(self):
        pass


fitmeneuron = Cell
param_nslh = [["soma.cm", "lin", 0.5, 2.0]]
simulator = "neuron"
"""


@dataclass(frozen=True)
class MechanismCell:
    """One compartment with some mechanisms.

    Attributes
    ----------
    subject
        The mechanism that the cell is there to test.
    mechanisms
        In the order of insertion: suffix -> the RANGE parameters that differ from their defaults.
    currents_pA
        The step of each sweep.
    segment
        Reversal potentials, and concentrations that nobody writes.
    global_values
        GLOBAL variables by NEURON's names: concentrations at the start (`ki0_k_ion`), switches of
        tables (`usetable_tnat`), parameters.
    curves
        FUNCTION_TABLEs by NEURON's names, `ninf_ttabf`: values and arguments.
    """

    subject: str
    mechanisms: Mapping[str, Mapping[str, float]]
    currents_pA: tuple[float, ...]
    segment: Mapping[str, float] = field(default_factory=dict)
    global_values: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]] = field(default_factory=dict)
    L_um: float = 30.0
    diam_um: float = 25.0
    cm_uF: float = 1.0
    celsius: float = 34.0

    def without_subject(self) -> MechanismCell:
        """Return the same cell without the mechanism that it is there to test."""
        rest = {name: values for name, values in self.mechanisms.items() if name != self.subject}
        return replace(self, mechanisms=rest)


_Mechanisms: TypeAlias = Mapping[str, Mapping[str, float]]

# Reversal potentials of the cells. That of calcium holds only where no mechanism writes cai.
_IONS = {"ena": 50.0, "ek": -90.0, "eca": 120.0, "cai": 1e-4, "cao": 2.0, "ehcn": -30.0}
# Tables are interpolated by NEURON; without them both compute the same equations.
_NO_TABLES = {"usetable_tnat": 0.0, "usetable_tcat": 0.0}
# What goes with potassium that is not constant.
_POTASSIUM = {"ki0_k_ion": 120.0, "ko0_k_ion": 3.5}
# A gate as somebody may have measured it, at voltages that are not equally far apart.
_CURVES = {
    "ninf_ttabf": ((0.02, 0.05, 0.2, 0.6, 0.9, 1.0), (-80.0, -60.0, -50.0, -35.0, -20.0, 10.0)),
    "ntau_ttabf": ((12.0, 30.0, 25.0, 8.0, 3.0), (-75.0, -55.0, -40.0, -20.0, 20.0)),
}
_LEAK: _Mechanisms = {"pas": {"g": 1e-4, "e": -70.0}}
_SPIKES: _Mechanisms = {"tnat": {"gbar": 400.0}, "tkdr": {"gkbar": 0.02}}
_CALCIUM: _Mechanisms = {"tcahva": {"gbar": 2e-4}, "tcad": {"decay": 60.0}}

_QUIET_PA = (-60.0, 25.0)
_LIVELY_PA = (-100.0, 100.0, 400.0)


@dataclass(frozen=True)
class _Plan:
    """What a mechanism needs to show itself: its own parameters, and others beside it."""

    quiet: Mapping[str, float] = field(default_factory=dict)
    beside: _Mechanisms = field(default_factory=dict)
    quiet_pA: tuple[float, ...] = _QUIET_PA
    lively: Mapping[str, float] = field(default_factory=dict)
    lively_beside: _Mechanisms = field(default_factory=lambda: _CALCIUM)


# Two channels write the calcium current that a pool reads.
_POOL: _Mechanisms = {"tcat": {"gcatbar": 1e-4}, "tcahva": {"gbar": 2e-4}, "tsk": {"gbar": 2e-4}}
_PLANS: Mapping[str, _Plan] = {
    "tafter": _Plan(),
    "tarea": _Plan(),
    "tbefore": _Plan(),
    "tbk": _Plan({"gbar": 5e-3}),
    "tcad": _Plan({}, _POOL, lively_beside=_POOL),
    "tcahva": _Plan({"gbar": 1e-4}, quiet_pA=(-60.0, 55.0), lively_beside={"tcad": {}}),
    "tcal": _Plan({"pbar": 3e-5}, lively={"pbar": 3e-5}),
    "tcash": _Plan({}, _POOL, quiet_pA=(-60.0, 15.0), lively_beside=_POOL),
    "tcat": _Plan({"gcatbar": 5e-5}, lively={"gcatbar": 5e-5}),
    "tchain": _Plan({"gbar": 3e-3}),
    "tcomm": _Plan(),
    "tcond": _Plan(),
    "tek": _Plan({}, {"tkir": {}}),
    "tekv": _Plan({}, {"tkir": {}}),
    "tfrom": _Plan({"gbar": 2e-4}),
    "thcn": _Plan(),
    "tican": _Plan(),
    "tih": _Plan(),
    "tk3": _Plan(lively={"gbar": 1e-4}),
    "tkacc": _Plan({}, {"tkir": {}}, lively={"fhspace": 2000.0}),
    "tkdr": _Plan({"gkbar": 0.05}, quiet_pA=(-60.0, 70.0), lively={"gkbar": 0.03}),
    "tkif": _Plan({"gbar": 5e-5}, lively={"gbar": 5e-4}),
    "tkin": _Plan({"tau": 5000.0}, {"tkir": {}}, lively={"tau": 5000.0}),
    "tkir": _Plan(),
    "tkm": _Plan(),
    "tlin": _Plan(),
    "tlondif": _Plan({}, _POOL, quiet_pA=(-60.0, 15.0), lively_beside=_POOL),
    "tloop": _Plan({"gbar": 5e-6}),
    "tna8": _Plan({"gbar": 1e-4}, lively={"gbar": 2e-3}),
    "tnab": _Plan({"gbar": 5e-5}, lively={"gbar": 5e-4}),
    "tnat": _Plan({"gbar": 50.0}, lively={"gbar": 500.0}),
    "tnocur": _Plan({}, {"tkir": {}}),
    "tpair": _Plan({"gbar": 1e-5}, lively={"gbar": 1e-4}),
    "tpoolc": _Plan({}, _POOL, lively_beside=_POOL),
    "tpoole": _Plan({}, {"tcat": {"gcatbar": 5e-5}, "tican": {"gbar": 2e-5}}, lively_beside=_POOL),
    "tpooli": _Plan({}, _POOL, lively_beside=_POOL),
    "tsk": _Plan(),
    "ttabf": _Plan({"gbar": 2e-4}),
    "ttime": _Plan(lively={"gbar": 2e-5}),
    "tverb": _Plan({"gbar": 5e-4}),
    "tvtrap": _Plan({"gnabar": 1e-4}, lively={"gnabar": 2e-3}),
}

# Many mechanisms in one segment, as published cells have them.
_LAYER5: _Mechanisms = {
    **_LEAK,
    "tih": {"gbar": 5e-5},
    "tnat": {"gbar": 500.0},
    "tloop": {"gbar": 5e-6},
    "tkdr": {"gkbar": 0.02},
    "tkm": {"gbar": 3.0},
    "tk3": {"gbar": 1e-4},
    "tcahva": {"gbar": 2e-4},
    "tcat": {"gcatbar": 5e-5},
    "tsk": {"gbar": 3e-4},
    "tcad": {"decay": 80.0},
}
_CA1: _Mechanisms = {
    **_LEAK,
    "thcn": {"ghdbar": 3e-5},
    "tnat": {"gbar": 300.0},
    "tna8": {"gbar": 2e-3},
    "tkdr": {"gkbar": 0.02},
    "tcond": {"gbar": 1e-3},
    "tcal": {"pbar": 3e-5},
    "tbk": {"gbar": 2e-3},
    "tican": {"gbar": 1e-5},
    "tcash": {},
    "tkacc": {"fhspace": 2000.0},
}


def _cell(subject: str, mechanisms: _Mechanisms, currents_pA: tuple[float, ...]) -> MechanismCell:
    constants = {**_NO_TABLES, **_POTASSIUM}
    return MechanismCell(subject, mechanisms, currents_pA, _IONS, constants, _CURVES)


def _quiet(subject: str, plan: _Plan) -> MechanismCell:
    return _cell(subject, {**_LEAK, **plan.beside, subject: plan.quiet}, plan.quiet_pA)


def _lively(subject: str, plan: _Plan) -> MechanismCell:
    """Return the cell with channels that make spikes, and with calcium that moves."""
    mechanisms = {**_LEAK, **_SPIKES, **plan.beside, **plan.lively_beside, subject: plan.lively}
    return _cell(subject, mechanisms, _LIVELY_PA)


def _cells() -> Iterator[tuple[str, MechanismCell]]:
    for subject, plan in _PLANS.items():
        yield f"{subject}-quiet", _quiet(subject, plan)
        yield f"{subject}-lively", _lively(subject, plan)
    yield "layer5", _cell("tkm", _LAYER5, _LIVELY_PA)
    yield "ca1", _cell("tna8", _CA1, _LIVELY_PA)


#: All cells by name.
CELLS: Mapping[str, MechanismCell] = dict(_cells())


def write_project(cell: MechanismCell, folder: Path) -> Path:
    """Write a project file for the cell and return its path."""
    path = folder / "project.py"
    path.write_text(PROJECT.format(cell=json.dumps(asdict(cell))))
    return path


def cell_source(cell: MechanismCell, folder: Path) -> CellSource:
    """Write the cell's project into `folder`; the mechanisms are compiled once for all cells."""
    return CellSource(write_project(cell, folder), MODS, compiled_library(MODS))


def step_experiment(cell: MechanismCell) -> Experiment:
    """Plan the cell's current steps: 500 ms, current from 100 to 400 ms, dt 0.025 ms."""
    current = np.zeros((len(cell.currents_pA), N_SAMPLE))
    current[:, STEP.first : STEP.last + 1] = np.array(cell.currents_pA)[:, None]
    recording = Recording("steps.npz", np.zeros_like(current), current, SAMPLE_MS)
    sweeps = range(len(cell.currents_pA))
    return plan_experiment(recording, STEP, sweeps, DT_MS, cell.celsius)


def capacitances(*cm_uF: float) -> ParameterTable:
    """Return a table of candidates that differ in their capacitance."""
    path = ParameterPath.parse("soma.cm")
    return ParameterTable(((path,),), (False,), np.array(cm_uF)[:, None])


def neuron_voltages(cell: MechanismCell, folder: Path) -> FloatArray:
    """Return NEURON's voltages of the cell, shape (n_sweep, n_sample), mV."""
    with NeuronSimulator(cell_source(cell, folder), step_experiment(cell), n_worker=1) as simulator:
        traces = simulator.run(capacitances(cell.cm_uF))
    if not traces.ok.all():
        raise AssertionError(traces.messages[0])
    return np.asarray(traces.voltage_mV[0])
