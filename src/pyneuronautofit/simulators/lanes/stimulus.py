"""The current of a sweep as the adaptive integrator takes it: edges, levels, charge.

A command waveform is constant between its edges, which a step must hit. A recorded current has its
noise at every sample, which no step should follow: over a step it enters as its charge, and only
jumps that stand out of the noise are edges. Between samples the current is linear (SPEC 2), but at
an edge: there it jumps half way, which brings the same charge.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray

# A jump stands out of the noise if it is so many times as large as differences of samples are.
_TIMES_NOISE = 8.0
# Of the sweep's range: what changes by less from sample to sample is a ramp, or noise.
_SHARE_OF_RANGE = 0.02
# More edges than one in so many samples: then they are no edges.
_SAMPLES_PER_EDGE = 20
# The median of absolute values of a normal distribution, in standard deviations.
_MEDIAN_OF_NORMAL = 0.6745


@dataclass(frozen=True)
class SweepCurrent:
    """The current of one sweep.

    Attributes
    ----------
    end_tick : IntArray, shape (n_segment,)
        Where the segments between edges end.
    level_nA : FloatArray, shape (n_segment,), nA
        The constant current of each; nan where it varies.
    current_nA : FloatArray, shape (n_sample + 1,), nA
        The samples; the last goes on as the one before it did.
    charge : FloatArray, shape (n_sample + 1,), nA ms
        That has flowed up to each sample.
    jump : shape (n_sample + 1,), uint8
        Whether the current jumps between a sample and the next.
    continues
        Whether the sweep goes on with its holding current, without an edge at its beginning.
    """

    end_tick: IntArray
    level_nA: FloatArray
    current_nA: FloatArray
    charge: FloatArray
    jump: np.ndarray[tuple[int], np.dtype[np.uint8]]
    continues: bool


def sweep_current(
    current_nA: FloatArray, holding_nA: float, step_ms: float, ticks: int, end_tick: int
) -> SweepCurrent:
    """Analyse the current of a sweep.

    Parameters
    ----------
    current_nA : FloatArray, shape (n_sample,), nA
    holding_nA
        What flows before it.
    step_ms
        From sample to sample.
    ticks
        In a sample; even.
    end_tick
        Where the simulation ends.
    """
    going_on = 2.0 * current_nA[-1] - current_nA[-2] if len(current_nA) > 1 else current_nA[-1]
    samples = np.append(current_nA, going_on)
    jump = edges(samples)
    places = np.flatnonzero(jump)
    at = places * ticks + ticks // 2
    inside = at < end_tick
    ends = np.append(at[inside], end_tick)
    # Samples of a segment: from the one after an edge to the one before the next.
    first = np.append(0, places[inside] + 1)
    last = np.append(places[inside], len(samples) - 1)
    level = np.array(
        [
            samples[a] if (samples[a : b + 1] == samples[a]).all() else np.nan
            for a, b in zip(first, last, strict=True)
        ]
    )
    charge = np.append(0.0, np.cumsum(0.5 * (samples[1:] + samples[:-1]) * step_ms))
    threshold = _threshold(np.diff(samples))
    continues = bool(abs(samples[0] - holding_nA) <= threshold)
    return SweepCurrent(
        ends.astype(np.int64), level, samples, charge, jump.astype(np.uint8), continues
    )


def edges(samples: FloatArray) -> BoolArray:
    """Say after which samples a current jumps, shape (n,): the last never does."""
    difference = np.diff(samples)
    jump = np.abs(difference) > _threshold(difference)
    if jump.sum() * _SAMPLES_PER_EDGE > len(samples):
        jump[:] = False
    return np.append(jump, False)


def levelled(current: FloatArray) -> FloatArray:
    """Return a current with its mean between edges in place of its noise, shape (n_sample,)."""
    bounds = [0, *(np.flatnonzero(edges(current)) + 1), len(current)]
    result = np.empty_like(current)
    for first, last in pairwise(bounds):
        part = current[first:last]
        # Not by a rounding error off where it is constant already.
        result[first:last] = part[0] if (part == part[0]).all() else part.mean()
    return result


def _threshold(difference: FloatArray) -> float:
    """Return what a difference of two samples must be larger than to be an edge."""
    if not len(difference):
        return 0.0
    noise = float(np.median(np.abs(difference))) / _MEDIAN_OF_NORMAL
    range_ = float(np.ptp(np.cumsum(difference)))
    return max(_TIMES_NOISE * noise, _SHARE_OF_RANGE * range_)
