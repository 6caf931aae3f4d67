"""What the recording's sweeps are made of, found once.

The equations are those of docs/search.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.objectives._kernels import residuals as kernels

_BEFORE_MS = 3.0
_AROUND_MS = (1.0, 4.0)
_BLOCK_MS = 3.0
_SHAPE_MS, _SHAPE_STEP_MS, _SHAPE_POINTS = -1.0, 0.25, 21
#: Times that differ by more are compared by their logarithm, ms (eq. 12).
TAU_MS = 5.0
# Above the highest voltage outside spikes by so much, nothing is compared, mV.
_MARGIN_MV = 5.0


@dataclass(frozen=True)
class Aims:
    """What residuals compare with, and how.

    Attributes
    ----------
    target
        What was found in the recording.
    scales
        How samples are looked at.
    block_factor, shape_factor
        What a mV of a block, and of a point of a shape, counts (the factors of eq. 16 and eq. 17).
    """

    target: kernels.AimArrays
    scales: kernels.Scales
    block_factor: float
    shape_factor: float

    @property
    def counts(self) -> IntArray:
        """The number of spikes of every sweep, shape (n_sweep,)."""
        return np.asarray(np.diff(self.target.offsets))


def find_aims(voltage_mV: FloatArray, step_ms: float, threshold_mV: float) -> Aims:
    """Find what sweeps (n_sweep, n_sample) in mV are made of."""
    n_sweep, n_sample = voltage_mV.shape
    voltage_mV = np.require(voltage_mV, np.float64, ["C", "W"])
    block = min(max(round(_BLOCK_MS / step_ms), 1), n_sample)
    around = (round(_AROUND_MS[0] / step_ms), round(_AROUND_MS[1] / step_ms))
    scales = kernels.Scales(
        threshold_mV,
        max(round(_BEFORE_MS / step_ms), 1),
        around,
        block,
        (_SHAPE_MS / step_ms, _SHAPE_STEP_MS / step_ms),
        step_ms,
        TAU_MS,
    )
    spikes = [_spikes(sweep, scales) for sweep in voltage_mV]
    tops = np.array(
        [_top(sweep, times, scales) for sweep, (times, _) in zip(voltage_mV, spikes, strict=True)]
    )
    means = np.empty((n_sweep, n_sample // block))
    for sweep, top_mV, row in zip(voltage_mV, tops, means, strict=True):
        kernels.block_means(sweep, float(top_mV), block, row)
    middles = [_middles(times, n_sample) for times, _ in spikes]
    shapes = [
        _shapes(sweep, times, scales) for sweep, (times, _) in zip(voltage_mV, spikes, strict=True)
    ]
    offsets = np.cumsum([0, *(len(times) for times, _ in spikes)]).astype(np.int64)
    target = kernels.AimArrays(
        np.concatenate([times for times, _ in spikes]),
        np.concatenate([peaks for _, peaks in spikes]),
        np.concatenate([begins for begins, _ in middles]),
        np.concatenate([ends for _, ends in middles]),
        np.concatenate(shapes),
        offsets,
        tops,
        means,
    )
    # So that the squares of a sweep add up to 4 times its mean square difference.
    per_block = 2.0 * np.sqrt(block / n_sample)
    per_point = 2.0 * np.sqrt(_SHAPE_STEP_MS / (n_sample * step_ms))
    return Aims(target, scales, float(per_block), float(per_point))


def _spikes(sweep_mV: FloatArray, scales: kernels.Scales) -> tuple[FloatArray, FloatArray]:
    times, peaks = np.empty(len(sweep_mV) // 2 + 1), np.empty(len(sweep_mV) // 2 + 1)
    n = kernels.spikes_of(sweep_mV, scales.threshold_mV, scales.before, times, peaks)
    return times[:n].copy(), peaks[:n].copy()


def _top(sweep_mV: FloatArray, times: FloatArray, scales: kernels.Scales) -> float:
    """Return below what a sweep's voltage is compared, mV."""
    highest = kernels.highest_outside(sweep_mV, 0, len(sweep_mV), times, scales.around)
    if not np.isfinite(highest):
        return scales.threshold_mV
    return float(min(scales.threshold_mV, highest + _MARGIN_MV))


def _middles(times: FloatArray, n_sample: int) -> tuple[IntArray, IntArray]:
    """Return where each spike would have to be: from the middle to the one before to the next."""
    edges = np.concatenate([[0.0], (times[1:] + times[:-1]) / 2, [float(n_sample)]])
    begins, ends = np.floor(edges[:-1]), np.ceil(edges[1:])
    return begins[: len(times)].astype(np.int64), ends[: len(times)].astype(np.int64)


def _shapes(sweep_mV: FloatArray, times: FloatArray, scales: kernels.Scales) -> FloatArray:
    begin, step = scales.shape
    shapes = np.empty((len(times), _SHAPE_POINTS))
    for spike, time in enumerate(times):
        for point in range(_SHAPE_POINTS):
            shapes[spike, point] = kernels.value_at(sweep_mV, time + begin + point * step)
    return shapes
