"""Modes that compare how the voltage moves: two-dimensional histograms of v and dv/dt.

A point is a pair of neighbouring samples: v their mean, dv/dt their difference over the step. The
bins are evenly spaced between the smallest and the largest values of all the target's sweeps;
points of a model outside them are left out. With hx the target's histogram of a sweep and hy the
model's, the distance is sum(abs(hx - hy) w), w = 1 - hx / sum(hx): where the recording mostly is,
at rest, differences weigh less.

Source: the density of the trajectory in the phase plane is that of G. LeMasson, R. Maex,
"Introduction to equation solving and parameter fitting", in E. De Schutter (ed.), Computational
Neuroscience: Realistic Modeling for Experimentalists (CRC Press 2001) 1-23, as in P. Achard, E. De
Schutter, "Complex parameter landscape for a complex neuron model", PLoS Computational Biology 2
(2006) e94, doi:10.1371/journal.pcbi.0020094. How two of them are compared is taken from the program
that this one replaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives._base import BoundObjective, with_failures
from pyneuronautofit.objectives._kernels import samples
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.target import Target


@dataclass(frozen=True)
class PhasePlane:
    """Weighted difference of the histograms of whole sweeps, one component per sweep."""

    code: ClassVar[str] = "P"
    title: ClassVar[str] = "(v, dv/dt) histogram"
    unit: ClassVar[str] = "points"
    scale: ClassVar[float | None] = None
    traced: ClassVar[bool] = False

    histogram_bins: int

    def bind(self, target: Target) -> BoundObjective:
        """Place the bins, and fill them with the target's points."""
        return _bind(target, (0, target.voltage_mV.shape[1]), self.histogram_bins)


@dataclass(frozen=True)
class StimulusPhasePlane:
    """Weighted difference of the histograms of the stimulus, samples L .. R - 1, per sweep."""

    code: ClassVar[str] = "Q"
    title: ClassVar[str] = "(v, dv/dt) histogram within the stimulus"
    unit: ClassVar[str] = "points"
    scale: ClassVar[float | None] = None
    traced: ClassVar[bool] = False

    histogram_bins: int

    def bind(self, target: Target) -> BoundObjective:
        """Place the bins, and fill them with the target's points."""
        return _bind(target, (target.first, target.last), self.histogram_bins)


def _bind(target: Target, window: tuple[int, int], n_bin: int) -> BoundObjective:
    voltage = target.voltage_mV[:, slice(*window)]
    v_edges_mV = _edges((voltage[:, :-1] + voltage[:, 1:]) / 2, n_bin)
    slope_edges = _edges(np.diff(voltage) / target.step_ms, n_bin)
    ends = bin_ends(v_edges_mV, 2.0), bin_ends(slope_edges, target.step_ms)
    wanted = np.stack(
        [phase_histogram(sweep, target.step_ms, v_edges_mV, slope_edges) for sweep in voltage]
    )
    n_point = max(voltage.shape[1] - 1, 1)
    weights = 1 - wanted / n_point
    return BoundObjective.summed(
        partial(_distance, window=window, ends=ends, wanted=wanted, weights=weights)
    )


def phase_histogram(
    voltage_mV: FloatArray, step_ms: float, v_edges_mV: FloatArray, slope_edges: FloatArray
) -> FloatArray:
    """Return the histogram of (v, dv/dt) of one trace, shape (n_bin, n_bin): v, then dv/dt.

    Parameters
    ----------
    voltage_mV : FloatArray, shape (n_sample,), mV
    step_ms
    v_edges_mV : FloatArray, shape (n_bin + 1,), mV
    slope_edges : FloatArray, shape (n_bin + 1,), mV/ms
    """
    ends = bin_ends(v_edges_mV, 2.0), bin_ends(slope_edges, step_ms)
    return samples.phase_histogram(np.array(voltage_mV), *ends)


def bin_ends(edges: FloatArray, divisor: float) -> FloatArray:
    """Return where a value enters each bin of its quotient, shape (n_bin + 3,), mV.

    A bin has its lower edge, the last one both. Divisions are slow, and rounded; so the least value
    is sought that reaches an edge when it is divided, which gives the same bins without dividing.

    Parameters
    ----------
    edges : FloatArray, shape (n_bin + 1,), mV or mV/ms
        Of v, the sum of two neighbours by 2, or of dv/dt, their difference by the step.
    divisor
        2 or the step in ms.

    Returns
    -------
    FloatArray
        -inf, the least value of every bin, the least beyond the last one, inf.
    """
    wanted = np.concatenate([edges[:-1], np.nextafter(edges[-1:], np.inf)])
    least = wanted * divisor
    while (short := least / divisor < wanted).any():
        least = np.where(short, np.nextafter(least, np.inf), least)
    while (spare := np.nextafter(least, -np.inf) / divisor >= wanted).any():
        least = np.where(spare, np.nextafter(least, -np.inf), least)
    return np.concatenate([[-np.inf], least, [np.inf]])


def _edges(values: FloatArray, n_bin: int) -> FloatArray:
    """Return the n_bin + 1 edges of bins for (n_sweep, n_point); around a constant, 1 wide."""
    low, high = (values.min(), values.max()) if values.size else (0.0, 0.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, n_bin + 1)


def _distance(
    candidates: Candidates,
    *,
    window: tuple[int, int],
    ends: tuple[FloatArray, FloatArray],
    wanted: FloatArray,
    weights: FloatArray,
) -> FloatArray:
    """Compare the histograms of candidates with the target's (n_sweep, n_bin, n_bin)."""
    found = samples.phase_distance(candidates.traces_mV, window, ends, wanted, weights)
    return with_failures(found, candidates)
