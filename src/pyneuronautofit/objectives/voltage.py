"""Modes that compare voltages sample by sample."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import ClassVar

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.objectives._base import BoundObjective
from pyneuronautofit.objectives._kernels import distances
from pyneuronautofit.objectives.candidates import Candidates, Spikes
from pyneuronautofit.objectives.target import Target

# Squares and samples: sum((x - y)^2) in mV^2, (n_cand, n_sweep), and how many samples each has.
_Squares = Callable[[Candidates], tuple[FloatArray, IntArray | int]]


@dataclass(frozen=True)
class VoltageDistance:
    """Mean square difference of the whole voltage, one component per sweep."""

    code: ClassVar[str] = "V"
    title: ClassVar[str] = "whole voltage"
    unit: ClassVar[str] = "mV^2"
    scale: ClassVar[float | None] = 100.0
    traced: ClassVar[bool] = True

    def bind(self, target: Target) -> BoundObjective:
        """Keep the target's voltage."""
        return BoundObjective.averaged(partial(_mean_square, target=target))


def _mean_square(candidates: Candidates, *, target: Target) -> FloatArray:
    # In the parts that C and D look at, which need not be looked at again then. A sample that is no
    # number shows in the sum.
    cuts = (0, target.first, target.last, target.voltage_mV.shape[1])
    parts = [candidates.squares(target, *part) for part in pairwise(cuts)]
    return np.asarray(sum(parts) / max(_n_common(candidates, target), 1))


def _n_common(candidates: Candidates, target: Target) -> int:
    """Return the number of samples that traces and target both have."""
    n_common: int = min(candidates.traces_mV.shape[2], target.voltage_mV.shape[1])
    return n_common


@dataclass(frozen=True)
class WeightedVoltage:
    """Mean absolute difference of the whole voltage, spikes weighted, one component per sweep.

    sum(w abs(x - y)) / sum(w), where w = 1 but within the recording's spikes, samples u .. d - 1.
    There it is `zoom` where that is positive; abs(zoom) n / (number of spikes) where it is
    negative; and n / (number of spikes) where it is not given.
    """

    code: ClassVar[str] = "Z"
    title: ClassVar[str] = "whole voltage, spikes weighted"
    unit: ClassVar[str] = "mV"
    scale: ClassVar[float | None] = 10.0
    traced: ClassVar[bool] = True

    spike_threshold_mV: float
    spike_zoom: float | None

    def bind(self, target: Target) -> BoundObjective:
        """Find the target's spikes and what they weigh, once."""
        found = Candidates.of(target).spikes(self.spike_threshold_mV)
        weights = self._weights(found.counts, target.voltage_mV.shape[1])
        return BoundObjective.averaged(
            partial(_weighted_distance, target=target, spikes=found, weights=weights)
        )

    def _weights(self, n_spike: IntArray, n_sample: int) -> FloatArray:
        """Return the weight of the samples within spikes, for numbers of spikes (n_sweep,)."""
        if self.spike_zoom is not None and self.spike_zoom >= 0:
            return np.full(len(n_spike), float(self.spike_zoom))
        factor = 1.0 if self.spike_zoom is None else -self.spike_zoom
        return factor * n_sample / np.maximum(n_spike, 1)


def _weighted_distance(
    candidates: Candidates, *, target: Target, spikes: Spikes, weights: FloatArray
) -> FloatArray:
    # A sample that is no number shows in the sum.
    return distances.mean_absolute(
        candidates.traces_mV,
        target.voltage_mV,
        spikes.arrays,
        weights,
    )


@dataclass(frozen=True)
class SmoothedVoltage:
    """Mean square difference of the smoothed voltage, one component per sweep.

    Smoothed by a centred moving average over an odd number of samples, cut at the ends.
    """

    code: ClassVar[str] = "X"
    title: ClassVar[str] = "smoothed voltage"
    unit: ClassVar[str] = "mV^2"
    scale: ClassVar[float | None] = 100.0
    traced: ClassVar[bool] = True

    smoothing_kernel_ms: float

    def bind(self, target: Target) -> BoundObjective:
        """Keep the target's voltage, and find the width in samples."""
        # The odd number 2 half + 1 that is nearest to the width; the larger one of two.
        half = math.floor(self.smoothing_kernel_ms / target.step_ms / 2 + 1e-9)
        # The window is cut at the ends, so a wider one is the same.
        half = min(half, target.voltage_mV.shape[1])
        return BoundObjective.averaged(partial(_smoothed_distance, target=target, half=half))


def _smoothed_distance(candidates: Candidates, *, target: Target, half: int) -> FloatArray:
    # A sample that is no number shows in the sum.
    return distances.smoothed_mean_square(candidates.traces_mV, target.voltage_mV, half)


@dataclass(frozen=True)
class StimulusVoltage:
    """sqrt(sum((x - y)^2)) / n within the stimulus, samples L .. R - 1, per sweep."""

    code: ClassVar[str] = "C"
    title: ClassVar[str] = "voltage within the stimulus"
    unit: ClassVar[str] = "mV"
    scale: ClassVar[float | None] = None
    traced: ClassVar[bool] = True

    def bind(self, target: Target) -> BoundObjective:
        """Keep the target's voltage."""
        return _rooted(partial(_squares_within, target=target))


def _squares_within(candidates: Candidates, *, target: Target) -> tuple[FloatArray, int]:
    n_common = _n_common(candidates, target)
    n = min(target.last, n_common) - min(target.first, n_common)
    sums = candidates.squares(target, target.first, target.last)
    return _of_finite(sums, candidates), n


@dataclass(frozen=True)
class LateVoltage:
    """sqrt(sum((x - y)^2)) / n from the stimulus' last sample on, one component per sweep."""

    code: ClassVar[str] = "D"
    title: ClassVar[str] = "voltage after the stimulus"
    unit: ClassVar[str] = "mV"
    scale: ClassVar[float | None] = None
    traced: ClassVar[bool] = True

    def bind(self, target: Target) -> BoundObjective:
        """Keep the target's voltage."""
        return _rooted(partial(_squares_after, target=target))


def _squares_after(candidates: Candidates, *, target: Target) -> tuple[FloatArray, int]:
    n = max(_n_common(candidates, target) - target.last, 0)
    sums = candidates.squares(target, target.last, target.voltage_mV.shape[1])
    return _of_finite(sums, candidates), n


@dataclass(frozen=True)
class SubthresholdVoltage:
    """sqrt(sum((x - y)^2)) / n outside spikes, one component per sweep.

    Samples u - before .. u + after - 1 of every spike of either trace are left out.
    """

    code: ClassVar[str] = "U"
    title: ClassVar[str] = "subthreshold voltage"
    unit: ClassVar[str] = "mV"
    scale: ClassVar[float | None] = None
    traced: ClassVar[bool] = True

    spike_threshold_mV: float
    before_spike: int
    after_spike: int

    def bind(self, target: Target) -> BoundObjective:
        """Find the target's spikes, once."""
        return _rooted(
            partial(
                _subthreshold_squares,
                target=target,
                target_spikes=Candidates.of(target).spikes(self.spike_threshold_mV),
                threshold_mV=self.spike_threshold_mV,
                window=(self.before_spike, self.after_spike),
            )
        )


def _rooted(squares: _Squares) -> BoundObjective:
    return BoundObjective(partial(_root_each, squares=squares), partial(_root_all, squares=squares))


def _root_each(candidates: Candidates, *, squares: _Squares) -> FloatArray:
    """Return sqrt(s) / n, (n_cand, n_sweep), with s and n of each sweep; 0 where n is."""
    sums, numbers = squares(candidates)
    return np.asarray(np.sqrt(sums) / np.maximum(numbers, 1))


def _root_all(candidates: Candidates, *, squares: _Squares) -> FloatArray:
    """Return sqrt(sum(s n) / sum(n)), (n_cand, 1), with s and n of each sweep; 0 without any."""
    sums, numbers = squares(candidates)
    numbers = np.broadcast_to(numbers, sums.shape)
    n_all = numbers.sum(axis=1, keepdims=True)
    joined = (sums * numbers).sum(axis=1, keepdims=True) / np.maximum(n_all, 1)
    return np.asarray(np.sqrt(joined))


def _of_finite(sums: FloatArray, candidates: Candidates) -> FloatArray:
    """Return sums (n_cand, n_sweep) of a part, nan where a sweep has a sample that is no number."""
    return sums if candidates.all_finite else np.where(candidates.finite, sums, np.nan)


def _subthreshold_squares(
    candidates: Candidates,
    *,
    target: Target,
    target_spikes: Spikes,
    threshold_mV: float,
    window: tuple[int, int],
) -> tuple[FloatArray, IntArray]:
    sums, numbers = distances.subthreshold_squares(
        candidates.traces_mV,
        candidates.spikes(threshold_mV).arrays,
        target.voltage_mV,
        target_spikes.arrays,
        window,
    )
    return _of_finite(sums, candidates), numbers
