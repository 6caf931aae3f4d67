import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimisers._made import SEEDED, crowding, score_matrices
from pyneuronautofit.optimisers import empty_archive
from pyneuronautofit.optimisers.dominance import crowding_distances, non_dominated


def _insert_in_parts(scores, cuts, capacity):
    archive = empty_archive(capacity)
    for rows in np.split(np.arange(len(scores)), sorted(cuts)):
        archive = archive.insert(rows, scores[rows])
    return archive


@SEEDED
@given(score_matrices(most=25), st.lists(st.integers(0, 25), max_size=4))
def test_insertion_gives_the_non_dominated_set_of_everything(scores, cuts):
    archive = _insert_in_parts(scores, cuts, capacity=100)
    expected = np.flatnonzero(non_dominated(scores))
    assert archive.rows.tolist() == expected.tolist()
    np.testing.assert_array_equal(archive.scores, scores[expected].reshape(archive.scores.shape))


@SEEDED
@given(score_matrices(most=25), st.lists(st.integers(0, 25), max_size=4), st.integers(1, 4))
def test_a_full_archive_keeps_to_its_capacity(scores, cuts, capacity):
    archive = _insert_in_parts(scores, cuts, capacity)
    assert len(archive.rows) == len(archive.scores) <= capacity
    assert archive.rows.tolist() == sorted(set(archive.rows.tolist()))
    assert non_dominated(archive.scores).all()
    if np.isfinite(scores).all(axis=1).any():
        assert len(archive.rows)
        np.testing.assert_array_equal(archive.scores, scores[archive.rows])


def test_the_most_crowded_are_left_out():
    first = np.array([0.0, 1.0, 1.1, 5.0, 8.0, 10.0])
    scores = np.stack([first, 10.0 - first], axis=1)
    archive = empty_archive(4).insert(np.arange(6) + 100, scores)
    assert archive.rows.tolist() == [100, 103, 104, 105]
    left_out = crowding_distances(scores)[[1, 2]]
    assert left_out.max() < crowding_distances(scores)[[0, 3, 4, 5]].min()


def test_an_archive_is_never_changed():
    old = empty_archive(10).insert(np.array([0]), np.array([[1.0, 1.0]]))
    new = old.insert(np.array([1]), np.array([[0.0, 0.0]]))
    assert (old.rows.tolist(), old.scores.tolist()) == ([0], [[1.0, 1.0]])
    assert (new.rows.tolist(), new.scores.tolist()) == ([1], [[0.0, 0.0]])
    assert new.capacity == 10


def test_equal_evaluations_are_all_kept():
    archive = empty_archive(10).insert(np.arange(3), np.array([[1.0, 2.0]] * 3))
    assert archive.rows.tolist() == [0, 1, 2]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_failures_never_enter(value):
    failed = np.array([[0.0, value], [value, value]])
    archive = empty_archive(10).insert(np.arange(2), failed)
    assert not len(archive.rows)
    archive = archive.insert(np.array([2]), np.array([[5.0, 5.0]])).insert(np.array([3, 4]), failed)
    assert archive.rows.tolist() == [2]


def _all_at_once(archive, rows, scores, capacity):
    """The insertion as it is described: everybody is compared with everybody, and sorted anew."""
    rows, scores = np.concatenate([archive[0], rows]), np.concatenate([archive[1], scores])
    kept = np.flatnonzero(non_dominated(scores))
    if len(kept) > capacity:
        order = np.argsort(-crowding(scores[kept]), kind="stable")
        kept = np.sort(kept[order[:capacity]])
    return rows[kept], scores[kept]


@pytest.mark.parametrize("n_score", [1, 3, 4, 5, 18, 46])
@pytest.mark.parametrize("capacity", [7, 64, 300, 10_000])
@pytest.mark.parametrize("n_level", [3, 30, 10**9])
def test_a_long_search_keeps_what_sorting_everything_anew_keeps(n_score, capacity, n_level):
    """Of many members and components, with and without ties, better from one time to the next."""
    rng = np.random.default_rng([n_score, capacity, n_level])
    archive = empty_archive(capacity)
    wanted = archive.rows, np.empty((0, n_score))
    for generation in range(8):
        centre = rng.random((150, 1)) * 0.5 + 0.5 - 0.02 * generation
        scores = np.floor((centre + rng.normal(0, 0.2, (150, n_score))) * n_level) / n_level
        scores[::40] = np.nan
        scores[1::50] = scores[2::50]  # copies
        if len(wanted[0]):
            scores[3] = wanted[1][0]
        rows = np.arange(150) + 150 * generation
        wanted = _all_at_once(wanted, rows, scores, capacity)
        archive = archive.insert(rows, scores)
        assert archive.rows.tolist() == wanted[0].tolist()
        np.testing.assert_array_equal(archive.scores, wanted[1])
        # What is kept for the next time may as well not have been.
        if archive.orders is not None:
            sorted_anew = np.argsort(archive.scores, axis=0, kind="stable").T
            np.testing.assert_array_equal(archive.orders, sorted_anew)


def test_who_is_dominated_though_sums_are_equal_or_overflow():
    old = np.array([[1.0, 1e17, 0.0], [0.0, 0.0, 5.0], [1e308, 1e308, -1e308]])
    archive = empty_archive(10).insert(np.arange(3), old)
    assert archive.rows.tolist() == [0, 1, 2]
    # Rounding hides that the first is below 1e17 + 1, but not that it is dominated.
    archive = archive.insert(np.array([3]), np.array([[0.0, 1e17, 0.0]]))
    assert archive.rows.tolist() == [1, 2, 3]
    archive = archive.insert(np.array([4]), np.array([[1e307, 1e308, -1.1e308]]))
    assert archive.rows.tolist() == [1, 3, 4]
