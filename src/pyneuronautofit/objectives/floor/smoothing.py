"""Traces without their noise: means over as much as is flat.

Around every sample the mean is taken over the widest window in which the trace does not change more
than its noise does (Lepski's rule): wide at rest, narrow in a transient, and none in a spike.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives.floor.noise import NoiseModel
from pyneuronautofit.recordings import StimulusWindow
from pyneuronautofit.recordings.stimulus.noise import moving_mean

# Means over twice as much may differ by so many standard deviations of what noise alone does.
_STRONG = 3.5
_WIDEST_MS = 250.0
# So much noise says what its means do.
_LEAST_SAMPLES = 20_000


def denoised(
    traces_mV: FloatArray,
    noise: NoiseModel,
    window: StimulusWindow,
    step_ms: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Return traces (n_sweep, n_sample), mV, with as little of their noise as can be.

    No mean is taken over an end of the stimulus: up to it a trace may be flat.
    """
    n_sample = traces_mV.shape[1]
    example = replace(noise, drift_mV=0.0).draw(rng, 1, max(n_sample, _LEAST_SAMPLES))
    found = traces_mV.copy()
    for first, end in pairwise((0, window.first, window.last + 1, n_sample)):
        if end - first > 1:
            found[:, first:end] = _smoothed(traces_mV[:, first:end], example, step_ms)
    if window.first > 1:
        found[:, : window.first] = _shared(found[:, : window.first], example, noise.drift_mV)
    return found


def _shared(before_mV: FloatArray, example: FloatArray, drift_mV: float) -> FloatArray:
    """Return what is before the stimulus, one for all sweeps that noise alone tells apart.

    Before its stimulus a cell without noise does the same in all sweeps, but where it is held at
    another current or has not come to rest.
    """
    n_sweep, n_sample = before_mV.shape
    common = np.median(before_mV, axis=0)
    means = moving_mean(example, n_sample)
    limit = _STRONG * np.hypot(float(means.std()), drift_mV) * np.sqrt(1 + 1 / n_sweep)
    same = np.abs(before_mV.mean(axis=1) - common.mean()) <= limit
    found = before_mV.copy()
    if same.sum() > 1:
        found[same] = before_mV[same].mean(axis=0)
    return found


def _smoothed(traces_mV: FloatArray, example: FloatArray, step_ms: float) -> FloatArray:
    """Return means over as much as is flat; `example` (1, n_sample) is what noise looks like."""
    found, before, before_noise = traces_mV.copy(), traces_mV, example
    flat = np.ones(traces_mV.shape, dtype=bool)
    width = 3
    while width * step_ms <= _WIDEST_MS and width < 2 * traces_mV.shape[1]:
        means, means_noise = moving_mean(traces_mV, width), moving_mean(example, width)
        limit = _STRONG * float((means_noise - before_noise).std())
        flat &= np.abs(means - before) <= limit
        found[flat] = means[flat]
        before, before_noise = means, means_noise
        width = 2 * width + 1
    return found
