"""The batch simulator: NEURON builds the cells, generated code simulates them, many at a time.

Worker processes build every candidate's cell in NEURON and read it. Cells of the same signature
are then put into lanes together and simulated by threads, which a kernel lets run without Python's
lock. Candidates are simulated in chunks of bounded size, and while one chunk is scored the next is
simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np

from pyneuronautofit.codegen.compile import KernelBuildError, Precision
from pyneuronautofit.codegen.generate import GeneratedKernel, GenerateKernel, make_writer
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.models import CellSource
from pyneuronautofit.simulators._base import TraceBlock, Traces, gather
from pyneuronautofit.simulators.cells.image import CellImage, Signature
from pyneuronautofit.simulators.cells.worker import (
    CELLS_TOGETHER,
    ReadCell,
    make_reader,
    packed_plan,
)
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.integrators import Adaptive
from pyneuronautofit.simulators.lanes.adaptive_kernel import LaneUse
from pyneuronautofit.simulators.lanes.engines import AdaptiveEngine, Engine, FixedEngine
from pyneuronautofit.simulators.lanes.lanes import Cell, batched
from pyneuronautofit.simulators.lanes.library import KernelLibrary
from pyneuronautofit.simulators.neuron.cell import NeuronSetup
from pyneuronautofit.simulators.neuron.setter import path_values
from pyneuronautofit.simulators.neuron.simulator import available_cores
from pyneuronautofit.simulators.processes.pool import Job, Outcome, WorkerPool
from pyneuronautofit.space import ParameterPath, ParameterTable

# NEURON keeps a little of every cell; benchmarks/worker_memory.py measures how much.
_CELLS_PER_WORKER = 50_000
# Building a cell takes a millisecond. A minute is a hang.
_TIME_LIMIT_S = 60.0
# Channels of the largest published cells take some seconds.
_WRITING_LIMIT_S = 600.0
# What was read of cells, and their states at t = 0, is in memory for so many.
_CELLS_PER_ROUND = 1024


class BatchSimulator:
    """Generated code in lanes, on threads.

    Parameters
    ----------
    source
        Where the cell class comes from.
    experiment
        What every candidate goes through.
    n_worker
        Number of threads, and of processes that build cells; None: one per available core.
    precision
        Of the lanes: "double", or "single" with twice as many.
    time_limit_s
        A cell that takes longer to be built is given up; None: a minute.
    adaptive
        Steps of its own for every cell; None: the fixed step of the experiment's clock.
    """

    def __init__(
        self,
        source: CellSource,
        experiment: Experiment,
        n_worker: int | None = None,
        precision: Precision = "double",
        time_limit_s: float | None = None,
        *,
        adaptive: Adaptive | None = None,
    ) -> None:
        self._source = source
        self._experiment = experiment
        self._n_worker = n_worker or available_cores()
        self._time_limit_s = time_limit_s or _TIME_LIMIT_S
        self._threads = ThreadPoolExecutor(self._n_worker, thread_name_prefix="lanes")
        self._pool: WorkerPool | None = None
        self._paths: tuple[ParameterPath, ...] = ()
        self._precision = precision
        self._adaptive = adaptive
        purpose = GenerateKernel((), precision, adaptive=adaptive is not None)
        self._kernels = KernelLibrary(source.mods, kernel_writer(source.mods), purpose)
        self._plan: dict[NodeKind, tuple[NodeVariable, ...]] = {}
        self._known: set[Signature] = set()
        self._engine: Engine = (
            FixedEngine(self._threads, experiment)
            if adaptive is None
            else AdaptiveEngine(self._threads, self._n_worker, experiment, adaptive)
        )

    @property
    def experiment(self) -> Experiment:
        """What is simulated."""
        return self._experiment

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        steps = (
            f"steps of {self._experiment.clock.dt_ms:g} ms"
            if self._adaptive is None
            else f"adaptive steps, tolerance {self._adaptive.tolerance_mV:g} mV"
        )
        return f"batch, {self._precision} precision, {self._n_worker} thread(s), {steps}"

    @property
    def lane_use(self) -> LaneUse:
        """What the lanes have been used for, where they have steps of their own."""
        return self._engine.use

    def check(self, parameters: ParameterTable) -> None:
        """Build the first candidate's cell and the kernel for it.

        Raises
        ------
        ModelError
            If the model lacks what is needed; UnsupportedModel if NEURON alone can simulate it;
            KernelBuildError if the kernel cannot be compiled.
        """
        self._pool_for(parameters).check()
        # Whether this one candidate fails is not the question.
        self._read(parameters, range(min(len(parameters), 1)))

    def kernel_keys(self) -> tuple[str, ...]:
        """Return names for the kernels in use."""
        kinds = {frozenset(signature.node_kinds) for signature in self._known}
        return tuple(sorted(self._kernels.kernel_for(each).key for each in kinds))

    def stream(self, parameters: ParameterTable) -> Iterator[TraceBlock]:
        """Simulate candidates and yield them as their chunks are finished."""
        for candidates in batched(range(len(parameters)), _CELLS_PER_ROUND):
            # All are read before anything is yielded: workers have one caller at a time.
            outcomes = self._read(parameters, candidates)
            cells: dict[Signature, list[Cell]] = {}
            for outcome in outcomes:
                if isinstance(outcome.value, CellImage):
                    cell = Cell(outcome.task, outcome.value)
                    self._prepare(outcome.value.signature)
                    cells.setdefault(outcome.value.signature, []).append(cell)
                else:
                    yield self._failed(outcome)
            yield from self._engine.simulate(cells)

    def run(self, parameters: ParameterTable) -> Traces:
        """Simulate candidates and return all their voltages."""
        shape = (self._experiment.n_sweep, self._experiment.n_sample)
        return gather(self.stream(parameters), len(parameters), *shape)

    def close(self) -> None:
        """End processes and threads."""
        self._engine.abandon()
        self._threads.shutdown(cancel_futures=True)
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # --- reading cells

    def _pool_for(self, parameters: ParameterTable) -> WorkerPool:
        paths = tuple(path for paths in parameters.targets for path in paths)
        if self._pool is None or paths != self._paths:
            if self._pool is not None:
                self._pool.close()
            job = Job(make_reader, NeuronSetup(self._source, self._experiment, paths))
            self._pool = WorkerPool(job, self._n_worker, self._time_limit_s, _CELLS_PER_WORKER)
            self._paths = paths
        return self._pool

    def _read(self, parameters: ParameterTable, candidates: Sequence[int]) -> list[Outcome]:
        """Return the outcome of reading every candidate, in their order: an image, or a failure."""
        pool = self._pool_for(parameters)
        values = dict(zip(candidates, path_values(parameters, candidates), strict=True))
        found: list[Outcome] = []
        pending = list(candidates)
        while pending:
            asked, pending = pending, []
            plan = packed_plan(self._plan)
            new: set[Signature] = set()
            tasks = [ReadCell(values[c], plan) for c in asked]
            for outcome in pool.map(tasks, together=CELLS_TOGETHER):
                candidate = asked[outcome.task]
                if isinstance(outcome.value, PyNeuronAutofitError):
                    raise outcome.value
                if isinstance(outcome.value, Signature):
                    new.add(outcome.value)
                    pending.append(candidate)
                else:
                    found.append(replace(outcome, task=candidate))
            self._make_runners(sorted(new, key=repr))
        return sorted(found, key=lambda outcome: outcome.task)

    def _make_runners(self, signatures: Sequence[Signature]) -> None:
        """Make what runs the cells of new signatures; kernels that they need, all at once."""
        kinds = [frozenset(signature.node_kinds) for signature in signatures]
        for each in self._threads.map(self._kernels.kernel_for, dict.fromkeys(kinds)):
            self._plan.update(each.variables)
        for signature in signatures:
            self._prepare(signature)

    def _prepare(self, signature: Signature) -> None:
        if signature not in self._known:
            loaded = self._kernels.kernel_for(frozenset(signature.node_kinds))
            self._engine.prepare(signature, loaded)
            self._known.add(signature)

    def _failed(self, outcome: Outcome) -> TraceBlock:
        voltage = np.full((1, self._experiment.n_sweep, self._experiment.n_sample), np.nan)
        seconds = np.array([outcome.seconds])
        traces = Traces(voltage, (outcome.status,), (outcome.message,), seconds)
        return TraceBlock(np.array([outcome.task]), traces)


def kernel_writer(mods: Path | None) -> Callable[[GenerateKernel], GeneratedKernel]:
    """Return what has the sources of kernels written, each by a process of its own."""

    def write(task: GenerateKernel) -> GeneratedKernel:
        pool = WorkerPool(Job(make_writer, mods), 1, _WRITING_LIMIT_S, 1)
        try:
            (outcome,) = pool.map([task])
        finally:
            pool.close()
        if isinstance(outcome.value, PyNeuronAutofitError):
            raise outcome.value
        if not isinstance(outcome.value, GeneratedKernel):
            raise KernelBuildError(
                f"the kernel of the batch simulator could not be written ({outcome.message}). "
                "Use --simulator neuron for this model."
            )
        return outcome.value

    return write
