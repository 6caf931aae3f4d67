"""Compiled loops that say how a voltage misses the recording's, smoothly in the parameters.

The equations are those of docs/search.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import FloatArray, IntArray

#: A crossing is a spike if its peak stands so high above the lowest voltage before it, mV.
PROMINENCE_MV = 10.0
# In eq. 14: what a missing spike counts at least and at most, and what it counts for each
# _DEFICIT_MV that the voltage stays below the threshold.
_MISSING, _PER_DEFICIT, _MOST_MISSING, _DEFICIT_MV = 20.0, 10.0, 40.0, 40.0
# In eq. 15: what a surplus spike counts at least, and by its height.
_SURPLUS, _BY_HEIGHT, _HEIGHT_MV = 15.0, 5.0, 50.0
# In eq. 13.
_PER_PEAK_MV = 0.1


class AimArrays(NamedTuple):
    """What the recording's sweeps are made of.

    Attributes
    ----------
    times, peaks : FloatArray, shape (n_spike,), samples, mV
        Crossings of the threshold, between samples, and the peaks behind them.
    begins, ends : IntArray, shape (n_spike,), samples
        The middles to the neighbours of each spike: where it would have to be.
    shapes : FloatArray, shape (n_spike, n_point), mV
    offsets : IntArray, shape (n_sweep + 1,)
        Sweep s has the spikes offsets[s] .. offsets[s + 1] - 1.
    tops_mV : FloatArray, shape (n_sweep,), mV
        Voltages are compared below these.
    voltages : FloatArray, shape (n_sweep, n_block), mV
        Means over blocks of what is below.
    """

    times: FloatArray
    peaks: FloatArray
    begins: IntArray
    ends: IntArray
    shapes: FloatArray
    offsets: IntArray
    tops_mV: FloatArray
    voltages: FloatArray


class Scales(NamedTuple):
    """How samples are looked at.

    Attributes
    ----------
    threshold_mV
    before
        Samples before a crossing in which the lowest voltage is sought.
    around
        Samples before and after a crossing that belong to a spike.
    block
        Samples of a block.
    shape
        First point of a spike's shape, and the step to the next, in samples from its crossing.
    step_ms
    tau_ms
        Times that differ by more than this are compared by their logarithm.
    """

    threshold_mV: float
    before: int
    around: tuple[int, int]
    block: int
    shape: tuple[float, float]
    step_ms: float
    tau_ms: float


@compiled
def spikes_of(
    voltage_mV: FloatArray, threshold_mV: float, before: int, times: FloatArray, peaks: FloatArray
) -> int:
    """Find the spikes of a trace; write crossings (samples) and peaks (mV), and return how many."""
    n_spike, n_sample, k = 0, len(voltage_mV), 1
    while k < n_sample:
        if voltage_mV[k] > threshold_mV and voltage_mV[k - 1] <= threshold_mV:
            low = voltage_mV[k - 1]
            for j in range(max(k - before, 0), k):
                low = min(low, voltage_mV[j])
            last, peak = voltage_mV[k - 1], voltage_mV[k]
            crossing = k - 1 + (threshold_mV - last) / (voltage_mV[k] - last)
            while k < n_sample and voltage_mV[k] > threshold_mV:
                peak = max(peak, voltage_mV[k])
                k += 1
            if peak - low >= PROMINENCE_MV and n_spike < len(times):
                times[n_spike] = crossing
                peaks[n_spike] = peak
                n_spike += 1
        else:
            k += 1
    return n_spike


@compiled
def value_at(voltage_mV: FloatArray, place: float) -> float:
    """Return the voltage between two samples; beyond an end, the nearest sample."""
    last = len(voltage_mV) - 1
    place = min(max(place, 0.0), float(last))
    k = min(int(place), max(last - 1, 0))
    part = place - k
    return float(voltage_mV[k] + part * (voltage_mV[min(k + 1, last)] - voltage_mV[k]))


@compiled
def highest_outside(
    voltage_mV: FloatArray,
    begin: int,
    end: int,
    times: FloatArray,
    around: tuple[int, int],
) -> float:
    """Return the highest of samples begin .. end - 1 that are not within spikes; or -inf."""
    highest, spike = -np.inf, 0
    for k in range(begin, min(end, len(voltage_mV))):
        while spike < len(times) and times[spike] + around[1] < k:
            spike += 1
        if spike < len(times) and k >= times[spike] - around[0]:
            continue
        highest = max(highest, voltage_mV[k])
    return highest


@compiled
def block_means(voltage_mV: FloatArray, top_mV: float, block: int, means: FloatArray) -> None:
    """Write the means over blocks of what of a voltage is below `top_mV`."""
    for b in range(len(means)):
        total = 0.0
        for k in range(b * block, (b + 1) * block):
            total += min(voltage_mV[k], top_mV)
        means[b] = total / block


@compiled
def missing(
    voltage_mV: FloatArray, aims: AimArrays, spike: int, times: FloatArray, s: Scales
) -> float:
    """Return the residual of a spike that is not there, eq. 14."""
    highest = highest_outside(voltage_mV, aims.begins[spike], aims.ends[spike], times, s.around)
    deficit = max(s.threshold_mV - highest, 0.0) / _DEFICIT_MV
    return float(min(_MISSING + _PER_DEFICIT * deficit, _MOST_MISSING))


@compiled
def trace_residuals(traces_mV: FloatArray, aims: AimArrays, s: Scales) -> FloatArray:
    """Compare traces (n_cand, n_sweep, n_sample) with the recording's.

    Returns
    -------
    FloatArray, shape (n_cand, n_residual)
        Of every sweep, one after the other: a time and a peak of each spike (eq. 12, eq. 13; 14),
        what is too much (eq. 15), the voltage and the shapes of the spikes (eq. 16 and eq. 17, both
        without their factors; 0 for a spike that is missing); at the end, every sweep's number of
        spikes.
    """
    n_cand, n_sweep, n_sample = traces_mV.shape
    n_block, n_point = aims.voltages.shape[1], aims.shapes.shape[1]
    n_aim = len(aims.times)
    n = n_aim * (2 + n_point) + n_sweep * (2 + n_block)
    found = np.zeros((n_cand, n))
    all_times, all_peaks = np.empty(n_sample // 2 + 1), np.empty(n_sample // 2 + 1)
    means = np.empty(n_block)
    for candidate in range(n_cand):
        row, at = found[candidate], 0
        for sweep in range(n_sweep):
            voltage = traces_mV[candidate, sweep]
            n_own = spikes_of(voltage, s.threshold_mV, s.before, all_times, all_peaks)
            times, peaks = all_times[:n_own], all_peaks[:n_own]
            first, last = aims.offsets[sweep], aims.offsets[sweep + 1]
            for spike in range(first, last):
                k = spike - first
                if k < n_own:
                    late_ms = (times[k] - aims.times[spike]) * s.step_ms
                    row[at] = s.tau_ms * np.arcsinh(late_ms / s.tau_ms)
                    row[at + 1] = _PER_PEAK_MV * (peaks[k] - aims.peaks[spike])
                else:
                    row[at] = missing(voltage, aims, spike, times, s)
                at += 2
            surplus = 0.0
            for k in range(last - first, n_own):
                height = min(max((peaks[k] - s.threshold_mV) / _HEIGHT_MV, 0.0), 1.0)
                surplus += (_SURPLUS + _BY_HEIGHT * height) ** 2
            row[at] = np.sqrt(surplus)
            at += 1
            block_means(voltage, aims.tops_mV[sweep], s.block, means)
            for b in range(n_block):
                row[at + b] = means[b] - aims.voltages[sweep, b]
            at += n_block
            for spike in range(first, last):
                k = spike - first
                if k < n_own:
                    for j in range(n_point):
                        place = times[k] + s.shape[0] + j * s.shape[1]
                        row[at + j] = value_at(voltage, place) - aims.shapes[spike, j]
                at += n_point
            row[n - n_sweep + sweep] = n_own
    return found
