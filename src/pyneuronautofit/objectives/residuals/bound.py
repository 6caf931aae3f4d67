"""Residuals bound to a recording: the traces', and those of modes that traces say nothing about.

The equations are those of docs/search.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.objectives._kernels import residuals as kernels
from pyneuronautofit.objectives.residuals.aims import Aims, find_aims
from pyneuronautofit.objectives.residuals.weights import component_factors
from pyneuronautofit.objectives.suite import Suite
from pyneuronautofit.objectives.table import OBJECTIVES
from pyneuronautofit.recordings import Recording

#: A squared residual of this is worth 1: one spike, or 100 mV^2.
UNIT = 400.0
#: What a residual is about that is about spikes that should not be there.
SURPLUS = -2
# In the fine residuals a time counts so many times as much: near the end it decides.
_FINE_TIMES = 4.0


@dataclass(frozen=True)
class BoundResiduals:
    """How candidates miss a recording, as numbers that change smoothly with the parameters.

    Attributes
    ----------
    aims
        What is compared with.
    coarse, fine : FloatArray, shape (n_residual,)
        What each counts in a search from afar (eqs. 12 to 16), and at its end (with eq. 17).
    sweep, spike : IntArray, shape (n_residual,)
        Which sweep, and which of its spikes, a residual is about; -1: none, `SURPLUS`: those that
        should not be there.
    scored : IntArray, shape (n_scored,)
        Components of the objective vector that enter as they are (eq. 18).
    weights : FloatArray, shape (n_score,)
        What every component counts (eq. 19), but for the weight of its sweep.
    """

    aims: Aims
    coarse: FloatArray
    fine: FloatArray
    sweep: IntArray
    spike: IntArray
    scored: IntArray
    weights: FloatArray

    @property
    def n_sweep(self) -> int:
        """How many sweeps there are; so many numbers of spikes follow the residuals."""
        return len(self.aims.target.tops_mV)

    @property
    def n_number(self) -> int:
        """How many numbers a candidate has: residuals, and its spikes in every sweep."""
        return len(self.coarse) + self.n_sweep

    def of(self, traces_mV: FloatArray, scores: FloatArray) -> FloatArray:
        """Return residuals, and behind them the number of spikes of every sweep.

        Parameters
        ----------
        traces_mV : FloatArray, shape (n_cand, n_sweep, n_sample), mV
            Voltages of the suite's sweeps.
        scores : FloatArray, shape (n_cand, n_score)
            Of the same candidates.

        Returns
        -------
        FloatArray, shape (n_cand, n_residual + n_sweep)
            Without their weights; rows of nan for candidates with a sample that is no number.
        """
        traces = np.require(traces_mV, np.float64, ["C", "W"])
        n_needed = self.aims.target.voltages.shape[1] * self.aims.scales.block
        if traces.shape[2] < n_needed:
            return np.full((len(traces), self.n_number), np.nan)
        found = kernels.trace_residuals(traces, self.aims.target, self.aims.scales)
        n = found.shape[1] - self.n_sweep
        own = 20.0 * scores[:, self.scored] * self.weights[self.scored]
        joined = np.concatenate([found[:, :n], own, found[:, n:]], axis=1)
        joined[~_finite(scores, joined)] = np.nan
        return joined


def bind_residuals(
    suite: Suite,
    recording: Recording,
    weights: FloatArray,
    sweep_weights: FloatArray | None = None,
) -> BoundResiduals:
    """Bind residuals to the sweeps of a recording that modes look at.

    Parameters
    ----------
    weights : FloatArray, shape (n_score,)
        What every component counts; see `mode_weights`.
    sweep_weights : FloatArray, shape (n_sweep,), or None
        How many times as much the squares of each sweep's residuals count; None: as much.
    """
    voltage_mV = recording.voltage_mV[list(suite.sweeps)]
    aims = find_aims(voltage_mV, recording.step_ms, suite.settings.spike_threshold_mV)
    uncovered = [place for place, code in enumerate(suite.markers) if not OBJECTIVES[code].traced]
    coarse, fine, sweep, spike = _layout(aims)
    n = len(uncovered)
    own = np.ones(n)
    if sweep_weights is not None:
        of_sweep = np.sqrt(sweep_weights)[sweep]
        coarse, fine = coarse * of_sweep, fine * of_sweep
        own = np.sqrt(component_factors(suite, sweep_weights))[uncovered]
    return BoundResiduals(
        aims,
        np.concatenate([coarse, own]),
        np.concatenate([fine, own]),
        np.concatenate([sweep, np.full(n, -1)]),
        np.concatenate([spike, np.full(n, -1)]),
        np.array(uncovered, dtype=np.int64),
        weights,
    )


def _layout(aims: Aims) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Return the weights of the traces' residuals, and what they are about, in their order."""
    n_block, n_point = aims.target.voltages.shape[1], aims.target.shapes.shape[1]
    coarse, fine, sweeps, spikes = [], [], [], []
    for sweep, n_spike in enumerate(aims.counts.tolist()):
        of_spike = np.arange(n_spike)
        coarse += [np.ones(2 * n_spike + 1), np.full(n_block, aims.block_factor)]
        coarse += [np.zeros(n_spike * n_point)]
        fine += [np.tile([_FINE_TIMES, 1.0], n_spike), np.ones(1)]
        fine += [np.full(n_block, aims.block_factor)]
        fine += [np.full(n_spike * n_point, aims.shape_factor)]
        spikes += [np.repeat(of_spike, 2), np.array([SURPLUS]), np.full(n_block, -1)]
        spikes += [np.repeat(of_spike, n_point)]
        sweeps += [np.full(2 * n_spike + 1 + n_block + n_spike * n_point, sweep)]
    return (
        np.concatenate(coarse),
        np.concatenate(fine),
        np.concatenate(sweeps).astype(np.int64),
        np.concatenate(spikes).astype(np.int64),
    )


def _finite(scores: FloatArray, residuals: FloatArray) -> BoolArray:
    rows = np.isfinite(scores).all(axis=1) & np.isfinite(residuals).all(axis=1)
    return np.asarray(rows)
