"""Families of clouds whose number is known, and of continua; scipy and scikit-learn agree."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score, silhouette_score

from database.populations._points import clouds
from pyneuronautofit.database.populations.families import (
    ALONE,
    MOST_MODELS,
    Families,
    find_families,
    leading_components,
)

THREE = ((0.2, 0.2, 0.5), (0.8, 0.2, 0.5), (0.5, 0.8, 0.5))


def members(found, truth):
    """Labels of the models that are in families, and of the truth."""
    chosen = found.labels != ALONE
    return found.labels[chosen], truth[chosen]


@pytest.mark.parametrize("n_param", [2, 5, 28])
def test_two_clouds_are_two_families(n_param):
    unit, truth = clouds([0.3] * n_param, [0.3 + 0.5 / np.sqrt(n_param)] * n_param)
    found = find_families(unit)
    assert found.n_family == 2
    assert adjusted_rand_score(*members(found, truth)) == 1.0
    assert found.n_alone < 16


def test_three_clouds_as_others_find_them():
    unit, truth = clouds(*THREE)
    found = find_families(unit)
    assert found.n_family == 3
    labels, own = members(found, truth)
    assert adjusted_rand_score(labels, own) == 1.0
    chosen = found.labels != ALONE
    # Clouds as far from each other are found by every method.
    ward = fcluster(linkage(unit, "ward"), 3, "maxclust")
    assert adjusted_rand_score(labels, ward[chosen]) == 1.0
    dense = HDBSCAN(min_cluster_size=5, copy=True).fit_predict(unit)
    both = chosen & (dense >= 0)
    assert adjusted_rand_score(found.labels[both], dense[both]) == 1.0
    points = leading_components(unit)[chosen]
    assert found.silhouette == pytest.approx(silhouette_score(points, labels))


@pytest.mark.parametrize("n_param", [2, 5, 28])
@pytest.mark.parametrize("seed", range(4))
def test_a_single_cloud_is_one_family(n_param, seed):
    rng = np.random.default_rng(seed)
    for unit in (rng.normal(0.5, 0.1, (80, n_param)), rng.random((80, n_param))):
        found = find_families(unit)
        assert found.n_family == 1
        assert found.sizes[0] > 55
        assert np.isnan(found.silhouette)


def test_a_bent_continuum_is_one_family():
    angle = np.linspace(0.0, 4.0, 60)
    unit = 0.5 + 0.4 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert find_families(unit).sizes == [60]


def test_parameters_that_nothing_fixes_hide_no_gap():
    rng = np.random.default_rng(0)
    unit = rng.uniform(0.4, 0.6, (100, 28))
    unit[40:, :2] += 0.5
    found = find_families(unit)
    assert found.n_family == 2
    assert (found.labels[40:] == 0).sum() > 45
    assert not (found.labels[:40] == 0).any()


def test_the_largest_is_the_first_whatever_the_order():
    unit, truth = clouds([0.2, 0.2], [0.8, 0.8], n=30)
    unit, truth = unit[10:], truth[10:]
    order = np.random.default_rng(0).permutation(len(unit))
    plain, mixed = find_families(unit), find_families(unit[order])
    np.testing.assert_array_equal(plain.labels[order], mixed.labels)
    assert (plain.labels[truth == 1] <= 0).all()
    assert plain.sizes == sorted(plain.sizes, reverse=True)


def test_far_models_are_by_themselves():
    unit, _truth = clouds([0.3, 0.3], n=50, width=0.02)
    far = np.array([[0.9, 0.9], [0.9, 0.1]])
    found = find_families(np.concatenate([unit, far]))
    assert found.labels[50:].tolist() == [ALONE, ALONE]
    assert found.n_family == 1


def test_how_many_a_family_has():
    unit, truth = clouds([0.2, 0.2], [0.8, 0.8], n=30)
    some = np.concatenate([np.arange(30), np.arange(30, 38)])
    assert find_families(unit[some], 5).n_family == 2
    few = find_families(unit[some], 10)
    assert few.n_family == 1
    assert few.labels[truth[some] == 1].tolist() == [ALONE] * 8


@pytest.mark.parametrize("n_model", [0, 1, 2, 4])
def test_few_models_are_by_themselves(n_model):
    found = find_families(np.random.default_rng(0).random((n_model, 3)))
    assert found.labels.tolist() == [ALONE] * n_model
    assert (found.n_family, found.n_alone, found.sizes) == (0, n_model, [])


def test_one_parameter_and_equal_models():
    assert find_families(np.linspace(0, 1, 20)[:, None]).sizes == [20]
    assert find_families(np.full((9, 2), 0.5)).n_family == 1


def test_of_very_many_the_best_are_looked_at(monkeypatch):
    assert MOST_MODELS >= 1000
    monkeypatch.setattr("pyneuronautofit.database.populations.families.MOST_MODELS", 50)
    unit, _truth = clouds([0.3, 0.3], n=60)
    assert find_families(unit).labels[50:].tolist() == [ALONE] * 10


def test_components_above_the_mean_variance():
    rng = np.random.default_rng(0)
    unit = rng.normal(0, [5.0, 3.0, 2.0, 0.1, 0.1, 0.1], (400, 6))
    found = leading_components(unit)
    assert found.shape == (400, 2)
    # As the covariance has them.
    values = np.sort(np.linalg.eigvalsh(np.cov(unit.T)))[::-1]
    np.testing.assert_allclose(found.var(axis=0, ddof=1), values[:2])


def test_a_record():
    found = Families(np.array([0, 0, 1, ALONE]), 0.5, 2)
    assert (found.n_family, found.sizes, found.n_alone) == (2, [2, 1], 1)
