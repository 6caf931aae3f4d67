"""Compiled loops that compare a model's samples with the target's, one by one.

Where one has more samples than the other, those that both have are compared.
"""

from __future__ import annotations

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.objectives._kernels.spikes import clear_windows, room_for_spikes


@compiled
def squares(x: FloatArray, y: FloatArray) -> float:
    """Return sum((x - y)^2) of two windows of one length."""
    total = 0.0
    for k in range(len(x)):
        difference = x[k] - y[k]
        total += difference * difference
    return total


@compiled
def sum_of_squares(
    traces_mV: FloatArray, target_mV: FloatArray, start: int, stop: int
) -> FloatArray:
    """Return sum((x - y)^2) over samples start .. stop - 1, (n_cand, n_sweep), mV^2."""
    n_cand, n_sweep, n_sample = traces_mV.shape
    stop = min(stop, n_sample, target_mV.shape[1])
    sums = np.empty((n_cand, n_sweep))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            model = traces_mV[candidate, sweep][start:stop]
            sums[candidate, sweep] = squares(target_mV[sweep][start:stop], model)
    return sums


@compiled
def squares_where(x: FloatArray, y: FloatArray, kept: BoolArray) -> tuple[float, int]:
    """Return sum((x - y)^2) over the samples that are kept, and their number."""
    total = 0.0
    n_kept = 0
    for k in range(len(kept)):
        difference = x[k] - y[k]
        total += difference * difference if kept[k] else 0.0
        n_kept += kept[k]
    return total, n_kept


@compiled
def subthreshold_squares(
    traces_mV: FloatArray,
    target_mV: FloatArray,
    target_kept: BoolArray,
    threshold_mV: float,
    window: tuple[int, int],
) -> tuple[FloatArray, IntArray]:
    """Compare traces and target outside the windows of both their spikes.

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
    target_mV : FloatArray, shape (n_sweep, n_sample), mV
    target_kept : BoolArray, shape (n_sweep, n_sample)
        False within the windows of the target's spikes.
    threshold_mV
    window
        A spike's window is u - window[0] .. u + window[1] - 1.

    Returns
    -------
    tuple[FloatArray, IntArray], shapes (n_cand, n_sweep), mV^2 and samples
        sum((x - y)^2), and the number of samples that it goes over.
    """
    n_cand, n_sweep, n_sample = traces_mV.shape
    n_sample = min(n_sample, target_mV.shape[1])
    room = room_for_spikes(n_sample)
    sums = np.empty((n_cand, n_sweep))
    numbers = np.empty((n_cand, n_sweep), dtype=np.int64)
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            model = traces_mV[candidate, sweep][:n_sample]
            kept = target_kept[sweep][:n_sample].copy()
            clear_windows(kept, model, threshold_mV, window, room)
            sums[candidate, sweep], numbers[candidate, sweep] = squares_where(
                target_mV[sweep], model, kept
            )
    return sums, numbers


@compiled
def absolute(x: FloatArray, y: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Return sum(w abs(x - y)) and sum(w)."""
    total, weight = 0.0, 0.0
    for k in range(len(y)):
        total += weights[k] * abs(x[k] - y[k])
        weight += weights[k]
    return total, weight


@compiled
def mean_absolute(traces_mV: FloatArray, target_mV: FloatArray, weights: FloatArray) -> FloatArray:
    """Return sum(w abs(x - y)) / sum(w), (n_cand, n_sweep), mV; 0 where all weights are.

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
    target_mV, weights : FloatArray, shape (n_sweep, n_sample), mV and 1
    """
    n_cand, n_sweep, n_sample = traces_mV.shape
    n_sample = min(n_sample, target_mV.shape[1])
    means = np.zeros((n_cand, n_sweep))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            model = traces_mV[candidate, sweep][:n_sample]
            total, weight = absolute(target_mV[sweep], model, weights[sweep])
            if weight != 0.0:
                means[candidate, sweep] = total / weight
    return means


@compiled
def smoothed_square(x: FloatArray, y: FloatArray, half: int, running: FloatArray) -> float:
    """Return the sum of the squares of x - y, averaged over k - half .. k + half, ends cut.

    Averaging is linear: the difference of two averages is the average of the difference.
    `running` (n_sample + 1) is overwritten with the sums of its first k samples.
    """
    n_sample = len(y)
    running[0] = 0.0
    for k in range(n_sample):
        running[k + 1] = running[k] + (x[k] - y[k])
    total = 0.0
    for k in range(n_sample):
        begin, end = max(k - half, 0), min(k + half + 1, n_sample)
        average = (running[end] - running[begin]) / (end - begin)
        total += average * average
    return total


@compiled
def smoothed_mean_square(traces_mV: FloatArray, target_mV: FloatArray, half: int) -> FloatArray:
    """Return the mean of (x - y)^2 of moving averages, (n_cand, n_sweep), mV^2.

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
    target_mV : FloatArray, shape (n_sweep, n_sample), mV
    half
        The average goes over 2 half + 1 samples.
    """
    n_cand, n_sweep, n_sample = traces_mV.shape
    n_sample = min(n_sample, target_mV.shape[1])
    running = np.empty(n_sample + 1)
    means = np.zeros((n_cand, n_sweep))
    if n_sample == 0:
        return means
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            model = traces_mV[candidate, sweep][:n_sample]
            means[candidate, sweep] = (
                smoothed_square(target_mV[sweep], model, half, running) / n_sample
            )
    return means
