"""Densities and components against formulas written out here."""

from __future__ import annotations

import numpy as np
import pytest

from database._made import HEADER, content, database, model, parameters
from pyneuronautofit.database.labels import find_units
from pyneuronautofit.database.tools.distributions import components, densities, population_of
from pyneuronautofit.errors import DatabaseError

UNITS = find_units([])


def random_models(n=30, seed=1):
    rng = np.random.default_rng(seed)
    for k in range(n):
        values = {
            "soma.L": float(rng.uniform(20, 200)),
            "soma(0.5).pas.g": float(10 ** rng.uniform(-6, -2)),
            "soma.ek": float(rng.normal(-90, 4)),
        }
        yield model(k, target=int(k % 3 == 0), parameters={**values, "axon.ek": values["soma.ek"]})


@pytest.fixture
def population(tmp_path):
    return population_of(database(tmp_path, content(models=[*random_models(), None])))


def gaussian_density(values, points):
    """A kernel density with Scott's width."""
    width = values.std(ddof=1) * len(values) ** (-1 / 5)
    z = (points[:, None] - values[None]) / width
    return np.exp(-0.5 * z**2).sum(axis=1) / (len(values) * width * np.sqrt(2 * np.pi))


def test_coordinates(population):
    assert population.groups == ("one.abf", "two.abf")
    assert population.group_labels == ["one.abf (20)", "two.abf (10)"]
    raw = np.array([[r["parameters"][n] for n in ("soma.L", "soma(0.5).pas.g", "soma.ek")]
                    for r in random_models()])  # fmt: skip
    raw[:, 1] = np.log10(raw[:, 1])
    np.testing.assert_array_equal(population.coordinates, raw)


def test_densities(population):
    found = densities(population, UNITS)
    assert [each.label for each in found] == [
        "soma L (µm)", "soma pas g (S/cm²)", "soma, axon ek (mV)",
    ]  # fmt: skip
    assert [each.log for each in found] == [False, True, False]
    for column, each in enumerate(found):
        values = population.coordinates[:, column]
        assert len(each.grid) == 21
        assert (each.grid[0], each.grid[-1]) == (values.min(), values.max())
        np.testing.assert_allclose(each.total, gaussian_density(values, each.grid), rtol=1e-9)
        for group, density in enumerate(each.groups):
            own = values[population.group == group]
            np.testing.assert_allclose(density, gaussian_density(own, each.grid), rtol=1e-9)
        assert each.bounds is None


def test_bounds_are_coordinates(population):
    bounds = [each.bounds for each in densities(population, UNITS, bounds=True)]
    assert bounds == [(20.0, 200.0), pytest.approx((-7.0, -1.0)), (-110.0, -65.0)]


def test_a_bound_that_is_another_parameter_is_not_shown(tmp_path):
    rows = [*HEADER["parameters"][:2], [["soma.ek", "axon.ek"], "lin", -200.0, "soma.L"]]
    read = database(tmp_path, content(parameters=rows, models=list(random_models())))
    assert densities(population_of(read), UNITS, bounds=True)[2].bounds is None


def test_components(population):
    found = components(population)
    x = population.coordinates
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    u, s, _vt = np.linalg.svd(x, full_matrices=False)
    np.testing.assert_allclose(found.singular_values, s, rtol=1e-10)
    np.testing.assert_allclose(found.explained, s**2 / (s**2).sum(), rtol=1e-10)
    np.testing.assert_allclose(np.abs(found.scores), np.abs(u) * np.sqrt(len(x) - 1), rtol=1e-8)
    np.testing.assert_allclose(found.scores.var(axis=0, ddof=1), 1.0, rtol=1e-10)
    np.testing.assert_array_equal(found.group, population.group)


def test_at_most_six_components_of_the_published_sample(shared):
    from pyneuronautofit.database import read_database

    population = population_of(read_database(shared / "data" / "P07-models-sample.json"))
    assert population.coordinates.shape == (24, 29)
    found = components(population)
    assert found.scores.shape == (24, 6)
    assert np.all(np.diff(found.singular_values) <= 0)
    # No curve falls below zero, and each is mostly between the extremes.
    for each in densities(population, UNITS):
        area = np.trapezoid(each.total, each.grid)
        assert 0.5 < area < 1.0
        assert each.total.min() >= 0


def test_a_parameter_with_one_value_has_no_density(tmp_path):
    models = [model(k) for k in range(5)]
    for record in models:
        record["parameters"] = record["parameters"] | {"soma.L": 70.0}
    population = population_of(database(tmp_path, content(models=models)))
    found = densities(population, UNITS)
    assert found[0].total is None
    assert found[0].groups == (None, None)
    assert found[1].total is not None
    assert components(population).scores.shape == (5, 2)


def test_a_single_group_is_not_drawn_twice(tmp_path):
    read = database(tmp_path, content(models=[model(k, target=1) for k in range(4)]))
    population = population_of(read)
    assert population.groups == ("two.abf",)
    assert densities(population, UNITS)[0].groups == ()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (content(2), "has 2 model.s.; distributions need at least 3"),
        ({"models": [model(k) for k in range(4)]}, "its header declares no searched parameters"),
        (
            content(models=[model(0), model(1), {"parameters": {"soma.L": 1.0}, "id": 5}]),
            r"model 5 lacks soma\(0\.5\)\.pas\.g, soma\.ek, axon\.ek",
        ),
        (
            content(models=[*(model(k) for k in range(3)),
                            {"parameters": parameters() | {"soma(0.5).pas.g": 0.0}, "id": 8}]),
            r"model 8: the 'log' parameter soma\(0\.5\)\.pas\.g is 0, which has no logarithm",
        ),
        (
            content(parameters=[["soma.L", "con", 1.0, 1.0]]), "declares no searched parameters",
        ),
    ],
)  # fmt: skip
def test_refused(value, said, tmp_path):
    with pytest.raises(DatabaseError, match=rf"db\.json.*{said}"):
        population_of(database(tmp_path, value))


def test_models_that_are_all_the_same(tmp_path):
    models = [model(1, id=k) for k in range(4)]
    population = population_of(database(tmp_path, content(models=models)))
    with pytest.raises(
        DatabaseError, match="differ in at least two directions, but these differ in"
    ):
        components(population)


def test_within_groups_every_mean_is_taken_away(population):
    within = population.within_groups()
    for k in range(2):
        members = population.group == k
        own = population.coordinates[members]
        np.testing.assert_allclose(within.coordinates[members], own - own.mean(axis=0))
    assert within.groups == population.groups
    assert population.coordinates.mean() != within.coordinates.mean()
