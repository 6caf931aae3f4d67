"""What the records of a store say of themselves."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.runs import Evaluations, Generation
from runs._made import assert_same, make_generation, make_info


@pytest.mark.parametrize(
    ("log_search", "searched"), [(True, [False, True]), (False, [False, False])]
)
def test_coordinates_of_logarithms_are_not_the_values(log_search, searched):
    """The parameters are lin and log; logarithms are searched if the run says so."""
    assert make_info(log_search=log_search).searched.tolist() == searched


def test_some_evaluations_in_another_order():
    x = np.arange(8.0).reshape(4, 2)
    made = Evaluations(
        x, x + 100, x + 200, x[:, 0] + 300, ("a", "b", "c", "d"), ("", "x", "", "y"), x[:, 1]
    )
    found = made.take(np.array([3, 0, 3]))
    assert len(found) == 3
    assert found.parameters.tolist() == [[6, 7], [0, 1], [6, 7]]
    assert found.coordinates.tolist() == [[106, 107], [100, 101], [106, 107]]
    assert found.scores.tolist() == [[206, 207], [200, 201], [206, 207]]
    assert found.fitness.tolist() == [306, 300, 306]
    assert found.status == ("d", "a", "d")
    assert found.messages == ("y", "", "y")
    assert found.seconds.tolist() == [7, 1, 7]


def test_all_of_them_are_what_they_were():
    made = make_generation(0, np.random.default_rng(0)).evaluations
    assert_same(made.take(np.arange(len(made))), made)
    assert len(made.take(np.empty(0, dtype=np.int64))) == 0


def test_rows_are_numbered_through_all_generations():
    nobody = np.empty(0, dtype=np.int64)
    generation = Generation(3, 40, 5, "2020", 1.0, nobody, nobody, nobody)
    assert generation.rows.tolist() == [40, 41, 42, 43, 44]
    assert generation.rows.dtype == np.int64
