"""A recording: voltage and current of all sweeps, with the stimulus and what is held marked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pyneuronautofit._atomic import replacing
from pyneuronautofit._types import FloatArray
from pyneuronautofit.plots.traces import as_drawn, check_figure_path, thinned

_WINDOW, _HELD = "#0072b2", "#d55e00"


def save_recording(
    path: Path,
    voltage_mV: FloatArray,
    current_pA: FloatArray,
    *,
    step_ms: float,
    window_ms: tuple[float, float] | None,
    holding_pA: FloatArray | None,
    heading: str,
) -> None:
    """Draw a recording and write the figure, atomically, in the format of the suffix.

    Parameters
    ----------
    voltage_mV, current_pA : FloatArray, shape (n_sweep, n_sample)
    step_ms
        Sampling interval.
    window_ms
        Beginning and end of the stimulus; None: there is none.
    holding_pA : FloatArray, shape (n_sweep,), pA, or None
        What is held before it.
    heading
        Above both panels.

    Raises
    ------
    OutputError
        If the suffix is no format that can be drawn, or the file cannot be written.
    """
    check_figure_path(path)
    figure = Figure(figsize=(8.0, 5.0), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    colours = colormaps["viridis"](np.linspace(0.0, 0.9, len(voltage_mV)))
    for panel, traces in zip(panels, (voltage_mV, current_pA), strict=True):
        for trace, colour in zip(traces, colours, strict=True):
            panel.plot(*thinned(trace, step_ms), color=colour, linewidth=0.7)
        if window_ms is not None:
            panel.axvspan(*window_ms, color=_WINDOW, alpha=0.12, linewidth=0)
            for edge in window_ms:
                panel.axvline(edge, color=_WINDOW, linewidth=0.8)
        panel.margins(x=0)
    for held in np.unique([] if holding_pA is None else holding_pA):
        panels[1].axhline(held, color=_HELD, linewidth=0.8, linestyle="--")
    panels[0].set_ylabel("voltage (mV)")
    panels[1].set_ylabel("current (pA)")
    panels[1].set_xlabel("time (ms)")
    figure.suptitle(as_drawn(heading), fontsize=10)
    with replacing(path) as stream:
        figure.savefig(stream, format=path.suffix[1:].lower(), dpi=150)
