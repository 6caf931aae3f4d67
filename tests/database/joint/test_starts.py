"""Models of each cell by itself, put together."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.database import StoredModel, StoredModels
from pyneuronautofit.database.joint import put_together
from pyneuronautofit.space import ParameterSpace

SPACE = ParameterSpace.from_rows(
    [
        ["soma.g", "log", 1e-4, 1.0],
        ["soma.L@young", "lin", 1, 90], ["soma.L@old", "lin", 1, 90],
        ["soma.n", "int", 1, 9],
    ]
)  # fmt: skip
CELLS = {"a.abf": "young", "b.abf": "old", "c.abf": "young"}


def model(number, target, g, length, n):
    return StoredModel(number, {"soma.g": g, "soma.L": length, "soma.n": n}, target)


def test_shared_values_are_means_on_their_scale_and_private_ones_are_the_cells_own():
    stored = StoredModels(
        (
            model(0, "a.abf", 1e-3, 10.0, 2), model(1, "b.abf", 1e-1, 30.0, 4),
            model(2, "c.abf", 1e-2, 20.0, 8), model(3, "elsewhere.abf", 0.5, 5.0, 1),
        ),
        None,
    )  # fmt: skip
    found = put_together(stored, SPACE, CELLS)
    np.testing.assert_allclose(
        found, [[1e-2, 10.0, 30.0, 3], [10**-1.5, 20.0, 30.0, 6]], rtol=1e-12
    )


def test_without_models_of_every_cell_there_is_nothing_to_put_together():
    stored = StoredModels((model(0, "a.abf", 1e-3, 10.0, 2), model(1, None, 1e-1, 3.0, 4)), None)
    assert put_together(stored, SPACE, CELLS) is None


def test_what_a_model_does_not_have_is_drawn():
    stored = StoredModels(
        (model(0, "a.abf", 1e-3, 10.0, 2), StoredModel(1, {"soma.L": 7.0}, "b.abf")), None
    )
    found = put_together(stored, SPACE, CELLS)
    np.testing.assert_array_equal(np.isnan(found), [[True, False, False, True]])
    assert found[0, 1:3].tolist() == [10.0, 7.0]
