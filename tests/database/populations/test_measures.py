"""Distinct models up to levels, counted a second time in plain words."""

from __future__ import annotations

import numpy as np
import pytest

from database.populations._points import points_of
from pyneuronautofit.database.populations.measures import (
    CountedLevel,
    Measure,
    counted,
    distinct_rows,
)
from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers.polish.distinct import distinct


def test_a_better_one_represents_those_near_to_it():
    unit = np.array([[0.5, 0.5], [0.51, 0.5], [0.9, 0.9], [0.5, 0.52]])
    assert distinct_rows(unit, np.array([3.0, 1.0, 2.0, 5.0]), 0.05).tolist() == [
        False, True, True, False,
    ]  # fmt: skip
    # Without a measure the first does.
    assert distinct_rows(unit, np.full(4, np.nan), 0.05).tolist() == [True, False, True, False]


def test_the_same_as_the_search_counts():
    rng = np.random.default_rng(3)
    unit, merits = rng.random((200, 3)), rng.random(200)
    found = np.flatnonzero(distinct_rows(unit, merits, 0.1))
    assert sorted(distinct(unit, merits, 0.1).tolist()) == found.tolist()


def test_levels_that_are_asked_for():
    merits = np.array([5.0, 0.5, 1.0, np.nan, 7.0])
    assert counted(merits, (1.0, 2.0, 5.0)) == (
        CountedLevel(1.0, 2), CountedLevel(2.0, 2), CountedLevel(5.0, 3),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("merits", "levels"),
    [
        ([0.3, 0.4, 1.5], [(0.5, 2), (2.0, 3)]),
        ([0.0, 0.0, 30.0], [(0.0, 2), (50.0, 3)]),
        ([0.0, 0.0], [(0.0, 2)]),
        ([1.0], [(1.0, 1)]),
        ([], []),
        ([1e-6, 1.0], [(1e-6, 1), (1.0, 2)]),
        # The last has all.
        (
            [10.0**k for k in range(9)],
            [(1.0, 1), (10.0, 2), (100.0, 3), (1e3, 4), (1e4, 5), (1e8, 9)],
        ),
    ],
)
def test_a_series_of_levels(merits, levels):
    found = counted(np.array(merits), ())
    assert [(each.level, each.n_model) for each in found] == levels


def test_levels_are_those_of_the_models_up_to_them():
    """What is above a level does not change what is distinct below it."""
    rng = np.random.default_rng(0)
    unit, merits = rng.random((300, 2)), rng.exponential(2.0, 300)
    whole = distinct_rows(unit, merits, 0.08)
    for each in counted(merits[whole], (0.5, 1.0, 3.0)):
        below = merits <= each.level
        alone = distinct_rows(unit[below], merits[below], 0.08)
        assert each.n_model == alone.sum()


def test_a_measure():
    points = points_of([[0.1], [0.2]], totals=[3.0, 4.0], sums={"V": [1.0, 2.0]})
    assert Measure("V").merits(points).tolist() == [1.0, 2.0]
    assert Measure().merits(points).tolist() == [3.0, 4.0]
    assert (Measure("V").name, Measure().name) == ("V", "weighted sum")
    with pytest.raises(UsageError, match=r"no sums of the mode O: .* all have V"):
        Measure("O").merits(points)
    with pytest.raises(UsageError, match="all have none"):
        Measure("O").merits(points_of([[0.1]]))
