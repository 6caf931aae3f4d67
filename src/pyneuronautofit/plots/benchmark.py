"""How soon algorithms become how good, a panel per problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.plots.canvas import COLOURS, GREY, LINES, open_figure, write_figure

_COLUMNS = 3
_COLOURS = (*COLOURS, "#000000", GREY)


@dataclass(frozen=True)
class CurvePanel:
    """A panel.

    Attributes
    ----------
    title
        Above it.
    curves
        Name -> (evaluations, shape (n_point,); quartiles and median, shape (3, n_point)).
    floor
        Below this numbers are as good as each other; they are drawn at it.
    """

    title: str
    curves: Mapping[str, tuple[FloatArray, FloatArray]]
    floor: float


def save_benchmark(path: Path, panels: Sequence[CurvePanel], heading: str) -> None:
    """Draw medians with the range between the quartiles, and write the figure."""
    names = list(dict.fromkeys(name for panel in panels for name in panel.curves))
    n_column = min(_COLUMNS, len(panels) + 1)
    # One place more, for the legend.
    n_row = -(-(len(panels) + 1) // n_column)
    figure = open_figure((3.6 * n_column, 2.9 * n_row + 0.4), path)
    axes = np.atleast_1d(figure.subplots(n_row, n_column)).ravel()
    handles: dict[str, object] = {}
    for ax, panel in zip(axes, panels, strict=False):
        for name, (evaluations, (low, middle, high)) in panel.curves.items():
            place = names.index(name)
            colour, line = _COLOURS[place % len(_COLOURS)], LINES[place % len(LINES)]
            shown = [_shown(each, panel.floor) for each in (low, middle, high)]
            (handles[name],) = ax.plot(evaluations, shown[1], color=colour, ls=line, lw=1.4)
            ax.fill_between(evaluations, shown[0], shown[2], color=colour, alpha=0.12, lw=0)
        ax.set(xscale="log", yscale="log", xlabel="evaluations", ylabel="least sum F")
        ax.set_title(panel.title, fontsize=9)
    for ax in axes[len(panels) :]:
        ax.set_axis_off()
    ordered = [name for name in names if name in handles]
    axes[len(panels)].legend(
        [handles[name] for name in ordered], ordered, loc="center", frameon=False, fontsize=8
    )
    figure.suptitle(heading, fontsize=10)
    write_figure(figure, path)


def _shown(values: FloatArray, floor: float) -> FloatArray:
    """Return what can be drawn on a logarithmic axis: nothing where there is no number."""
    return np.where(np.isfinite(values), np.maximum(values, floor), np.nan)
