"""What simulates cells once they have been read: the fixed step and the adaptive integrator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Protocol

from pyneuronautofit.simulators._base import TraceBlock
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.integrators import Adaptive
from pyneuronautofit.simulators.lanes.adaptive_kernel import AdaptiveKernel, LaneUse
from pyneuronautofit.simulators.lanes.adaptive_lanes import AdaptiveWork, Memory
from pyneuronautofit.simulators.lanes.adaptive_plan import AdaptivePlan
from pyneuronautofit.simulators.lanes.kernel import Kernel
from pyneuronautofit.simulators.lanes.lanes import Cell, Chunk, LaneRunner, LaneWork, batched
from pyneuronautofit.simulators.lanes.library import KernelLibrary, LoadedKernel
from pyneuronautofit.simulators.lanes.packing import LaneLayout, make_layout

# Voltages of one chunk of the fixed step; three are in memory at the most.
_CHUNK_BYTES = 96 * 1024**2

# Candidates of a cell with a morphology may have ever new trees.
_LAYOUTS_KEPT = 256

#: Cells by their signature.
CellsBySignature = Mapping[Signature, Sequence[Cell]]


class Engine(Protocol):
    """Simulates cells on threads."""

    @property
    def use(self) -> LaneUse:
        """What lanes were used for."""
        ...

    def simulate(self, cells: CellsBySignature) -> Iterator[TraceBlock]:
        """Simulate cells and yield them as they are finished."""
        ...

    def abandon(self) -> None:
        """End all that is running, soon."""
        ...


class FixedEngine:
    """NEURON's fixed step.

    Parameters
    ----------
    threads
        Where kernels run.
    kernels
        Those of the model.
    experiment
        What the cells go through.
    """

    def __init__(
        self, threads: ThreadPoolExecutor, kernels: KernelLibrary[Kernel], experiment: Experiment
    ) -> None:
        self._threads = threads
        self._kernels = kernels
        self._experiment = experiment
        self._runners: dict[Signature, LaneRunner] = {}
        self._at_work: set[LaneWork] = set()
        self.use = LaneUse()

    def simulate(self, cells: CellsBySignature) -> Iterator[TraceBlock]:
        """Simulate cells chunk after chunk; while the caller has one, the next is simulated."""
        of_runner = {self._runner(signature): some for signature, some in cells.items()}
        work = LaneWork(self._threads, self._experiment)
        self._at_work.add(work)
        try:
            states = work.settle(of_runner)
            ahead: list[Chunk] = []
            for runner, some in of_runner.items():
                for part in batched(some, self._cells_per_chunk()):
                    ahead.append(work.start(runner, part, states))
                    if len(ahead) > 1:
                        yield work.finish(ahead.pop(0))
            while ahead:
                yield work.finish(ahead.pop(0))
        finally:
            # The caller may have left before the end.
            work.end()
            self._at_work.discard(work)

    def abandon(self) -> None:
        """End all that is running, soon."""
        for work in list(self._at_work):
            work.abandon()

    def _runner(self, signature: Signature) -> LaneRunner:
        if signature not in self._runners:
            loaded = self._kernels.kernel_for(signature.node_kinds)
            layout = make_layout(signature, loaded.numbers, loaded.sizes)
            self._runners[signature] = LaneRunner(loaded.kernel, layout, self._experiment)
        return self._runners[signature]

    def _cells_per_chunk(self) -> int:
        of_one = self._experiment.n_sweep * self._experiment.n_sample * 8
        return max(_CHUNK_BYTES // of_one, 1)


class AdaptiveEngine:
    """Steps of its own for every cell.

    Parameters
    ----------
    threads
        Where kernels run.
    kernels
        Those of the model.
    n_worker
        How many threads there are.
    experiment
        What the cells go through.
    adaptive
        The tolerance.
    """

    def __init__(
        self,
        threads: ThreadPoolExecutor,
        kernels: KernelLibrary[AdaptiveKernel],
        n_worker: int,
        experiment: Experiment,
        adaptive: Adaptive,
    ) -> None:
        self._threads = threads
        self._kernels = kernels
        self._n_worker = n_worker
        self._plan = AdaptivePlan(experiment, adaptive)
        self._layouts = lru_cache(maxsize=_LAYOUTS_KEPT)(_layout_within)
        self._memories: list[Memory] = []
        self._at_work: set[AdaptiveWork] = set()
        self.use = LaneUse()

    def simulate(self, cells: CellsBySignature) -> Iterator[TraceBlock]:
        """Simulate cells."""
        groups: dict[LoadedKernel[AdaptiveKernel], list[Cell]] = {}
        for signature, some in cells.items():
            loaded = self._kernels.kernel_for(signature.node_kinds)
            groups.setdefault(loaded, []).extend(some)
        # Of calls side by side each has its own; a second caller finds none, and gets new ones.
        memories, self._memories = self._memories or self._new_memories(), []
        work = AdaptiveWork(self._threads, self._n_worker, self._plan, self._layouts, memories)
        self._at_work.add(work)
        try:
            yield from work.run(groups.items())
        finally:
            work.end()
            self._at_work.discard(work)
            self.use += work.use
            self._memories = memories

    def _new_memories(self) -> list[Memory]:
        # One more than run: the caller has it while the others are filled.
        return [Memory() for _call in range(self._n_worker + 1)]

    def abandon(self) -> None:
        """End all that is running, soon."""
        for work in list(self._at_work):
            work.abandon()


def _layout_within(
    loaded: LoadedKernel[AdaptiveKernel], signature: Signature, largest: Signature
) -> LaneLayout:
    return make_layout(signature, loaded.numbers, loaded.sizes, within=largest)
