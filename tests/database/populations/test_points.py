"""Points of several sources in one space."""

from __future__ import annotations

import numpy as np
import pytest

from database.populations._points import points_of
from pyneuronautofit.database.populations.points import (
    coordinates_of,
    joined,
    reach_of,
    searched,
)
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.space import parse_parameters

ROWS = [
    ["s.a", "lin", 4.0, -2.0],
    ["s.g", "log", 1e-4, 1.0],
    ["s.b", "lin", 10.0, "s.a"],
    ["s.c", "con", 3.0, 3.0],
]


def test_between_which_coordinates_parameters_can_be():
    low, high = reach_of(parse_parameters(ROWS))
    np.testing.assert_allclose(low, [-2.0, -4.0, -2.0, 3.0])
    np.testing.assert_allclose(high, [4.0, 0.0, 10.0, 3.0])
    assert searched(parse_parameters(ROWS)) == [0, 1, 2]


def test_coordinates():
    parameters = parse_parameters(ROWS[:2])
    values = np.array([[1.0, 0.01], [2.0, 0.1]])
    found = coordinates_of(parameters, values, np.array([5, 6]), "db.json")
    np.testing.assert_allclose(found, [[1.0, -2.0], [2.0, -1.0]])
    values[1, 1] = 0.0
    with pytest.raises(DatabaseError, match=r"db.json, model 6: the 'log' parameter s.g is 0, "):
        coordinates_of(parameters, values, np.array([5, 6]), "db.json")


def test_units_are_parts_of_ranges():
    points = points_of([[0.0, 0.25], [1.0, 0.5]])
    assert points.unit.tolist() == [[0.0, 0.25], [1.0, 0.5]]
    assert len(points) == 2
    taken = points.take(np.array([1]))
    assert taken.numbers.tolist() == [1]
    assert taken.unit.tolist() == [[1.0, 0.5]]


def test_a_parameter_without_a_range_is_in_the_middle():
    from dataclasses import replace

    points = points_of([[0.3], [0.3]])
    assert replace(points, low=points.high).unit.tolist() == [[0.5], [0.5]]


def test_several_sources_have_the_widest_range_and_each_name_once():
    from dataclasses import replace

    one = points_of([[0.1], [0.2]], cell=[0, 1], totals=[1, 2], sums={"V": [1, 2], "O": [0, 0]})
    two = points_of([[0.4]], totals=[3], sums={"V": [3]}, source="run")
    two = replace(two, high=np.array([20.0]), cells=("cell 1.abf",))
    both = joined([one, two, one])
    assert both.sources == ("db.json", "run")
    assert both.source.tolist() == [0, 0, 1, 0, 0]
    assert both.cells == ("cell 0.abf", "cell 1.abf")
    assert both.cell.tolist() == [0, 1, 1, 0, 1]
    np.testing.assert_allclose(both.unit[:, 0], [0.05, 0.1, 0.2, 0.05, 0.1])
    assert both.totals.tolist() == [1, 2, 3, 1, 2]
    # A mode that one source lacks has no sums.
    assert {code: values.tolist() for code, values in both.sums.items()} == {"V": [1, 2, 3, 1, 2]}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["soma.p0", "lin", 0, 1], ["soma.q", "lin", 0, 1]], r"soma.p1 \(lin\) is searched in db"),
        ([["soma.p0", "log", 1, 2], ["soma.p1", "lin", 0, 1]], r"soma.p0 \(lin\) is searched in"),
        ([["soma.p1", "lin", 0, 1], ["soma.p0", "lin", 0, 1]], r"their order differs"),
        ([[f"soma.p{k}", "lin", 0, 1] for k in range(3)], r"soma.p2 \(lin\) is searched in other"),
    ],
)
def test_other_parameters_are_refused(rows, said):
    one = points_of([[0.1, 0.2]])
    rows = [[name, scale, float(low), float(high)] for name, scale, low, high in rows]
    two = points_of(np.full((1, len(rows)), 0.5), rows=rows, source="other")
    with pytest.raises(DatabaseError, match=f"db.json and other cannot be compared.*{said}"):
        joined([one, two])
