"""Shares of variance against the one-way analysis of variance of scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import f_oneway

from pyneuronautofit.database.populations.shares import shares_between, typical


def test_as_an_analysis_of_variance_has_it():
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1, 2], [10, 20, 15])
    unit = rng.normal(size=(45, 3)) + np.array([[0.0], [1.0], [5.0]])[group] * [1.0, 0.2, 0.0]
    found = shares_between(unit, group)
    for column in range(3):
        f = f_oneway(*(unit[group == k, column] for k in range(3))).statistic
        share = f * 2 / (f * 2 + 42)
        assert found.of_parameters[column] == pytest.approx(share)
    assert found.by_chance == 2 / 44
    assert found.of_parameters[0] > 0.5 > found.of_parameters[2]
    assert found.of_parameters[2] < found.whole < found.of_parameters[0]


def test_the_share_of_chance():
    """What groups that mean nothing have on average is what is said."""
    rng = np.random.default_rng(1)
    found = [shares_between(rng.random((30, 1)), np.arange(30) % 4).whole for _ in range(400)]
    assert np.mean(found) == pytest.approx(3 / 29, rel=0.1)


def test_one_group_has_none_and_who_is_in_none_is_left_out():
    unit = np.array([[0.0], [1.0], [0.2], [0.9]])
    assert shares_between(unit, np.zeros(4, dtype=int)) is None
    assert shares_between(unit, np.array([0, 0, -1, -1])) is None
    found = shares_between(unit, np.array([0, 1, -1, -1]))
    assert found.of_parameters.tolist() == [1.0]


def test_a_parameter_of_one_value_has_no_share():
    unit = np.array([[0.1, 0.0], [0.1 + 1e-16, 1.0], [0.1, 0.5]])
    found = shares_between(unit, np.array([0, 1, 1]))
    assert np.isnan(found.of_parameters[0])
    assert 0 < found.whole < 1
    assert np.isnan(shares_between(np.ones((3, 1)), np.array([0, 1, 1])).whole)


def test_what_is_typical():
    unit = np.array([[0.1, 0.5], [0.3, 0.5], [0.9, 0.4]])
    group = np.array([0, 0, 1])
    np.testing.assert_allclose(typical(unit, group, 0), [-0.7, 0.1])
    np.testing.assert_allclose(typical(unit, group, 1), [0.7, -0.1])
    assert typical(unit, np.zeros(3, dtype=int), 0).tolist() == [0.0, 0.0]
    assert typical(unit, group, 5).tolist() == [0.0, 0.0]
