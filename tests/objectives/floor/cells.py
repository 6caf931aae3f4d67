"""A cell whose truth is known: a Hodgkin-Huxley membrane, with noise and variability as asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import lfilter

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fitting import evaluation_settings
from pyneuronautofit.fitting.config import FitConfig
from pyneuronautofit.objectives import EvaluationSettings, Suite, bind_suite
from pyneuronautofit.objectives.floor import Floor, Measured, measure_floors
from pyneuronautofit.recordings import Recording, StimulusWindow

STEP_MS, N_SAMPLE = 0.1, 1600
FIRST, LAST = 800, 1399
LEVELS = (-5.0, 2.0, 8.0, 12.0)
_FINE = 5


def membrane(
    current: FloatArray, g_na: FloatArray | float = 120.0, rest_ms: float = 40.0
) -> FloatArray:
    """Return the voltages (n_sweep, n_sample), mV, of the squid's axon under currents, uA/cm2.

    Forward Euler, steps of 0.02 ms: good enough to be a truth, which need not be the squid's. A
    sodium conductance may be given for every sweep.
    """
    n_rest = round(rest_ms / STEP_MS)
    driven = np.concatenate([np.repeat(current[:, :1], n_rest, axis=1), current], axis=1)
    v, m, h, n = (np.full(len(current), each) for each in (-65.0, 0.053, 0.596, 0.318))
    out = np.empty(driven.shape)
    dt = STEP_MS / _FINE
    for sample in range(driven.shape[1]):
        out[:, sample] = v
        for _ in range(_FINE):
            x, y = v + 40.0, v + 55.0
            a_m, b_m = -0.1 * x / np.expm1(-x / 10), 4 * np.exp(-(v + 65) / 18)
            a_n, b_n = -0.01 * y / np.expm1(-y / 10), 0.125 * np.exp(-(v + 65) / 80)
            a_h, b_h = 0.07 * np.exp(-(v + 65) / 20), 1 / (1 + np.exp(-(v + 35) / 10))
            ionic = g_na * m**3 * h * (v - 50) + 36 * n**4 * (v + 77) + 0.3 * (v + 54.4)
            v = v + dt * (driven[:, sample] - ionic)
            m, h, n = (
                m + dt * (a_m - (a_m + b_m) * m),
                h + dt * (a_h - (a_h + b_h) * h),
                n + dt * (a_n - (a_n + b_n) * n),
            )
    return out[:, n_rest:]


def steps(levels: tuple[float, ...]) -> FloatArray:
    """Return steps of current, a sweep each."""
    current = np.zeros((len(levels), N_SAMPLE))
    current[:, FIRST : LAST + 1] = np.array(levels)[:, None]
    return current


def coloured(
    rng: np.random.Generator, shape: tuple[int, int], deviation: float, time_ms: float = 2.0
) -> FloatArray:
    """Return noise with an exponential autocorrelation: an Ornstein-Uhlenbeck process."""
    keep = np.exp(-STEP_MS / time_ms)
    drawn = rng.standard_normal((shape[0], shape[1] + 500))
    filtered = lfilter([np.sqrt(1 - keep**2)], [1, -keep], drawn, axis=1)
    return np.asarray(deviation * filtered[:, 500:])


def settings_of(modes: str, **changed: Any) -> EvaluationSettings:
    """Return settings with a threshold that these cells cross."""
    config = FitConfig(recording="cell", modes=modes, spike_threshold_mV=-20.0, **changed)
    return evaluation_settings(config)


def floor_of(recording: Recording, modes: str, **changed: Any) -> tuple[Suite, Floor]:
    """Return the modes bound to a recording, and its noise floor."""
    suite = bind_suite(recording, window(), settings_of(modes, **changed))
    (floor,) = measure_floors([Measured(recording, window(), suite)])
    return suite, floor


def recorded(voltage: FloatArray, current: FloatArray, name: str = "cell") -> Recording:
    """Return a recording of these."""
    return Recording.from_arrays(voltage, current, dt_ms=STEP_MS, name=name)


def window() -> StimulusWindow:
    """Return the stimulus of `steps`."""
    return StimulusWindow(FIRST, LAST)
