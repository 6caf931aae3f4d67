"""Compiled loops that compare a model's samples with the target's, one by one.

Where one has more samples than the other, those that both have are compared.
"""

from __future__ import annotations

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.objectives._kernels.spikes import SpikeArrays


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
def squares_outside(
    x: FloatArray, y: FloatArray, x_starts: IntArray, y_starts: IntArray, window: tuple[int, int]
) -> tuple[float, int]:
    """Return sum((x - y)^2) outside the windows of two traces' spikes, and the samples left.

    Both traces' spikes (u, ascending) are met in the order of their windows, and what lies between
    one window and the next is added up.
    """
    before, after = window
    n_sample = len(y)
    total, n_left = 0.0, 0
    done, i, j = 0, 0, 0
    while True:
        u_x = x_starts[i] if i < len(x_starts) else n_sample + before
        u_y = y_starts[j] if j < len(y_starts) else n_sample + before
        u = min(u_x, u_y)
        i += u_x == u
        j += u_y == u
        begin = min(u - before, n_sample)
        if begin > done:
            total += squares(x[done:begin], y[done:begin])
            n_left += begin - done
        if begin == n_sample:
            return total, n_left
        done = u + after


@compiled
def subthreshold_squares(
    traces_mV: FloatArray,
    spikes: SpikeArrays,
    target_mV: FloatArray,
    target_spikes: SpikeArrays,
    window: tuple[int, int],
) -> tuple[FloatArray, IntArray]:
    """Compare traces and target outside the windows of both their spikes.

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
    spikes
        Those of the traces.
    target_mV : FloatArray, shape (n_sweep, n_sample), mV
    target_spikes
        Those of the target.
    window
        A spike's window is u - window[0] .. u + window[1] - 1.

    Returns
    -------
    tuple[FloatArray, IntArray], shapes (n_cand, n_sweep), mV^2 and samples
        sum((x - y)^2), and the number of samples that it goes over.
    """
    n_cand, n_sweep, n_sample = traces_mV.shape
    n_sample = min(n_sample, target_mV.shape[1])
    starts, _, offsets = spikes
    target_starts, _, target_offsets = target_spikes
    sums = np.empty((n_cand, n_sweep))
    numbers = np.empty((n_cand, n_sweep), dtype=np.int64)
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            trace = candidate * n_sweep + sweep
            sums[candidate, sweep], numbers[candidate, sweep] = squares_outside(
                target_mV[sweep][:n_sample],
                traces_mV[candidate, sweep][:n_sample],
                target_starts[target_offsets[sweep] : target_offsets[sweep + 1]],
                starts[offsets[trace] : offsets[trace + 1]],
                window,
            )
    return sums, numbers


@compiled
def absolute(x: FloatArray, y: FloatArray) -> float:
    """Return sum(abs(x - y)) of two windows of one length."""
    total = 0.0
    for k in range(len(x)):
        total += abs(x[k] - y[k])
    return total


@compiled
def absolute_by_part(
    x: FloatArray, y: FloatArray, starts: IntArray, ends: IntArray
) -> tuple[float, float, int]:
    """Return sum(abs(x - y)) outside spikes and within, u .. d - 1; and the samples within."""
    n_sample = len(y)
    outside, within = 0.0, 0.0
    n_within, done = 0, 0
    for spike in range(len(starts)):
        u, d = min(starts[spike], n_sample), min(ends[spike], n_sample)
        outside += absolute(x[done:u], y[done:u])
        within += absolute(x[u:d], y[u:d])
        n_within += d - u
        done = d
    return outside + absolute(x[done:], y[done:]), within, n_within


@compiled
def mean_absolute(
    traces_mV: FloatArray,
    target_mV: FloatArray,
    target_spikes: SpikeArrays,
    weights: FloatArray,
) -> FloatArray:
    """Return sum(w abs(x - y)) / sum(w), (n_cand, n_sweep), mV; 0 where all weights are.

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
    target_mV : FloatArray, shape (n_sweep, n_sample), mV
    target_spikes
        Those of the target.
    weights : FloatArray, shape (n_sweep,)
        w within a spike, samples u .. d - 1; it is 1 elsewhere.
    """
    n_cand, n_sweep, n_sample = traces_mV.shape
    n_sample = min(n_sample, target_mV.shape[1])
    starts, ends, offsets = target_spikes
    means = np.zeros((n_cand, n_sweep))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            spikes = slice(offsets[sweep], offsets[sweep + 1])
            outside, within, n_within = absolute_by_part(
                target_mV[sweep][:n_sample],
                traces_mV[candidate, sweep][:n_sample],
                starts[spikes],
                ends[spikes],
            )
            weight = (n_sample - n_within) + weights[sweep] * n_within
            if weight != 0.0:
                means[candidate, sweep] = (outside + weights[sweep] * within) / weight
    return means


@compiled
def add_up(x: FloatArray, y: FloatArray, running: FloatArray) -> None:
    """Write to `running` (n_sample + 1) the sums of the first 0, 1, 2, ... samples of x - y."""
    n_sample = len(y)
    running[0] = 0.0
    n_block = n_sample // 8
    total = 0.0
    for block in range(n_block):
        # A sum waits for the one before it; so there is one of eight in the long chain.
        part = 0.0
        for k in range(8 * block, 8 * block + 8):
            part += x[k] - y[k]
            running[k + 1] = part + total
        total += part
    for k in range(8 * n_block, n_sample):
        running[k + 1] = running[k] + (x[k] - y[k])


@compiled
def squares_of_windows(running: FloatArray, width: int) -> float:
    """Return the sum of the squares of the sums over all windows of `width` samples."""
    begins, ends = running[: len(running) - width], running[width:]
    total = 0.0
    for k in range(len(ends)):
        window = ends[k] - begins[k]
        total += window * window
    return total


@compiled
def square_of_average(running: FloatArray, k: int, half: int) -> float:
    """Return the square of the average over k - half .. k + half, the ends cut."""
    begin, end = max(k - half, 0), min(k + half + 1, len(running) - 1)
    average: float = (running[end] - running[begin]) / (end - begin)
    return average * average


@compiled
def smoothed_square(running: FloatArray, half: int) -> float:
    """Return the sum of the squares of the averages over k - half .. k + half, the ends cut.

    `running` (n_sample + 1) has the sums of the first 0, 1, 2, ... samples.
    """
    n_sample = len(running) - 1
    width = 2 * half + 1
    total = 0.0
    if width <= n_sample:
        total = squares_of_windows(running, width) / width / width
    for k in range(min(half, n_sample)):
        total += square_of_average(running, k, half)
    for k in range(max(n_sample - half, half), n_sample):
        total += square_of_average(running, k, half)
    return total


@compiled
def smoothed_mean_square(traces_mV: FloatArray, target_mV: FloatArray, half: int) -> FloatArray:
    """Return the mean of (x - y)^2 of moving averages, (n_cand, n_sweep), mV^2.

    Averaging is linear: the difference of two averages is the average of the difference.

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
            add_up(target_mV[sweep][:n_sample], traces_mV[candidate, sweep][:n_sample], running)
            means[candidate, sweep] = smoothed_square(running, half) / n_sample
    return means
