"""Modes that compare spikes as events: how many, when, how long.

A spike is a run of samples above the threshold. Its index u is the first of them, d the last. It is
in the stimulus if it starts there, L <= u <= R.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives._base import BoundObjective, feature_distance
from pyneuronautofit.objectives.candidates import Candidates, Spikes
from pyneuronautofit.objectives.target import Target


@dataclass(frozen=True)
class SpikeCount:
    """Absolute difference of the total number of spikes, one component per sweep."""

    code: ClassVar[str] = "O"
    title: ClassVar[str] = "total number of spikes"
    unit: ClassVar[str] = "spikes"
    scale: ClassVar[float | None] = 1.0
    traced: ClassVar[bool] = True

    spike_threshold_mV: float

    def bind(self, target: Target) -> BoundObjective:
        """Count the target's spikes, once."""
        features = partial(_count, threshold_mV=self.spike_threshold_mV)
        return BoundObjective.summed(feature_distance(target, features))


def _count(candidates: Candidates, *, threshold_mV: float) -> FloatArray:
    return _counted(candidates, candidates.spikes(threshold_mV))


def _counted(candidates: Candidates, found: Spikes) -> FloatArray:
    return found.counts.reshape(candidates.shape).astype(np.float64)


@dataclass(frozen=True)
class SpikeCounts:
    """Absolute differences of three numbers of spikes per sweep.

    All spikes, those in the stimulus, and those in a time as long after it, R <= u <= 2R - L.
    """

    code: ClassVar[str] = "N"
    title: ClassVar[str] = "number of spikes, also within and after the stimulus"
    unit: ClassVar[str] = "spikes"
    scale: ClassVar[float | None] = 1.0
    traced: ClassVar[bool] = True

    spike_threshold_mV: float

    def bind(self, target: Target) -> BoundObjective:
        """Count the target's spikes, once."""
        stimulus = (target.first, target.last)
        features = partial(_counts, threshold_mV=self.spike_threshold_mV, stimulus=stimulus)
        return BoundObjective.summed(feature_distance(target, features))


def _counts(
    candidates: Candidates, *, threshold_mV: float, stimulus: tuple[int, int]
) -> FloatArray:
    first, last = stimulus
    everywhere = candidates.spikes(threshold_mV)
    groups = (
        everywhere,
        candidates.stimulus_spikes(threshold_mV, first, last),
        everywhere.between(last, 2 * last - first),
    )
    return np.stack([_counted(candidates, group) for group in groups], axis=-1)


@dataclass(frozen=True)
class FiringRate:
    """Absolute difference of the firing rate in the stimulus, one component per sweep.

    The rate is the number of spikes in the stimulus over its length, (R - L + 1) samples.
    """

    code: ClassVar[str] = "F"
    title: ClassVar[str] = "firing rate within the stimulus"
    unit: ClassVar[str] = "Hz"
    scale: ClassVar[float | None] = 5.0
    traced: ClassVar[bool] = True

    spike_threshold_mV: float

    def bind(self, target: Target) -> BoundObjective:
        """Find the target's rates, once."""
        features = partial(
            _rate,
            threshold_mV=self.spike_threshold_mV,
            stimulus=(target.first, target.last),
            seconds=(target.last - target.first + 1) * target.step_ms / 1000,
        )
        return BoundObjective.summed(feature_distance(target, features))


def _rate(
    candidates: Candidates, *, threshold_mV: float, stimulus: tuple[int, int], seconds: float
) -> FloatArray:
    return _counted(candidates, candidates.stimulus_spikes(threshold_mV, *stimulus)) / seconds


@dataclass(frozen=True)
class SpikeTimes:
    """Absolute differences of the times u of the first spikes, `count` components per sweep.

    A spike that is missing counts as one 1 ms after the end of the sweep.
    """

    code: ClassVar[str] = "T"
    title: ClassVar[str] = "spike times"
    unit: ClassVar[str] = "ms"
    scale: ClassVar[float | None] = 5.0
    traced: ClassVar[bool] = True

    spike_threshold_mV: float
    spike_count: int

    def bind(self, target: Target) -> BoundObjective:
        """Find the target's spikes, once."""
        features = partial(
            _times,
            threshold_mV=self.spike_threshold_mV,
            count=self.spike_count,
            step_ms=target.step_ms,
            missing_ms=_after_the_sweep(target),
        )
        return BoundObjective.summed(feature_distance(target, features))


def _times(
    candidates: Candidates, *, threshold_mV: float, count: int, step_ms: float, missing_ms: float
) -> FloatArray:
    found = candidates.spikes(threshold_mV)
    times_ms = found.first_of_each(found.starts, count, step_ms, missing_ms)
    return times_ms.reshape(*candidates.shape, count)


@dataclass(frozen=True)
class SpikeWidths:
    """Absolute differences of the widths d - u of the first spikes in the stimulus.

    There are `count` components per sweep. A spike that is missing counts as 1 ms wider than the
    sweep is long.
    """

    code: ClassVar[str] = "W"
    title: ClassVar[str] = "spike widths"
    unit: ClassVar[str] = "ms"
    scale: ClassVar[float | None] = 0.5
    traced: ClassVar[bool] = True

    spike_threshold_mV: float
    spike_count: int

    def bind(self, target: Target) -> BoundObjective:
        """Find the target's spikes, once."""
        features = partial(
            _widths,
            threshold_mV=self.spike_threshold_mV,
            stimulus=(target.first, target.last),
            count=self.spike_count,
            step_ms=target.step_ms,
            missing_ms=_after_the_sweep(target),
        )
        return BoundObjective.averaged(feature_distance(target, features))


def _widths(
    candidates: Candidates,
    *,
    threshold_mV: float,
    stimulus: tuple[int, int],
    count: int,
    step_ms: float,
    missing_ms: float,
) -> FloatArray:
    found = candidates.stimulus_spikes(threshold_mV, *stimulus)
    widths_ms = found.first_of_each(found.ends - found.starts, count, step_ms, missing_ms)
    return widths_ms.reshape(*candidates.shape, count)


def _after_the_sweep(target: Target) -> float:
    n_sample: int = target.voltage_mV.shape[1]
    return n_sample * target.step_ms + 1
