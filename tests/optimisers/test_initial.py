"""The candidates that a search begins with."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import MIXED, inside
from pyneuronautofit.optimisers.initial import initial_candidates
from pyneuronautofit.space import ParameterSpace

NAN = np.nan
SPACE = ParameterSpace.from_rows([["a.x", "lin", 0.0, 10.0], ["a.g", "log", 1e-4, 1e-1]])


def rng(seed=3):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("given", [None, np.empty((0, 2))])
def test_who_is_given_nothing_draws(given):
    x = initial_candidates(SPACE, 50, given, rng())
    np.testing.assert_array_equal(x, SPACE.sample(rng(), 50))
    assert x.shape == (50, 2)


def test_model_values_become_search_coordinates():
    x = initial_candidates(SPACE, 2, np.array([[2.5, 1e-3], [7.5, 1e-2]]), rng())
    np.testing.assert_allclose(x, [[2.5, -3.0], [7.5, -2.0]], rtol=1e-12)


def test_what_is_missing_is_drawn():
    x = initial_candidates(SPACE, 4, np.array([[NAN, 1e-3], [7.5, NAN], [NAN, NAN]]), rng())
    drawn = SPACE.sample(rng(), 4)
    expected = drawn.copy()
    expected[0, 1], expected[1, 0] = -3.0, 7.5
    np.testing.assert_allclose(x, expected, rtol=1e-12)


def test_surplus_ones_are_left_out():
    given = np.stack([np.arange(9.0), np.full(9, 1e-2)], axis=1)
    x = initial_candidates(SPACE, 3, given, rng())
    np.testing.assert_allclose(x, [[0, -2], [1, -2], [2, -2]], rtol=1e-12)
    assert given[:, 0].tolist() == list(range(9))


def test_values_outside_become_the_nearest_bound():
    x = initial_candidates(SPACE, 2, np.array([[-5.0, 1.0], [99.0, 1e-9]]), rng())
    np.testing.assert_allclose(x, [[0.0, -1.0], [10.0, -4.0]], rtol=1e-12)


def test_dependent_bounds_and_whole_numbers_are_kept():
    given = np.array([[1.0, 0.0, 1e-3, 4.4, 99.0], [NAN, 2.9, 10.0, 77.0, 0.0]])
    x = initial_candidates(MIXED, 20, given, rng())
    assert inside(MIXED, x)
    # a.y begins at a.x; a.n is whole; a.c is always its first bound.
    np.testing.assert_allclose(x[0], [1.0, 1.0, -3.0, 4.0, 5.0], rtol=1e-12)
    np.testing.assert_allclose(x[1, 1:], [2.9, -1.0, 9.0, 5.0], rtol=1e-12)
