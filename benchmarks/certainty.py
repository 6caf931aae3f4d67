"""How certain parameters are said to be, and are: three conductances of hh, the shipped recording.

    python benchmarks/certainty.py [RUN]

Prints standard deviations of the conductances beside those of posteriors that are computed on a
grid, from the residuals and from all samples, without and with spikes. Of a RUN of the shipped
recording it prints how many of the true values lie within its intervals.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from pyneuronautofit.certainty import certainty_of, find_certainty, inquiry_of, opened_exactly
from pyneuronautofit.fitting import FitConfig, Problem, open_problem
from pyneuronautofit.runs import open_run

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
TRUE = EXAMPLES / "experimentaldata" / "TC-example-truth.json"
CELL = """
from neuron import h


class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 30
        self.soma.insert("hh")

    def setcable(self):
        pass


fitmeneuron = Cell
param_nslh = [
    ["soma(0.5).hh.gnabar", "lin", 0.05, 0.25],
    ["soma(0.5).hh.gkbar", "lin", 0.01, 0.08],
    ["soma(0.5).hh.gl", "lin", 1e-4, 6e-4],
]
"""
TRUTH = np.array([[0.12, 0.036, 3e-4]])
STEP_MS, N_SAMPLE, FIRST, LAST = 0.1, 1500, 300, 1100
CASES = {
    "below the threshold": ([-60, -30, 20, 40], 0.3),
    "with spikes": ([-60, 100, 200], 0.5),
    "with spikes, much noise": ([-60, 60, 200], 2.0),
}


def made(folder: Path, levels_pA: list[float], noise_mV: float) -> Problem:
    """Return the problem of finding the conductances that made a recording."""
    current = np.zeros((len(levels_pA), N_SAMPLE))
    current[:, FIRST:LAST] = np.array(levels_pA)[:, None]
    path, voltage = folder / "made.npz", np.full(current.shape, -65.0)
    config = FitConfig(
        recording=str(path), project=str(folder), modes="OV", temperature_degC=6.3,
        integrator="adaptive", tolerance_mV=3e-5,
    )  # fmt: skip
    np.savez(path, voltage=voltage, current=current, dt=STEP_MS)
    problem = open_problem(config, folder)
    with problem.opened():
        x = problem.space.from_model(TRUTH)
        voltage = problem.simulate(problem.space.to_model(x)).voltage_mV[0]
    voltage = voltage + noise_mV * np.random.default_rng(1).normal(size=voltage.shape)
    np.savez(path, voltage=voltage, current=current, dt=STEP_MS)
    return open_problem(config, folder)


def deviations(square: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Return the standard deviations of points that have these sums of squares."""
    chance = np.exp(-0.5 * (square - square.min()))
    chance /= chance.sum()
    return np.sqrt(chance @ (unit - chance @ unit) ** 2)


def conductances() -> None:
    for name, (levels_pA, noise_mV) in CASES.items():
        with tempfile.TemporaryDirectory() as made_in:
            folder = Path(made_in)
            (folder / "project.py").write_text(CELL, encoding="utf-8")
            problem = made(folder, levels_pA, noise_mV)
            with problem.opened():
                inquiry, x = inquiry_of(problem), problem.space.from_model(TRUTH)
                found = find_certainty(inquiry, x)
                variances, axes = np.linalg.eigh(found.covariance)
                steps = np.linspace(-4, 4, 9)
                every = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
                unit = problem.space.to_unit(x) + (every * np.sqrt(variances)) @ axes.T
                table = problem.space.to_model(problem.space.from_unit(unit))
                recorded = problem.target.voltage_mV[list(problem.suite.sweeps)]
                missed = problem.simulate(table).voltage_mV - recorded
                weighted = inquiry.weighted(inquiry.at_units(unit))
        said = np.array([each.deviation for each in found.parameters])
        of_residuals = deviations((weighted**2).sum(1) / found.scale.variance, unit)
        of_samples = deviations((missed**2).sum((1, 2)) / noise_mV**2, unit)
        print(
            name, "said", said, "over residuals", said / of_residuals, "samples", said / of_samples
        )


def example(run: str) -> None:
    true = json.loads(TRUE.read_text(encoding="utf-8"))["models"][0]["parameters"]
    with open_run(run) as stored, opened_exactly(stored) as problem:
        found = certainty_of(stored, problem)
    acting = [each for each in found.parameters if each.acts]
    inside = [each.low <= true[each.name] <= each.high for each in acting]
    print(
        f"{sum(inside)} of {len(inside)} true values are within 95 %; {found.above_noise} x noise"
    )


if __name__ == "__main__":
    conductances()
    for name in sys.argv[1:]:
        example(name)
