"""Small recordings whose scores can be worked out by hand."""

import numpy as np
from hypothesis import settings

from pyneuronautofit.objectives import EvaluationSettings, Target, bind_suite
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.recordings import Recording, StimulusWindow

SEEDED = settings(max_examples=200)


def recording(voltage_mV, step_ms=0.5):
    voltage = np.array(voltage_mV, dtype=float)
    return Recording("cell.abf", voltage, np.zeros_like(voltage), step_ms)


def suite(voltage_mV, modes, window=(1, 2), **settings_):
    given = EvaluationSettings(modes=modes, **settings_)
    return bind_suite(recording(voltage_mV), StimulusWindow(*window), given)


def target(voltage_mV):
    return Target(np.array(voltage_mV, dtype=float), 0.5, 1, 2)


def traces(*models):
    return np.array(models, dtype=float)


def candidates(*models):
    return Candidates(traces(*models))
