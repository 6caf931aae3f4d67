"""The parameters of one model between their bounds: numbers against the run's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.report.sections.chosen import (
    bound_in_words,
    chosen_model,
    decades,
    lines_of,
)
from report._content import NAN, cells, content_of, parsed, words
from report._made import info

ONE = [[[1, 1, 1]]]


def test_values_bounds_and_units(tmp_path):
    with content_of(tmp_path, ONE, units=[[[0.25, 0.5]]]) as content:
        found = parsed(chosen_model(content))
        length, leak = lines_of(content, 0)
    assert cells(found.find(".//table")) == [
        ["parameter", "value", "unit", "low", "between the bounds", "high", "scale"],
        ["soma.L", "3", "µm", "1", "", "9", "linear"],
        ["soma(0.5).pas.g", "0.0001", "S/cm²", "1e-05", "", "0.001", "log"],
    ]
    assert (length.place, leak.place) == (25, 50)
    # A power of ten between 1e-5 and 1e-3.
    assert (length.ticks, leak.ticks) == ((), (50,))
    axes = [each for each in found.iter("div") if each.get("class") == "axis"]
    assert axes[0].get("aria-label") == "25 % of the way from 1 to 9"
    assert [span.get("style") for span in axes[1]] == ["left:50.0%;width:0.0%", "left:50.0%",
                                                       "left:50.0%"]  # fmt: skip
    assert "Evaluation 0 (compromise, best sum, best O, best V):" in words(found)


def test_what_is_at_a_bound_is_marked(tmp_path):
    with content_of(tmp_path, ONE, units=[[[0.01, 1.0]]]) as content:
        found = parsed(chosen_model(content))
    lines = list(found.iter("tr"))[1:]
    assert [line.get("class") for line in lines] == ["at-bound", "at-bound"]
    assert "at the lower bound" in words(lines[0])
    assert "at the upper bound" in words(lines[1])


@pytest.mark.parametrize(
    ("unit", "whole", "said"),
    [(0.02, False, "at the lower bound"), (0.021, False, ""), (0.98, False, "at the upper bound"),
     (0.01, True, ""), (0.0, True, "at the lower bound"), (1.0, True, "at the upper bound")],
)  # fmt: skip
def test_from_where_on_a_value_is_at_a_bound(unit, whole, said):
    assert bound_in_words(unit, whole=whole) == said


def test_bounds_may_be_values_of_others_and_values_fixed(tmp_path):
    rows = [["soma.L", "lin", 9.0, 1.0], ["soma.nseg", "lin", 0.0, "soma.L"],
            ["a.b", "con", 3.0, 3.0]]  # fmt: skip
    header = replace(info().header, parameters=rows[:2])
    with content_of(tmp_path, ONE, about=info(header=header), units=[[[0.5, 0.5]]]) as content:
        length, other = lines_of(content, 0)
    # 1 + 8 / 2, in its order.
    assert (length.low, length.high, length.value) == ("1", "9", "5")
    assert (other.low, other.high, other.unit) == ("0", "5", "")


def test_decades_inside_of_bounds():
    assert decades((1e-7, 0.1)) == pytest.approx([100 * k / 6 for k in range(1, 6)], abs=0.01)
    assert decades((1.0, 1.0)) == ()
    assert decades((2.0, 3.0)) == ()
    assert len(decades((1e-30, 1e30))) <= 12


def test_without_models_there_is_nothing(tmp_path):
    with content_of(tmp_path, [[[NAN] * 3] * 2]) as content:
        assert chosen_model(content) == ""


def test_every_model_has_its_own_line(tmp_path):
    with content_of(tmp_path) as content:
        for place in range(len(content.listed)):
            found = [float(line.value) for line in lines_of(content, place)]
            np.testing.assert_allclose(
                found, content.listed.evaluations.parameters[place], rtol=1e-5
            )
