"""What is said of a population whose families and cells are known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import f_oneway

from database.populations._points import clouds, points_of
from pyneuronautofit.database import Selection
from pyneuronautofit.database.labels import find_units
from pyneuronautofit.database.populations import Measure, chosen_of
from pyneuronautofit.database.populations.study import study


@pytest.fixture
def found():
    """Two families, 40 models and 20; cells have as many of each; the second family is better."""
    unit, family = clouds([0.2, 0.5], [0.8, 0.5], n=40)
    unit, family = unit[:60], family[:60]
    merits = np.where(family == 1, 1.0, 10.0) + np.arange(60) / 100
    points = points_of(unit, cell=np.arange(60) % 2, sums={"V": merits})
    return study(points, distance=1e-6, measure=Measure("V", (2.0, 20.0))), family, merits


def test_distinct_models_are_in_the_order_of_the_measure(found):
    said, _family, merits = found
    assert said.n_chosen == len(said.points) == 60
    np.testing.assert_array_equal(said.merits, np.sort(merits))
    assert [(each.level, each.n_model) for each in said.levels] == [(2.0, 20), (20.0, 60)]


def test_families_and_the_best_of_each(found):
    said, family, merits = found
    assert said.families.n_family == 2
    assert said.points.numbers[said.best_of(0)] == 0
    second = said.points.numbers[said.best_of(1)]
    members = said.points.numbers[said.families.labels == 1]
    assert second == min(members, key=lambda k: merits[k])
    assert (family[members] == 1).all()


def test_which_parameters_tell_a_family(found):
    said = found[0]
    ((column, shift),) = said.said_of(1)
    assert column == 0
    assert shift == pytest.approx(0.6, abs=0.03)
    ((_column, other),) = said.said_of(0)
    assert other == pytest.approx(-0.6, abs=0.1)


def test_families_differ_and_cells_do_not(found):
    said = found[0]
    assert said.between_families.whole > 0.9
    assert said.between_cells.whole < 0.1
    assert [name for name, _n, _families in said.of_cells()] == ["cell 0.abf", "cell 1.abf"]
    assert [n for _name, n, _families in said.of_cells()] == [30, 30]
    assert [families for *_cell, families in said.of_cells()] == [2, 2]


def test_near_models_are_one():
    unit = np.array([[0.5, 0.5], [0.501, 0.5], [0.9, 0.9]])
    said = study(points_of(unit, totals=[2.0, 1.0, 3.0]))
    assert said.points.numbers.tolist() == [1, 2]
    assert said.n_chosen == 3
    assert said.families.n_family == 0
    assert (said.between_cells, said.between_families) == (None, None)


def test_without_scores_the_order_is_the_files():
    unit = np.random.default_rng(0).random((12, 2))
    said = study(points_of(unit), distance=0.01)
    assert said.points.numbers.tolist() == list(range(12))
    assert said.levels == ()
    assert said.best_of(0) == int(np.flatnonzero(said.families.labels == 0)[0])


def test_as_json(found):
    said = found[0]
    read = json.loads(json.dumps(said.as_json(), allow_nan=False))
    assert (read["chosen"], read["distinct"], read["measure"]) == (60, 60, "V")
    assert [each["models"] for each in read["families"]] == said.families.sizes
    assert read["families"][0]["best"] == {"source": "db.json", "number": 0, "measure": 10.0}
    assert read["between_families"]["parameters"]["soma.p0"] > 0.9
    assert len(read["models"]) == 60
    labels = [0 if each["family"] is None else each["family"] for each in read["models"]]
    assert labels == (said.families.labels + 1).tolist()
    nothing = json.dumps(study(points_of([[0.1, 0.2]])).as_json(), allow_nan=False)
    assert json.loads(nothing)["models"][0] == {
        "source": "db.json", "number": 0, "cell": "cell 0.abf", "family": None, "measure": None,
    }  # fmt: skip


def test_samples_of_cells_and_of_families(found):
    said = found[0]
    assert said.sample("cells").group_labels == ["cell 0.abf (30)", "cell 1.abf (30)"]
    by = said.sample("families")
    sizes = [*said.families.sizes, *([said.families.n_alone] if said.families.n_alone else [])]
    assert [int((by.group == k).sum()) for k in range(len(by.groups))] == sizes
    assert by.groups[:2] == ("family 1", "family 2")


def test_what_the_figure_shows(found):
    said = found[0]
    shown = said.picture(find_units([]))
    assert shown.parameters == ("soma p0", "soma p1")
    # Distances in all components of two parameters are those of the parameters.
    first = np.linalg.norm(shown.components[0] - shown.components[1])
    assert first == pytest.approx(np.linalg.norm(said.points.unit[0] - said.points.unit[1]))
    assert shown.explained.sum() == pytest.approx(1.0)
    np.testing.assert_array_equal(shown.between_cells, said.between_cells.of_parameters)


def test_the_published_models(shared):
    """24 models of two cells: variances against scipy's analysis of variance."""
    path = shared / "data" / "P07-models-sample.json"
    said = study(chosen_of(str(path), Selection()))
    assert len(said.points) == said.n_chosen == 24
    assert [n for _name, n, _families in said.of_cells() if n] == [18, 6]
    assert said.families.n_family == 1
    names = [parameter.name for parameter in said.points.parameters]
    shares = said.between_cells.of_parameters
    assert names[int(np.nanargmax(shares))] == "soma(0.5).pas.g"
    for column in range(len(names)):
        of_cells = [said.points.coordinates[said.points.cell == k, column] for k in range(2)]
        f = f_oneway(*of_cells).statistic
        assert shares[column] == pytest.approx(f / (f + 22), abs=1e-9)
