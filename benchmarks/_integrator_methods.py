"""The integrators that are compared: how each simulates, and how its steps are timed.

All voltages are means of the same points: those at which an adaptive simulation is looked at.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from _cvode_timed import Counted, make_counting, make_timed
from _neuron_best import Task
from _speed import Contender, make_task
from _workload import Workload, own_transient_ms, shortened
from numpy.typing import NDArray

from pyneuronautofit.simulators import (
    Adaptive,
    BatchSimulator,
    Clock,
    Experiment,
    NeuronSimulator,
    Precision,
    Simulator,
)
from pyneuronautofit.simulators.experiment import adaptive_clock
from pyneuronautofit.simulators.neuron.cvode import CvodeSetup
from pyneuronautofit.simulators.neuron.session import NeuronSetup
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool

TRUTH_MV = 1e-7
# A candidate may take as long as it wants, but not for ever.
TIME_LIMIT_S = 600.0
# NEURON's fixed step takes the same time for every step: this much is timed.
NEURON_CELL_MS = 80_000.0


@dataclass(frozen=True)
class Method:
    """One way through time.

    Attributes
    ----------
    name
        In options and tables.
    family
        "neuron", "cvode" or "batch".
    step_ms
        Of a fixed step.
    tolerance_mV
        Of steps that are chosen.
    precision
        Of the batch simulator.
    """

    name: str
    family: str
    step_ms: float | None = None
    tolerance_mV: float | None = None
    precision: Precision = "double"


def _methods() -> list[Method]:
    precisions: tuple[Precision, ...] = ("double", "single")
    return [
        *(Method(f"neuron-{dt:g}", "neuron", step_ms=dt) for dt in (0.025, 0.005)),
        *(Method(f"cvode-{mV:g}", "cvode", tolerance_mV=mV) for mV in (1e-2, 1e-3, 1e-4)),
        *(Method(f"fixed-{p}", "batch", step_ms=0.025, precision=p) for p in precisions),
        *(
            Method(f"adaptive-{mV:g}-{p}", "batch", tolerance_mV=mV, precision=p)
            for p in precisions
            for mV in (0.03, 0.01, 0.003, 0.001)
        ),
    ]


METHODS = {method.name: method for method in _methods()}


@dataclass(frozen=True)
class Simulated:
    """What a method has made of all candidates.

    Attributes
    ----------
    voltage_mV : ndarray, shape (n_cand, n_sweep, n_sample), mV
        nan for those that failed.
    steps_per_ms
        Of one cell, transients included; nan where it is not known.
    """

    voltage_mV: NDArray[np.float64]
    steps_per_ms: float


def batch_simulator(
    method: Method, workload: Workload, experiment: Experiment, n_worker: int
) -> BatchSimulator:
    """Make the project's own simulator; the only place that knows how."""
    adaptive = None if method.tolerance_mV is None else Adaptive(method.tolerance_mV)
    return BatchSimulator(
        workload.source, experiment, n_worker, method.precision, adaptive=adaptive
    )


def looked_at(experiment: Experiment) -> Experiment:
    """Return the experiment with the points of adaptive simulations."""
    return replace(experiment, clock=adaptive_clock(experiment.clock.step_ms))


# --- voltages


def simulate(method: Method, workload: Workload, n_worker: int) -> Simulated:
    """Simulate all candidates."""
    if method.family == "cvode":
        return _by_cvode(method, workload, n_worker)
    experiment = looked_at(workload.experiment)
    if method.step_ms is None:
        with batch_simulator(method, workload, experiment, n_worker) as simulator:
            voltage = simulator.run(workload.table).voltage_mV
            n_step = simulator.lane_use.accepted
        return Simulated(voltage, n_step / (len(workload.table) * experiment.cell_ms))
    points, parts = experiment.clock.substeps, _parts(experiment.clock, method.step_ms)
    fine = refined(experiment, parts)
    simulator_: Simulator = (
        NeuronSimulator(workload.source, fine, n_worker)
        if method.family == "neuron"
        else batch_simulator(method, workload, fine, n_worker)
    )
    shape = (experiment.n_sweep, experiment.n_sample)
    voltage = np.full((len(workload.table), *shape), np.nan)
    with simulator_ as simulating:
        for block in simulating.stream(workload.table):
            every = block.traces.voltage_mV[..., :: parts // points]
            voltage[block.candidates] = every.reshape(-1, *shape, points).mean(axis=-1)
    return Simulated(voltage, parts / experiment.clock.step_ms)


def _parts(clock: Clock, step_ms: float) -> int:
    """Return how many steps of at most this length a sample has, all its points among them."""
    return clock.substeps * math.ceil(clock.dt_ms / step_ms - 1e-9)


def refined(experiment: Experiment, parts: int) -> Experiment:
    """Return the experiment with the same current at more samples, each with one time step."""
    samples = np.arange(experiment.n_sample)
    fine = np.arange(experiment.n_sample * parts) / parts
    # After the last sample the current goes on as it is, as NEURON lets it.
    current = np.array([np.interp(fine, samples, row) for row in experiment.current_pA])
    return replace(experiment, current_pA=current, clock=Clock(experiment.clock.step_ms / parts, 1))


def _by_cvode(method: Method, workload: Workload, n_worker: int) -> Simulated:
    experiment = looked_at(workload.experiment)
    table = workload.table
    shape = (len(table), experiment.n_sweep, experiment.n_sample)
    voltage, n_step, n_done = np.full(shape, np.nan), 0, 0
    pool = _cvode_pool(make_counting, method, workload, experiment, n_worker)
    try:
        for outcome in pool.map([list(table.settings(row)) for row in range(len(table))]):
            if isinstance(outcome.value, Counted):
                voltage[outcome.task] = outcome.value.voltage_mV
                n_step += outcome.value.n_step
                n_done += 1
    finally:
        pool.close()
    return Simulated(voltage, n_step / (n_done * experiment.cell_ms) if n_done else math.nan)


def _cvode_pool(
    make: Callable[[CvodeSetup], object],
    method: Method,
    workload: Workload,
    experiment: Experiment,
    n_worker: int,
) -> WorkerPool:
    paths = tuple(path for paths in workload.table.targets for path in paths)
    setup = CvodeSetup(
        NeuronSetup(workload.source, experiment, paths), method.tolerance_mV or TRUTH_MV
    )
    return WorkerPool(Job(make, setup), n_worker, TIME_LIMIT_S, 1000)  # type: ignore[arg-type]


# --- speed


@dataclass(frozen=True)
class Timed:
    """What was simulated, ms of cells, and how long one core took for it, s."""

    cell_ms: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Cell-ms per second."""
        return self.cell_ms / self.cpu_s


def stopwatch(
    method: Method, workload: Workload, best: Task, copies: int, stack: ExitStack
) -> Callable[[], Timed]:
    """Return what times a method's steps on one core: no building of cells, and no transients.

    Parameters
    ----------
    best
        NEURON's settings.
    copies
        Of every candidate, but for those of NEURON: lanes are full if there is much to do.
    """
    if method.family == "neuron":
        return NeuronWatch(replace(neuron_task(workload, best), dt_ms=method.step_ms or 0.0))
    if method.family == "cvode":
        source = replace(workload.source, library=Path(best.library))
        fastest = replace(workload, source=source)
        pool = _cvode_pool(make_timed, method, fastest, looked_at(workload.experiment), 1)
        stack.callback(pool.close)
        return CvodeWatch(pool, workload)
    return _batch_watch(method, workload, copies, stack)


def neuron_task(workload: Workload, best: Task) -> Task:
    """Return so much of the workload for NEURON as is worth timing, with its best settings."""
    own_ms = len(workload.table) * own_transient_ms(workload.experiment)
    part = min(NEURON_CELL_MS / own_ms, 1.0)
    task = make_task(workload, shortened(workload.experiment, part=part), Path(best.library))
    return replace(
        task, together=best.together, cache_efficient=best.cache_efficient, played=best.played
    )


@dataclass(frozen=True)
class NeuronWatch:
    """Times fixed steps of NEURON in a process of their own; a transient's are as fast as any."""

    task: Task

    def __call__(self) -> Timed:
        """Simulate everything."""
        answer = Contender(self.task)()
        return Timed(answer.cell_ms, answer.cpu_s)


@dataclass(frozen=True)
class CvodeWatch:
    """Times CVODE, one cell after the other."""

    pool: WorkerPool
    workload: Workload

    def __call__(self) -> Timed:
        """Simulate everything."""
        table, experiment = self.workload.table, self.workload.experiment
        outcomes = self.pool.map([list(table.settings(row)) for row in range(len(table))])
        seconds = [outcome.value for outcome in outcomes if outcome.value is not None]
        return Timed(len(seconds) * sweeps_ms(experiment), sum(seconds))


def sweeps_ms(experiment: Experiment) -> float:
    """Return the time of the sweeps of a candidate, ms."""
    return experiment.n_sweep * experiment.n_sample * experiment.clock.step_ms


@dataclass(frozen=True)
class BatchWatch:
    """Times the batch simulator: the whole experiment, less one whose sweeps are next to nothing.

    What is left are the steps of the sweeps; reading of cells and transients are in both.
    """

    full: BatchSimulator
    brief: BatchSimulator
    workload: Workload

    def __call__(self) -> Timed:
        """Simulate everything twice."""
        brief_s, _ = self._seconds(self.brief)
        full_s, n_ok = self._seconds(self.full)
        per_cell_ms = sweeps_ms(self.full.experiment) - sweeps_ms(self.brief.experiment)
        return Timed(n_ok * per_cell_ms, full_s - brief_s)

    def _seconds(self, simulator: BatchSimulator) -> tuple[float, int]:
        """Return the processor's seconds of this process, and how many candidates are simulated.

        Voltages are dropped as they come, as a fit does after scoring them.
        """
        begin, n_ok = time.process_time(), 0
        for block in simulator.stream(self.workload.table):
            n_ok += int(block.traces.ok.sum())
        return time.process_time() - begin, n_ok


def _batch_watch(method: Method, workload: Workload, copies: int, stack: ExitStack) -> BatchWatch:
    more = replace(workload, x=workload.candidates(copies * len(workload.x)))
    clock = None if method.step_ms is None else _parts_clock(workload.experiment, method.step_ms)
    full = looked_at(more.experiment) if clock is None else replace(more.experiment, clock=clock)
    # Two samples: one alone would have no edge to look for.
    brief = replace(full, current_pA=full.current_pA[:, :2])
    watch = BatchWatch(
        stack.enter_context(batch_simulator(method, more, full, 1)),
        stack.enter_context(batch_simulator(method, more, brief, 1)),
        more,
    )
    for simulator in (watch.full, watch.brief):
        # That compiles kernels, starts processes, and touches the memory of the voltages.
        for _ in simulator.stream(more.table):
            pass
    return watch


def _parts_clock(experiment: Experiment, step_ms: float) -> Clock:
    clock = looked_at(experiment).clock
    return Clock(clock.step_ms, _parts(clock, step_ms))
