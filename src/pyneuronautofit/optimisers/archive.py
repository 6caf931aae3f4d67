"""The hall of fame: the non-dominated set of all that a search ever evaluated.

The archive holds row numbers of evaluations and their scores. It is updated by insertion: a new
generation is compared with the archive, never with the whole history.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.optimisers.dominance import crowding_distances, non_dominated


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
    """

    rows: IntArray
    scores: FloatArray
    capacity: int

    def insert(self, rows: IntArray, scores: FloatArray) -> ParetoArchive:
        """Return the archive after the evaluations `rows` with their `scores` were added."""
        if len(self.rows):
            rows = np.concatenate([self.rows, rows])
            scores = np.concatenate([self.scores, scores])
        kept = np.flatnonzero(non_dominated(scores))
        if len(kept) > self.capacity:
            order = np.argsort(-crowding_distances(scores[kept]), kind="stable")
            kept = np.sort(kept[order[: self.capacity]])
        return ParetoArchive(rows[kept], scores[kept], self.capacity)


def empty_archive(capacity: int) -> ParetoArchive:
    """Return an archive of nothing."""
    return ParetoArchive(np.empty(0, dtype=np.int64), np.empty((0, 0)), capacity)
