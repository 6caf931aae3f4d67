"""Whether a search still gets better, and which model is the best by the sum of everything."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.objectives import Suite
from pyneuronautofit.objectives.residuals import weighted_sums

# A gain below this part is none.
_LEAST = 1e-6


@dataclass(frozen=True)
class Leader:
    """The evaluation with the least weighted sum so far, which is always remembered.

    It is non-dominated, but so may be more models than an archive or a population has room for.

    Attributes
    ----------
    row
        Its row in the history.
    scores : FloatArray, shape (n_score,)
    total
        Its weighted sum.
    """

    row: int
    scores: FloatArray
    total: float


@dataclass(frozen=True)
class Gains:
    """The best sums so far, and for how long they have been the best.

    Attributes
    ----------
    sums : FloatArray, shape (n_score, n_mode + 1)
        What every component counts in the sum of each mode, and in the weighted sum of all.
    best : FloatArray, shape (n_mode + 1,)
    since
        Generations since one of these became better.
    n_told
        Evaluations so far.
    leader
        The best of them by the weighted sum; None where nothing succeeded.
    """

    sums: FloatArray
    best: FloatArray
    since: int = 0
    n_told: int = 0
    leader: Leader | None = None

    def after(self, scores: FloatArray) -> Gains:
        """Return what is so after one more generation, scores (n_cand, n_score)."""
        rows = np.flatnonzero(np.isfinite(scores).all(axis=1))
        usable = scores[rows]
        found = (usable @ self.sums).min(axis=0) if len(usable) else np.full(len(self.best), np.inf)
        with np.errstate(invalid="ignore"):
            better = found < self.best - _LEAST * np.abs(
                np.where(np.isfinite(self.best), self.best, 0)
            )
        since = 0 if better.any() else self.since + 1
        return replace(
            self,
            best=np.minimum(self.best, found),
            since=since,
            n_told=self.n_told + len(scores),
            leader=self._leader(self.n_told + rows, usable),
        )

    def _leader(self, rows: IntArray, scores: FloatArray) -> Leader | None:
        """Return who leads among the leader so far and others that succeeded."""
        if not len(rows):
            return self.leader
        totals = weighted_sums(scores, self.sums[:, -1])
        best = int(np.argmin(totals))
        if self.leader is not None and self.leader.total <= totals[best]:
            return self.leader
        return Leader(int(rows[best]), scores[best].copy(), float(totals[best]))


def no_gains(suite: Suite, weights: FloatArray) -> Gains:
    """Return what is so before the first generation; weights (n_score,) of the weighted sum."""
    marks = np.array(suite.markers)
    columns = [(marks == member.code).astype(np.float64) for member in suite.members]
    sums = np.stack([*columns, weights], axis=1)
    return Gains(sums, np.full(sums.shape[1], np.inf))


def with_leader(rows: IntArray, gains: Gains | None) -> IntArray:
    """Return rows, ascending, with that of the leader among them where there is one."""
    if gains is None or gains.leader is None:
        return rows
    return np.union1d(rows, [gains.leader.row]).astype(np.int64)
