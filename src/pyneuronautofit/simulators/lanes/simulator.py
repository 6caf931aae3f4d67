"""The batch simulator: NEURON builds the cells, generated code simulates them, many at a time.

Worker processes build every candidate's cell in NEURON and read it. Cells of the same signature
are then put into lanes together and simulated by threads, which a kernel lets run without Python's
lock. Candidates are simulated in chunks of bounded size, and while one chunk is scored the next is
simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from pyneuronautofit.codegen.compile import Precision as Precision  # noqa: PLC0414 (handed on)
from pyneuronautofit.models import CellSource
from pyneuronautofit.simulators._base import Simulator, Streaming, TraceBlock, Traces
from pyneuronautofit.simulators.cells.image import CellImage, Signature
from pyneuronautofit.simulators.cells.worker import CELLS_TOGETHER, ReadCell, make_reader
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.integrators import Adaptive, finer_tolerances
from pyneuronautofit.simulators.lanes.adaptive_kernel import AdaptiveKernel, LaneUse
from pyneuronautofit.simulators.lanes.cells import read_cells
from pyneuronautofit.simulators.lanes.engines import AdaptiveEngine, Engine, FixedEngine
from pyneuronautofit.simulators.lanes.kernel import Kernel, KernelBase
from pyneuronautofit.simulators.lanes.lanes import Cell, batched
from pyneuronautofit.simulators.lanes.library import KernelLibrary
from pyneuronautofit.simulators.neuron.session import NeuronSetup
from pyneuronautofit.simulators.neuron.setter import path_values, paths_of
from pyneuronautofit.simulators.processes.pool import Job, Outcome, WorkerPool
from pyneuronautofit.simulators.processes.workers import PathWorkers
from pyneuronautofit.space import ParameterPath, ParameterTable

# NEURON keeps a little of every cell; benchmarks/worker_memory.py measures how much.
_CELLS_PER_WORKER = 50_000
# Building a cell takes a millisecond. A minute is a hang.
_TIME_LIMIT_S = 60.0
# What was read of cells, and their states at t = 0, is in memory for so many.
_CELLS_PER_ROUND = 1024


class BatchSimulator(Streaming):
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
        def make_job(paths: tuple[ParameterPath, ...]) -> Job:
            return Job(make_reader, NeuronSetup(source, experiment, paths))

        self._experiment = experiment
        self._workers = PathWorkers(
            make_job, n_worker, time_limit_s or _TIME_LIMIT_S, _CELLS_PER_WORKER
        )
        self._n_worker = self._workers.n_worker
        self._threads = ThreadPoolExecutor(self._n_worker, thread_name_prefix="lanes")
        self._precision = precision
        self._adaptive = adaptive
        self._largest_cell = 0
        self._kernels: KernelLibrary[KernelBase]
        self._engine: Engine
        self._engine_of: Callable[[Adaptive], Engine] | None = None
        if adaptive is None:
            fixed = KernelLibrary(source.mods, Kernel, precision)
            self._kernels, self._engine = fixed, FixedEngine(self._threads, fixed, experiment)
        else:
            own = KernelLibrary(source.mods, AdaptiveKernel, precision)
            self._kernels = own
            self._engine_of = partial(
                AdaptiveEngine, self._threads, own, self._n_worker, experiment
            )
            self._engine = self._engine_of(adaptive)

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
            else _adaptive_steps(self._adaptive.tolerance_mV)
        )
        return self._described(steps)

    def _described(self, steps: str) -> str:
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
        workers = self._workers.for_paths(paths_of(parameters))
        workers.check()
        # Whether this one candidate fails is not the question.
        self._read(workers, parameters, range(min(len(parameters), 1)))

    @property
    def largest_cell(self) -> int:
        """Number of nodes of the largest cell that was read."""
        return self._largest_cell

    def kernel_keys(self) -> tuple[str, ...]:
        """Return names for the kernels in use."""
        return self._kernels.keys

    def kernel_digests(self) -> dict[str, str]:
        """Return the digest of each kernel's library, by the names of `kernel_keys`."""
        return self._kernels.digests

    def finer_steps(self, _parameters: ParameterTable) -> dict[float, Simulator]:
        """As of `HasFinerSteps`. Single precision has no use for the smallest tolerance."""
        if self._adaptive is None or self._engine_of is None:
            return {}
        found = finer_tolerances(self._adaptive.tolerance_mV)
        return {
            each: _FinerSteps(self, self._engine_of(Adaptive(each)), each)
            for each in (found[-1:] if self._precision == "single" else found)
        }

    def stream(self, parameters: ParameterTable) -> Iterator[TraceBlock]:
        """Simulate candidates and yield them as their chunks are finished."""
        return self._stream(parameters, self._engine)

    def _stream(self, parameters: ParameterTable, engine: Engine) -> Iterator[TraceBlock]:
        for candidates in batched(range(len(parameters)), _CELLS_PER_ROUND):
            # All are read before anything is yielded: workers have one caller at a time.
            workers = self._workers.for_paths(paths_of(parameters))
            outcomes = self._read(workers, parameters, candidates)
            images = {o.task: o.value for o in outcomes if isinstance(o.value, CellImage)}
            for outcome in outcomes:
                if outcome.task not in images:
                    yield self._failed(outcome)
            yield from engine.simulate(_by_signature(images))

    def close(self) -> None:
        """End processes and threads."""
        self._kernels.abandon()
        self._engine.abandon()
        self._threads.shutdown(cancel_futures=True)
        self._workers.close()

    def _read(
        self, workers: WorkerPool, parameters: ParameterTable, candidates: Sequence[int]
    ) -> list[Outcome]:
        """Return the outcome of reading every candidate: an image, or a failure."""
        values = dict(zip(candidates, path_values(parameters, candidates), strict=True))
        outcomes = read_cells(
            candidates,
            lambda candidate, plan: ReadCell(values[candidate], plan),
            workers,
            self._kernels,
            self._threads,
            together=CELLS_TOGETHER,
        )
        sizes = (len(o.value.signature.parents) for o in outcomes if o.value is not None)
        self._largest_cell = max(sizes, default=self._largest_cell)
        return outcomes

    def _failed(self, outcome: Outcome) -> TraceBlock:
        voltage = np.full((1, self._experiment.n_sweep, self._experiment.n_sample), np.nan)
        seconds = np.array([outcome.seconds])
        traces = Traces(voltage, (outcome.status,), (outcome.message,), seconds)
        return TraceBlock(np.array([outcome.task]), traces)


class _FinerSteps(Streaming):
    """What a batch simulator simulates, with other steps, on its workers, threads and kernels."""

    def __init__(self, usual: BatchSimulator, engine: Engine, tolerance_mV: float) -> None:
        self._usual = usual
        self._engine = engine
        self._tolerance_mV = tolerance_mV

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        return self._usual._described(_adaptive_steps(self._tolerance_mV))

    @property
    def experiment(self) -> Experiment:
        """What is simulated."""
        return self._usual.experiment

    def check(self, parameters: ParameterTable) -> None:
        """As of `BatchSimulator`."""
        self._usual.check(parameters)

    def stream(self, parameters: ParameterTable) -> Iterator[TraceBlock]:
        """As of `BatchSimulator`."""
        return self._usual._stream(parameters, self._engine)

    def close(self) -> None:
        """End what is running; all else is the other one's."""
        self._engine.abandon()


def _adaptive_steps(tolerance_mV: float) -> str:
    return f"adaptive steps, tolerance {tolerance_mV:g} mV"


def _by_signature(images: Mapping[int, CellImage]) -> dict[Signature, list[Cell]]:
    """Sort candidates' images by their signatures."""
    # Workers send signatures of their own, one for all cells of a message that share it. Whether
    # two are the same object is told at once, whether they are equal is not: all cells get the
    # first.
    canonical: dict[Signature, Signature] = {}
    by_object: dict[int, tuple[Signature, Signature]] = {}
    cells: dict[Signature, list[Cell]] = {}
    for candidate, image in images.items():
        own = image.signature
        known = by_object.get(id(own))
        if known is None:
            known = by_object[id(own)] = own, canonical.setdefault(own, own)
        first = known[1]
        same = image if own is first else CellImage(first, image.numbers)
        cells.setdefault(first, []).append(Cell(candidate, same))
    return cells
