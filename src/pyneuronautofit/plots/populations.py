"""A population of models: how many there are, where, in which families, and how cells differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.plots.canvas import COLOURS, GREY, LINES, MARKERS
from pyneuronautofit.plots.traces import as_drawn

# So many families have a bar of their own for every parameter.
_MOST_BARS = 4
_BAR = 0.72
_ALONE = "by themselves"


@dataclass(frozen=True)
class PopulationPicture:
    """What the figure of a population shows.

    Attributes
    ----------
    measure
        By what models are better or worse.
    merits : FloatArray, shape (n_model,)
        That; nan where nobody says.
    components : FloatArray, shape (n_model, 1 or 2)
        The models in their first principal components, in ranges of parameters.
    explained : FloatArray, shape (1 or 2,)
        Share of the variance, 0 .. 1.
    family : IntArray, shape (n_model,)
        Negative: in none.
    cell : IntArray, shape (n_model,)
    cells
        Names of the cells.
    parameters
        Labels of the parameters.
    unit : FloatArray, shape (n_model, n_param)
        Where parameters are in their ranges.
    between_cells, between_families : FloatArray, shape (n_param,), or None
        Shares of the variance; None where there is one cell, or family, alone.
    """

    measure: str
    merits: FloatArray
    components: FloatArray
    explained: FloatArray
    family: IntArray
    cell: IntArray
    cells: tuple[str, ...]
    parameters: tuple[str, ...]
    unit: FloatArray
    between_cells: FloatArray | None
    between_families: FloatArray | None

    @property
    def coloured(self) -> list[tuple[BoolArray, str, str]]:
        """Members, colour and label of every group: families, or cells where one family has all."""
        if self.family.max(initial=-1) < 1 and len(self.cells) > 1:
            members = [(self.cell == k, name) for k, name in enumerate(self.cells)]
            return [
                (chosen, COLOURS[k % len(COLOURS)], f"{as_drawn(name)} ({chosen.sum()})")
                for k, (chosen, name) in enumerate(members)
                if chosen.any()
            ]
        names = sorted(set(self.family.tolist()), key=lambda k: (k < 0, k))
        found = [(self.family == k, k) for k in names]
        return [
            (chosen, _colour(k), f"{f'family {k + 1}' if k >= 0 else _ALONE} ({chosen.sum()})")
            for chosen, k in found
        ]


def population_size(n_param: int) -> tuple[float, float]:
    """Return width and height, in inches, of a figure of so many parameters."""
    return 11.5, max(5.6, 0.24 * n_param + 1.6)


def draw_population(figure: Figure, shown: PopulationPicture, heading: str) -> Figure:
    """Draw four panels: levels, principal components, parameters, shares of variance.

    The first is left out where nobody knows who is better, the last where there are neither several
    cells nor several families.

    Parameters
    ----------
    figure
        An empty one.
    heading
        Above all panels.
    """
    shares = [
        (name, values)
        for name, values in (
            ("cells", shown.between_cells),
            ("families", shown.between_families),
        )
        if values is not None
    ]
    widths = [1.25, 1.5, *([0.75] if shares else [])]
    grid = figure.add_gridspec(2, len(widths), width_ratios=widths)
    known = bool(np.isfinite(shown.merits).any())
    if known:
        draw_levels(figure.add_subplot(grid[0, 0]), shown)
    draw_families(figure.add_subplot(grid[1 if known else slice(None), 0]), shown)
    panel = figure.add_subplot(grid[:, 1])
    _draw_ranges(panel, shown)
    if shares:
        _draw_shares(figure.add_subplot(grid[:, 2], sharey=panel), shares)
    figure.suptitle(as_drawn(heading), fontsize=11)
    return figure


def draw_levels(axes: Axes, shown: PopulationPicture) -> Axes:
    """Draw how many models there are up to every level, for all and for each cell."""
    groups = [("all", np.ones(len(shown.cell), dtype=bool), "#000000", "-")]
    if len(shown.cells) > 1:
        groups += [
            (name, shown.cell == k, COLOURS[k % len(COLOURS)], LINES[(k + 1) % len(LINES)])
            for k, name in enumerate(shown.cells)
        ]
    known = np.isfinite(shown.merits)
    for name, members, colour, line in groups:
        merits = np.sort(shown.merits[members & known])
        if len(merits):
            axes.step(
                merits, np.arange(1, len(merits) + 1), where="post", color=colour, linestyle=line,
                linewidth=1.4, label=as_drawn(name),
            )  # fmt: skip
    if len(axes.lines) > 1:
        axes.legend(fontsize=7, frameon=False)
    merits = shown.merits[known]
    if len(merits) and merits.min() > 0 and merits.max() > 20 * merits.min():
        axes.set_xscale("log")
    axes.set_xlabel(as_drawn(shown.measure), fontsize=8)
    axes.set_ylabel("distinct models up to it", fontsize=8)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    _plain(axes)
    return axes


def draw_families(axes: Axes, shown: PopulationPicture) -> Axes:
    """Draw the models in their first two components, groups in colours and cells as marks."""
    x = shown.components[:, 0]
    y = shown.components[:, 1] if shown.components.shape[1] > 1 else np.zeros(len(x))
    area = float(np.clip(2500.0 / max(len(x), 1), 7.0, 26.0))
    for members, colour, label in shown.coloured:
        for cell in sorted(set(shown.cell[members].tolist())):
            chosen = members & (shown.cell == cell)
            axes.scatter(
                x[chosen], y[chosen], s=area, marker=MARKERS[cell % len(MARKERS)], color=colour,
                alpha=0.8, linewidths=0, label=label,
            )  # fmt: skip
            label = ""  # noqa: PLW2901 (a group has one line in the legend)
    if len(shown.cells) > 1 and shown.family.max(initial=-1) > 0:
        for cell, name in enumerate(shown.cells):
            marker = MARKERS[cell % len(MARKERS)]
            axes.scatter([], [], marker=marker, color="#000000", label=as_drawn(name))
    said = [
        f"component {number + 1} ({100.0 * share:.0f} % of variance)"
        for number, share in enumerate(shown.explained.tolist())
    ]
    axes.set_xlabel(said[0], fontsize=8)
    axes.set_ylabel(said[1] if len(said) > 1 else "", fontsize=8)
    axes.legend(fontsize=7, frameon=False)
    _plain(axes)
    return axes


def _draw_ranges(axes: Axes, shown: PopulationPicture) -> None:
    """Draw the middle half of every parameter, for every family, as parts of the ranges."""
    n_param = len(shown.parameters)
    groups = [(m, colour) for m, colour, label in shown.coloured if not label.startswith(_ALONE)]
    groups = groups[:_MOST_BARS] or [(np.ones(len(shown.family), dtype=bool), GREY)]
    height = _BAR / len(groups)
    for place, (members, colour) in enumerate(groups):
        low, middle, high = np.quantile(shown.unit[members], [0.25, 0.5, 0.75], axis=0)
        at = np.arange(n_param) + (place - (len(groups) - 1) / 2) * height
        axes.barh(at, high - low, left=low, height=0.8 * height, color=colour, alpha=0.55)
        axes.plot(middle, at, linestyle="", marker="|", markersize=7, color=colour)
    for end in (0.0, 1.0):
        axes.axvline(end, color=GREY, linewidth=0.7)
    axes.set_yticks(np.arange(n_param), [as_drawn(name) for name in shown.parameters])
    axes.set_ylim(n_param - 0.5, -0.5)
    axes.set_xlabel("part of the range: middle half, median", fontsize=8)
    _plain(axes)


def _draw_shares(axes: Axes, shares: Sequence[tuple[str, FloatArray]]) -> None:
    height = _BAR / len(shares)
    for place, (name, values) in enumerate(shares):
        at = np.arange(len(values)) + (place - (len(shares) - 1) / 2) * height
        axes.barh(
            at, 100.0 * np.nan_to_num(values), height=0.85 * height,
            color=("#8c8c8c", "#d0d0d0")[place], label=f"between {name}",
        )  # fmt: skip
    axes.set_xlim(0.0, 100.0)
    axes.tick_params(labelleft=False)
    axes.set_xlabel("share of variance (%)", fontsize=8)
    axes.legend(fontsize=7, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    _plain(axes)


def _colour(family: int) -> str:
    return "#b0b0b0" if family < 0 else COLOURS[family % len(COLOURS)]


def _plain(axes: Axes) -> None:
    axes.tick_params(labelsize=7, length=2.5)
    axes.spines[["top", "right"]].set_visible(False)
