"""The batch simulator: NEURON builds the cells, generated code simulates them, many at a time.

Worker processes build every candidate's cell in NEURON and read it. Cells of the same signature are
then put into lanes together and simulated by threads, which a kernel lets run without Python's lock.
Candidates are simulated in chunks of bounded size, and while one chunk is scored the next is
simulated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Self, TypeVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.models import CellSource
from pyneuronautofit.simulators._base import Block, RunStatus, Traces, gather
from pyneuronautofit.simulators._neuron_cell import NeuronSetup
from pyneuronautofit.simulators._pool import Job, Outcome, WorkerPool
from pyneuronautofit.simulators.batch.build import Precision
from pyneuronautofit.simulators.batch.lanes import Cell, LaneRunner, SettleJob, SweepJob
from pyneuronautofit.simulators.batch.library import KernelLibrary
from pyneuronautofit.simulators.batch.packing import make_layout
from pyneuronautofit.simulators.batch.reader import (
    GeneratedKernel,
    GenerateKernel,
    ReadCell,
    make_reader,
)
from pyneuronautofit.simulators.batch.structure import CellImage, NodeKind, Signature, Variable
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron import available_cores
from pyneuronautofit.space import ParameterPath, ParameterTable

# NEURON keeps a little of every cell; benchmarks/worker_memory.py measures how much.
_CELLS_PER_WORKER = 5000
# Building a cell takes a millisecond. A minute is a hang.
_TIME_LIMIT_S = 60.0
# Voltages of one chunk; three are in memory at the most.
_CHUNK_BYTES = 96 * 1024**2

T = TypeVar("T")


@dataclass
class _Chunk:
    """Candidates that are simulated together.

    Attributes
    ----------
    cells
        All of one signature.
    voltage : FloatArray, shape (n_cell, n_sweep, n_sample), mV
        Where their voltages go.
    futures
        The groups that are being simulated, each with the places of its jobs' cells.
    """

    cells: Sequence[Cell]
    voltage: FloatArray
    futures: list[tuple[Future[float], list[int]]]


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
    """

    def __init__(
        self,
        source: CellSource,
        experiment: Experiment,
        n_worker: int | None = None,
        precision: Precision = "double",
        time_limit_s: float | None = None,
    ) -> None:
        self._source = source
        self._experiment = experiment
        self._n_worker = n_worker or available_cores()
        self._time_limit_s = time_limit_s or _TIME_LIMIT_S
        self._threads = ThreadPoolExecutor(self._n_worker, thread_name_prefix="lanes")
        self._pool: WorkerPool | None = None
        self._paths: tuple[ParameterPath, ...] = ()
        self._precision = precision
        self._kernels = KernelLibrary(source.mods, precision, self._generate)
        self._plan: dict[NodeKind, tuple[Variable, ...]] = {}
        self._runners: dict[Signature, LaneRunner] = {}

    @property
    def experiment(self) -> Experiment:
        """What is simulated."""
        return self._experiment

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        return (
            f"batch, {self._precision} precision, {self._n_worker} thread(s), steps of "
            f"{self._experiment.clock.dt_ms:g} ms"
        )

    def check(self, parameters: ParameterTable) -> None:
        """Build the first candidate's cell and the kernel for it.

        Raises
        ------
        ModelError
            If the model lacks what is needed; UnsupportedModel if NEURON alone can simulate it;
            KernelBuildError if the kernel cannot be compiled.
        """
        self._pool_for(parameters).check()
        for _outcome in self._read(parameters.rows([0])):
            pass  # whether this one candidate fails is not the question

    def kernel_keys(self) -> tuple[str, ...]:
        """Return names for the kernels in use."""
        kinds = {frozenset(signature.node_kinds) for signature in self._runners}
        return tuple(sorted(self._kernels.kernel_for(each).key for each in kinds))

    def stream(self, parameters: ParameterTable) -> Iterator[Block]:
        """Simulate candidates and yield them as their chunks are finished."""
        cells: dict[Signature, list[Cell]] = {}
        for outcome in self._read(parameters):
            if isinstance(outcome.value, CellImage):
                cell = Cell(outcome.task, outcome.value)
                cells.setdefault(outcome.value.signature, []).append(cell)
            else:
                yield self._failed(outcome)
        for group in cells.values():
            group.sort(key=lambda cell: cell.candidate)
        states = self._settle(cells)
        chunks = (
            (signature, part)
            for signature, group in cells.items()
            for part in _batched(group, self._cells_per_chunk())
        )
        ahead: list[_Chunk] = []
        try:
            for signature, part in chunks:
                ahead.append(self._start(signature, part, states))
                if len(ahead) > 1:
                    yield self._finish(ahead.pop(0))
            while ahead:
                yield self._finish(ahead.pop(0))
        finally:
            # The caller left before the end: what has not begun is not wanted any more.
            for chunk in ahead:
                for future, _places in chunk.futures:
                    future.cancel()

    def run(self, parameters: ParameterTable) -> Traces:
        """Simulate candidates and return all their voltages."""
        shape = (self._experiment.n_sweep, self._experiment.n_sample)
        return gather(self.stream(parameters), len(parameters), *shape)

    def close(self) -> None:
        """End processes and threads."""
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

    def _read(self, parameters: ParameterTable) -> Iterator[Outcome]:
        """Yield the outcome of reading every candidate: an image, or a failure."""
        pool = self._pool_for(parameters)
        settings = [list(parameters.settings(candidate)) for candidate in range(len(parameters))]
        pending = list(range(len(settings)))
        while pending:
            asked, pending = pending, []
            new: set[Signature] = set()
            for outcome in pool.map([ReadCell(settings[c], self._plan) for c in asked]):
                candidate = asked[outcome.task]
                if isinstance(outcome.value, PyNeuronAutofitError):
                    raise outcome.value
                if isinstance(outcome.value, Signature):
                    new.add(outcome.value)
                    pending.append(candidate)
                else:
                    yield _for_candidate(outcome, candidate)
            for signature in sorted(new, key=repr):
                self._runner(signature)

    def _runner(self, signature: Signature) -> LaneRunner:
        """Return what runs the cells of a signature; its kernel is made if it is a new one."""
        if signature not in self._runners:
            loaded = self._kernels.kernel_for(frozenset(signature.node_kinds))
            self._plan.update(loaded.variables)
            sizes = {kind: len(variables) for kind, variables in loaded.variables.items()}
            layout = make_layout(signature, loaded.numbers, sizes)
            self._runners[signature] = LaneRunner(loaded.kernel, layout, self._experiment)
        return self._runners[signature]

    def _generate(self, task: GenerateKernel) -> GeneratedKernel:
        if self._pool is None:
            raise RuntimeError("kernels are generated by workers, and there are none yet")
        (outcome,) = self._pool.map([task])
        if isinstance(outcome.value, PyNeuronAutofitError):
            raise outcome.value
        if not isinstance(outcome.value, GeneratedKernel):
            raise RuntimeError(f"the kernel's source was not written: {outcome.message}")
        return outcome.value

    # --- simulating

    def _cells_per_chunk(self) -> int:
        of_one = self._experiment.n_sweep * self._experiment.n_sample * 8
        return max(_CHUNK_BYTES // of_one, 1)

    def _settle(
        self, cells: dict[Signature, list[Cell]]
    ) -> dict[tuple[int, float], FloatArray]:
        """Bring all cells to t = 0: (candidate, holding current) -> state."""
        holdings = np.unique(self._experiment.holding_pA).tolist()
        futures: list[tuple[Future[list[FloatArray]], list[SettleJob]]] = []
        for signature, group in cells.items():
            runner = self._runner(signature)
            jobs = [SettleJob(cell, holding) for cell in group for holding in holdings]
            for part in _batched(jobs, runner.kernel.n_lane):
                futures.append((self._threads.submit(runner.settle, part), part))
        return {
            (job.cell.candidate, job.holding_pA): state
            for future, jobs in futures
            for job, state in zip(jobs, future.result(), strict=True)
        }

    def _start(
        self,
        signature: Signature,
        cells: Sequence[Cell],
        states: dict[tuple[int, float], FloatArray],
    ) -> _Chunk:
        runner, experiment = self._runner(signature), self._experiment
        voltage = np.empty((len(cells), experiment.n_sweep, experiment.n_sample))
        jobs = [
            (
                place,
                SweepJob(
                    cell,
                    sweep,
                    states[cell.candidate, float(experiment.holding_pA[sweep])],
                    voltage[place, sweep],
                ),
            )
            for place, cell in enumerate(cells)
            for sweep in range(experiment.n_sweep)
        ]
        futures = []
        for part in _batched(jobs, runner.kernel.n_lane):
            future = self._threads.submit(runner.respond, [job for _place, job in part])
            futures.append((future, [place for place, _job in part]))
        return _Chunk(cells, voltage, futures)

    def _finish(self, chunk: _Chunk) -> Block:
        seconds = np.zeros(len(chunk.cells))
        for future, places in chunk.futures:
            np.add.at(seconds, places, future.result())
        finite = np.isfinite(chunk.voltage).all(axis=(1, 2))
        chunk.voltage[~finite] = np.nan
        status = tuple(RunStatus.OK if ok else RunStatus.DIVERGED for ok in finite)
        messages = tuple("" if ok else RunStatus.DIVERGED.value for ok in finite)
        candidates = np.array([cell.candidate for cell in chunk.cells])
        return Block(candidates, Traces(chunk.voltage, status, messages, seconds))

    def _failed(self, outcome: Outcome) -> Block:
        voltage = np.full((1, self._experiment.n_sweep, self._experiment.n_sample), np.nan)
        seconds = np.array([outcome.seconds])
        traces = Traces(voltage, (outcome.status,), (outcome.message,), seconds)
        return Block(np.array([outcome.task]), traces)


def _for_candidate(outcome: Outcome, candidate: int) -> Outcome:
    return Outcome(
        candidate, outcome.status, outcome.message, outcome.value, outcome.seconds
    )


def _batched(items: Sequence[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
