"""Problems whose answer is known: recordings that a model made, with known noise."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from pyneuronautofit.fitting import FitConfig, open_problem
from pyneuronautofit.fitting.problem import Problem

HH = """
from neuron import h


class HHCell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 30
        self.soma.insert("hh")

    def setcable(self):
        pass


fitmeneuron = HHCell
param_nslh = [
    ["soma(0.5).hh.gnabar", "lin", 0.05, 0.25],
    ["soma(0.5).hh.gkbar", "lin", 0.01, 0.08],
    ["soma(0.5).hh.gl", "lin", 1e-4, 6e-4],
]
"""
#: The values that NEURON's own hh has.
HH_TRUTH = np.array([0.12, 0.036, 3e-4])

PASSIVE = """
from neuron import h


class Ball:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 20
        self.soma.insert("pas")
        self.soma(0.5).pas.e = -70

    def setcable(self):
        pass


fitmeneuron = Ball
param_nslh = [["soma(0.5).pas.g", "lin", 2e-5, 2e-4], ["soma.cm", "lin", 0.5, 2.0]]
"""

# The same conductance twice: only the sum of both is in the equations.
TWICE = """
from neuron import h


class Twice:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 20
        for name in ("pas", "leak2"):
            self.soma.insert(name)
        self.soma(0.5).pas.e = self.soma(0.5).leak2.e = -70

    def setcable(self):
        pass


fitmeneuron = Twice
param_nslh = [
    ["soma(0.5).pas.g", "lin", 2e-5, 2e-4],
    ["soma(0.5).leak2.g", "lin", 2e-5, 2e-4],
    ["soma.cm", "lin", 0.5, 2.0],
]
"""
LEAK2 = """
NEURON { SUFFIX leak2 NONSPECIFIC_CURRENT i RANGE g, e }
PARAMETER { g = 0.0001 (S/cm2) e = -70 (mV) }
ASSIGNED { v (mV) i (mA/cm2) }
BREAKPOINT { i = g*(v - e) }
"""


def steps_pA(levels: list[float], n_sample: int, first: int, last: int) -> np.ndarray:
    current = np.zeros((len(levels), n_sample))
    current[:, first:last] = np.array(levels)[:, None]
    return current


def write_project(folder: Path, text: str, mods: dict[str, str] | None = None) -> Path:
    folder.mkdir()
    (folder / "project.py").write_text(text)
    if mods:
        (folder / "mods").mkdir()
        for name, mod in mods.items():
            (folder / "mods" / f"{name}.mod").write_text(mod)
    return folder


@contextlib.contextmanager
def made_problem(
    folder: Path,
    project: Path,
    current_pA: np.ndarray,
    truth: ArrayLike,
    noise_mV: float,
    *,
    step_ms: float = 0.1,
    modes: str = "OV",
    seed: int = 1,
    **options,
) -> Iterator[tuple[Problem, np.ndarray]]:
    """Yield the problem of finding the truth again, and the truth in search coordinates.

    The recording is what the model with the true parameters answers, and white noise.
    """
    path = folder / "made.npz"
    np.savez(path, voltage=np.full(current_pA.shape, -65.0), current=current_pA, dt=step_ms)
    given = {"temperature_degC": 6.3, "integrator": "adaptive", "modes": modes, **options}
    config = FitConfig(recording=str(path), project=str(project), **given)
    problem = open_problem(config, folder)
    with problem.opened():
        x = problem.space.from_model(np.array(truth)[None])
        table = problem.space.to_model(x)
        voltage = problem.simulate(table).voltage_mV[0]
    rng = np.random.default_rng(seed)
    voltage = voltage + noise_mV * rng.normal(size=voltage.shape)
    np.savez(path, voltage=voltage, current=current_pA, dt=step_ms)
    problem = open_problem(config, folder)
    with problem.opened():
        yield problem, x
