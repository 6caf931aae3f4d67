"""Compiled loops over vectors of scores: who dominates whom, who is crowded, in which order.

Crowding is that of Deb et al. 2002, section III-B (full reference in `dominance`; docs/search.md).
"""

from __future__ import annotations

import numpy as np

from pyneuronautofit._native.compiling import compiled
from pyneuronautofit._types import BoolArray, FloatArray, IntArray

# Members of the archive that are compared at a time: their scores fit the nearest cache.
_BLOCK = 64
# Components that are looked at together.
_GROUP = 4


@compiled
def count_reached(tile: FloatArray, values: FloatArray, counts: IntArray) -> None:
    """Count in how many of four components members are not above a candidate.

    Parameters
    ----------
    tile : FloatArray, shape (4, n_member)
    values : FloatArray, shape (4,)
    counts : IntArray, shape (n_member,)
        Are added to.
    """
    # Named in front of the loop, of which the compiler then makes vector instructions.
    one, two, three, four = tile[0], tile[1], tile[2], tile[3]
    v_one, v_two, v_three, v_four = values[0], values[1], values[2], values[3]
    for k in range(len(counts)):
        counts[k] += (
            np.int64(one[k] <= v_one)
            + np.int64(two[k] <= v_two)
            + np.int64(three[k] <= v_three)
            + np.int64(four[k] <= v_four)
        )


@compiled
def count_equal(counts: IntArray, value: int) -> int:
    """Return how many counts are equal to a value."""
    n = 0
    for k in range(len(counts)):
        n += counts[k] == value
    return n


@compiled
def nowhere_above(tile: FloatArray, values: FloatArray, counts: IntArray) -> bool:
    """Return whether any member is in no component above a candidate.

    Parameters
    ----------
    tile : FloatArray, shape (n_score, n_member)
        n_score is a multiple of 4.
    values : FloatArray, shape (n_score,)
    counts : IntArray, shape (n_member,)
        n_score where a member is nowhere above the candidate, if any is.
    """
    counts[:] = 0
    for group in range(0, len(values), _GROUP):
        count_reached(tile[group : group + _GROUP], values[group : group + _GROUP], counts)
        if count_equal(counts, group + _GROUP) == 0:
            return False  # mostly so, after a few groups
    return True


@compiled
def fill_tile(
    members: FloatArray, chosen: IntArray, tile: FloatArray, mirrored: FloatArray
) -> None:
    """Write the components of chosen members to `tile` (n_score, n_member), and negated."""
    for place in range(len(chosen)):
        for k in range(members.shape[1]):
            tile[k, place] = members[chosen[place], k]
            mirrored[k, place] = -members[chosen[place], k]


@compiled
def row_sums(rows: FloatArray) -> FloatArray:
    """Return the sums of rows (n, n_score), all added up in one order: monotonic, shape (n,)."""
    sums = np.zeros(len(rows))
    for row in range(len(rows)):
        for k in range(rows.shape[1]):
            sums[row] += rows[row, k]
    return sums


@compiled
def compare(
    members: FloatArray,
    order: IntArray,
    candidates: FloatArray,
    sums: tuple[FloatArray, FloatArray],
) -> tuple[BoolArray, BoolArray]:
    """Find who is dominated, where no member dominates another and no candidate does.

    Nobody is dominated by a vector of a larger sum: with the members in the order of their sums,
    candidates and most blocks of them need comparing in one direction only. Sums are rounded; but
    added up in one order, those of larger numbers are never smaller.

    Parameters
    ----------
    members : FloatArray, shape (n_member, n_score), finite
    order : IntArray, shape (n_member,)
        That of their sums.
    candidates : FloatArray, shape (n_cand, n_score), finite
    sums : tuple[FloatArray, FloatArray], shapes (n_member,) and (n_cand,)
        Of the components of both.

    Returns
    -------
    tuple[BoolArray, BoolArray], shapes (n_member,) and (n_cand,)
        Members that a candidate dominates, and candidates that a member dominates.
    """
    n_member, n_score = members.shape
    n_cand = len(candidates)
    beaten, vain = np.zeros(n_member, dtype=np.bool_), np.zeros(n_cand, dtype=np.bool_)
    # Filled up with components in which all are equal, to whole groups.
    n_filled = -(-n_score // _GROUP) * _GROUP
    values = np.zeros((n_cand, n_filled))
    values[:, :n_score] = candidates
    tile, mirrored = np.zeros((n_filled, _BLOCK)), np.zeros((n_filled, _BLOCK))
    not_above, not_below = np.empty(_BLOCK, dtype=np.int64), np.empty(_BLOCK, dtype=np.int64)
    for begin in range(0, n_member, _BLOCK):
        chosen = order[begin : begin + _BLOCK]
        fill_tile(members, chosen, tile, mirrored)
        lower, higher = not_above[: len(chosen)], not_below[: len(chosen)]
        for candidate in range(n_cand):
            if vain[candidate]:
                continue
            own, own_sum = values[candidate], sums[1][candidate]
            # Negated, so that a sum that overflowed rules nobody out.
            below = not own_sum < sums[0][chosen[0]] and nowhere_above(tile, own, lower)
            above = not own_sum > sums[0][chosen[-1]] and nowhere_above(mirrored, -own, higher)
            if not below and not above:
                continue
            for place in range(len(chosen)):
                # Who is neither anywhere above nor anywhere below is equal.
                leads = below and lower[place] == n_filled
                follows = above and higher[place] == n_filled
                vain[candidate] |= leads and not follows
                beaten[chosen[place]] |= follows and not leads
    return beaten, vain


@compiled
def transposed(rows: FloatArray) -> FloatArray:
    """Return an array (n, m) as (m, n), some rows at a time, which is easier on the cache."""
    n_row, n_column = rows.shape
    columns = np.empty((n_column, n_row))
    for begin in range(0, n_row, _BLOCK):
        columns[:, begin : begin + _BLOCK] = rows[begin : begin + _BLOCK].T
    return columns


@compiled
def merge_orders(
    orders: IntArray, places: IntArray, columns: FloatArray, new_orders: IntArray
) -> IntArray:
    """Return the orders of values of which most are in order already, (n_score, n_kept).

    Parameters
    ----------
    orders : IntArray, shape (n_score, n_before)
        Former members in the order of every component.
    places : IntArray, shape (n_before,)
        Where former members are now; -1 where they are not any more.
    columns : FloatArray, shape (n_score, n_kept)
        The components: first of those that are still there, then of new ones. Not looked at where
        there are none of these.
    new_orders : IntArray, shape (n_score, n_new)
        The new ones alone in the order of every component.

    Returns
    -------
    IntArray
        Equals in the order in which they stand.
    """
    n_score, n_new = new_orders.shape
    n_old = 0
    for place in places:
        n_old += place >= 0
    merged = np.empty((n_score, n_old + n_new), dtype=np.int64)
    for k in range(n_score):
        values, done, new = columns[k], 0, 0
        for former in orders[k]:
            member = places[former]
            if member < 0:
                continue
            while new < n_new and values[n_old + new_orders[k, new]] < values[member]:
                merged[k, done] = n_old + new_orders[k, new]
                new += 1
                done += 1
            merged[k, done] = member
            done += 1
        for late in range(new, n_new):
            merged[k, done] = n_old + new_orders[k, late]
            done += 1
    return merged


@compiled
def crowding(columns: FloatArray, orders: IntArray) -> FloatArray:
    """Return how far everybody's neighbours are apart, summed over the components, (n_kept,).

    Parameters
    ----------
    columns : FloatArray, shape (n_score, n_kept)
    orders : IntArray, shape (n_score, n_kept)
    """
    n_score, n_kept = columns.shape
    distances = np.zeros(n_kept)
    for k in range(n_score):
        values, order = columns[k], orders[k]
        spread = values[order[-1]] - values[order[0]]
        if spread == 0.0:  # a component in which all are equal has no ends
            continue
        for place in range(1, n_kept - 1):
            gap = values[order[place + 1]] - values[order[place - 1]]
            distances[order[place]] += gap / spread  # eq. 4
        distances[order[0]] = np.inf
        distances[order[-1]] = np.inf
    return distances
