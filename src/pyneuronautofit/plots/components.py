"""Principal components of models: every pair of them, and how much each explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, MultipleLocator

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.plots.canvas import COLOURS, GREY, MARKERS
from pyneuronautofit.plots.traces import as_drawn

# Fewer panels leave no room for the two diagrams.
_LEAST_GRID = 3


@dataclass(frozen=True)
class Components:
    """Models in the space of their principal components.

    Attributes
    ----------
    scores : FloatArray, shape (n_model, n_component)
        Whitened: every component has the variance 1.
    group : IntArray, shape (n_model,)
        Which group every model belongs to.
    singular_values : FloatArray, shape (n_component,)
        Of the standardised parameters.
    explained : FloatArray, shape (n_component,)
        Share of their variance, 0..1.
    """

    scores: FloatArray
    group: IntArray
    singular_values: FloatArray
    explained: FloatArray


def components_size(n_component: int) -> tuple[float, float]:
    """Return width and height, in inches, of the figure of so many components."""
    side = 1.9 * max(n_component - 1, _LEAST_GRID) + 0.5
    return side, side + 0.3


def draw_components(
    figure: Figure, found: Components, groups: Sequence[str], heading: str
) -> Figure:
    """Draw a scatter of every pair of components, singular values and explained variance.

    Parameters
    ----------
    figure
        An empty one.
    groups
        Names of the groups, with how many models each has.
    heading
        Above all panels.
    """
    n_component = found.scores.shape[1]
    size = max(n_component - 1, _LEAST_GRID)
    grid = figure.add_gridspec(size, size)
    panels: dict[tuple[int, int], Axes] = {}
    for row in range(n_component - 1):
        for column in range(row + 1):
            shared = {"sharex": panels.get((column, column)), "sharey": panels.get((row, 0))}
            panel = figure.add_subplot(grid[row, column], **shared)
            panels[row, column] = panel
            _scatter(panel, found, column, row + 1, groups)
            last_row = row == n_component - 2
            panel.tick_params(labelbottom=last_row, labelleft=column == 0)
            panel.set_xlabel(f"component {column + 1}" if last_row else "", fontsize=8)
            panel.set_ylabel(f"component {row + 2}" if column == 0 else "", fontsize=8)
    # The triangle above the diagonal is free.
    free = size // 2
    inner = grid[0:free, free:size].subgridspec(1, 2)
    _bars(figure.add_subplot(inner[0, 0]), found.singular_values, "singular value")
    _explained(figure.add_subplot(inner[0, 1]), found.explained)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    place = figure.add_subplot(grid[free, free + 1 : size])
    place.axis("off")
    place.legend(handles, labels, loc="center", fontsize=8, frameon=False)
    figure.suptitle(as_drawn(heading), fontsize=11)
    return figure


def _scatter(axes: Axes, found: Components, x: int, y: int, groups: Sequence[str]) -> None:
    # Many points need small marks, and must shine through each other.
    n_model = len(found.scores)
    area = float(np.clip(900.0 / n_model, 7.0, 22.0))
    for number, name in enumerate(groups):
        chosen = found.group == number
        axes.scatter(
            found.scores[chosen, x],
            found.scores[chosen, y],
            s=area,
            marker=MARKERS[number % len(MARKERS)],
            color=COLOURS[number % len(COLOURS)],
            alpha=0.75,
            linewidths=0,
            label=as_drawn(name),
        )
    axes.axhline(0.0, color=GREY, linewidth=0.4, zorder=0)
    axes.axvline(0.0, color=GREY, linewidth=0.4, zorder=0)
    axes.tick_params(labelsize=7, length=2.5)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))


def _bars(axes: Axes, heights: FloatArray, label: str) -> None:
    axes.bar(np.arange(len(heights)) + 1, heights, color="#8c8c8c", width=0.7)
    axes.set_xlabel("component", fontsize=8)
    axes.set_ylabel(label, fontsize=8)
    axes.tick_params(labelsize=7, length=2.5)
    axes.xaxis.set_major_locator(MultipleLocator(1))
    axes.spines[["top", "right"]].set_visible(False)


def _explained(axes: Axes, explained: FloatArray) -> None:
    _bars(axes, 100.0 * explained, "explained variance (%)")
    numbers = np.arange(len(explained)) + 1
    axes.plot(
        numbers, 100.0 * explained.cumsum(), color="#000000", marker="o", markersize=3,
        linewidth=1.0, label="sum",
    )  # fmt: skip
    axes.set_ylim(0.0, 100.0)
    axes.legend(loc="upper left", fontsize=7, frameon=False)
