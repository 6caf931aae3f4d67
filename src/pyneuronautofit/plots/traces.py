"""A model's voltage over the recording's, sweep by sweep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pyneuronautofit._atomic import replacing
from pyneuronautofit._text import printable
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import OutputError

# Black and vermilion of the Okabe-Ito palette: told apart by everybody, and in grey.
_RECORDED = "#000000"
_MODEL = "#d55e00"
_MOST_POINTS = 4000


def draw_sweep(
    axes: Axes, recorded_mV: FloatArray, model_mV: FloatArray, step_ms: float, title: str
) -> Axes:
    """Draw one sweep.

    Parameters
    ----------
    axes
        Where to draw.
    recorded_mV, model_mV : FloatArray, shape (n_sample,), mV
    step_ms
        Sampling interval.
    title
        Above the panel.
    """
    for voltage, colour, label in (
        (recorded_mV, _RECORDED, "recording"),
        (model_mV, _MODEL, "model"),
    ):
        time_ms, shown = thinned(voltage, step_ms)
        axes.plot(time_ms, shown, color=colour, linewidth=0.8, label=label)
    axes.set_title(as_drawn(title), fontsize=8)
    axes.tick_params(labelsize=7)
    axes.margins(x=0)
    return axes


def save_comparison(
    path: Path,
    recorded_mV: FloatArray,
    model_mV: FloatArray,
    *,
    step_ms: float,
    titles: Sequence[str],
    heading: str,
) -> None:
    """Draw a panel per sweep and write the figure, atomically, in the format of the suffix.

    Parameters
    ----------
    recorded_mV, model_mV : FloatArray, shape (n_sweep, n_sample), mV
    titles
        One per sweep.
    heading
        Above all panels.

    Raises
    ------
    OutputError
        If the suffix is no format that can be drawn, or the file cannot be written.
    """
    check_figure_path(path)
    n_sweep = len(recorded_mV)
    n_column = min(math.ceil(math.sqrt(n_sweep)), 5)
    n_row = -(-n_sweep // n_column)
    figure = Figure(figsize=(3.2 * n_column, 1.9 * n_row + 0.7), layout="constrained")
    FigureCanvasAgg(figure)
    first = draw_panels(
        figure, (n_row, n_column), recorded_mV, model_mV, step_ms=step_ms, titles=titles
    )
    first.legend(fontsize=7, frameon=False)
    figure.suptitle(as_drawn(heading), fontsize=10)
    with replacing(path) as stream:
        figure.savefig(stream, format=path.suffix[1:].lower(), dpi=150)


def draw_panels(
    figure: Figure,
    shape: tuple[int, int],
    recorded_mV: FloatArray,
    model_mV: FloatArray,
    *,
    step_ms: float,
    titles: Sequence[str],
) -> Axes:
    """Draw a panel per sweep, with labels at the outer ones; return the first panel.

    Parameters
    ----------
    shape
        Rows and columns of panels; there may be more than sweeps.
    recorded_mV, model_mV : FloatArray, shape (n_sweep, n_sample), mV
    step_ms
        Sampling interval.
    titles
        One per sweep.
    """
    n_sweep, n_column = len(titles), shape[1]
    panels = figure.subplots(*shape, sharex=True, sharey=True, squeeze=False)
    for number, panel in enumerate(panels.flat):
        if number >= n_sweep:
            panel.set_visible(False)
            continue
        draw_sweep(panel, recorded_mV[number], model_mV[number], step_ms, titles[number])
    for panel in panels.flat[max(n_sweep - n_column, 0) : n_sweep]:  # the lowest of each column
        panel.set_xlabel("time (ms)", fontsize=8)
        panel.tick_params(labelbottom=True)
    for panel in panels[:, 0]:
        panel.set_ylabel("voltage (mV)", fontsize=8)
    first: Axes = panels[0, 0]
    return first


def check_figure_path(path: Path) -> None:
    """Raise OutputError unless the suffix is a format that figures can be written in."""
    known = sorted(FigureCanvasAgg.get_supported_filetypes())
    if path.suffix[1:].lower() not in known:
        raise OutputError(
            f"cannot draw into {path}: its suffix {path.suffix!r} is none of {', '.join(known)}"
        )
    if not path.absolute().parent.is_dir():
        raise OutputError(f"cannot draw into {path}: the folder {path.parent} does not exist")


def thinned(voltage_mV: FloatArray, step_ms: float) -> tuple[FloatArray, FloatArray]:
    """Return times and voltages of the extremes of short stretches: spikes keep their height."""
    length = max(2 * len(voltage_mV) // _MOST_POINTS, 1)
    if length < 2:
        return np.arange(len(voltage_mV), dtype=np.float64) * step_ms, voltage_mV
    # The last stretch is filled up with the last sample, which its extremes do not notice.
    stretches = np.pad(voltage_mV, (0, -len(voltage_mV) % length), "edge").reshape(-1, length)
    starts = np.arange(0, len(voltage_mV), length)[:, None]
    places = np.stack([stretches.argmin(axis=1), stretches.argmax(axis=1)], axis=1)
    places = (np.sort(places, axis=1) + starts).ravel()
    return np.asarray(places * step_ms, dtype=np.float64), voltage_mV[places]


def as_drawn(text: str) -> str:
    """Return a text as matplotlib takes it: a name of somebody's is no formula."""
    return printable(text).replace("\t", " ").replace("$", r"\$")
