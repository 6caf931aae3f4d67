"""The plot of error against time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from _trace_errors import Summary
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Beginning of the methods' names, end, label, colour; methods of one curve are in order.
CURVES = (
    ("neuron-", "", "NEURON, fixed step", "#000000"),
    ("cvode-", "", "NEURON, CVODE", "#009e73"),
    ("fixed-", "double", "batch, fixed step, double", "#56b4e9"),
    ("fixed-", "single", "batch, fixed step, single", "#e69f00"),
    ("adaptive-", "double", "batch, adaptive, double", "#0072b2"),
    ("adaptive-", "single", "batch, adaptive, single", "#d55e00"),
)
PANELS: tuple[tuple[str, Callable[[Summary], tuple[float, float]]], ...] = (
    ("voltage far from spikes, mV", lambda summary: summary.quiet_mV),
    ("spike times, ms", lambda summary: summary.typical_ms),
)


@dataclass(frozen=True)
class Point:
    """A method: cell-ms per second, and its errors."""

    rate: float
    errors: Summary


def draw(path: Path, points: Mapping[str, Point], title: str) -> None:
    """Draw the median errors, and the 95th percentiles as thin lines."""
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (label, error) in zip(figure.subplots(1, 2), PANELS, strict=True):
        for begin, end, name, colour in CURVES:
            curve = [p for n, p in points.items() if n.startswith(begin) and n.endswith(end)]
            if not curve:
                continue
            time_ns = [1e9 / point.rate for point in curve]
            median, high = zip(*(error(point.errors) for point in curve), strict=True)
            axes.loglog(time_ns, median, "o-", color=colour, label=name)
            axes.loglog(time_ns, high, "-", color=colour, lw=0.7, alpha=0.7)
        axes.set_xlabel("processor time of one cell's millisecond, ns")
        axes.set_ylabel(label)
        axes.grid(True, which="both", alpha=0.2)
    figure.axes[0].legend(fontsize=8, frameon=False)
    figure.suptitle(f"{title}: medians, and 95th percentiles (thin)")
    figure.savefig(path, dpi=120)
