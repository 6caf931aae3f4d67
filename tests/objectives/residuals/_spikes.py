"""Traces whose spikes are triangles: crossings, peaks and shapes are known exactly."""

from __future__ import annotations

import numpy as np

from objectives._made import recording, suite
from pyneuronautofit.objectives.residuals import bind_residuals, mode_weights

STEP_MS, N_SAMPLE, BASE_MV, PEAK_MV, HALF_MS, THRESHOLD_MV = 0.5, 402, -70.0, 30.0, 2.0, -10.0
#: From the crossing of the threshold to the peak of a triangle.
RISE_MS = HALF_MS * (1 - (THRESHOLD_MV - BASE_MV) / (PEAK_MV - BASE_MV))
#: Samples of a block of 3 ms, and blocks of a sweep.
BLOCK, N_BLOCK = 6, 67
N_POINT = 21


def trace(*peaks_ms, peak_mV=PEAK_MV, base_mV=BASE_MV):
    """A sweep with spikes that have their peaks there."""
    t = np.arange(N_SAMPLE) * STEP_MS
    voltage = np.full(N_SAMPLE, base_mV)
    for at in peaks_ms:
        rise = np.clip(1 - np.abs(t - at) / HALF_MS, 0.0, 1.0)
        voltage = np.maximum(voltage, base_mV + (peak_mV - base_mV) * rise)
    return voltage


def bound(*sweeps, modes="OV", **given):
    """The suite, and residuals, for sweeps of a recording."""
    made = suite(sweeps, modes, (40, 360), spike_threshold_mV=THRESHOLD_MV, **given)
    return made, bind_residuals(made, recording(sweeps), mode_weights(made))


def residuals_of(modes_and_residuals, *candidates):
    """Residuals of candidates, each a list of sweeps, and how many spikes they have."""
    made, residuals = modes_and_residuals
    traces = np.array(candidates, dtype=float)
    found = residuals.of(traces, made.score(traces))
    return found[:, : -residuals.n_sweep], found[:, -residuals.n_sweep :]
