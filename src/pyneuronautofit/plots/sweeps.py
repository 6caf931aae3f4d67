"""A model's voltage over the recording's, all sweeps, for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyneuronautofit._types import FloatArray
from pyneuronautofit.plots.canvas import open_figure, show_figures, write_figure
from pyneuronautofit.plots.traces import as_drawn, draw_panels

_COLUMNS = 8


def save_sweeps(
    paths: Sequence[Path],
    recorded_mV: FloatArray,
    model_mV: FloatArray,
    *,
    step_ms: float,
    titles: Sequence[str],
    heading: str,
) -> None:
    """Draw a panel per sweep, eight a row, and write the figure to files, or show it.

    Parameters
    ----------
    paths
        One for every format; none: it is shown.
    recorded_mV, model_mV : FloatArray, shape (n_sweep, n_sample), mV
    step_ms
        Sampling interval.
    titles
        One per sweep.
    heading
        Above all panels.
    """
    n_sweep = len(titles)
    n_row = -(-n_sweep // _COLUMNS)
    size_in = 2.0 * min(n_sweep, _COLUMNS) + 0.5, 1.5 * n_row + 1.0
    figure = open_figure(size_in, paths[0] if paths else None)
    shape = (n_row, min(n_sweep, _COLUMNS))
    first = draw_panels(figure, shape, recorded_mV, model_mV, step_ms=step_ms, titles=titles)
    figure.suptitle(as_drawn(heading), fontsize=10)
    handles, labels = first.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    for path in paths:
        write_figure(figure, path)
    if not paths:
        show_figures()
