"""A profile: what the fit loses where one parameter is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from pyneuronautofit._types import FloatArray
from pyneuronautofit.plots.canvas import COLOURS, GREY, LINES, open_figure, write_figure
from pyneuronautofit.plots.traces import as_drawn


@dataclass(frozen=True)
class ProfileDrawing:
    """What is drawn.

    Attributes
    ----------
    name
        The parameter's.
    values, rises : FloatArray, shape (n_point,)
        Its values, and the rise of the sum of squares over its variance.
    thresholds
        What each is called, and how much it is; the largest last.
    interval
        Where the profile passes the last of them; None: nowhere.
    """

    name: str
    values: FloatArray
    rises: FloatArray
    thresholds: Sequence[tuple[str, float]]
    interval: tuple[float | None, float | None]


def draw_profile(axes: Axes, found: ProfileDrawing) -> Axes:
    """Draw a profile with its thresholds, and its interval shaded."""
    (low, high), values = found.interval, found.values
    inside = (values[0] if low is None else low, values[-1] if high is None else high)
    axes.axvspan(*inside, color=COLOURS[4], alpha=0.2, linewidth=0)
    for number, (said, height) in enumerate(found.thresholds):
        axes.axhline(height, color=GREY, linewidth=0.8, linestyle=LINES[1 + number % 3])
        axes.annotate(
            said, (1.0, height), xycoords=("axes fraction", "data"), fontsize=7,
            ha="right", va="bottom", color=GREY,
        )  # fmt: skip
    axes.plot(values, found.rises, "o-", color=COLOURS[0], markersize=3, linewidth=1.2)
    least = found.thresholds[-1][1]
    highest = max(float(np.max(found.rises)), least)
    top = 1.1 * min(highest, 3.0 * least)
    axes.set_ylim(-0.03 * top, top)
    axes.set_xlabel(as_drawn(found.name), fontsize=9)
    axes.set_ylabel("rise of the sum of squares\n(over the variance of a residual)", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def save_profile(path: Path, heading: str, found: ProfileDrawing) -> None:
    """Write the figure, with a heading above it."""
    figure = open_figure((4.6, 3.4), path)
    draw_profile(figure.subplots(), found)
    figure.suptitle(as_drawn(heading), fontsize=10)
    write_figure(figure, path)
