"""The searched parameters of the built-in cell."""

from __future__ import annotations

import json

import pytest

from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS
from pyneuronautofit.space import ParameterSpace


def names_of(row):
    return (row[0],) if isinstance(row[0], str) else row[0]


def test_they_are_a_space_that_can_be_searched():
    space = ParameterSpace.from_rows(PARAMETERS)
    assert len(space.names) == len(PARAMETERS) == 29


def test_no_path_is_set_twice():
    paths = [name for row in PARAMETERS for name in names_of(row)]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: names_of(row)[0])
def test_bounds_fit_the_scale(row):
    _names, scale, low, high = row
    assert low != high
    if scale == "log":
        assert 0.0 < low < high
    else:
        assert scale == "lin"


def test_conductances_and_permeabilities_are_searched_by_logarithms():
    wanted = ("_max", "bar", ".pas.g", ".gamma")
    logarithms = {names_of(row)[0] for row in PARAMETERS if row[1] == "log"}
    assert logarithms == {
        names_of(row)[0] for row in PARAMETERS if names_of(row)[0].endswith(wanted)
    }


def test_published_models_lie_within_the_bounds(shared):
    """All 24 of the published sample, whose parameters have the same names."""
    content = json.loads((shared / "data" / "P07-models-sample.json").read_text())
    rows = {names_of(row): sorted(row[2:]) for row in PARAMETERS}
    seen = 0
    for model in content["models"]:
        for name, value in model["parameters"].items():
            for names, (low, high) in rows.items():
                if name in names:
                    assert low <= value <= high, (name, value)
                    seen += 1
    assert seen >= 24 * len(PARAMETERS)
