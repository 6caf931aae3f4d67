"""Draws the picture of the flow in docs/architecture.md.

    python docs/make_figures.py [OUTPUT]

Without OUTPUT: docs/images/flow.png. The words of the picture stand in the file itself, too, so
that a test can tell whether it was drawn anew after a change.
"""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

OUTPUT = Path(__file__).parent / "images" / "flow.png"

# Colours of what data is, what does something, what is outside.
DATA, WORK, OUTSIDE = "#dcebf7", "#fbe7d3", "#eeeeee"
INK, GREY = "0.15", "0.45"
WIDTH, HEIGHT = 2.2, 1.0
COLUMNS = {number: 1.3 + 2.75 * (number - 1) for number in range(1, 7)}
ROWS = {"a": 7.1, "b": 5.2, "c": 3.0, "d": 0.9}


@dataclass(frozen=True)
class Box:
    """A box: where it is, what it says, and whether it is data, work or outside.

    Attributes
    ----------
    column, row
        Its place; a pair of columns or rows: it reaches from one to the other.
    title
        A package or file of the package, or what is outside.
    text
        What it does or holds.
    colour
    """

    column: int | tuple[int, int]
    row: str
    title: str
    text: str
    colour: str

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top."""
        columns = self.column if isinstance(self.column, tuple) else (self.column,) * 2
        return (
            COLUMNS[columns[0]] - WIDTH / 2,
            COLUMNS[columns[1]] + WIDTH / 2,
            ROWS[self.row[-1]] - HEIGHT / 2,
            ROWS[self.row[0]] + HEIGHT / 2,
        )


BOXES = {
    "readers": Box(1, "a", "report, database", "and --resume, status,\nexport, collect", WORK),
    "store": Box(2, "a", "runs/store", "every generation,\nhistory and archive", DATA),
    "recording": Box(5, "a", "recordings", "Recording: voltages,\ncurrents, one clock", DATA),
    "file": Box(6, "a", "recording file", ".abf .nwb\n.npz .json", OUTSIDE),
    "strategy": Box(1, "bc", "optimisers", "Strategy:\nask and tell,\nits state is a value", WORK),
    "matrix": Box(2, "b", "fitting/engine.py", "the only loop: score\nmatrix, statuses", WORK),
    "suite": Box(3, "b", "objectives", "Suite: modes bound\nto the recording", WORK),
    "traces": Box(4, "b", "Traces", "mV [candidate,\nsweep, sample]", DATA),
    "candidates": Box(2, "c", "space", "candidates: search\ncoordinates to values", DATA),
    "neuron": Box(3, "c", "processes, neuron", "workers: NEURON\nbuilds every cell", WORK),
    "image": Box(4, "c", "cells", "image: tree, areas,\nparameters, states", DATA),
    "lanes": Box(5, "c", "lanes", "cells side by side in\nvectors, on threads", WORK),
    "models": Box(3, "d", "models", "cell class,\n.mod files", DATA),
    "codegen": Box(
        (4, 5), "d", "codegen", "nmodl → equations → ir → schemes → cpp:\na compiled kernel", WORK
    ),
}
GROUP = "simulators"
JUDGE = "NEURON is the judge\nat the first use of a\nmodel, and goes on\nwhere code cannot\nbe made"


def main(output: Path) -> None:
    """Draw the picture."""
    figure, axes = plt.subplots(figsize=(12.6, 6.6))
    axes.set_xlim(0, COLUMNS[6] + WIDTH / 2 + 0.2)
    axes.set_ylim(0.2, 7.9)
    axes.axis("off")
    _draw_group(axes)
    for box in BOXES.values():
        _draw_box(axes, box)
    _draw_arrows(axes)
    figure.subplots_adjust(0.0, 0.0, 1.0, 1.0)
    # Nothing of the day or the machine: the same picture every time.
    figure.savefig(output, dpi=110, metadata={"Description": words(), "Software": None})
    plt.close(figure)


def words() -> str:
    """Return all that the boxes say."""
    lines = [f"{box.title}: {' '.join(box.text.split())}" for box in BOXES.values()]
    return "\n".join([*lines, GROUP, " ".join(JUDGE.split())])


def _draw_group(axes: Axes) -> None:
    left, right = BOXES["neuron"].sides[0] - 0.2, BOXES["lanes"].sides[1] + 0.2
    low, high = BOXES["neuron"].sides[2] - 0.25, BOXES["neuron"].sides[3] + 0.45
    frame = FancyBboxPatch(
        (left, low), right - left, high - low, boxstyle="round,pad=0,rounding_size=0.15",
        facecolor="#f7f7f7", edgecolor=GREY, linestyle="--", zorder=0,
    )  # fmt: skip
    axes.add_patch(frame)
    axes.text(left + 0.15, high - 0.1, GROUP, va="top", weight="bold", size=10, color=GREY)
    axes.text(
        right + 0.2, (low + high) / 2, JUDGE, va="center", size=8.5, color=GREY, style="italic"
    )


def _draw_box(axes: Axes, box: Box) -> None:
    left, right, low, high = box.sides
    frame = FancyBboxPatch(
        (left, low), right - left, high - low, boxstyle="round,pad=0,rounding_size=0.1",
        facecolor=box.colour, edgecolor=INK, linewidth=1.0, zorder=2,
    )  # fmt: skip
    axes.add_patch(frame)
    middle, height = (left + right) / 2, (low + high) / 2
    n_line = box.text.count("\n") + 1
    above = 0.13 * n_line
    axes.text(
        middle,
        height + above,
        box.title,
        ha="center",
        va="center",
        weight="bold",
        size=10,
        zorder=3,
    )
    axes.text(
        middle, height + above - 0.18, box.text, ha="center", va="top", size=9, zorder=3,
        linespacing=1.15,
    )  # fmt: skip


def _draw_arrows(axes: Axes) -> None:
    at = {name: box.sides for name, box in BOXES.items()}
    middle = {name: ((s[0] + s[1]) / 2, (s[2] + s[3]) / 2) for name, s in at.items()}

    def across(one: str, other: str, label: str = "") -> None:
        """From a box to its neighbour in the same row."""
        y = middle[one if one != "strategy" else other][1]
        rightwards = middle[one][0] < middle[other][0]
        start, end = (at[one][1], at[other][0]) if rightwards else (at[one][0], at[other][1])
        _arrow(axes, [(start, y), (end, y)])
        axes.text((start + end) / 2, y + 0.09, label, ha="center", va="bottom", size=9, color=INK)

    def up(one: str, other: str, x: float, label: str = "") -> None:
        """From a box to one above or below it."""
        upwards = middle[one][1] < middle[other][1]
        start, end = (at[one][3], at[other][2]) if upwards else (at[one][2], at[other][3])
        _arrow(axes, [(x, start), (x, end)])
        axes.text(x + 0.1, (start + end) / 2, label, ha="left", va="center", size=9, color=INK)

    across("file", "recording")
    across("strategy", "candidates", "ask")
    across("candidates", "neuron")
    across("neuron", "image")
    across("image", "lanes")
    across("traces", "suite")
    across("suite", "matrix")
    across("matrix", "strategy", "tell")
    across("store", "readers")
    across("models", "codegen")
    up("models", "neuron", middle["models"][0])
    up("codegen", "lanes", middle["lanes"][0], "kernel")
    up("matrix", "store", middle["matrix"][0])
    up("recording", "lanes", middle["lanes"][0] + 0.5, "currents")
    # Bound from above, over what is simulated.
    x, y = middle["suite"][0], middle["recording"][1]
    _arrow(axes, [(at["recording"][0], y), (x, y), (x, at["suite"][3])])
    axes.text(middle["traces"][0], y + 0.09, "bind, once", ha="center", va="bottom", size=9)
    x, y = middle["lanes"][0] - 0.5, middle["traces"][1]
    _arrow(axes, [(x, at["lanes"][3]), (x, y), (at["traces"][1], y)])


def _arrow(axes: Axes, points: list[tuple[float, float]]) -> None:
    for start, end in itertools.pairwise(points[:-1]):
        axes.plot(*zip(start, end), color=INK, linewidth=1.3, zorder=1, solid_capstyle="round")
    head = FancyArrowPatch(
        points[-2], points[-1], arrowstyle="-|>", mutation_scale=13, shrinkA=0, shrinkB=0,
        color=INK, linewidth=1.3, zorder=1,
    )  # fmt: skip
    axes.add_patch(head)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT)
