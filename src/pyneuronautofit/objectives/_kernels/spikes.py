"""Compiled loops that look for spikes: runs of samples above the threshold.

The first sample of a run is called u, the last one d. A spike is *in the stimulus* if it starts
there, first <= u <= last. The window of a spike is u - before .. u + after - 1.
"""

from __future__ import annotations

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import BoolArray, FloatArray, IntArray

#: What stands for the shape of a spike that is not there, mV.
NO_SPIKE_MV = 1e3

# Samples that are searched at a time: those of a millisecond or a few.
_BLOCK = 128


@compiled
def room_for_spikes(n_sample: int) -> tuple[IntArray, IntArray]:
    """Return arrays for u and d of as many spikes as a trace can have."""
    n_most = (n_sample + 1) // 2
    return np.empty(n_most, dtype=np.int64), np.empty(n_most, dtype=np.int64)


@compiled
def find_spikes(
    voltage_mV: FloatArray, threshold_mV: float, room: tuple[IntArray, IntArray]
) -> int:
    """Write u and d of all spikes of one trace to `room`, and return their number."""
    starts, ends = room
    n_spike = 0
    within = False
    for begin in range(0, len(voltage_mV), _BLOCK):
        block = voltage_mV[begin : begin + _BLOCK]
        n_above = 0
        for k in range(len(block)):
            n_above += block[k] > threshold_mV
        if n_above == (len(block) if within else 0):
            continue  # no crossing here: most blocks are done with, several samples at a time
        for k in range(len(block)):
            above = block[k] > threshold_mV
            if above != within:
                if above:
                    starts[n_spike] = begin + k
                else:
                    ends[n_spike] = begin + k - 1
                    n_spike += 1
                within = above
    if within:
        ends[n_spike] = len(voltage_mV) - 1
        n_spike += 1
    return n_spike


@compiled
def find_stimulus_spikes(
    voltage_mV: FloatArray,
    threshold_mV: float,
    stimulus: tuple[int, int],
    room: tuple[IntArray, IntArray],
) -> int:
    """Write u and d of the spikes in the stimulus to `room`, and return their number."""
    starts, ends = room
    n_within = 0
    for spike in range(find_spikes(voltage_mV, threshold_mV, room)):
        if stimulus[0] <= starts[spike] <= stimulus[1]:
            starts[n_within] = starts[spike]
            ends[n_within] = ends[spike]
            n_within += 1
    return n_within


@compiled
def count_spikes(traces_mV: FloatArray, threshold_mV: float) -> IntArray:
    """Return the number of spikes of every trace, (n_cand, n_sweep)."""
    n_cand, n_sweep, n_sample = traces_mV.shape
    counts = np.zeros((n_cand, n_sweep), dtype=np.int64)
    if n_sample == 0:
        return counts
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            voltage = traces_mV[candidate, sweep]
            # A spike starts after a sample that is not above the threshold, or with the trace.
            n_spike = int(voltage[0] > threshold_mV)
            before, here = voltage[:-1], voltage[1:]
            for k in range(len(here)):
                n_spike += (here[k] > threshold_mV) & (not before[k] > threshold_mV)
            counts[candidate, sweep] = n_spike
    return counts


@compiled
def count_spikes_by_time(
    traces_mV: FloatArray, threshold_mV: float, stimulus: tuple[int, int]
) -> FloatArray:
    """Count the spikes of every trace: all, within the stimulus, as long after it.

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep, 3)
        Spikes at any u, with first <= u <= last, and with last <= u <= 2 last - first.
    """
    first, last = stimulus
    n_cand, n_sweep, n_sample = traces_mV.shape
    room = room_for_spikes(n_sample)
    counts = np.zeros((n_cand, n_sweep, 3))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            n_spike = find_spikes(traces_mV[candidate, sweep], threshold_mV, room)
            counts[candidate, sweep, 0] = n_spike
            for spike in range(n_spike):
                u = room[0][spike]
                counts[candidate, sweep, 1] += first <= u <= last
                counts[candidate, sweep, 2] += last <= u <= 2 * last - first
    return counts


@compiled
def spike_starts(traces_mV: FloatArray, threshold_mV: float, count: int) -> FloatArray:
    """Return u of the first `count` spikes of every trace, -1 where there is none.

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep, count), samples
    """
    n_cand, n_sweep, n_sample = traces_mV.shape
    room = room_for_spikes(n_sample)
    found = np.full((n_cand, n_sweep, count), -1.0)
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            n_spike = find_spikes(traces_mV[candidate, sweep], threshold_mV, room)
            for spike in range(min(n_spike, count)):
                found[candidate, sweep, spike] = room[0][spike]
    return found


@compiled
def spike_widths(
    traces_mV: FloatArray, threshold_mV: float, stimulus: tuple[int, int], count: int
) -> FloatArray:
    """Return d - u of the first `count` spikes in the stimulus, -1 where there is none.

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep, count), samples
    """
    n_cand, n_sweep, n_sample = traces_mV.shape
    room = room_for_spikes(n_sample)
    widths = np.full((n_cand, n_sweep, count), -1.0)
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            voltage = traces_mV[candidate, sweep]
            n_spike = find_stimulus_spikes(voltage, threshold_mV, stimulus, room)
            for spike in range(min(n_spike, count)):
                widths[candidate, sweep, spike] = room[1][spike] - room[0][spike]
    return widths


@compiled
def add_samples(shape_mV: FloatArray, voltage_mV: FloatArray, begin: int) -> None:
    """Add samples from `begin` on to `shape_mV`; beyond an end, the nearest sample."""
    final = len(voltage_mV) - 1
    for k in range(len(shape_mV)):
        shape_mV[k] += voltage_mV[min(max(begin + k, 0), final)]


@compiled
def spike_shapes(
    traces_mV: FloatArray,
    threshold_mV: float,
    stimulus: tuple[int, int],
    window: tuple[int, int],
    count: int,
) -> FloatArray:
    """Return the voltage in the windows of the first `count` spikes in the stimulus.

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep, count, before + after), mV
        `NO_SPIKE_MV` where there is no spike.
    """
    before, after = window
    n_cand, n_sweep, n_sample = traces_mV.shape
    room = room_for_spikes(n_sample)
    shapes = np.zeros((n_cand, n_sweep, count, before + after))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            voltage = traces_mV[candidate, sweep]
            n_spike = min(find_stimulus_spikes(voltage, threshold_mV, stimulus, room), count)
            for spike in range(n_spike):
                add_samples(shapes[candidate, sweep, spike], voltage, room[0][spike] - before)
            shapes[candidate, sweep, n_spike:] = NO_SPIKE_MV
    return shapes


@compiled
def average_shapes(
    traces_mV: FloatArray, threshold_mV: float, stimulus: tuple[int, int], window: tuple[int, int]
) -> FloatArray:
    """Return the mean voltage in the windows of all spikes in the stimulus.

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep, before + after), mV
        `NO_SPIKE_MV` where there is no spike.
    """
    before, after = window
    n_cand, n_sweep, n_sample = traces_mV.shape
    room = room_for_spikes(n_sample)
    averages = np.zeros((n_cand, n_sweep, before + after))
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            voltage = traces_mV[candidate, sweep]
            average = averages[candidate, sweep]
            n_spike = find_stimulus_spikes(voltage, threshold_mV, stimulus, room)
            for spike in range(n_spike):
                add_samples(average, voltage, room[0][spike] - before)
            for k in range(before + after):
                average[k] = average[k] / n_spike if n_spike else NO_SPIKE_MV
    return averages


@compiled
def clear_windows(
    kept: BoolArray,
    voltage_mV: FloatArray,
    threshold_mV: float,
    window: tuple[int, int],
    room: tuple[IntArray, IntArray],
) -> None:
    """Set `kept` (n_sample) to false in the windows of all spikes of one trace."""
    before, after = window
    cleared = 0  # windows may overlap: nothing in front of this sample needs clearing again
    for spike in range(find_spikes(voltage_mV, threshold_mV, room)):
        u = room[0][spike]
        stop = min(u + after, len(kept))
        for k in range(max(u - before, cleared), stop):
            kept[k] = False
        cleared = stop


@compiled
def outside_spikes(
    traces_mV: FloatArray, threshold_mV: float, window: tuple[int, int]
) -> BoolArray:
    """Return which samples are in the window of no spike, (n_cand, n_sweep, n_sample)."""
    n_cand, n_sweep, n_sample = traces_mV.shape
    room = room_for_spikes(n_sample)
    kept = np.ones(traces_mV.shape, dtype=np.bool_)
    for candidate in range(n_cand):
        for sweep in range(n_sweep):
            voltage = traces_mV[candidate, sweep]
            clear_windows(kept[candidate, sweep], voltage, threshold_mV, window, room)
    return kept
