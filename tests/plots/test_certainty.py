"""Intervals and directions as a figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from pyneuronautofit.plots import CertaintyDrawing, draw_certainty, save_certainty


def drawing():
    return CertaintyDrawing(
        names=("a$b", "second"),
        at=np.array([0.5, 0.99]),
        deviations=np.array([0.01, 0.2]),
        directions=np.array([[1.0, 0.0], [0.0, 1.0]]),
        along=np.array([0.01, 0.2]),
        sloppy=[False, True],
        unknown=0.289,
    )


def test_every_parameter_has_its_interval_and_every_direction_its_bar():
    figure = draw_certainty(Figure(), drawing())
    _nothing, _bars, intervals, vectors = sorted(
        figure.axes, key=lambda axes: (-axes.get_position().y0, axes.get_position().x0)
    )
    wide = intervals.collections[0].get_segments()
    assert np.allclose(wide[0][:, 0], [0.5 - 0.0196, 0.5 + 0.0196])
    # It ends at the bound.
    assert wide[1][1, 0] == 1.0
    heights = [bar.get_height() for bar in _bars.patches]
    assert np.allclose(heights, [1.0, 20.0])
    assert _bars.patches[0].get_facecolor() != _bars.patches[1].get_facecolor()
    assert vectors.images[0].get_array().shape == (2, 2)


def test_where_all_is_open_the_scale_has_numbers_and_bars_their_length():
    nearly = replace(drawing(), along=np.array([0.17, 0.289]))
    figure = draw_certainty(Figure(), nearly)
    figure.canvas.draw()
    bars = next(axes for axes in figure.axes if len(axes.patches) == 2)
    low, high = bars.get_ylim()
    assert low < 3.0
    shown = [t.get_text() for t in bars.get_yticklabels() if low < t.get_position()[1] < high]
    assert shown == ["5", "10", "20"]


def test_it_is_written(tmp_path):
    save_certainty(tmp_path / "figure.pdf", "a $heading", drawing())
    assert (tmp_path / "figure.pdf").read_bytes().startswith(b"%PDF")
