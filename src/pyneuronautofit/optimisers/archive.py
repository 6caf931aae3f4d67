"""The hall of fame: the non-dominated set of all that a search ever evaluated.

The archive holds row numbers of evaluations and their scores. It is updated by insertion: a new
generation is compared with the archive, never with the whole history, and members of the archive
are never compared with each other again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.optimisers._kernels import fronts
from pyneuronautofit.optimisers.dominance import non_dominated


@dataclass(frozen=True)
class ParetoArchive:
    """Non-dominated evaluations.

    Attributes
    ----------
    rows : IntArray, shape (n_archive,)
        Numbers of evaluations, ascending.
    scores : FloatArray, shape (n_archive, n_score)
        Their scores.
    capacity
        How many are kept; the most crowded are left out first.
    orders : IntArray, shape (n_score, n_archive), or None
        The members in the order of every component, once the archive has been full: new ones are
        merged into them. They follow from the scores, and may be left out.
    """

    rows: IntArray
    scores: FloatArray
    capacity: int
    orders: IntArray | None = field(default=None, repr=False, compare=False)

    def insert(self, rows: IntArray, scores: FloatArray) -> ParetoArchive:
        """Return the archive after the evaluations `rows` with their `scores` were added."""
        fresh = np.flatnonzero(non_dominated(scores))
        rows, scores = rows[fresh], np.ascontiguousarray(scores[fresh])
        if not len(self.rows):
            return self._with(rows, scores, None)
        members = np.ascontiguousarray(self.scores)
        sums = fronts.row_sums(members), fronts.row_sums(scores)
        beaten, vain = fronts.compare(members, np.argsort(sums[0]), scores, sums)
        stay, come = np.flatnonzero(~beaten), np.flatnonzero(~vain)
        rows = np.concatenate([self.rows[stay], rows[come]])
        kept = np.concatenate([self.scores[stay], scores[come]])
        if self.orders is None:
            return self._with(rows, kept, None)
        places = np.full(len(self.rows), -1)
        places[stay] = np.arange(len(stay))
        new = np.ascontiguousarray(np.argsort(scores[come], axis=0, kind="stable").T)
        orders = fronts.merge_orders(self.orders, places, fronts.transposed(kept), new)
        return self._with(rows, kept, orders)

    def _with(self, rows: IntArray, scores: FloatArray, orders: IntArray | None) -> ParetoArchive:
        """Return an archive of these, without the most crowded that are too many."""
        if len(rows) <= self.capacity:
            return ParetoArchive(rows, scores, self.capacity, orders)
        columns = fronts.transposed(scores)
        if orders is None:
            orders = np.argsort(columns, axis=1, kind="stable")
        by_distance = np.argsort(-fronts.crowding(columns, orders), kind="stable")
        kept = np.sort(by_distance[: self.capacity])
        places = np.full(len(rows), -1)
        places[kept] = np.arange(len(kept))
        nobody = np.empty((len(orders), 0), dtype=np.int64)
        orders = fronts.merge_orders(orders, places, columns, nobody)
        return ParetoArchive(rows[kept], scores[kept], self.capacity, orders)


def empty_archive(capacity: int) -> ParetoArchive:
    """Return an archive of nothing."""
    return ParetoArchive(np.empty(0, dtype=np.int64), np.empty((0, 0)), capacity)
