"""Axes of matplotlib: a fit's traces, and its course."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes

from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.results.responses import SimulatedSweeps
from pyneuronautofit.plots import draw_sweep
from pyneuronautofit.report.findings.course import SearchCourse

_MOST_COLUMNS = 4


def draw_responses(found: SimulatedSweeps, axes: Any = None) -> np.ndarray[Any, Any]:
    """Draw the first of the models over the recording, a panel for every sweep.

    Returns
    -------
    ndarray of Axes, shape (n_sweep,)

    Raises
    ------
    UsageError
        If there are fewer axes than sweeps.
    """
    n_sweep = len(found.sweeps)
    panels = _panels(n_sweep) if axes is None else np.atleast_1d(np.asarray(axes)).ravel()
    if not all(isinstance(each, Axes) for each in panels):
        raise UsageError(f"plot(axes={axes!r:.60}): expected Axes of matplotlib")
    if len(panels) < n_sweep:
        raise UsageError(
            f"plot(axes=...): expected {n_sweep} axes, one for every sweep, found {len(panels)}; "
            "choose sweeps with sweeps=[...]"
        )
    first = round(found.stimulus_ms[0] / found.step_ms)
    last = max(round(found.stimulus_ms[1] / found.step_ms), first + 1)
    for place, (number, panel) in enumerate(zip(found.sweeps, panels, strict=False)):
        current_pA = float(found.current_pA[place, first:last].mean())
        title = f"sweep {number}: {current_pA:.0f} pA"
        if number in found.held_out:
            title += ", held out"
        draw_sweep(
            panel, found.recorded_mV[place], found.voltage_mV[0, place], found.step_ms, title
        )
    panels[0].legend(fontsize=7, frameon=False)
    if axes is None:
        _label(panels[:n_sweep])
    return panels[:n_sweep]


def _panels(n_sweep: int) -> np.ndarray[Any, Any]:
    n_column = min(math.ceil(math.sqrt(n_sweep)), _MOST_COLUMNS)
    n_row = -(-n_sweep // n_column)
    figure, panels = pyplot.subplots(
        n_row,
        n_column,
        figsize=(3.2 * n_column, 1.9 * n_row + 0.4),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for panel in panels.flat[n_sweep:]:
        figure.delaxes(panel)
    found: np.ndarray[Any, Any] = panels.ravel()[:n_sweep]
    return found


def _label(panels: Sequence[Axes] | np.ndarray[Any, Any]) -> None:
    for panel in panels:
        place = panel.get_subplotspec()
        if place is not None and place.is_first_col():
            panel.set_ylabel("voltage (mV)", fontsize=8)
        panel.set_xlabel("time (ms)", fontsize=8)


def draw_course(course: SearchCourse, codes: Sequence[str], axes: Axes | None = None) -> Axes:
    """Draw how the smallest sum of every mode has become less, relative to the first."""
    panel = axes
    if panel is not None and not isinstance(panel, Axes):
        raise UsageError(f"plot_course(axes={axes!r:.60}): expected Axes of matplotlib")
    if panel is None:
        _figure, panel = pyplot.subplots(figsize=(5.0, 3.2), layout="constrained")
    for code, best in zip(codes, course.best.T, strict=True):
        good = best[np.isfinite(best)]
        first = good[0] if len(good) and good[0] > 0 else 1.0
        panel.step(course.n_evaluation, best / first, where="post", label=code)
    panel.set_yscale("symlog", linthresh=1e-3)
    panel.set_xlabel("evaluations")
    panel.set_ylabel("best so far, relative to the first")
    panel.legend(frameon=False)
    return panel
