"""What all modes do alike: collapse, compare features, tell failures from silence."""

from __future__ import annotations

import numpy as np

from objectives._made import candidates, target
from pyneuronautofit.objectives._base import (
    BoundObjective,
    feature_distance,
    mean,
    total,
    with_failures,
)

NAN = np.nan
COMPONENTS = np.array([[1.0, 2.0, 6.0, 0.0], [0.5, NAN, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]])


def ends(models):
    """The first and the last sample of every sweep, (n_cand, n_sweep, 2)."""
    return models.traces_mV[:, :, [0, -1]].copy()


def test_sums_and_means_of_components():
    np.testing.assert_array_equal(total(COMPONENTS), [[9.0], [NAN], [0.0]])
    np.testing.assert_array_equal(mean(COMPONENTS), [[2.25], [NAN], [0.0]])
    assert mean(np.empty((2, 0))).tolist() == [[0.0], [0.0]]


def test_a_mode_collapses_its_own_components():
    scored = []

    def score(models):
        scored.append(models)
        return COMPONENTS

    one = candidates([[1.0]])
    summed, averaged = BoundObjective.summed(score), BoundObjective.averaged(score)
    assert summed.score is averaged.score is score
    np.testing.assert_array_equal(summed.collapsed(one), [[9.0], [NAN], [0.0]])
    np.testing.assert_array_equal(averaged.collapsed(one), [[2.25], [NAN], [0.0]])
    assert scored == [one, one]


def test_features_are_compared_with_the_targets():
    distance = feature_distance(target([[1, 2, 3], [4, 5, 6]]), ends)
    models = candidates([[1, 9, 3], [4, 9, 6]], [[0, 2, 5], [8, 5, 5]])
    # Sweep by sweep: first and last sample of one, then of the other.
    assert distance(models).tolist() == [[0, 0, 0, 0], [1, 2, 4, 1]]


def test_a_sweep_that_is_not_finite_fails_alone():
    distance = feature_distance(target([[1, 2, 3], [4, 5, 6]]), ends)
    found = distance(candidates([[1, NAN, 3], [4, 5, 6]], [[1, 2, 3], [4, np.inf, 7]]))
    np.testing.assert_array_equal(found, [[NAN, NAN, 0, 0], [0, 0, NAN, NAN]])


def test_distances_are_flattened_candidate_by_candidate():
    distances = np.arange(12.0).reshape(2, 2, 3)
    found = with_failures(distances, candidates(*np.zeros((2, 2, 4)).tolist()))
    assert found.tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
    nobody = with_failures(np.empty((0, 2, 3)), candidates(*np.zeros((2, 2, 4)).tolist()))
    assert nobody.shape == (0, 6)
