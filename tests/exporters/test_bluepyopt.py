"""A cell for BluePyOpt; `test_proof.py` simulates one."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pyneuronautofit.exporters.bluepyopt import write_bluepyopt

from .conftest import VALUES


@pytest.fixture
def content(branched, tmp_path):
    write_bluepyopt(branched, tmp_path)
    compile((tmp_path / "run.py").read_text(), "run.py", "exec")
    return json.loads((tmp_path / "cell.json").read_text())


def test_fitted_parameters_stay_free_with_their_bounds(content):
    free = {each["name"]: each for each in content["free"]}
    assert list(free) == ["soma(0.5).hh.gnabar", "soma(0.5).pas.g", "all[*].cm", "dend[*].Ra"]
    assert free["soma(0.5).pas.g"]["places"] == [[0, 0], [1, 0], [1, 1], [1, 2]]
    assert free["soma(0.5).pas.g"]["attribute"] == "g_pas"
    assert [each["value"] for each in free.values()] == [VALUES[0], VALUES[1], *VALUES[3:]]
    np.testing.assert_allclose(free["soma(0.5).hh.gnabar"]["bounds"], [0.05, 0.3])
    assert free["dend[*].Ra"]["bounds"] == [80.0, 200.0]


def test_all_else_is_frozen_and_nothing_twice(content, branched):
    """Every RANGE variable of every segment is set once, to what it is."""
    found = {}
    for each in (*content["free"], *content["parameters"]):
        if each["attribute"] == "Ra":
            continue
        for section, segment in each["places"]:
            n_segment = branched.cell.sections[section].n_segment
            for number in range(n_segment) if segment < 0 else (segment,):
                place = (each["attribute"], section, number)
                assert place not in found
                found[place] = each["value"]
    expected = {
        (name, section, number): value
        for section, each in enumerate(branched.cell.sections)
        for name, values in each.ranges.items()
        for number, value in enumerate(values)
    }
    assert found == expected
