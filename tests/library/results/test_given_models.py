"""Models in all the forms that somebody has them in."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.results.chosen import ChosenModel
from pyneuronautofit.library.results.given_models import matrix_of

NAMES = ("soma.L", "soma.cm")
MODEL = ChosenModel("best V", 3, {"soma.L": 1.0, "soma.cm": 2.0}, {"V": 4.0})


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (MODEL, [[1, 2]]),
        ({"soma.cm": 2, "soma.L": np.float32(1)}, [[1, 2]]),
        ([MODEL, {"soma.L": 5, "soma.cm": 6}], [[1, 2], [5, 6]]),
        ([3, 4], [[3, 4]]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    ],
)
def test_forms(given, wanted):
    assert matrix_of(given, NAMES).tolist() == wanted


def test_a_table_has_columns_that_nobody_needs():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"V": [9.0], "soma.cm": [2.0], "soma.L": [1.0]})
    assert matrix_of(table, NAMES).tolist() == [[1, 2]]
    with pytest.raises(UsageError, match=r"no column soma\.L"):
        matrix_of(table.drop(columns="soma.L"), NAMES)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"soma.L": 1}, r"model 0 has no value for soma\.cm"),
        ({"soma.L": 1, "soma.cm": 2, "soma.cn": 3}, r"'soma\.cn' is none .* mean 'soma\.cm'\?"),
        ({"soma.L": "long", "soma.cm": 2}, r"model 0 has nan for soma\.L"),
        ({"soma.L": float("inf"), "soma.cm": 2}, r"model 0 has inf for soma\.L"),
        ([[1, 2, 3]], "expected 2 columns"),
        ("models", "expected a model of the run"),
        (np.zeros((0, 2)), "expected 2 columns"),
    ],
)
def test_mistakes(given, said):
    with pytest.raises(UsageError, match=said):
        matrix_of(given, NAMES)
