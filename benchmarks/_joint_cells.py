"""Cells of one kind that are made up: the channels' densities are the same, all else is each's own.

    python benchmarks/_joint_cells.py FOLDER [--seed 1]     writes one.npz, two.npz, three.npz

The cell is that of `examples/HH-soma`, simulated by NEURON in short steps, with white noise on the
voltage.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import pyneuronautofit as pnaf
from pyneuronautofit.cli.main import main as main_of_package
from pyneuronautofit.recordings import Recording, write_npz

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
sys.path.insert(0, str(EXAMPLES))

import make_cell_recordings  # noqa: E402 (it lies in a folder of its own)

#: The cell of the example, with what is searched here: the capacitance of membranes is known.
PROJECT = """
from neuron import h


class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 30.0
        self.soma.insert("hh")

    def setcable(self):
        pass


fitmeneuron = Cell
param_nslh = [
    ["soma(0.5).hh.gl", "log", 1e-5, 1e-2],
    ["soma(0.5).hh.el", "lin", -70.0, -40.0],
    ["soma(0.5).hh.gnabar", "log", 0.02, 0.5],
    ["soma(0.5).hh.gkbar", "log", 0.005, 0.2],
]
"""

#: What all cells share, and how it is called in the cell.
SHARED = ("soma(0.5).hh.gnabar", "soma(0.5).hh.gkbar")
#: Between which values each is drawn.
DRAWN = {
    "soma(0.5).hh.gl": (2e-4, 5e-4),
    "soma(0.5).hh.el": (-62.0, -55.0),
    "soma(0.5).hh.gnabar": (0.1, 0.16),
    "soma(0.5).hh.gkbar": (0.03, 0.05),
}
CURRENTS_PA = (-40.0, 40.0, 500.0)
NOISE_MV = 1.0
STEADY_MV2 = 4.0
#: So short that NEURON's fixed step adds nothing to the noise.
DT_MS = 0.0025


@dataclass(frozen=True)
class MadeCells:
    """Cells, and what was recorded from them.

    Attributes
    ----------
    files
        Name -> its recording.
    truths
        Name -> path -> value.
    """

    files: dict[str, Path]
    truths: dict[str, dict[str, float]]

    @property
    def shared(self) -> dict[str, float]:
        """What all cells have in common."""
        first = next(iter(self.truths.values()))
        return {name: first[name] for name in SHARED}


def make_cells(
    folder: Path,
    seed: int,
    names: Sequence[str] = ("one", "two", "three"),
    noise_mV: float = NOISE_MV,
) -> MadeCells:
    """Draw cells and record from them."""
    (folder / "project.py").write_text(PROJECT)
    rng = np.random.default_rng([4, seed])
    common = {name: _drawn(rng, name) for name in SHARED}
    made = MadeCells({}, {})
    usual = make_cell_recordings.TRUTHS["HH-soma"]
    for cell in names:
        while True:
            own = {name: common.get(name) or _drawn(rng, name) for name in DRAWN}
            truth = replace(usual, parameters=own, currents_pA=CURRENTS_PA)
            voltage, coarser = (
                make_cell_recordings.simulate("HH-soma", truth, dt) for dt in (DT_MS, 4 * DT_MS)
            )
            # Whether a cell at the edge of firing has a spike more, the integrator's step decides.
            if ((voltage - coarser) ** 2).mean() < STEADY_MV2:
                break
        voltage = voltage + rng.normal(0.0, noise_mV, voltage.shape)
        current = make_cell_recordings.commands_pA(truth)
        path = folder / f"{cell}.npz"
        step_ms = make_cell_recordings.STEP_MS
        write_npz(path, Recording(path.name, voltage, current, step_ms, current_is_command=True))
        made.files[cell], made.truths[cell] = path, own
    return made


def _drawn(rng: np.random.Generator, name: str) -> float:
    low, high = DRAWN[name]
    if low > 0:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return float(rng.uniform(low, high))


def fit_alone(made: MadeCells, cell: str, evaluations: int, seed: int, name: str) -> pnaf.Fit:
    """Fit one cell by itself."""
    path = made.files[cell]
    return _fit(path.parent, evaluations, seed, f"{name}-{cell}", recording=path)


def fit_together(
    made: MadeCells, evaluations: int, seed: int, *, alone: Sequence[pnaf.Fit] = ()
) -> pnaf.Fit:
    """Fit all cells together, from the best models of each by itself where there are some."""
    folder = next(iter(made.files.values())).parent
    how = {}
    if alone:
        begin = folder / "begin.json"
        runs = [str(fit.path) for fit in alone]
        with contextlib.redirect_stdout(io.StringIO()):
            code = main_of_package(["collect", *runs, "--best", "20", "-o", str(begin)])
        if code:
            raise RuntimeError("the models of each cell were not collected")
        how = {"initial_population": begin, "algorithm": "Local"}
    return _fit(folder, evaluations, seed, "together", cells=made.files, shared=SHARED, **how)


def _fit(folder: Path, evaluations: int, seed: int, name: str, **how: Any) -> pnaf.Fit:
    return pnaf.fit(
        model=folder / "project.py",
        modes="OV",
        temperature_degC=make_cell_recordings.TRUTHS["HH-soma"].temperature_degC,
        spike_threshold_mV=-10.0,
        evaluations=evaluations,
        seed=seed,
        output=folder,
        evaluations_file="no",
        run_stamp=name,
        progress=False,
        **how,
    )


def main() -> None:
    """Write recordings of made-up cells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    made = make_cells(given.folder, given.seed)
    for cell, truth in made.truths.items():
        print(made.files[cell], {name: float(f"{value:.4g}") for name, value in truth.items()})


if __name__ == "__main__":
    main()
