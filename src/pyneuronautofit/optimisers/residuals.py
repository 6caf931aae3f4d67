"""What a strategy knows about the residuals that evaluations carry beside their scores.

The equations are those of docs/search.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray

#: A squared residual of this counts 1, as much as a missing spike.
UNIT = 400.0
# What a residual is about: the numbers of spikes differ.
_SURPLUS = -2


@dataclass(frozen=True)
class ResidualRows:
    """What residuals are about and what they count. Numbers of spikes per sweep follow them.

    Attributes
    ----------
    coarse, fine : FloatArray, shape (n_residual,)
        What each counts in a search from afar, and at its end.
    sweep, spike : IntArray, shape (n_residual,)
        The sweep, and the number of its spike, that a residual is about. -1: none; -2: the spikes
        that are too many.
    n_sweep
        How many sweeps there are.
    """

    coarse: FloatArray
    fine: FloatArray
    sweep: IntArray
    spike: IntArray
    n_sweep: int

    @property
    def length(self) -> int:
        """How many residuals there are."""
        return len(self.coarse)

    @property
    def wanted(self) -> IntArray:
        """The recording's number of spikes in every sweep, shape (n_sweep,)."""
        counts = np.zeros(self.n_sweep, dtype=np.int64)
        about = self.spike >= 0
        np.maximum.at(counts, self.sweep[about], self.spike[about] + 1)
        return counts

    def counts_match(self, residuals: FloatArray) -> bool:
        """Tell whether a candidate (n_residual + n_sweep,) has as many spikes as the recording."""
        return bool((residuals[self.length :] == self.wanted).all())

    def costs(self, residuals: FloatArray, *, fine: bool = False) -> FloatArray:
        """Return the sums of squares of weighted residuals, a missing spike counting 1 (eq. 20).

        Parameters
        ----------
        residuals : FloatArray, shape (n_cand, n_residual + n_sweep)

        Returns
        -------
        FloatArray, shape (n_cand,)
            nan where a candidate failed.
        """
        weighted = residuals[:, : self.length] * (self.fine if fine else self.coarse)
        return np.asarray(np.einsum("ij,ij->i", weighted, weighted) / UNIT)

    def comparable(self, residuals: FloatArray, base: FloatArray) -> BoolArray:
        """Tell which residuals of candidates are about the same as those of another.

        A spike that is there in one and missing in the other makes a jump that no slope describes.

        Parameters
        ----------
        residuals : FloatArray, shape (n_cand, n_residual + n_sweep)
        base : FloatArray, shape (n_residual + n_sweep,)

        Returns
        -------
        BoolArray, shape (n_cand, n_residual)
        """
        sweep = np.maximum(self.sweep, 0)
        counts = residuals[:, self.length :][:, sweep]
        own = base[self.length :][sweep]
        same = (self.spike < counts) == (self.spike < own)
        return np.asarray(np.where(self.spike == _SURPLUS, counts == own, same))


@dataclass(frozen=True)
class Merits:
    """How candidates are ordered by one number.

    Attributes
    ----------
    weights : FloatArray, shape (n_score,)
        What every component counts.
    rows
        The residuals that come with the scores.
    """

    weights: FloatArray
    rows: ResidualRows

    def plain(self, scores: FloatArray) -> FloatArray:
        """Return weighted sums of score rows (n_cand, n_score), inf for failed ones (eq. 19)."""
        if not len(scores):
            return np.empty(0)
        sums = np.einsum("ij,j->i", scores, self.weights)
        return np.where(np.isfinite(sums), sums, np.inf)

    def mixed(self, scores: FloatArray, residuals: FloatArray) -> FloatArray:
        """Return the weighted sums and the coarse residuals' costs together (eq. 21)."""
        sums = self.plain(scores) + self.rows.costs(residuals)
        return np.where(np.isfinite(sums), sums, np.inf)
