"""A step of the iteration of weights, against numpy; `weightings/test_krayzman.py` has the walk."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.optimisers._kernels import weights as loops

ROUNDING = 1e-12


def measured(weights, deviations, correlations, rounding=ROUNDING):
    room = np.empty(len(weights)), np.empty(len(weights))
    return loops.measure(weights, deviations, correlations, rounding, room)


@pytest.mark.parametrize(
    ("by_sum", "expected"), [(True, [0.125, 0.5, 0.0, 0.375]), (False, [0.25, 1.0, 0.0, 0.75])]
)
def test_normalised_by_sum_or_maximum(by_sum, expected):
    weights = np.array([1.0, 4.0, 0.0, 3.0])
    loops.normalise(weights, by_sum)
    assert weights.tolist() == expected


@pytest.mark.parametrize("by_sum", [True, False])
def test_weights_of_nothing_stay_as_they_are(by_sum):
    weights = np.zeros(3)
    loops.normalise(weights, by_sum)
    assert weights.tolist() == [0.0, 0.0, 0.0]


def test_a_product_is_added():
    sums = np.array([1.0, 2.0])
    loops.add_product(np.array([3.0, -4.0]), 0.5, sums)
    assert sums.tolist() == [2.5, 0.0]


@pytest.mark.parametrize("seed", range(10))
def test_the_ends_of_the_correlations_with_the_scalar(seed):
    """Worked out of the statistics alone; here the scalars themselves are correlated."""
    rng = np.random.default_rng(seed)
    n_score = 2 + seed % 5
    vectors = rng.normal(size=(200, n_score)) @ rng.normal(size=(n_score, n_score))
    vectors *= 10.0 ** rng.integers(-3, 4, n_score)
    weights = rng.random(n_score)
    correlations = np.array([np.corrcoef(v, vectors @ weights)[0, 1] for v in vectors.T])
    least, greatest, ratio = measured(weights, vectors.std(axis=0), np.corrcoef(vectors.T))
    assert (least, greatest) == (correlations.argmin(), correlations.argmax())
    assert ratio == pytest.approx(correlations.min() / correlations.max(), rel=1e-9)


def test_among_equals_the_first_is_the_least_and_the_last_the_greatest():
    assert measured(np.ones(3), np.ones(3), np.ones((3, 3))) == (0, 2, 1.0)
    # A small constant scalar is still a scalar: sizes are compared with the largest.
    assert measured(np.ones(3), np.full(3, 1e-200), np.ones((3, 3))) == (0, 2, 1.0)


def test_a_scalar_that_hardly_varies():
    """Two components that cancel each other: their scalar is rounding errors."""
    against = np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert measured(np.ones(2), np.ones(2), against) == (0, 1, -np.inf)
    # The variance is (1 - 0.9)^2 = 0.01, and (1 + 0.9)^2 = 3.61 times the rounding is its bound.
    weights = np.array([1.0, 0.9])
    assert measured(weights, np.ones(2), against, 0.0028) == (0, 1, -np.inf)
    least, greatest, ratio = measured(weights, np.ones(2), against, 0.0027)
    assert (least, greatest) == (1, 0)
    assert ratio == pytest.approx(-1.0)
