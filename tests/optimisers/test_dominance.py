import numpy as np
import pytest
from hypothesis import given

from optimisers._made import SEEDED, crowding, dominates, fronts, score_matrices
from pyneuronautofit.optimisers.dominance import (
    best_first,
    crowding_by_front,
    crowding_distances,
    non_dominated,
    non_dominated_ranks,
)


@SEEDED
@given(score_matrices())
def test_ranks_against_the_definition(scores):
    before = scores.copy()
    np.testing.assert_array_equal(non_dominated_ranks(scores), fronts(scores))
    np.testing.assert_array_equal(scores, before)


@SEEDED
@given(score_matrices())
def test_non_dominated_against_the_definition(scores):
    expected = [
        bool(np.isfinite(one).all()) and not any(dominates(other, one) for other in scores)
        for one in scores
    ]
    assert non_dominated(scores).tolist() == expected


@pytest.mark.parametrize("n_score", [1, 2, 40, 255, 256, 300])
def test_as_many_components_as_there_are_modes_and_sweeps(n_score):
    """Long vectors, in which one candidate still dominates another."""
    rng = np.random.default_rng(n_score)
    levels = rng.integers(0, 6, (40, 1))
    scores = (levels + rng.integers(0, 2, (40, n_score))).astype(float)
    scores[[3, 17]] = np.nan
    scores[5] = scores[6]
    expected = fronts(scores)
    assert expected.max() > 2
    np.testing.assert_array_equal(non_dominated_ranks(scores), expected)
    np.testing.assert_array_equal(non_dominated(scores), (expected == 0) & ~np.isnan(scores[:, 0]))


@SEEDED
@given(score_matrices(failed=False, most=20))
def test_ranks_of_long_vectors_against_the_definition(scores):
    long = np.tile(scores, (1, 256 // scores.shape[1] + 1))
    expected = fronts(scores)
    np.testing.assert_array_equal(non_dominated_ranks(long), expected)
    np.testing.assert_array_equal(non_dominated(long), expected == 0)


@pytest.mark.parametrize("n_score", [2, 300])
def test_nobody_and_failures_only(n_score):
    assert non_dominated_ranks(np.empty((0, n_score))).shape == (0,)
    assert non_dominated(np.empty((0, n_score))).shape == (0,)
    failed = np.full((3, n_score), np.nan)
    assert len(set(non_dominated_ranks(failed).tolist())) == 1
    assert not non_dominated(failed).any()


def test_one_component_that_is_not_finite_is_a_failure():
    scores = np.array([[0.0, np.nan], [5.0, 5.0], [np.inf, 0.0], [6.0, 4.0]])
    assert non_dominated_ranks(scores).tolist() == [1, 0, 1, 0]
    assert non_dominated(scores).tolist() == [False, True, False, True]


def test_crowding_of_a_worked_example():
    """Section III-B: the sides of the cuboid of the neighbours, each over its objective's spread.

    Along f1 (spread 10) the order is a b c d, along f2 (spread 5) it is d c b a.
    b: (4 - 0)/10 + (5 - 1)/5 = 1.2;  c: (10 - 1)/10 + (2 - 0)/5 = 1.3
    """
    a, b, c, d = [0.0, 5.0], [1.0, 2.0], [4.0, 1.0], [10.0, 0.0]
    distances = crowding_distances(np.array([c, a, d, b]))
    np.testing.assert_allclose(distances, [1.3, np.inf, np.inf, 1.2])


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([[1.0, 1.0]], [0.0]),
        ([[0.0, 1.0], [1.0, 0.0]], [np.inf, np.inf]),
        # An objective in which all are equal separates nobody.
        ([[0.0, 7.0], [1.0, 7.0], [4.0, 7.0]], [np.inf, 1.0, np.inf]),
        ([[3.0, 7.0], [3.0, 7.0], [3.0, 7.0]], [0.0, 0.0, 0.0]),
    ],
)
def test_crowding_where_there_is_little_to_compare(scores, expected):
    assert crowding_distances(np.array(scores)).tolist() == expected


def test_crowding_of_nobody():
    assert crowding_distances(np.empty((0, 2))).shape == (0,)


def test_copies_are_crowded():
    scores = np.array([[0.0, 4.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [4.0, 0.0]])
    assert crowding_distances(scores)[2] == 0.0


@SEEDED
@given(score_matrices(failed=False))
def test_crowding_against_the_definition(scores):
    np.testing.assert_array_equal(crowding_distances(scores), crowding(scores))


@SEEDED
@given(score_matrices())
def test_crowding_by_front_is_that_of_each_front_alone(scores):
    ranks = non_dominated_ranks(scores)
    found = crowding_by_front(scores, ranks)
    failed = ~np.isfinite(scores).all(axis=1)
    assert not found[failed].any()
    for rank in set(ranks[~failed].tolist()):
        front = (ranks == rank) & ~failed
        np.testing.assert_array_equal(found[front], crowding_distances(scores[front]))


def test_best_first():
    ranks = np.array([1, 0, 0, 2, 0])
    distances = np.array([np.inf, 0.5, np.inf, 9.0, 0.5])
    assert best_first(ranks, distances).tolist() == [2, 1, 4, 0, 3]
