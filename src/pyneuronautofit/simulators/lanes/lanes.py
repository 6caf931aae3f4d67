"""Running jobs in lanes: cells of one signature through the transient and through sweeps.

A lane belongs to one cell and one sweep. Sweeps with the same holding current share their
transient, so a cell is simulated up to t = 0 once per holding current, and every sweep begins from
a copy of that state. What happens in a lane depends on nothing but its own cell and current: the
results are the same whatever else is simulated beside it, in whatever order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.simulators._base import RunStatus, TraceBlock, Traces
from pyneuronautofit.simulators.cells.image import CellImage
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.lanes.kernel import Kernel, Stop
from pyneuronautofit.simulators.lanes.packing import LaneLayout, pack
from pyneuronautofit.units import PA_PER_NA

#: Beyond this, of either sign, a voltage is not sound.
# The exponentials of generated code end at a large number, those of NEURON's channels in infinity,
# and the voltage in nan: that has happened long before the voltage is here.
HIGHEST_MV = 1e5

T = TypeVar("T")
R = TypeVar("R")

#: States at t = 0, each shape (n_state,), by candidate and holding current in pA.
States = Mapping[tuple[int, float], FloatArray]


def batched(items: Sequence[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


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


@dataclass(frozen=True)
class LaneResponses:
    """How the sweeps of a group went.

    Attributes
    ----------
    seconds
        That each of them took.
    sound
        For every job whether its voltage stayed finite.
    """

    seconds: float
    sound: list[bool]


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

    def __init__(self, kernel: Kernel, layout: LaneLayout, experiment: Experiment) -> None:
        self.kernel = kernel
        self._layout = layout
        self._experiment = experiment
        # The kernel takes an address and goes on from there.
        self._current_nA = np.ascontiguousarray(experiment.current_pA / PA_PER_NA, dtype=np.float64)

    def settle(self, jobs: Sequence[SettleJob], stop: Stop) -> list[FloatArray]:
        """Return the state of every job's cell at t = 0, each shape (n_state,)."""
        group = pack(self.kernel, self._layout, [job.cell.image for job in jobs])
        holding = self._filled([job.holding_pA / PA_PER_NA for job in jobs])
        experiment = self._experiment
        state = self.kernel.settle(
            group, np.array(holding), experiment.clock.dt_ms, experiment.n_transient_step, stop
        )
        return [state[:, lane].copy() for lane in range(len(jobs))]

    def respond(self, jobs: Sequence[SweepJob], stop: Stop) -> LaneResponses:
        """Simulate sweeps, each into its `voltage`."""
        began = time.monotonic()
        kernel, experiment = self.kernel, self._experiment
        group = pack(kernel, self._layout, [job.cell.image for job in jobs])
        state = kernel.aligned(np.stack(self._filled([job.state for job in jobs]), axis=1))
        # Lanes that are free write to one place, which nobody reads.
        unused = [np.empty(experiment.n_sample)] * (kernel.n_lane - len(jobs))
        kernel.respond(
            group,
            state,
            self._filled([self._current_nA[job.sweep] for job in jobs]),
            [*(job.voltage for job in jobs), *unused],
            dt_ms=experiment.clock.dt_ms,
            substeps=experiment.clock.substeps,
            stop=stop,
        )
        # Here, where the voltages are still in the cache, and threads do it side by side.
        sound = [is_sound(job.voltage) for job in jobs]
        return LaneResponses((time.monotonic() - began) / len(jobs), sound)

    def _filled(self, given: list[T]) -> list[T]:
        return [*given, *([given[-1]] * (self.kernel.n_lane - len(given)))]


@dataclass(frozen=True)
class Chunk:
    """Candidates that are simulated together.

    Attributes
    ----------
    cells
        All of one signature.
    voltage : FloatArray, shape (n_cell, n_sweep, n_sample), mV
        Where their voltages go.
    groups
        What is being simulated, each with the places of its jobs' cells.
    """

    cells: Sequence[Cell]
    voltage: FloatArray
    groups: list[tuple[Future[LaneResponses], list[int]]] = field(default_factory=list)


class LaneWork:
    """What one caller has running on threads.

    Parameters
    ----------
    threads
        They may have other callers.
    experiment
        What the cells go through.
    """

    def __init__(self, threads: ThreadPoolExecutor, experiment: Experiment) -> None:
        self._threads = threads
        self._experiment = experiment
        self._stop = Stop()
        self._submitted: set[Future[Any]] = set()

    def settle(self, cells: Mapping[LaneRunner, Sequence[Cell]]) -> States:
        """Bring cells to t = 0 at all holding currents."""
        holdings = np.unique(self._experiment.holding_pA).tolist()
        groups = []
        for runner, some in cells.items():
            jobs = [SettleJob(cell, holding) for cell in some for holding in holdings]
            for part in batched(jobs, runner.kernel.n_lane):
                groups.append((self._submit(runner.settle, part), part))
        return {
            (job.cell.candidate, job.holding_pA): state
            for future, jobs in groups
            for job, state in zip(jobs, future.result(), strict=True)
        }

    def start(self, runner: LaneRunner, cells: Sequence[Cell], states: States) -> Chunk:
        """Begin with the sweeps of some cells."""
        experiment = self._experiment
        holding_pA = experiment.holding_pA.tolist()
        chunk = Chunk(cells, np.empty((len(cells), experiment.n_sweep, experiment.n_sample)))
        jobs = []
        for place, cell in enumerate(cells):
            for sweep, holding in enumerate(holding_pA):
                state, voltage = states[cell.candidate, holding], chunk.voltage[place, sweep]
                jobs.append((place, SweepJob(cell, sweep, state, voltage)))
        for part in batched(jobs, runner.kernel.n_lane):
            future = self._submit(runner.respond, [job for _place, job in part])
            chunk.groups.append((future, [place for place, _job in part]))
        return chunk

    def finish(self, chunk: Chunk) -> TraceBlock:
        """Wait for a chunk and return its voltages."""
        seconds = np.zeros(len(chunk.cells))
        sound = np.ones(len(chunk.cells), dtype=bool)
        for future, places in chunk.groups:
            responses = future.result()
            np.add.at(seconds, places, responses.seconds)
            np.logical_and.at(sound, places, responses.sound)
        chunk.voltage[~sound] = np.nan
        status = tuple(RunStatus.OK if ok else RunStatus.DIVERGED for ok in sound.tolist())
        messages = tuple("" if ok else RunStatus.DIVERGED.value for ok in sound.tolist())
        candidates = np.array([cell.candidate for cell in chunk.cells])
        return TraceBlock(candidates, Traces(chunk.voltage, status, messages, seconds))

    def abandon(self) -> None:
        """End all that is running, soon; nothing that is still to come is worth anything."""
        self._stop.set()
        for future in list(self._submitted):
            future.cancel()

    def end(self) -> None:
        """End all that is running, and wait until it has ended; nothing is lost if all is done."""
        self.abandon()
        wait(list(self._submitted))

    def _submit(self, run: Callable[[list[T], Stop], R], jobs: list[T]) -> Future[R]:
        try:
            future = self._threads.submit(run, jobs, self._stop)
        except RuntimeError as error:
            # The threads have been shut down meanwhile, by another thread.
            raise CancelledError from error
        self._submitted.add(future)
        future.add_done_callback(self._submitted.discard)
        return future


def is_sound(voltage_mV: FloatArray) -> bool:
    """Say whether voltages stayed finite, and within what a cell can be thought to reach."""
    # Comparisons with nan are false.
    return bool(voltage_mV.min() > -HIGHEST_MV and voltage_mV.max() < HIGHEST_MV)
