"""Non-dominated sorting and crowding.

Source: K. Deb, A. Pratap, S. Agarwal, T. Meyarivan, "A fast and elitist multiobjective genetic
algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation 6 (2002) 182-197,
doi:10.1109/4235.996017, sections III-A (sorting) and III-B (crowding). The sorting itself is
moocore's, but for score vectors that are longer than it takes. Equations are those of
docs/search.md.
"""

from __future__ import annotations

import moocore
import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.optimisers._kernels import fronts

#: The longest score vectors that moocore takes.
_MOST_COMPONENTS = 255
_BLOCK = 16


def non_dominated_ranks(scores: FloatArray) -> IntArray:
    """Return the front that every candidate is in: 0 is dominated by nobody (III-A).

    Parameters
    ----------
    scores : FloatArray, shape (n_cand, n_score)
        Lower is better. Rows that are not finite (failed candidates) come after every front.

    Returns
    -------
    IntArray, shape (n_cand,)
    """
    finite = np.isfinite(scores).all(axis=1)
    ranks = np.zeros(len(scores), dtype=np.int64)
    if finite.any():
        long = scores.shape[1] > _MOST_COMPONENTS
        ranks[finite] = (_ranks_of_long if long else moocore.pareto_rank)(scores[finite])
        ranks[~finite] = ranks[finite].max() + 1
    return ranks


def non_dominated(scores: FloatArray) -> BoolArray:
    """Return which candidates no other one dominates, shape (n_cand,); never a failed one."""
    finite: BoolArray = np.asarray(np.isfinite(scores).all(axis=1))
    kept = finite.copy()
    if finite.any() and scores.shape[1] > _MOST_COMPONENTS:
        kept[finite] = _ranks_of_long(scores[finite]) == 0
    elif finite.any():
        kept[finite] = moocore.is_nondominated(scores[finite], keep_weakly=True)
    return np.asarray(kept)


def _ranks_of_long(scores: FloatArray) -> IntArray:
    """Return the front of every candidate as the longest chain of dominators in front of it."""
    # Whoever dominates a candidate comes before it in this order, and a copy of it is beside it.
    order = np.lexsort(scores.T[::-1])
    ordered = scores[order]
    chains = np.zeros(len(ordered), dtype=np.int64)
    for place in range(1, len(ordered)):
        if (ordered[place] == ordered[place - 1]).all():
            chains[place] = chains[place - 1]
            continue
        rivals = np.arange(place)
        # A few components at a time: nearly all rivals are out after the first ones.
        for start in range(0, scores.shape[1], _BLOCK):
            part = slice(start, start + _BLOCK)
            rivals = rivals[(ordered[rivals, part] <= ordered[place, part]).all(axis=1)]
            if not len(rivals):
                break
        else:
            chains[place] = chains[rivals].max() + 1
    ranks = np.empty_like(chains)
    ranks[order] = chains
    return ranks


def crowding_distances(scores: FloatArray) -> FloatArray:
    """Return how far every candidate's neighbours are apart, summed over the objectives (eq. 4).

    Parameters
    ----------
    scores : FloatArray, shape (n_cand, n_score)
        One front, finite.

    Returns
    -------
    FloatArray, shape (n_cand,)
        Infinite for the ends of every objective.
    """
    if not len(scores):
        return np.zeros(0)
    columns = np.ascontiguousarray(scores.T)
    return fronts.crowding(columns, np.argsort(columns, axis=1, kind="stable"))


def crowding_by_front(scores: FloatArray, ranks: IntArray) -> FloatArray:
    """Return the crowding distance of every candidate within its own front, shape (n_cand,)."""
    distances = np.zeros(len(scores))
    finite = np.isfinite(scores).all(axis=1)
    for rank in np.unique(ranks[finite]):
        front = np.flatnonzero(finite & (ranks == rank))
        distances[front] = crowding_distances(scores[front])
    return distances


def best_first(ranks: IntArray, crowding: FloatArray) -> IntArray:
    """Return the order of the crowded comparison (eq. 5), and of equals that of their age."""
    return np.lexsort((-crowding, ranks)).astype(np.int64)
