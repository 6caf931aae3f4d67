"""Compiled loops that look for spikes, runs of samples above the threshold, and for their shapes.

The first sample of a run is called u, the last one d. The window of a spike is the samples
u - before .. u + after - 1. Spikes of many traces are held one trace after the other: trace k has
those from offsets[k] to offsets[k + 1] - 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import BoolArray, FloatArray, IntArray

#: What stands for the shape of a spike that is not there, mV.
NO_SPIKE_MV = 1e3

_LARGEST = np.finfo(np.float64).max
# Samples that are searched at a time: those of a few milliseconds.
_BLOCK = 128
_ROOM = 256


class SpikeArrays(NamedTuple):
    """The spikes of many traces.

    Attributes
    ----------
    starts, ends : IntArray, shape (n_spike,), samples
        u and d.
    offsets : IntArray, shape (n_trace + 1,)
    """

    starts: IntArray
    ends: IntArray
    offsets: IntArray


@compiled
def count_between(block_mV: FloatArray, low_mV: float, high_mV: float) -> int:
    """Return how many samples are within low .. high, both included."""
    count = 0
    for k in range(len(block_mV)):
        count += (block_mV[k] >= low_mV) & (block_mV[k] <= high_mV)
    return count


@compiled
def longer(values: IntArray) -> IntArray:
    """Return an array of twice the length that begins with the same values."""
    twice = np.empty(2 * len(values), dtype=np.int64)
    twice[: len(values)] = values
    return twice


@compiled
def find_spikes(traces_mV: FloatArray, threshold_mV: float) -> tuple[SpikeArrays, BoolArray]:
    """Find all spikes, and by the way whether all samples are numbers.

    Returns
    -------
    tuple[SpikeArrays, BoolArray]
        The spikes, and which traces consist of numbers only, (n_cand, n_sweep).
    """
    n_cand, n_sweep, n_sample = traces_mV.shape
    starts, ends = np.empty(_ROOM, dtype=np.int64), np.empty(_ROOM, dtype=np.int64)
    offsets = np.zeros(n_cand * n_sweep + 1, dtype=np.int64)
    finite = np.empty((n_cand, n_sweep), dtype=np.bool_)
    n_spike = 0
    # The range of numbers that are not above the threshold, and of those that are.
    ranges = ((-_LARGEST, threshold_mV), (np.nextafter(threshold_mV, np.inf), _LARGEST))
    for trace in range(n_cand * n_sweep):
        voltage = traces_mV[trace // n_sweep, trace % n_sweep]
        within, n_bad = False, 0
        for begin in range(0, n_sample, _BLOCK):
            block = voltage[begin : begin + _BLOCK]
            low_mV, high_mV = ranges[1] if within else ranges[0]
            if count_between(block, low_mV, high_mV) == len(block):
                continue  # no crossing here: most blocks are done with, several samples at a time
            if n_spike + _BLOCK > len(starts):
                starts, ends = longer(starts), longer(ends)
            for k in range(len(block)):
                n_bad += not abs(block[k]) <= _LARGEST
                above = block[k] > threshold_mV
                if above != within:
                    if above:
                        starts[n_spike] = begin + k
                    else:
                        ends[n_spike] = begin + k - 1
                        n_spike += 1
                    within = above
        if within:
            ends[n_spike] = n_sample - 1
            n_spike += 1
        offsets[trace + 1] = n_spike
        finite[trace // n_sweep, trace % n_sweep] = n_bad == 0
    return SpikeArrays(starts[:n_spike].copy(), ends[:n_spike].copy(), offsets), finite


@compiled
def add_samples(shape_mV: FloatArray, voltage_mV: FloatArray, begin: int) -> None:
    """Add samples from `begin` on to `shape_mV`; beyond an end, the nearest sample."""
    final = len(voltage_mV) - 1
    for k in range(len(shape_mV)):
        shape_mV[k] += voltage_mV[min(max(begin + k, 0), final)]


@compiled
def spike_shapes(
    traces_mV: FloatArray, spikes: SpikeArrays, window: tuple[int, int], count: int
) -> FloatArray:
    """Return the voltage in the windows of the first `count` spikes of every trace.

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
    spikes
        Those of the traces that count.
    window
        before and after.
    count

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep, count, before + after), mV
        `NO_SPIKE_MV` where there is no spike.
    """
    before, after = window
    starts, _, offsets = spikes
    n_cand, n_sweep, _ = traces_mV.shape
    shapes = np.zeros((n_cand, n_sweep, count, before + after))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            trace = candidate * n_sweep + sweep
            n_spike = min(offsets[trace + 1] - offsets[trace], count)
            for spike in range(n_spike):
                begin = starts[offsets[trace] + spike] - before
                add_samples(shapes[candidate, sweep, spike], traces_mV[candidate, sweep], begin)
            shapes[candidate, sweep, n_spike:] = NO_SPIKE_MV
    return shapes


@compiled
def average_shapes(
    traces_mV: FloatArray, spikes: SpikeArrays, window: tuple[int, int]
) -> FloatArray:
    """Return the mean voltage in the windows of all spikes; parameters as in `spike_shapes`.

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep, before + after), mV
        `NO_SPIKE_MV` where there is no spike.
    """
    before, after = window
    starts, _, offsets = spikes
    n_cand, n_sweep, _ = traces_mV.shape
    averages = np.zeros((n_cand, n_sweep, before + after))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            trace = candidate * n_sweep + sweep
            average = averages[candidate, sweep]
            n_spike = offsets[trace + 1] - offsets[trace]
            for spike in range(offsets[trace], offsets[trace + 1]):
                add_samples(average, traces_mV[candidate, sweep], starts[spike] - before)
            for k in range(before + after):
                average[k] = average[k] / n_spike if n_spike else NO_SPIKE_MV
    return averages
