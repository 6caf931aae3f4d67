"""Whether a search still gets better."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives import Suite

# A gain below this part is none.
_LEAST = 1e-6


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
    """

    sums: FloatArray
    best: FloatArray
    since: int = 0

    def after(self, scores: FloatArray) -> Gains:
        """Return what is so after one more generation, scores (n_cand, n_score)."""
        usable = scores[np.isfinite(scores).all(axis=1)]
        found = (usable @ self.sums).min(axis=0) if len(usable) else np.full(len(self.best), np.inf)
        with np.errstate(invalid="ignore"):
            better = found < self.best - _LEAST * np.abs(
                np.where(np.isfinite(self.best), self.best, 0)
            )
        since = 0 if better.any() else self.since + 1
        return replace(self, best=np.minimum(self.best, found), since=since)


def no_gains(suite: Suite, weights: FloatArray) -> Gains:
    """Return what is so before the first generation; weights (n_score,) of the weighted sum."""
    marks = np.array(suite.markers)
    columns = [(marks == member.code).astype(np.float64) for member in suite.members]
    sums = np.stack([*columns, weights], axis=1)
    return Gains(sums, np.full(sums.shape[1], np.inf))
