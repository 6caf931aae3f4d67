"""Running jobs in lanes: cells of one signature through the transient and through sweeps.

A lane belongs to one cell and one sweep. Sweeps with the same holding current share their
transient, so a cell is simulated up to t = 0 once per holding current, and every sweep begins from
a copy of that state. What happens in a lane depends on nothing but its own cell and current: the
results are the same whatever else is simulated beside it, in whatever order.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.simulators.batch.kernel import Kernel
from pyneuronautofit.simulators.batch.packing import Layout, pack
from pyneuronautofit.simulators.batch.structure import CellImage
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.units import PA_PER_NA


T = TypeVar("T")


@dataclass(frozen=True)
class Cell:
    """A candidate's cell, ready to be put into lanes.

    Attributes
    ----------
    candidate
        Its number.
    image
        What was read from NEURON.
    """

    candidate: int
    image: CellImage


@dataclass(frozen=True)
class SettleJob:
    """A cell to be brought to t = 0 at a holding current."""

    cell: Cell
    holding_pA: float


@dataclass(frozen=True)
class SweepJob:
    """A sweep of a cell: where it begins, and where its voltage goes.

    Attributes
    ----------
    cell
        The cell.
    sweep
        Of the experiment.
    state : FloatArray, shape (n_state,)
        At t = 0.
    voltage : FloatArray, shape (n_sample,), mV
        Written to.
    """

    cell: Cell
    sweep: int
    state: FloatArray
    voltage: FloatArray


class LaneRunner:
    """Runs groups of jobs of one signature.

    Parameters
    ----------
    kernel
        For the signature's kinds of nodes.
    layout
        Of the signature.
    experiment
        What the cells go through.
    """

    def __init__(self, kernel: Kernel, layout: Layout, experiment: Experiment) -> None:
        self.kernel = kernel
        self._layout = layout
        self._experiment = experiment
        self._current_nA = np.ascontiguousarray(experiment.current_pA) / PA_PER_NA

    def settle(self, jobs: Sequence[SettleJob]) -> list[FloatArray]:
        """Return the state of every job's cell at t = 0, each shape (n_state,)."""
        group = pack(self.kernel, self._layout, [job.cell.image for job in jobs])
        holding = self._filled([job.holding_pA / PA_PER_NA for job in jobs])
        experiment = self._experiment
        state = self.kernel.settle(
            group, np.array(holding), experiment.clock.dt_ms, experiment.n_transient_step
        )
        return [state[:, lane].copy() for lane in range(len(jobs))]

    def respond(self, jobs: Sequence[SweepJob]) -> float:
        """Simulate sweeps, each into its `voltage`; return the seconds that each of them took."""
        began = time.monotonic()
        kernel, experiment = self.kernel, self._experiment
        group = pack(kernel, self._layout, [job.cell.image for job in jobs])
        state = kernel.aligned(np.stack(self._filled([job.state for job in jobs]), axis=1))
        unused = [np.empty(experiment.n_sample) for _ in range(kernel.n_lane - len(jobs))]
        kernel.respond(
            group,
            state,
            self._filled([self._current_nA[job.sweep] for job in jobs]),
            experiment.clock.dt_ms,
            experiment.clock.substeps,
            [*(job.voltage for job in jobs), *unused],
        )
        return (time.monotonic() - began) / len(jobs)

    def _filled(self, given: list[T]) -> list[T]:
        return [*given, *([given[-1]] * (self.kernel.n_lane - len(given)))]
