"""`scaling`: how the time of a run grows with population, sweeps, segments and threads."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from _workload import (
    Workload,
    alternate,
    available,
    axon_segments,
    make_simulator,
    print_table,
    shortened,
    spread,
    timed,
)
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from pyneuronautofit.simulators import Experiment, available_cores
from pyneuronautofit.space import ParameterTable

COLOURS = {"neuron": "#000000", "batch-double": "#0072b2", "batch-single": "#d55e00"}
POPULATIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SWEEPS = (1, 2, 4, 8, 16, 32)
AXON_UM = (100.0, 300.0, 1000.0, 3000.0, 10000.0, 30000.0)
# What does not grow in a panel: models, and sweeps of so much of their length.
N_CAND, N_SWEEP, PART = 16, 4, 0.5
# A segment per microsecond and step, roughly: a bound for what is worth starting.
SEGMENT_S = {"neuron": 3e-7, "batch-double": 3e-8, "batch-single": 2e-8}


@dataclass(frozen=True)
class Point:
    """One run: how much of what grows, and the run."""

    size: float
    table: ParameterTable
    experiment: Experiment
    n_thread: int = 1


def panels(workload: Workload) -> dict[str, list[Point]]:
    """Return the runs of every panel."""
    base = shortened(workload.experiment, N_SWEEP, PART)
    table = workload.space.to_model(workload.candidates(max(POPULATIONS)))
    few = table.rows(slice(N_CAND))
    cores = [2**k for k in range(available_cores().bit_length()) if 2**k <= available_cores()]
    return {
        "candidates": [Point(n, table.rows(slice(n)), base) for n in POPULATIONS],
        "sweeps": [Point(n, few, shortened(workload.experiment, n, PART)) for n in SWEEPS],
        "segments": [_with_axon(few, um, base) for um in AXON_UM],
        "threads": [Point(n, table.rows(slice(64)), base, n) for n in cores],
    }


def _with_axon(table: ParameterTable, length_um: float, experiment: Experiment) -> Point:
    """Return a run in which all axons have this length, and the same number of segments."""
    names = [paths[0].text for paths in table.targets]
    values = table.values.copy()
    for name in ("axon.diam", "axon.Ra"):
        values[:, names.index(name)] = values[0, names.index(name)]
    values[:, names.index("axon.L")] = length_um
    longer = replace(table, values=values)
    return Point(1.0 + float(axon_segments(longer)[0]), longer, experiment)


def expected_s(name: str, point: Point) -> float:
    """Return roughly how long a run takes."""
    steps = point.experiment.cell_ms / point.experiment.clock.dt_ms
    n_segment = float((1 + axon_segments(point.table)).sum())
    return SEGMENT_S[name] * steps * n_segment / point.n_thread


def measure_growth(workload: Workload, words: argparse.Namespace) -> None:
    """Measure every panel, print its table, draw all."""
    names = available(words.simulators)
    found: dict[str, dict[str, list[tuple[float, list[float]]]]] = {}
    for label, points in panels(workload).items():
        curves: dict[str, list[tuple[float, list[float]]]] = {name: [] for name in names}
        for point in points:
            for name, seconds in _measure(names, workload, point, words).items():
                curves[name].append((point.size, seconds))
        found[label] = curves
        _print(label, curves)
    draw(words.figure, found)
    print(f"{words.figure} is written")


def _measure(
    names: Sequence[str], workload: Workload, point: Point, words: argparse.Namespace
) -> dict[str, list[float]]:
    with ExitStack() as stack:
        actions: dict[str, Callable[[], float]] = {}
        for name in names:
            if expected_s(name, point) > words.most:
                continue
            simulator = stack.enter_context(
                make_simulator(name, workload.source, point.experiment, point.n_thread)
            )
            simulator.run(point.table.rows(slice(1)))
            actions[name] = partial(_seconds, partial(simulator.run, point.table))
        return alternate(actions, words.repeats)


def _seconds(action: Callable[[], object]) -> float:
    return timed(action)[0]


def _print(label: str, curves: dict[str, list[tuple[float, list[float]]]]) -> None:
    sizes = sorted({size for curve in curves.values() for size, _ in curve})
    rows = []
    for size in sizes:
        texts = [
            next((spread(seconds) for found, seconds in curve if found == size), "left out")
            for curve in curves.values()
        ]
        rows.append((f"{size:g}", *texts))
    print_table((label, *(f"{name}, s: median (range)" for name in curves)), rows)


def draw(path: Path, found: dict[str, dict[str, list[tuple[float, list[float]]]]]) -> None:
    """Draw every panel with both axes logarithmic."""
    figure = Figure(figsize=(9, 7), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (label, curves) in zip(figure.subplots(2, 2).flat, found.items(), strict=True):
        for name, curve in curves.items():
            sizes = [size for size, _ in curve]
            medians = [float(np.median(seconds)) for _, seconds in curve]
            axes.loglog(sizes, medians, "o-", color=COLOURS[name], label=name)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(label)
        axes.set_ylabel("s, wall")
        axes.grid(True, which="both", alpha=0.2)
    figure.axes[0].legend(fontsize=8, frameon=False)
    figure.suptitle(
        f"{N_CAND} models, {N_SWEEP} sweeps, one thread (but for what grows); threads: 64 models"
    )
    figure.savefig(path, dpi=120)
