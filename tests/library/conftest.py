"""A small fit of a cell that is defined as in a notebook, made once for all tests of it."""

from __future__ import annotations

import os

import numpy as np
import pytest

from library.defined import defined
from pyneuronautofit.recordings import Recording

CELL = """
    from neuron import h
    DIAMETER = 20.0

    class Ball:
        def __init__(self, nid=None):
            self.soma = h.Section(name="soma", cell=self)
            self.soma.L = self.soma.diam = DIAMETER
            self.soma.insert("pas")
            self.soma(0.5).pas.e = -70

        def setcable(self):
            pass
"""
PARAMETERS = [["soma(0.5).pas.g", "log", 1e-5, 1e-3], ["soma.cm", "lin", 0.5, 2.0]]
SETTINGS = {"modes": "NV", "algorithm": "NSGA2", "population_size": 8, "generations": 2, "seed": 1}


def made_recording(cm=1.0, name="ball"):
    """A passive cell of 20 um under steps of 0, -20, 10 and 20 pA: g 1e-4 S/cm2, cm 1 uF/cm2."""
    area_cm2 = np.pi * 20e-4**2
    tau_ms, mohm = 10.0 * cm, 1e-6 / (1e-4 * area_cm2)
    time_ms = np.arange(1000) * 0.1
    course = np.where(time_ms < 20, 0.0, 1 - np.exp(-np.clip(time_ms - 20, 0, None) / tau_ms))
    fall = np.where(time_ms < 80, 0.0, 1 - np.exp(-np.clip(time_ms - 80, 0, None) / tau_ms))
    steps_pA = np.array([0.0, -20.0, 10.0, 20.0])[:, None]
    current = steps_pA * ((time_ms >= 20) & (time_ms < 80))
    voltage = -70.0 + steps_pA * mohm * 1e-3 * (course - fall)
    return Recording.from_arrays(voltage, current, dt_ms=0.1, name=name)


@pytest.fixture(scope="session")
def recording():
    return made_recording()


@pytest.fixture(scope="session")
def ball():
    return defined(CELL)["Ball"]


@pytest.fixture(scope="session")
def found(recording, ball, tmp_path_factory):
    """The fit; nobody may write into its folder."""
    from pyneuronautofit.library.fitting import fit

    folder = tmp_path_factory.mktemp("fits")
    before = os.getcwd()
    os.chdir(folder)
    try:
        return fit(
            recording, ball, PARAMETERS, hold_out=[1], output="runs", progress=False, **SETTINGS
        )
    finally:
        os.chdir(before)
