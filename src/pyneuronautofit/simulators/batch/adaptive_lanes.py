"""Running cells with adaptive steps: one call of a kernel for all the sweeps of some cells.

Inside a call a lane that is done takes the next job, so a call wants many cells of one signature;
several calls run side by side on threads.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.simulators._base import Block, RunStatus, Traces
from pyneuronautofit.simulators.batch.adaptive_kernel import (
    DIVERGED,
    FINISHED,
    TOO_MANY_STEPS,
    AdaptiveKernel,
    AdaptivePlan,
    LaneUse,
    Packed,
)
from pyneuronautofit.simulators.batch.kernel import Stop
from pyneuronautofit.simulators.batch.lanes import Cell, is_sound
from pyneuronautofit.simulators.batch.packing import Layout, pack_all

# Voltages of one call.
_CALL_BYTES = 64 * 1024**2
# A call of fewer cells leaves lanes empty at its end.
_LEAST_PACKS = 4


@dataclass(frozen=True)
class Part:
    """Cells of one signature that are simulated in one call."""

    runner: AdaptiveRunner
    cells: Sequence[Cell]


class AdaptiveRunner:
    """Runs cells of one signature.

    Parameters
    ----------
    kernel
        For the signature's kinds of nodes.
    layout
        Of the signature.
    plan
        What the cells go through.
    """

    def __init__(self, kernel: AdaptiveKernel, layout: Layout, plan: AdaptivePlan) -> None:
        self.kernel = kernel
        self._layout = layout
        self._plan = plan

    def run(self, cells: Sequence[Cell], stop: Stop) -> tuple[Block, LaneUse]:
        """Simulate all sweeps of some cells."""
        began = time.monotonic()
        experiment = self._plan.experiment
        voltage = np.empty((len(cells), experiment.n_sweep, experiment.n_sample))
        packed = Packed(
            len(cells), *pack_all(self.kernel, self._layout, [cell.image for cell in cells])
        )
        course = self.kernel.run(
            self._layout.tree, self._plan, packed, [list(rows) for rows in voltage], stop
        )
        seconds = (time.monotonic() - began) * course.steps / max(course.steps.sum(), 1)
        status = []
        for place, row in enumerate(course.status.tolist()):
            found = _status(row, voltage[place])
            status.append(found)
            if found is not RunStatus.OK:
                voltage[place] = np.nan
        messages = tuple("" if found is RunStatus.OK else found.value for found in status)
        candidates = np.array([cell.candidate for cell in cells])
        return Block(candidates, Traces(voltage, tuple(status), messages, seconds)), course.use


def _status(sweeps: Sequence[int], voltage_mV: FloatArray) -> RunStatus:
    """Return how a cell went; which of several failures it is does not depend on their order."""
    if TOO_MANY_STEPS in sweeps:
        return RunStatus.TOO_MANY_STEPS
    if DIVERGED in sweeps or any(sweep != FINISHED for sweep in sweeps):
        return RunStatus.DIVERGED
    return RunStatus.OK if is_sound(voltage_mV) else RunStatus.DIVERGED


def parts_of(
    runner: AdaptiveRunner, cells: Sequence[Cell], n_worker: int, bytes_of_cell: int
) -> list[Part]:
    """Cut cells into calls: few enough to be long, enough to keep all threads busy."""
    fitting = max(_CALL_BYTES // bytes_of_cell, 1)
    wanted = max(-(-len(cells) // n_worker), _LEAST_PACKS * runner.kernel.n_lane)
    size = min(fitting, wanted)
    n_part = -(-len(cells) // size)
    bounds = [len(cells) * k // n_part for k in range(n_part + 1)]
    return [Part(runner, cells[a:b]) for a, b in pairwise(bounds)]


class AdaptiveWork:
    """What one caller has running on threads.

    Parameters
    ----------
    threads
        They may have other callers.
    n_ahead
        How many calls may run, or wait for the caller, at a time.
    """

    def __init__(self, threads: ThreadPoolExecutor, n_ahead: int) -> None:
        self._threads = threads
        self._n_ahead = n_ahead
        self._stop = Stop()
        self._running: set[Future[tuple[Block, LaneUse]]] = set()
        self.use = LaneUse()

    def run(self, parts: Sequence[Part]) -> Iterator[Block]:
        """Simulate parts, long ones first, and yield their blocks as they come."""
        waiting = sorted(parts, key=lambda part: len(part.cells))
        while waiting or self._running:
            while waiting and len(self._running) < self._n_ahead:
                part = waiting.pop()
                self._running.add(self._threads.submit(part.runner.run, part.cells, self._stop))
            done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                block, use = future.result()
                self.use += use
                yield block

    def abandon(self) -> None:
        """End all that is running, soon; nothing that is still to come is worth anything."""
        self._stop.set()
        for future in list(self._running):
            future.cancel()

    def end(self) -> None:
        """End all that is running, and wait until it has ended; nothing is lost if all is done."""
        self.abandon()
        wait(self._running)
