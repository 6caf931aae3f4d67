"""What is side by side: numbers against those of the runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyneuronautofit.report.comparison.common import CommonModes
from pyneuronautofit.report.comparison.found import compared, compared_parameters
from pyneuronautofit.runs import open_run
from report._content import GENERATIONS, NAN
from report._made import info, make_run

V_ALONE = CommonModes(("V",), {})


@pytest.fixture
def run(tmp_path):
    with open_run(make_run(tmp_path / "a.sqlite", GENERATIONS)) as opened:
        yield opened


def test_the_course_of_the_common_modes(run):
    found = compared(run, "A", V_ALONE)
    assert found.best.tolist() == [[1.0], [1.0]]
    assert found.compromise.tolist() == [4.0]
    assert found.seconds.tolist() == [2.0, 4.0]
    assert found.course.n_evaluation.tolist() == [2, 5]


def test_parameters_that_only_one_run_has(run, tmp_path):
    rows = [["soma.L", "lin", 1.0, 20.0], ["soma.diam", "lin", 0.0, "soma.L"]]
    header = replace(info().header, parameters=rows)
    path = make_run(tmp_path / "b.sqlite", [[[1, 1, 1]]], about=info(header=header),
                    units=[[[0.5, 0.5]]])  # fmt: skip
    with open_run(path) as other:
        runs = [compared(run, "A", V_ALONE), compared(other, "B", V_ALONE)]
        length, leak, diameter = compared_parameters(runs)
    assert (length.name, length.unit, length.scale) == ("soma.L", "µm", "lin")
    # 1 to 9 in one, 1 to 20 in the other.
    assert (length.low, length.high) == ("1", "20")
    assert length.places[1] == pytest.approx(100 * 4 / 19, abs=0.01)
    assert leak.values[1] is None
    assert leak.scale == "log"
    assert 0 <= leak.places[0] <= 100
    assert (diameter.values[0], diameter.places, diameter.low) == (None, (None, None), "")


def test_a_run_without_models(tmp_path):
    with open_run(make_run(tmp_path / "a.sqlite", [[[NAN] * 3]])) as failed:
        found = compared(failed, "A", V_ALONE)
        assert found.compromise is None
        assert compared_parameters([found])[0].values == (None,)
