"""Dominance, orders and crowding, against comparisons of all pairs in plain numpy."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import crowding
from pyneuronautofit.optimisers._kernels import fronts


def dominating(rows, others):
    """Who of rows dominates whom of others, shape (len(rows), len(others)): by definition."""
    one, other = rows[:, None], others[None]
    return (one <= other).all(axis=-1) & (one < other).any(axis=-1)


def front_of(rows):
    """Return the rows that no other one dominates."""
    return rows[~dominating(rows, rows).any(axis=0)]


def near_a_plane(rng, size, n_score):
    """Rows of few levels, of which many are equal somewhere and few dominate another."""
    return np.rint(rng.dirichlet(np.ones(n_score), size) * 14)


def compared(members, candidates):
    sums = fronts.row_sums(members), fronts.row_sums(candidates)
    return fronts.compare(members, np.argsort(sums[0]), candidates, sums)


# Groups of 4 components are filled up, and blocks of 64 members are compared at a time.
@pytest.mark.parametrize("n_score", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("size", [1, 40, 800])
def test_who_is_dominated_by_all_pairs(n_score, size):
    rng = np.random.default_rng([n_score, size])
    members = front_of(near_a_plane(rng, size, n_score))
    near = members[::7] + rng.integers(-1, 2, members[::7].shape)
    candidates = front_of(np.concatenate([near_a_plane(rng, 50, n_score), near]))
    before = members.copy(), candidates.copy()
    beaten, vain = compared(members, candidates)
    assert beaten.tolist() == dominating(candidates, members).any(axis=0).tolist()
    assert vain.tolist() == dominating(members, candidates).any(axis=0).tolist()
    np.testing.assert_array_equal(members, before[0])
    np.testing.assert_array_equal(candidates, before[1])
    if size == 800 and n_score > 2:
        assert len(members) > 64
        assert beaten.any()
        assert vain.any()


def test_equals_do_not_dominate_each_other():
    rows = np.array([[1.0, 2.0], [2.0, 1.0]])
    beaten, vain = compared(rows, rows.copy())
    assert not beaten.any()
    assert not vain.any()


def test_sums_that_overflow_rule_nobody_out():
    huge = 1e308
    members = np.array([[huge, huge], [0.0, np.nextafter(np.inf, 0)]])
    candidates = np.array([[huge, huge * 1.1], [huge * 0.9, huge]])
    beaten, vain = compared(members, candidates)
    assert beaten.tolist() == [True, False]
    assert vain.tolist() == [True, False]


def test_sums_are_added_up_from_left_to_right():
    # 1 is lost beside 1e16, unless it is added last.
    rows = np.array([[1.0, 1e16, -1e16], [1e16, -1e16, 1.0], [0.25, 0.5, 0.125]])
    assert fronts.row_sums(rows).tolist() == [0.0, 1.0, 0.875]
    assert fronts.row_sums(np.empty((0, 3))).shape == (0,)


@pytest.mark.parametrize("shape", [(1, 3), (64, 2), (65, 7), (200, 1)])
def test_transposed(shape):
    rows = np.random.default_rng(1).random(shape)
    columns = fronts.transposed(rows)
    np.testing.assert_array_equal(columns, rows.T)
    assert columns.flags.c_contiguous


@pytest.mark.parametrize("n_new", [0, 1, 30])
@pytest.mark.parametrize("seed", range(3))
def test_merged_orders_are_those_of_sorting_everybody(n_new, seed):
    rng = np.random.default_rng(seed)
    # Few values: equals are in the order in which they stand, the former ones first.
    before = rng.integers(0, 5, (20, 3)).astype(float)
    new = rng.integers(-1, 7, (n_new, 3)).astype(float)
    kept = np.flatnonzero(rng.random(20) < 0.6)
    places = np.full(20, -1)
    places[kept] = np.arange(len(kept))
    orders = np.argsort(before.T, axis=1, kind="stable")
    new_orders = np.argsort(new.T, axis=1, kind="stable")
    columns = np.ascontiguousarray(np.concatenate([before[kept], new]).T)
    merged = fronts.merge_orders(orders, places, columns, new_orders)
    np.testing.assert_array_equal(merged, np.argsort(columns, axis=1, kind="stable"))


@pytest.mark.parametrize(("size", "n_score"), [(1, 2), (2, 3), (3, 1), (30, 4)])
def test_crowding_component_by_component(size, n_score):
    rng = np.random.default_rng([size, n_score])
    scores = rng.random((size, n_score)) * 10.0 ** rng.integers(-3, 4, n_score)
    scores[:, 0] = np.rint(scores[:, 0])
    columns = np.ascontiguousarray(scores.T)
    found = fronts.crowding(columns, np.argsort(columns, axis=1, kind="stable"))
    np.testing.assert_allclose(found, crowding(scores), rtol=1e-12)
