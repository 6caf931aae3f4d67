import numpy as np

from pyneuronautofit.optimisers.weighting import Weights
from pyneuronautofit.optimisers.weightings.max_scaled import MaxScaled

VECTORS = np.array([[1.0, 0.0, 8.0, 0.5e-12], [4.0, 0.0, 2.0, 0.0]])


def _updated(vectors, weights):
    return MaxScaled().update(vectors, weights, np.random.default_rng(0))


def test_components_are_divided_by_their_largest_value():
    weights = MaxScaled().first(VECTORS)
    assert weights.values.tolist() == [0.25, 1.0, 0.125, 1.0]
    np.testing.assert_allclose(
        weights.scalars(np.array([[4.0, 3.0, 4.0, 0.0], [0.0, 0.0, 16.0, 1e-12]])),
        [1.0 + 3.0 + 0.5, 2.0 + 1e-12],
    )


def test_an_update_forgets_what_was_before():
    before = MaxScaled().first(VECTORS)
    after, trace = _updated(VECTORS / 2, before)
    assert after.values.tolist() == [0.5, 1.0, 0.25, 1.0]
    assert before.values.tolist() == [0.25, 1.0, 0.125, 1.0]
    assert trace is None


def test_no_vectors_teach_nothing():
    before = Weights(np.array([2.0, 3.0]), np.ones(2, dtype=bool))
    assert _updated(np.empty((0, 2)), before) == (before, None)
    nothing = MaxScaled().first(np.empty((0, 2)))
    assert nothing.scalars(np.array([[1.0, 2.0]])).tolist() == [3.0]


def test_one_vector_is_enough():
    assert MaxScaled().first(np.array([[2.0, 4.0]])).values.tolist() == [0.5, 0.25]
