"""Modes that compare voltages sample by sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives._base import BoundObjective, Target, mean
from pyneuronautofit.objectives.settings import EvaluationSettings


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
    n = min(traces_mV.shape[-1], target_mV.shape[-1])
    distances = np.empty(traces_mV.shape[:2])
    for candidate, voltage in enumerate(traces_mV):
        # One candidate at a time: the difference of a whole batch would not fit the cache.
        difference = voltage[:, :n] - target_mV[:, :n]
        distances[candidate] = np.einsum("ij,ij->i", difference, difference) / n
    return distances


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
        score = partial(mean_square_distance, target_mV=target.voltage_mV)
        return BoundObjective(score, partial(_averaged, score=score))


def _averaged(traces_mV: FloatArray, *, score: partial[FloatArray]) -> FloatArray:
    return mean(score(traces_mV))
