"""A model's voltage over the recording's, all sweeps, for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyneuronautofit._types import FloatArray
from pyneuronautofit.plots.canvas import open_figure, show_figures, write_figure
from pyneuronautofit.plots.traces import as_drawn, draw_panels

_COLUMNS = 8


def full_rows(n_panel: int) -> tuple[int, int]:
    """Return the numbers of rows and columns that leave the fewest places empty.

    Of several the one with the fewest rows; there are at most eight columns.
    """
    fewest = -(-n_panel // _COLUMNS)
    shapes = [(n_row, -(-n_panel // n_row)) for n_row in range(fewest, n_panel + 1)]
    # Figures that are higher than wide are for nobody's screen.
    broad = [shape for shape in shapes if shape[0] <= max(fewest, shape[1])]
    return min(broad, key=lambda shape: (shape[0] * shape[1] - n_panel, shape[0]))


def save_sweeps(
    paths: Sequence[Path],
    recorded_mV: FloatArray,
    model_mV: FloatArray,
    *,
    step_ms: float,
    titles: Sequence[str],
    heading: str,
) -> None:
    """Draw a panel per sweep, at most eight a row, and write the figure to files, or show it.

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
    shape = full_rows(n_sweep)
    size_in = 2.0 * shape[1] + 0.5, 1.5 * shape[0] + 1.0
    figure = open_figure(size_in, paths[0] if paths else None)
    first = draw_panels(figure, shape, recorded_mV, model_mV, step_ms=step_ms, titles=titles)
    figure.suptitle(as_drawn(heading), fontsize=10)
    handles, labels = first.get_legend_handles_labels()
    if len(figure.axes) > n_sweep:
        # The place of a panel that is not there.
        free = figure.axes[n_sweep]
        free.set_visible(True)
        free.set_axis_off()
        free.legend(handles, labels, loc="center", fontsize=8, frameon=False)
    else:
        figure.legend(
            handles, labels, loc="outside lower center", ncols=2, fontsize=8, frameon=False
        )
    for path in paths:
        write_figure(figure, path)
    if not paths:
        show_figures()
