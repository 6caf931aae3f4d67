"""Modes that compare spikes as events.

A spike is a run of samples above the threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.objectives._base import BoundObjective, Target, total
from pyneuronautofit.objectives.settings import EvaluationSettings


def count_spikes(voltage_mV: FloatArray, threshold_mV: float) -> IntArray:
    """Count the runs of samples above the threshold.

    Parameters
    ----------
    voltage_mV : FloatArray, shape (..., n_sample), mV
    threshold_mV
        A sample equal to it is not above it.

    Returns
    -------
    IntArray, shape (...)
    """
    above = voltage_mV > threshold_mV
    starts = np.count_nonzero(above[..., 1:] & ~above[..., :-1], axis=-1)
    # A trace that is above the threshold from its first sample on begins within a spike.
    return np.asarray(starts + above[..., 0], dtype=np.int64)


@dataclass(frozen=True)
class SpikeCount:
    """Absolute difference of the total number of spikes, one component per sweep."""

    code: ClassVar[str] = "O"
    title: ClassVar[str] = "total number of spikes"
    unit: ClassVar[str] = "spikes"

    threshold_mV: float = 0.0

    @classmethod
    def from_settings(cls, settings: EvaluationSettings) -> Self:
        """Take the spike threshold."""
        return cls(settings.spike_threshold_mV)

    def bind(self, target: Target) -> BoundObjective:
        """Count the target's spikes, once."""
        wanted = count_spikes(target.voltage_mV, self.threshold_mV)
        score = partial(_count_distance, wanted=wanted, threshold_mV=self.threshold_mV)
        return BoundObjective(score, partial(_summed, score=score))


def _count_distance(traces_mV: FloatArray, *, wanted: IntArray, threshold_mV: float) -> FloatArray:
    difference: FloatArray = np.asarray(
        np.abs(count_spikes(traces_mV, threshold_mV) - wanted), dtype=np.float64
    )
    # No sample of a failed candidate is above anything: it must not pass for a silent neuron.
    difference[~np.isfinite(traces_mV).all(axis=-1)] = np.nan
    return difference


def _summed(traces_mV: FloatArray, *, score: partial[FloatArray]) -> FloatArray:
    return total(score(traces_mV))
