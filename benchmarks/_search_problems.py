"""The problems of `search.py`: recordings, what of them is compared, and what is held out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pyneuronautofit.fitting import FitConfig, Problem, open_problem
from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterPath, ParameterSpace, ParameterTable

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples" / "experimentaldata"
SHARED = ROOT.parent / "shared" / "data"

HH_PROJECT = """
from neuron import h

class fitmeneuron:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 20
        self.soma.insert("hh")

    def setcable(self):
        self.soma.nseg = 1

param_nslh = [
    ["soma(0.5).hh.gnabar", "log", 0.001, 1.0],
    ["soma(0.5).hh.gkbar", "log", 0.001, 1.0],
    ["soma(0.5).hh.gl", "log", 1e-5, 1e-3],
]
"""
HH_TRUTH = np.array([[0.12, 0.036, 0.0003]])
HH_DEGC = 6.3
# Other cells under the example's currents: what differs from its truth, and the noise's seed.
_OTHER_CELLS: Mapping[str, tuple[Mapping[str, float], float, int]] = {
    # A larger, leakier cell with more h current, and three times the noise.
    "noisy": (
        {"soma.L": 60.0, "soma(0.5).pas.g": 6e-5, "soma(0.5).TC_ih_Bud97.gh_max": 1.5e-4},
        3.0,
        11,
    ),
    # A smaller cell that fires faster and whose burst is shorter.
    "other": (
        {"soma.L": 42.0, "soma(0.5).TC_iT_Des98.pcabar": 4e-5, "axon.diam": 1.5,
         "soma(0.5).SK_E2.gSK_E2bar": 1e-4},
        1.0,
        12,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class SearchProblem:
    """A problem.

    Attributes
    ----------
    about
        What it is.
    config
        Makes the fit's options, given a folder for files.
    held_out
        Sweeps that are not compared.
    levels
        Sums that searches are asked to reach.
    """

    about: str
    config: Callable[[Path], FitConfig]
    held_out: tuple[int, ...]
    levels: tuple[float, ...]


def _tc(recording: Path, sweeps: list[int], modes: str = "OV") -> FitConfig:
    return FitConfig(
        recording=str(recording),
        mask=str(sweeps),
        modes=modes,
        spike_count=3,
        spike_threshold_mV=-10.0,
        n_worker=1,
    )


def _hh(folder: Path) -> FitConfig:
    """Write the project and the recording of the true cell, and return the fit's options."""
    (folder / "project.py").write_text(HH_PROJECT)
    current = np.zeros((1, 10_000))
    current[:, 2500:7500] = 300.0
    empty = Recording("hh", np.zeros_like(current), current, 0.1, current_is_command=True)
    plan = plan_experiment(empty, StimulusWindow(2500, 7499), [0], 0.025, HH_DEGC)
    model = load_model(folder, folder)
    table = ParameterSpace.from_rows(model.parameters).to_model(np.log10(HH_TRUTH))
    with NeuronSimulator(model.cell_source, plan, n_worker=1) as simulator:
        voltage = simulator.run(table).voltage_mV[0]
    np.savez(folder / "hh.npz", voltage=voltage, current=current, dt=0.1, command=True)
    return FitConfig(
        recording=str(folder / "hh.npz"),
        project=str(folder),
        modes="OV",
        temperature_degC=HH_DEGC,
        integrator="fixed",
        n_worker=1,
    )


def _made(name: str) -> Callable[[Path], FitConfig]:
    """Return what records another cell under the example's currents."""

    def config(folder: Path) -> FitConfig:
        sys.path.insert(0, str(ROOT / "examples"))
        import make_recording as example  # noqa: PLC0415 (it lies elsewhere)

        changed, noise, seed = _OTHER_CELLS[name]
        truth = {**example.TRUTH, **changed}
        command, rng = example.command_pA(), np.random.default_rng(seed)
        empty = Recording(name, 0 * command, command, example.STEP_MS, current_is_command=True)
        plan = plan_experiment(
            empty, example.WINDOW, range(len(command)), 0.025, example.TEMPERATURE_DEGC
        )
        targets = tuple((ParameterPath.parse(path),) for path in truth)
        table = ParameterTable(targets, (False,) * len(truth), np.array([list(truth.values())]))
        source = load_model(None, folder).cell_source
        with NeuronSimulator(source, plan, n_worker=1) as simulator:
            voltage = simulator.run(table).voltage_mV[0]
        voltage = voltage + noise * (
            example.drift(rng) + example.WHITE_MV * rng.standard_normal(voltage.shape)
        )
        path = folder / f"{name}.npz"
        np.savez(path, voltage=voltage, current=command, dt=example.STEP_MS, command=True)
        (folder / f"{name}.json").write_text(json.dumps(truth))
        return _tc(path, [0, 4, 5, 7])

    return config


PROBLEMS: Mapping[str, SearchProblem] = {
    "a": SearchProblem(
        "the shipped example, sweeps 0, 4, 5, 7",
        lambda _folder: _tc(EXAMPLES / "TC-example.abf", [0, 4, 5, 7]),
        (1, 2, 3, 6, 8),
        (10.0, 5.0, 2.0, 1.0, 0.5),
    ),
    "seven": SearchProblem(
        "the shipped example, sweeps 0, 1, 3, 4, 5, 7, 8",
        lambda _folder: _tc(EXAMPLES / "TC-example.abf", [0, 1, 3, 4, 5, 7, 8]),
        (2, 6),
        (20.0, 10.0, 5.0, 2.0, 1.0),
    ),
    "b": SearchProblem(
        "a real cell, File_axon_5.abf, sweeps 0, 2, 4, 6, 8",
        lambda _folder: _tc(SHARED / "File_axon_5.abf", [0, 2, 4, 6, 8]),
        (1, 3, 5, 7),
        (10.0, 5.0, 2.0, 1.0, 0.5),
    ),
    "ramn": SearchProblem(
        "the shipped example, sweeps 0, 4, 5, 7, modes RAMN",
        lambda _folder: _tc(EXAMPLES / "TC-example.abf", [0, 4, 5, 7], "RAMN"),
        (1, 2, 3, 6, 8),
        (100.0, 50.0, 20.0, 10.0),
    ),
    "hh": SearchProblem(
        "three conductances of a cell with NEURON's hh, fixed steps",
        _hh,
        (),
        (1.0, 1e-2, 1e-4, 1e-6),
    ),
    "noisy": SearchProblem(
        "another cell, with three times the example's noise", _made("noisy"), (1, 2, 3, 6, 8),
        (10.0, 5.0, 2.0, 1.0, 0.5),
    ),
    "other": SearchProblem(
        "another cell, with the example's noise", _made("other"), (1, 2, 3, 6, 8),
        (10.0, 5.0, 2.0, 1.0, 0.5),
    ),
}  # fmt: skip


def opened(name: str, folder: Path) -> tuple[SearchProblem, FitConfig, Problem]:
    """Return a problem, the options of a fit to it, and what is to be solved."""
    chosen = PROBLEMS[name]
    config = chosen.config(folder)
    return chosen, config, open_problem(config, folder)
