"""How well parameters are fixed: their intervals, and the directions that the data see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from pyneuronautofit._types import FloatArray
from pyneuronautofit.plots.canvas import COLOURS, GREY, open_figure, write_figure
from pyneuronautofit.plots.traces import as_drawn

_FIXED, _SLOPPY = COLOURS[0], COLOURS[1]


@dataclass(frozen=True)
class CertaintyDrawing:
    """What is drawn.

    Attributes
    ----------
    names
        Of the parameters.
    at, deviations : FloatArray, shape (n_param,)
        The model, and standard deviations, as parts of the range.
    directions : FloatArray, shape (n_direction, n_param)
        The stiffest first.
    along : FloatArray, shape (n_direction,)
        Standard deviations along them, of the range.
    sloppy
        Which of them are.
    unknown
        The standard deviation of what nothing is known of.
    """

    names: Sequence[str]
    at: FloatArray
    deviations: FloatArray
    directions: FloatArray
    along: FloatArray
    sloppy: Sequence[bool]
    unknown: float

    @property
    def size_in(self) -> tuple[float, float]:
        """How large a figure has to be, inches."""
        n = len(self.names)
        return 6.5 + 0.16 * n, 2.8 + 0.2 * n


def draw_certainty(figure: Figure, found: CertaintyDrawing) -> Figure:
    """Draw intervals of parameters, and what directions are made of, into an empty figure."""
    left, right = figure.subplots(
        2, 2, sharey="row", width_ratios=(1.0, 1.2), height_ratios=(1.0, 3.0)
    ).T
    left[0].set_visible(False)
    _intervals(left[1], found.names, found.at, found.deviations)
    _deviations(right[0], found.along, found.sloppy, found.unknown)
    _vectors(right[1], found.directions)
    return figure


def save_certainty(path: Path, heading: str, found: CertaintyDrawing) -> None:
    """Write the figure, with a heading above all panels."""
    figure = open_figure(found.size_in, path)
    draw_certainty(figure, found)
    figure.suptitle(as_drawn(heading), fontsize=10)
    write_figure(figure, path)


def _intervals(axes: Axes, names: Sequence[str], at: FloatArray, deviations: FloatArray) -> None:
    places = np.arange(len(names))
    for factor, width in ((1.96, 2.0), (1.0, 5.0)):
        low, high = (np.clip(at + sign * factor * deviations, 0, 1) for sign in (-1.0, 1.0))
        axes.hlines(places, low, high, color=_FIXED, linewidth=width)
    axes.plot(at, places, "o", color="#000000", markersize=3.5)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(places, [as_drawn(name) for name in names], fontsize=7)
    axes.set_xlabel("between the bounds (0 .. 1)\n68 % and 95 %", fontsize=8)
    axes.tick_params(axis="x", labelsize=7)
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.5)
    axes.set_axisbelow(True)


def _deviations(axes: Axes, along: FloatArray, sloppy: Sequence[bool], unknown: float) -> None:
    colours = [_SLOPPY if each else _FIXED for each in sloppy]
    axes.bar(np.arange(len(along)), 100.0 * along, color=colours, width=0.75)
    axes.axhline(100.0 * unknown, color=GREY, linewidth=0.8, linestyle="--")
    axes.set_yscale("log")
    # Where all is open there may be no power of ten in sight: steps within them have labels then.
    decades = float(np.log10(max(along.max(), unknown) / max(along.min(), 1e-9)))
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0,) if decades > 2 else (1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(-0.5, len(along) - 0.5)
    # Bars of nearly the same length look it: a decade is there at least.
    axes.set_ylim(bottom=min(70.0 * float(along.min()), 10.0 * unknown))
    axes.set_xticks([])
    axes.tick_params(labelsize=7, labelleft=True)
    axes.set_ylabel("open (% of ranges)", fontsize=8)
    axes.set_title("directions: blue fixed, orange sloppy; dashed: no data", fontsize=8)


def _vectors(axes: Axes, directions: FloatArray) -> None:
    axes.imshow(directions.T, cmap="RdBu_r", vmin=-1.0, vmax=1.0, aspect="auto")
    axes.set_xlabel("direction, the stiffest first\nred: up, blue: down", fontsize=8)
    axes.set_xticks([])
    axes.tick_params(labelleft=False, length=0)
