"""Answers to current steps: panels, places, and spikes enlarged."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from plots.drawn import curves_of, kept, texts_of
from pyneuronautofit.plots import save_steps, steps
from pyneuronautofit.plots.canvas import COLOURS

PLACES = ["soma", "middle", "end"]
# As many samples as are drawn one by one.
N_STEP, N_SAMPLE = 6, 3001
VOLTAGE = np.random.default_rng(0).normal(-60, 5, (N_STEP, 3, N_SAMPLE))


def saved(path, **changed):
    given = {
        "step_ms": 0.5, "places": PLACES, "titles": [f"{k} pA" for k in range(N_STEP)],
        "heading": "model 3", "stimulus_ms": (500.0, 1000.0),
        "spikes": [None, None, None, 1200, 1, 2999],
    }  # fmt: skip
    save_steps(path, VOLTAGE, **{**given, **changed})


@pytest.fixture
def figure(tmp_path, monkeypatch):
    """What is drawn, before it is written."""
    figures = kept(monkeypatch, steps)
    saved(tmp_path / "f.svg")
    ((figure, path),) = figures
    assert path == tmp_path / "f.svg"
    return figure


def panels_of(figure):
    return [axes for axes in figure.axes if axes.get_visible()]


def test_every_step_has_a_panel_with_the_voltages_of_all_places(figure):
    panels = panels_of(figure)
    assert len(panels) == N_STEP
    for number, panel in enumerate(panels):
        assert panel.get_title() == f"{number} pA"
        curves = curves_of(panel)
        assert list(curves) == PLACES[::-1], "the soma lies above the others"
        for place, name in enumerate(PLACES):
            time_ms, voltage_mV = curves[name]
            np.testing.assert_allclose(time_ms, 0.5 * np.arange(N_SAMPLE))
            np.testing.assert_array_equal(voltage_mV, VOLTAGE[number, place])
        colours = [to_hex(line.get_color()) for line in panel.lines[1:]]
        assert colours == [COLOURS[1], COLOURS[0], "#000000"]


def test_the_time_of_the_current_is_marked(figure):
    for panel in panels_of(figure):
        (span,) = panel.patches
        box = span.get_extents().transformed(panel.transData.inverted())
        assert (box.x0, box.x1) == pytest.approx((500.0, 1000.0))


def test_a_spike_is_enlarged_from_a_millisecond_before_to_four_after(figure):
    """Time counts from the spike; at the ends of the trace there is less to show."""
    insets = [panel.child_axes for panel in panels_of(figure)]
    assert [len(each) for each in insets] == [0, 0, 0, 1, 1, 1]
    shown = ((3, 1200, 1198, 1209), (4, 1, 0, 10), (5, 2999, 2997, 3001))
    for number, start, first, end in shown:
        (inset,) = insets[number]
        drawn = inset.lines[1:]
        for place, line in zip((2, 1, 0), drawn, strict=True):
            np.testing.assert_array_equal(line.get_ydata(), VOLTAGE[number, place, first:end])
            np.testing.assert_allclose(line.get_xdata(), 0.5 * (np.arange(first, end) - start))
        assert [label.get_text() for label in inset.get_xticklabels()] == ["0", "2 ms"]


def test_what_is_written(tmp_path):
    saved(tmp_path / "f.svg")
    texts = texts_of(tmp_path / "f.svg")
    assert [t for t in texts if t.endswith(" pA")] == [f"{k} pA" for k in range(N_STEP)]
    assert {"model 3", *PLACES, "time (ms)", "voltage (mV)"} <= set(texts)
    assert texts.count("2 ms") == 3
    # The legend begins with the soma.
    assert [t for t in texts if t in PLACES] == PLACES
