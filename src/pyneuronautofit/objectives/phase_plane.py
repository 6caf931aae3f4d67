"""Modes that compare how the voltage moves: two-dimensional histograms of v and dv/dt.

A point is a pair of neighbouring samples: v their mean, dv/dt their difference over the step. The
bins are evenly spaced between the smallest and the largest values of all the target's sweeps;
points of a model outside them are left out. With hx the target's histogram of a sweep and hy the
model's, the distance is sum(abs(hx - hy) w), w = 1 - hx / sum(hx): where the recording mostly is,
at rest, differences weigh less.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives._base import BoundObjective, Target, with_failures
from pyneuronautofit.objectives._kernels import samples
from pyneuronautofit.objectives.settings import EvaluationSettings


@dataclass(frozen=True)
class PhasePlane:
    """Weighted difference of the histograms of whole sweeps, one component per sweep."""

    code: ClassVar[str] = "P"
    title: ClassVar[str] = "(v, dv/dt) histogram"
    unit: ClassVar[str] = "points"

    bins: int = 12

    @classmethod
    def from_settings(cls, settings: EvaluationSettings) -> Self:
        """Take the number of bins per axis."""
        return cls(settings.histogram_bins)

    def bind(self, target: Target) -> BoundObjective:
        """Place the bins, and fill them with the target's points."""
        return _bind(target, (0, target.voltage_mV.shape[1]), self.bins)


@dataclass(frozen=True)
class StimulusPhasePlane:
    """Weighted difference of the histograms of the stimulus, samples L .. R - 1, per sweep."""

    code: ClassVar[str] = "Q"
    title: ClassVar[str] = "(v, dv/dt) histogram within the stimulus"
    unit: ClassVar[str] = "points"

    bins: int = 12

    @classmethod
    def from_settings(cls, settings: EvaluationSettings) -> Self:
        """Take the number of bins per axis."""
        return cls(settings.histogram_bins)

    def bind(self, target: Target) -> BoundObjective:
        """Place the bins, and fill them with the target's points."""
        return _bind(target, (target.first, target.last), self.bins)


def _bind(target: Target, window: tuple[int, int], n_bin: int) -> BoundObjective:
    voltage = target.voltage_mV[:, slice(*window)]
    histogram = partial(
        _histogram,
        window=window,
        step_ms=target.step_ms,
        v_edges_mV=_edges((voltage[:, :-1] + voltage[:, 1:]) / 2, n_bin),
        slope_edges=_edges(np.diff(voltage) / target.step_ms, n_bin),
    )
    wanted = histogram(target.voltage_mV[None])[0]
    n_point = max(voltage.shape[1] - 1, 1)
    weights = 1 - wanted / n_point
    return BoundObjective.summed(
        partial(_distance, histogram=histogram, wanted=wanted, weights=weights)
    )


def _edges(values: FloatArray, n_bin: int) -> FloatArray:
    """Return the n_bin + 1 edges of bins for (n_sweep, n_point); around a constant, 1 wide."""
    low, high = (values.min(), values.max()) if values.size else (0.0, 0.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, n_bin + 1)


def _histogram(
    traces_mV: FloatArray,
    *,
    window: tuple[int, int],
    step_ms: float,
    v_edges_mV: FloatArray,
    slope_edges: FloatArray,
) -> FloatArray:
    return samples.phase_histogram(traces_mV, window, step_ms, v_edges_mV, slope_edges)


def _distance(
    traces_mV: FloatArray,
    *,
    histogram: partial[FloatArray],
    wanted: FloatArray,
    weights: FloatArray,
) -> FloatArray:
    """Compare histograms (n_cand, n_sweep, n_bin, n_bin) with the target's."""
    differences = np.abs(histogram(traces_mV) - wanted) * weights
    return with_failures(differences.sum(axis=(2, 3)), traces_mV)
