"""Parameters between their bounds."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.report.findings.spread import in_units, spreads
from pyneuronautofit.runs import open_run
from pyneuronautofit.space import ParameterSpace
from report._made import info, make_run


def run_at(path, units):
    scores = np.ones((len(units), 3))
    return make_run(path, [scores], units=[units], about=info())


def test_which_parameters_press_on_which_bound(tmp_path):
    units = [[0.5, 0.99]] * 5 + [[0.005, 0.4]] * 2 + [[0.3, 0.01]] * 3
    with open_run(run_at(tmp_path / "r.sqlite", units)) as run:
        first, second = spreads(run)
    assert (first.near_low, first.near_high) == (0.2, 0.0)
    assert first.pressing is None
    assert (second.near_low, second.near_high) == (0.3, 0.5)
    assert second.pressing == "both"
    assert first.quartiles.tolist() == pytest.approx([0.3, 0.4, 0.5])
    assert second.parameter.name == "soma(0.5).pas.g"
    assert second.bounds == ("1e-05", "0.001")


@pytest.mark.parametrize(("side", "unit"), [("lower", 0.0), ("upper", 1.0)])
def test_one_side(tmp_path, side, unit):
    with open_run(run_at(tmp_path / "r.sqlite", [[unit, 0.5]] * 3)) as run:
        assert [spread.pressing for spread in spreads(run)] == [side, None]


def test_units_follow_the_scale_and_bounds_that_are_others_values():
    rows = [["a.L", "lin", 9.0, 1.0], ["b.L", "lin", 1.0, "a.L"], ["c.L", "con", 2.0, 3.0]]
    space = ParameterSpace.from_rows(rows)
    units = in_units(space, np.array([[5.0, 3.0, 2.0], [9.0, 3.0, 2.0]]))
    assert units[:, :2].tolist() == [[0.5, 0.5], [1.0, 0.25]]
    assert np.isnan(units[:, 2]).all()


def test_fixed_parameters_are_not_shown(tmp_path):
    about = info()
    about.header.parameters[0] = ["soma.L", "con", 3.0, 3.0]
    try:
        with open_run(make_run(tmp_path / "r.sqlite", [np.ones((3, 3))], about=about)) as run:
            assert [spread.column for spread in spreads(run)] == [1]
    finally:
        about.header.parameters[0] = ["soma.L", "lin", 1.0, 9.0]
