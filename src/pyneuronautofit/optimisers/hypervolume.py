"""How much of the space of the modes' sums a search has come to dominate.

Source: E. Zitzler, L. Thiele, "Multiobjective evolutionary algorithms: a comparative case study and
the strength Pareto approach", IEEE Transactions on Evolutionary Computation 3 (1999) 257-271,
doi:10.1109/4235.797969. The computation is moocore's.
"""

from __future__ import annotations

import moocore
import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.optimisers.dominance import non_dominated

#: The exact measure takes time that grows with the power of the number of modes.
MOST_EXACT = 4
# Directions of the approximation; 2,000 were within 0.3 % of the exact value for 2 to 5 modes.
_N_DIRECTION = 2000


class Hypervolume:
    """The hypervolume of all points so far, as a part of the box between 0 and a reference point.

    The reference point is the median of the first points in every mode (their largest value where
    the median is 0). What is worse than it in a mode adds nothing. Only modes whose reference is
    above 0 count; with fewer than two of them there is no such measure.

    Parameters
    ----------
    n_mode
        Number of modes.
    """

    def __init__(self, n_mode: int) -> None:
        self.reference = np.full(n_mode, np.nan)
        self._front = np.zeros((0, n_mode))
        self._fresh: list[FloatArray] = []

    def add(self, sums: FloatArray) -> None:
        """Take points (n_cand, n_mode), finite and not negative; the first set the reference."""
        if not len(sums):
            return
        if np.isnan(self.reference).all():
            middle = np.median(sums, axis=0)
            self.reference = np.where(middle > 0, middle, sums.max(axis=0))
        self._fresh.append(sums)

    def value(self) -> float:
        """Return the part of the box that is dominated, 0 to 1; nan where it means nothing."""
        used = self.reference > 0
        if used.sum() < 2:
            return float("nan")
        fresh = [sums[:, used] / self.reference[used] for sums in self._fresh]
        points = np.concatenate([self._front[:, : used.sum()], *fresh])
        points = points[(points < 1).all(axis=1)]
        self._fresh = []
        self._front = points[non_dominated(points)]
        if not len(self._front):
            return 0.0
        corner = np.ones(self._front.shape[1])
        if len(corner) <= MOST_EXACT:
            return float(moocore.hypervolume(self._front, ref=corner))
        return float(moocore.hv_approx(self._front, ref=corner, nsamples=_N_DIRECTION))
