"""Modes that compare voltages sample by sample."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.objectives._base import BoundObjective, Target
from pyneuronautofit.objectives._kernels import distances, samples, spikes
from pyneuronautofit.objectives.settings import EvaluationSettings
from pyneuronautofit.objectives.spikes import count_spikes

# Squares and samples: sum((x - y)^2) in mV^2, (n_cand, n_sweep), and how many samples each has.
_Squares = Callable[[FloatArray], tuple[FloatArray, IntArray]]


def mean_square_distance(traces_mV: FloatArray, target_mV: FloatArray) -> FloatArray:
    """Return sum((x - y)^2) / n over the samples that traces and target both have.

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
    target_mV : FloatArray, shape (n_sweep, n_sample), mV

    Returns
    -------
    FloatArray, shape (n_cand, n_sweep), mV^2
    """
    squares, numbers = _window_squares(
        traces_mV, target_mV=target_mV, start=0, stop=target_mV.shape[1]
    )
    return squares / np.maximum(numbers, 1)


@dataclass(frozen=True)
class VoltageDistance:
    """Mean square difference of the whole voltage, one component per sweep."""

    code: ClassVar[str] = "V"
    title: ClassVar[str] = "whole voltage"
    unit: ClassVar[str] = "mV^2"

    @classmethod
    def from_settings(cls, _settings: EvaluationSettings) -> Self:
        """Take nothing: the mode has no settings."""
        return cls()

    def bind(self, target: Target) -> BoundObjective:
        """Keep the target's voltage."""
        return BoundObjective.averaged(partial(mean_square_distance, target_mV=target.voltage_mV))


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

    threshold_mV: float = 0.0
    zoom: float | None = None

    @classmethod
    def from_settings(cls, settings: EvaluationSettings) -> Self:
        """Take the spike threshold and the weight."""
        return cls(settings.spike_threshold_mV, settings.spike_zoom)

    def bind(self, target: Target) -> BoundObjective:
        """Weigh the target's samples."""
        score = partial(
            _weighted_distance, target_mV=target.voltage_mV, weights=self.weights(target)
        )
        return BoundObjective.averaged(score)

    def weights(self, target: Target) -> FloatArray:
        """Return the weight of every sample of the target, (n_sweep, n_sample)."""
        above = target.voltage_mV > self.threshold_mV
        in_spike = np.zeros_like(above)
        in_spike[:, :-1] = above[:, :-1] & above[:, 1:]  # all of a run but its last sample, d
        weight = np.array(self.zoom)
        if self.zoom is None or self.zoom < 0:
            n_spike = np.maximum(count_spikes(target.voltage_mV, self.threshold_mV), 1)
            factor = 1.0 if self.zoom is None else -self.zoom
            weight = (factor * above.shape[1] / n_spike)[:, None]
        return np.where(in_spike, weight, 1.0)


def _weighted_distance(
    traces_mV: FloatArray, *, target_mV: FloatArray, weights: FloatArray
) -> FloatArray:
    return distances.mean_absolute(traces_mV, target_mV, weights)


@dataclass(frozen=True)
class SmoothedVoltage:
    """Mean square difference of the smoothed voltage, one component per sweep.

    Smoothed by a centred moving average over an odd number of samples, cut at the ends.
    """

    code: ClassVar[str] = "X"
    title: ClassVar[str] = "smoothed voltage"
    unit: ClassVar[str] = "mV^2"

    kernel_ms: float = 20.0

    @classmethod
    def from_settings(cls, settings: EvaluationSettings) -> Self:
        """Take the width of the moving average."""
        return cls(settings.smoothing_kernel_ms)

    def bind(self, target: Target) -> BoundObjective:
        """Keep the target's voltage, and find the width in samples."""
        # The odd number 2 half + 1 that is nearest to the width; the larger one of two.
        half = math.floor(self.kernel_ms / target.step_ms / 2 + 1e-9)
        score = partial(_smoothed_distance, target_mV=target.voltage_mV, half=half)
        return BoundObjective.averaged(score)


def _smoothed_distance(traces_mV: FloatArray, *, target_mV: FloatArray, half: int) -> FloatArray:
    return distances.smoothed_mean_square(traces_mV, target_mV, half)


@dataclass(frozen=True)
class StimulusVoltage:
    """sqrt(sum((x - y)^2)) / n within the stimulus, samples L .. R - 1, per sweep."""

    code: ClassVar[str] = "C"
    title: ClassVar[str] = "voltage within the stimulus"
    unit: ClassVar[str] = "mV"

    @classmethod
    def from_settings(cls, _settings: EvaluationSettings) -> Self:
        """Take nothing: the mode has no settings."""
        return cls()

    def bind(self, target: Target) -> BoundObjective:
        """Keep the target's voltage."""
        return _rooted(
            partial(
                _window_squares,
                target_mV=target.voltage_mV,
                start=target.first,
                stop=target.last,
            )
        )


@dataclass(frozen=True)
class LateVoltage:
    """sqrt(sum((x - y)^2)) / n from the stimulus' last sample on, one component per sweep."""

    code: ClassVar[str] = "D"
    title: ClassVar[str] = "voltage after the stimulus"
    unit: ClassVar[str] = "mV"

    @classmethod
    def from_settings(cls, _settings: EvaluationSettings) -> Self:
        """Take nothing: the mode has no settings."""
        return cls()

    def bind(self, target: Target) -> BoundObjective:
        """Keep the target's voltage."""
        return _rooted(
            partial(
                _window_squares,
                target_mV=target.voltage_mV,
                start=target.last,
                stop=target.voltage_mV.shape[1],
            )
        )


@dataclass(frozen=True)
class SubthresholdVoltage:
    """sqrt(sum((x - y)^2)) / n outside spikes, one component per sweep.

    Samples u - before .. u + after - 1 of every spike of either trace are left out.
    """

    code: ClassVar[str] = "U"
    title: ClassVar[str] = "subthreshold voltage"
    unit: ClassVar[str] = "mV"

    threshold_mV: float = 0.0
    before: int = 70
    after: int = 140

    @classmethod
    def from_settings(cls, settings: EvaluationSettings) -> Self:
        """Take the spike threshold and the window of a spike."""
        return cls(settings.spike_threshold_mV, settings.before_spike, settings.after_spike)

    def bind(self, target: Target) -> BoundObjective:
        """Leave out the target's spikes, once."""
        window = (self.before, self.after)
        kept = spikes.outside_spikes(target.voltage_mV[None], self.threshold_mV, window)[0]
        return _rooted(
            partial(
                _subthreshold_squares,
                target_mV=target.voltage_mV,
                target_kept=kept,
                threshold_mV=self.threshold_mV,
                window=window,
            )
        )


def _rooted(squares: _Squares) -> BoundObjective:
    return BoundObjective(partial(_root_each, squares=squares), partial(_root_all, squares=squares))


def _root_each(traces_mV: FloatArray, *, squares: _Squares) -> FloatArray:
    """Return sqrt(s) / n, (n_cand, n_sweep), with s and n of each sweep; 0 where n is."""
    sums, numbers = squares(traces_mV)
    return np.sqrt(sums) / np.maximum(numbers, 1)


def _root_all(traces_mV: FloatArray, *, squares: _Squares) -> FloatArray:
    """Return sqrt(sum(s n) / sum(n)), (n_cand, 1), with s and n of each sweep; 0 without any."""
    sums, numbers = squares(traces_mV)
    n_all = numbers.sum(axis=1, keepdims=True)
    joined = (sums * numbers).sum(axis=1, keepdims=True) / np.maximum(n_all, 1)
    return np.asarray(np.sqrt(joined))


def _window_squares(
    traces_mV: FloatArray, *, target_mV: FloatArray, start: int, stop: int
) -> tuple[FloatArray, IntArray]:
    sums = distances.sum_of_squares(traces_mV, target_mV, start, stop)
    sums[~samples.all_finite(traces_mV)] = np.nan
    n = max(min(stop, traces_mV.shape[2], target_mV.shape[1]) - start, 0)
    return sums, np.full(sums.shape, n, dtype=np.int64)


def _subthreshold_squares(
    traces_mV: FloatArray,
    *,
    target_mV: FloatArray,
    target_kept: BoolArray,
    threshold_mV: float,
    window: tuple[int, int],
) -> tuple[FloatArray, IntArray]:
    sums, numbers = distances.subthreshold_squares(
        traces_mV, target_mV, target_kept, threshold_mV, window
    )
    sums[~samples.all_finite(traces_mV)] = np.nan
    return sums, numbers
