"""A profile as a figure."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from pyneuronautofit.plots import ProfileDrawing, draw_profile, save_profile


def drawing(interval=(0.2, 0.6)):
    return ProfileDrawing(
        name="soma.cm",
        values=np.array([0.0, 0.4, 1.0]),
        rises=np.array([4.0, 0.0, 99.0]),
        thresholds=(("68 %", 1.0), ("95 %", 3.84)),
        interval=interval,
    )


@pytest.mark.parametrize(
    ("interval", "shaded"), [((0.2, 0.6), (0.2, 0.6)), ((None, None), (0.0, 1.0))]
)
def test_a_curve_its_thresholds_and_what_is_between(interval, shaded):
    axes = draw_profile(Figure().subplots(), drawing(interval))
    heights = [line.get_ydata()[0] for line in axes.lines[:2]]
    assert heights == [1.0, 3.84]
    assert axes.lines[2].get_xdata().tolist() == [0.0, 0.4, 1.0]
    (area,) = axes.patches
    left, right = area.get_x(), area.get_x() + area.get_width()
    assert (left, right) == pytest.approx(shaded)
    # What is far above the thresholds is cut off: the interval is what matters.
    assert axes.get_ylim()[1] < 20


def test_it_is_written(tmp_path):
    save_profile(tmp_path / "figure.svg", "a run", drawing())
    assert "soma.cm" in (tmp_path / "figure.svg").read_text()
