"""How parameters are distributed over models: a panel with curves for every parameter."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pyneuronautofit._types import FloatArray
from pyneuronautofit.plots.canvas import COLOURS, GREY, LINES
from pyneuronautofit.plots.traces import as_drawn

_COLUMNS = 6
_BLACK = "#000000"
_LABEL_WIDTH = 30
_LEAST_TICKS, _MOST_TICKS = 2, 4


@dataclass(frozen=True)
class Density:
    """The distribution of one parameter.

    Attributes
    ----------
    label
        Its name, with the unit.
    log
        Whether coordinates are decimal logarithms.
    values : FloatArray, shape (n_model,)
        The models' coordinates.
    grid : FloatArray, shape (n_point,)
        Where the densities are known.
    total : FloatArray, shape (n_point,), or None
        Density of all models; None where all have one value.
    groups
        Density of every group: FloatArray, shape (n_point,); None for a group with less than two
        values.
    bounds
        Between which coordinates it was searched; None where that is not to be shown.
    """

    label: str
    log: bool
    values: FloatArray
    grid: FloatArray
    total: FloatArray | None
    groups: tuple[FloatArray | None, ...]
    bounds: tuple[float, float] | None = None


def distributions_size(n_density: int) -> tuple[float, float]:
    """Return width and height, in inches, of a figure with so many panels."""
    n_column = min(n_density, _COLUMNS)
    return 2.1 * n_column + 0.4, 1.6 * -(-n_density // n_column) + 0.9


def draw_distributions(
    figure: Figure, densities: Sequence[Density], groups: Sequence[str], heading: str
) -> Figure:
    """Draw a panel for every parameter, and a legend.

    Parameters
    ----------
    figure
        An empty one.
    groups
        Names of the groups, with how many models each has.
    heading
        Above all panels.
    """
    n_column = min(len(densities), _COLUMNS)
    n_row = -(-len(densities) // n_column)
    panels = figure.subplots(n_row, n_column, squeeze=False)
    for panel, density in zip(panels.flat, densities, strict=False):
        draw_density(panel, density)
    for panel in panels.flat[len(densities) :]:
        panel.set_visible(False)
    for panel in panels[:, 0]:
        panel.set_ylabel("density", fontsize=8)
    handles = [
        panels[0, 0].plot([], [], color=_BLACK, linewidth=1.6)[0],
        *(panels[0, 0].plot([], [], **_style(number))[0] for number in range(len(groups))),
    ]
    labels = ["all models", *map(as_drawn, groups)]
    if any(density.bounds for density in densities):
        handles.append(panels[0, 0].axvspan(np.nan, np.nan, **_OUTSIDE))
        labels.append("outside the search bounds")
    figure.suptitle(as_drawn(heading), fontsize=11)
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(len(labels), 4), fontsize=8,
        frameon=False,
    )  # fmt: skip
    return figure


def draw_density(axes: Axes, density: Density) -> Axes:
    """Draw one parameter."""
    if density.total is None:
        axes.axvline(density.values[0], color=_BLACK, linewidth=1.6)
        axes.text(0.97, 0.9, "one value", transform=axes.transAxes, ha="right", fontsize=7)
    else:
        axes.fill_between(density.grid, density.total, color="#e4e4e4", linewidth=0)
        axes.plot(density.grid, density.total, color=_BLACK, linewidth=1.6)
    for number, group in enumerate(density.groups):
        if group is not None:
            axes.plot(density.grid, group, **_style(number))
    _limit(axes, density)
    axes.set_ylim(0.0, 1.05 * axes.dataLim.y1 if density.total is not None else 1.0)
    axes.set_yticks([])
    axes.set_xlabel(textwrap.fill(as_drawn(density.label), _LABEL_WIDTH), fontsize=7.5)
    axes.tick_params(labelsize=7, length=2.5, pad=2)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    if density.log:
        _set_logarithmic_ticks(axes)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return axes


_OUTSIDE = {"facecolor": "none", "edgecolor": "#b0b0b0", "hatch": "////", "linewidth": 0.0}


def _limit(axes: Axes, density: Density) -> None:
    """Let the axis show all values, and the bounds with a margin where they are to be shown."""
    low, high = float(density.values.min()), float(density.values.max())
    if density.bounds is None:
        margin = 0.04 * (high - low) or 0.05 * abs(low) or 1.0
        axes.set_xlim(low - margin, high + margin)
        return
    lower, upper = density.bounds
    margin = 0.06 * ((max(upper, high) - min(lower, low)) or 1.0)
    ends = min(lower, low) - margin, max(upper, high) + margin
    axes.axvspan(ends[0], lower, **_OUTSIDE)  # type: ignore[arg-type]
    axes.axvspan(upper, ends[1], **_OUTSIDE)  # type: ignore[arg-type]
    for bound in density.bounds:
        axes.axvline(bound, color=GREY, linewidth=0.7)
    axes.set_xlim(*ends)


def _style(group: int) -> dict[str, Any]:
    return {
        "color": COLOURS[group % len(COLOURS)],
        # Beyond the palette's end it begins again, with other dashes.
        "linestyle": LINES[(group + group // len(COLOURS)) % len(LINES)],
        "linewidth": 1.1,
    }


def _set_logarithmic_ticks(axes: Axes) -> None:
    """Put ticks at round values on an axis of decimal logarithms, powers of ten if they suffice."""
    low, high = axes.get_xlim()
    for digits in ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 4, 5, 6, 7, 8, 9)):
        decades = np.arange(np.floor(low), np.ceil(high) + 1)
        ticks = np.sort((decades[:, None] + np.log10(digits)).ravel())
        ticks = ticks[(ticks >= low) & (ticks <= high)]
        if len(ticks) >= _LEAST_TICKS:
            break
    # Not all of them, where there is no room.
    ticks = ticks[:: -(-len(ticks) // _MOST_TICKS)] if len(ticks) > _MOST_TICKS else ticks
    axes.set_xticks(ticks, [_rounded(float(tick)) for tick in ticks])


def _rounded(exponent: float) -> str:
    decade = int(np.floor(exponent + 1e-9))
    digit = round(10.0 ** (exponent - decade))
    power = rf"10^{{{decade}}}"
    return f"${power}$" if digit == 1 else rf"${digit}{{\times}}{power}$"
