"""Models of several cells as models of one each."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.database import StoredModel, StoredModels, by_cell
from pyneuronautofit.database.joint import refuse_several
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.space import ParameterSpace

JOINT = {"soma.L": 10.0, "soma.cm@young": 1.0, "soma.cm@old": 2.0}
EVALUATION = {
    "mode": "OV", "cell": "young", "beside": [{"target": "b.abf", "mode": "O", "cell": "old"}],
}  # fmt: skip


def stored(*models):
    return StoredModels(models, 35.0)


def test_every_model_becomes_one_for_every_cell():
    found = by_cell(stored(StoredModel(4, JOINT, "a.abf", EVALUATION)))
    assert found.models == (
        StoredModel(8, {"soma.L": 10.0, "soma.cm": 1.0}, "a.abf", {"mode": "OV"}),
        StoredModel(9, {"soma.L": 10.0, "soma.cm": 2.0}, "b.abf", {"mode": "O"}),
    )
    assert found.temperature_degC == 35.0
    unknown = by_cell(stored(StoredModel(0, JOINT)))
    assert [model.target for model in unknown.models] == [None, None]


def test_models_of_one_cell_stay_as_they_are():
    plain = stored(StoredModel(3, {"soma.L": 1.0}, "a.abf", {"mode": "O"}))
    assert by_cell(plain) is plain
    refuse_several(plain, "some.json")


def test_tools_for_one_cell_say_what_to_do():
    with pytest.raises(
        DatabaseError, match=r"some.json: .* 'collect RUN .* of the cells young, old$"
    ):
        refuse_several(stored(StoredModel(0, JOINT)), "some.json")
    with pytest.raises(DatabaseError, match=r"joint fit, each of several cells: 'collect RUN"):
        stored(StoredModel(0, JOINT)).table()


def test_a_model_of_one_cell_says_something_about_each():
    space = ParameterSpace.from_rows(
        [["soma.L", "lin", 1, 20], ["soma.cm@young", "lin", 0, 3], ["soma.cm@old", "lin", 0, 3]]
    )
    models = stored(StoredModel(0, JOINT), StoredModel(1, {"soma.cm": 1.5}))
    np.testing.assert_array_equal(models.values_for(space), [[10.0, 1.0, 2.0], [np.nan, 1.5, 1.5]])
