"""A model's answers to current steps, at several places of the cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from pyneuronautofit._types import FloatArray
from pyneuronautofit.plots.canvas import COLOURS, GREY, open_figure, show_figures, write_figure
from pyneuronautofit.plots.traces import as_drawn, thinned

_COLUMNS = 4
_BLACK = "#000000"


# Of the soma, and of what is compared with it.
_PLACES = (_BLACK, *COLOURS)
_BEFORE_MS, _AFTER_MS = 1.0, 4.0


def save_steps(
    path: Path | None,
    voltage_mV: FloatArray,
    *,
    step_ms: float,
    places: Sequence[str],
    titles: Sequence[str],
    heading: str,
    stimulus_ms: tuple[float, float],
    spikes: Sequence[int | None],
) -> None:
    """Draw a panel per current step, and write the figure, or show it where `path` is None.

    Parameters
    ----------
    voltage_mV : FloatArray, shape (n_step, n_place, n_sample), mV
    step_ms
        Sampling interval.
    places, titles
        Names of the places, and of the steps.
    heading
        Above all panels.
    stimulus_ms
        When the current flows; the time is marked.
    spikes
        For every step the sample of its first spike, which is drawn once more, enlarged; or None.
    """
    n_row = -(-len(titles) // _COLUMNS)
    figure = open_figure((3.0 * _COLUMNS, 2.1 * n_row + 0.8), path)
    panels = figure.subplots(n_row, _COLUMNS, sharex=True, sharey=True, squeeze=False)
    for number, panel in enumerate(panels.flat):
        if number >= len(titles):
            panel.set_visible(False)
            continue
        panel.axvspan(*stimulus_ms, color="#ececec", linewidth=0)
        _draw(panel, voltage_mV[number], places, step_ms)
        start = spikes[number]
        if start is not None:
            _enlarge(panel, voltage_mV[number], start, step_ms)
        panel.set_title(titles[number], fontsize=9)
    for panel in panels[:, 0]:
        panel.set_ylabel("voltage (mV)", fontsize=9)
    for panel in panels[-1]:
        panel.set_xlabel("time (ms)", fontsize=9)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.suptitle(as_drawn(heading), fontsize=11)
    figure.legend(
        handles[::-1], labels[::-1], loc="outside upper right", ncols=3, fontsize=8, frameon=False
    )
    if path is None:
        show_figures()
    else:
        write_figure(figure, path)


def _draw(panel: Axes, voltage_mV: FloatArray, places: Sequence[str], step_ms: float) -> None:
    """Draw the voltages of one step, shape (n_place, n_sample), mV."""
    panel.axhline(0.0, color=GREY, linewidth=0.5)
    # The soma last, so that it lies above the others.
    for place in reversed(range(len(places))):
        time_ms, shown = thinned(voltage_mV[place], step_ms)
        panel.plot(time_ms, shown, color=_PLACES[place], linewidth=0.8, label=places[place])
    panel.tick_params(labelsize=8)
    panel.margins(x=0)


def _enlarge(panel: Axes, voltage_mV: FloatArray, start: int, step_ms: float) -> None:
    """Draw a spike at all places where the panel is empty: above what precedes the step."""
    first = max(start - round(_BEFORE_MS / step_ms), 0)
    part = voltage_mV[:, first : start + round(_AFTER_MS / step_ms) + 1]
    time_ms = (np.arange(part.shape[1]) + first - start) * step_ms
    inset = panel.inset_axes((0.03, 0.36, 0.27, 0.6))
    inset.axhline(0.0, color=GREY, linewidth=0.5)
    for place in reversed(range(len(part))):
        inset.plot(time_ms, part[place], color=_PLACES[place], linewidth=0.9)
    inset.margins(x=0)
    inset.set_xticks([0.0, 2.0], ["0", "2 ms"], fontsize=6)
    inset.set_yticks([])
    inset.tick_params(length=2, pad=1)
