"""What is said of certainty: every line means what was found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from certainty.algebra import inquiry_into
from certainty.test_findings import ROWS, linear
from pyneuronautofit.certainty import (
    Profile,
    ProfilePoint,
    ResidualScale,
    certainty_lines,
    find_certainty,
    noise_lines,
    profile_lines,
    scale_line,
)


def test_a_table_with_a_line_for_every_parameter():
    inquiry = inquiry_into(linear, 0, 100, param_nslh=ROWS)
    x = np.array([[-3.0, 9.9, 0.5, 3.0, 2.0]])
    lines = certainty_lines(find_certainty(inquiry, x, [7], ResidualScale(1.0, "given")))
    assert lines[0].startswith("evaluation(s) 7; ")
    assert lines[1] == "scale 1, as given"
    rows = {line.split()[0]: line for line in lines if line.startswith("soma.")}
    assert rows["soma.a"].split()[1] == "0.001"
    assert rows["soma.a"].endswith("fixed")
    assert rows["soma.b"].endswith("roughly fixed; at its upper bound")
    assert rows["soma.c"].endswith("no effect")
    assert "  soma.c up: nothing changes" in lines
    assert lines[-1] == "not looked at (constant, or whole numbers): soma.d, soma.e"


def test_scales_say_what_they_are_from():
    assert "what the best of them misses, in 42 independent" in scale_line(
        ResidualScale(2, "misfit", 42.0)
    )
    assert "as if the model had no faults" in scale_line(ResidualScale(2, "noise"))


def test_that_a_model_is_far_from_the_noise_is_said():
    assert noise_lines(None) == noise_lines(1.2) == []
    (line,) = noise_lines(250.0)
    assert line.startswith("the models miss 250 times what the recording's noise would")


def test_ends_of_a_profile():
    points = tuple(
        ProfilePoint(v, at, r, np.array([v]))
        for v, at, r in ((1.0, 0.0, 2.0), (2.0, 0.5, 0.0), (3.0, 0.75, 9.0))
    )
    found = Profile(
        "p", points, 1, ResidualScale(1.0, "given"), (1.0, 3.5), 2.1, 0.3, ("p",), False, 9
    )
    lines = profile_lines(found)
    assert lines[0] == "p: best at 2 (before: 2.1); 3 values, 9 evaluations"
    assert "68 %: 1.29289 to 2.33333" in lines
    assert "95 %: open (the bound 1) to 2.65332" in lines
    assert any(line.startswith("interrupted: ") for line in lines)
    assert not any("polish" in line for line in lines)
    lines = profile_lines(replace(found, start_rise=2345.6))
    assert any("is 2.35e+03 above that of the" in line for line in lines)
