"""Modes that compare statistics of the voltage in a part of the sweep.

Mean, standard deviation, skewness and kurtosis are m, s, and the mean of ((x - m) / s)^3 and ^4;
where s = 0 the last two are 0. A part that holds no sample has 0 for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives._base import BoundObjective, feature_distance
from pyneuronautofit.objectives._kernels import samples
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.target import Target


def _moments(candidates: Candidates, *, start: int, stop: int) -> FloatArray:
    return samples.moments(candidates.traces_mV, start, stop)


@dataclass(frozen=True)
class AfterStimulus:
    """Absolute differences of four statistics from the stimulus' last sample on, per sweep."""

    code: ClassVar[str] = "L"
    title: ClassVar[str] = "statistics after the stimulus"
    unit: ClassVar[str] = "mV, mV, 1, 1"
    scale: ClassVar[float | None] = 1.0
    traced: ClassVar[bool] = False

    def bind(self, target: Target) -> BoundObjective:
        """Find the target's statistics, once."""
        features = partial(_moments, start=target.last, stop=target.voltage_mV.shape[1])
        return BoundObjective.summed(feature_distance(target, features))


@dataclass(frozen=True)
class WithinStimulus:
    """Absolute differences of four statistics in the stimulus, samples L .. R - 1, per sweep."""

    code: ClassVar[str] = "M"
    title: ClassVar[str] = "statistics within the stimulus"
    unit: ClassVar[str] = "mV, mV, 1, 1"
    scale: ClassVar[float | None] = 1.0
    traced: ClassVar[bool] = False

    def bind(self, target: Target) -> BoundObjective:
        """Find the target's statistics, once."""
        features = partial(_moments, start=target.first, stop=target.last)
        return BoundObjective.summed(feature_distance(target, features))


@dataclass(frozen=True)
class RestingPotential:
    """Absolute differences of mean and standard deviation before the stimulus.

    The samples before L of all sweeps are taken together: two components in all.
    """

    code: ClassVar[str] = "R"
    title: ClassVar[str] = "resting potential"
    unit: ClassVar[str] = "mV"
    scale: ClassVar[float | None] = 1.0
    traced: ClassVar[bool] = False
    #: Its components are not of one sweep each.
    pooled: ClassVar[bool] = True

    def bind(self, target: Target) -> BoundObjective:
        """Find the target's statistics, once."""
        traces = Candidates.of(target).traces_mV
        wanted = samples.pooled_mean_and_std(traces, target.first)[0]
        return BoundObjective.summed(partial(_rest_distance, stop=target.first, wanted=wanted))


def _rest_distance(candidates: Candidates, *, stop: int, wanted: FloatArray) -> FloatArray:
    distances = np.abs(samples.pooled_mean_and_std(candidates.traces_mV, stop) - wanted)
    distances[~candidates.finite.all(axis=1)] = np.nan
    return distances
