"""What is drawn is what was simulated; more in test_fit_result.py."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.library.results.responses import SimulatedSweeps


def test_a_panel_for_every_sweep():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    from pyneuronautofit.library.results.drawing import draw_responses

    time = np.arange(100.0)
    found = SimulatedSweeps(
        "cell.abf", (0, 3, 5), frozenset({3}), np.stack([[time, time + 1, time + 2]]),
        np.stack([time, time, time]), np.ones((3, 100)) * [[0], [10], [20]], 0.5, (10.0, 30.0),
    )  # fmt: skip
    panels = draw_responses(found)
    assert [panel.get_title() for panel in panels] == [
        "sweep 0: 0 pA", "sweep 3: 10 pA, held out", "sweep 5: 20 pA",
    ]  # fmt: skip
    recorded, model = panels[2].lines
    assert recorded.get_ydata()[-1] == 99.0
    assert model.get_ydata()[-1] == 101.0
    assert len(panels[0].figure.axes) == 3
    pyplot.close("all")
