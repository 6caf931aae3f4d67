import numpy as np

from pyneuronautofit.optimisers.weighting import Weights, no_weights

WEIGHTS = Weights(np.array([0.5, 0.0, 2.0]), np.array([True, False, True]))


def test_the_scalar_is_the_weighted_sum_of_active_components():
    scores = np.array([[1.0, 100.0, 3.0], [2.0, 1e300, 0.0]])
    assert WEIGHTS.scalars(scores).tolist() == [6.5, 1.0]


def test_before_anything_is_learnt_all_count_alike():
    assert no_weights(3).scalars(np.array([[1.0, 2.0, 3.0]])).tolist() == [6.0]


def test_failed_candidates_and_overflow_are_not_finite():
    scores = np.array([[np.nan] * 3, [1.0, np.inf, 1.0], [1.0, 1.0, 1.5e308]])
    assert not np.isfinite(WEIGHTS.scalars(scores)).any()


def test_a_candidate_has_the_same_scalar_in_any_company():
    rng = np.random.default_rng(0)
    scores = rng.random((50, 37))
    weights = Weights(rng.random(37), np.ones(37, dtype=bool))
    alone = [weights.scalars(row[None])[0] for row in scores]
    assert weights.scalars(scores).tolist() == alone
    assert weights.scalars(scores[::-2]).tolist() == alone[::-2]
    assert weights.scalars(np.asfortranarray(scores)).tolist() == alone
