"""Running cells with adaptive steps: one call of a kernel for all the sweeps of some cells.

Inside a call a lane that is done takes the next job, so a call wants many cells; calls run side by
side on threads. Cells of different signatures share a call where one tree is the beginning of the
other. A cell that turns out to be stiff in its transient leaves its call, and is simulated anew
together with the others that did, by the slower code that takes longer steps.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.simulators._base import RunStatus, TraceBlock, Traces
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.lanes.adaptive_kernel import (
    FINISHED,
    TOO_MANY_STEPS,
    AdaptiveKernel,
    AdaptivePlan,
    KernelCourse,
    LaneUse,
    Packed,
)
from pyneuronautofit.simulators.lanes.kernel import Stop
from pyneuronautofit.simulators.lanes.lanes import Cell, is_sound
from pyneuronautofit.simulators.lanes.library import LoadedKernel
from pyneuronautofit.simulators.lanes.packing import begins, make_layout, pack_all

# Voltages of one call.
_CALL_BYTES = 96 * 1024**2
# Jobs of one lane in a call: with fewer, lanes are empty at its end for long.
_JOBS_PER_LANE = 24


class Memory:
    """Memory for the voltages of one call after the other.

    A fresh array costs as much time as half of the simulation that fills it: the system clears it.
    """

    def __init__(self) -> None:
        self._memory = np.empty(0)

    def array(self, shape: tuple[int, ...]) -> FloatArray:
        """Return an array; what was returned before is not to be used any more."""
        size = math.prod(shape)
        if self._memory.size < size:
            self._memory = np.empty(size)
        return self._memory[:size].reshape(shape)


@dataclass(frozen=True)
class LaneCall:
    """Cells that are simulated together.

    Attributes
    ----------
    loaded
        The kernel for all of them.
    signature
        Of the largest; the others' are its beginnings.
    cells
        Which.
    stiff
        Whether they have been found to be stiff.
    """

    loaded: LoadedKernel[AdaptiveKernel]
    signature: Signature
    cells: Sequence[Cell]
    stiff: bool


@dataclass(frozen=True)
class LaneAnswer:
    """What came of a call.

    Attributes
    ----------
    block
        The voltages of the cells that are done.
    stiff
        The cells that are not, and are to be simulated as stiff ones.
    use
        Of the lanes.
    """

    block: TraceBlock
    stiff: Sequence[Cell]
    use: LaneUse


class AdaptiveWork:
    """What one caller has running on threads.

    Parameters
    ----------
    threads
        They may have other callers.
    plan
        What cells go through.
    memories
        One for every call that may run, or wait for the caller, at a time.
    """

    def __init__(
        self, threads: ThreadPoolExecutor, plan: AdaptivePlan, memories: Sequence[Memory]
    ) -> None:
        self._threads = threads
        self._plan = plan
        self._free = list(memories)
        self._stop = Stop()
        self._running: dict[Future[LaneAnswer], Memory] = {}
        self.use = LaneUse()

    def run(
        self, cells: Iterable[tuple[LoadedKernel[AdaptiveKernel], Sequence[Cell]]]
    ) -> Iterator[TraceBlock]:
        """Simulate cells and yield them as they come.

        A block's voltages are the caller's until it asks for the next.

        Parameters
        ----------
        cells
            With the kernel that they need.
        """
        groups = list(cells)
        kernel_of = {cell.candidate: loaded for loaded, some in groups for cell in some}
        waiting = [call for group in groups for call in self._calls(*group, stiff=False)]
        stiff: dict[LoadedKernel[AdaptiveKernel], list[Cell]] = {}
        while waiting or stiff or self._running:
            if not waiting:
                waiting = [c for group in stiff.items() for c in self._calls(*group, stiff=True)]
                stiff = {}
            while waiting and self._free:
                self._start(waiting.pop(), self._free.pop())
            done, _running = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                answer = future.result()
                memory = self._running.pop(future)
                self.use += answer.use
                for cell in answer.stiff:
                    stiff.setdefault(kernel_of[cell.candidate], []).append(cell)
                if len(answer.block.candidates):
                    yield answer.block
                self._free.append(memory)

    def abandon(self) -> None:
        """End all that is running, soon; nothing that is still to come is worth anything."""
        self._stop.set()
        for future in list(self._running):
            future.cancel()

    def end(self) -> None:
        """End all that is running, and wait until it has ended; nothing is lost if all is done."""
        self.abandon()
        wait(self._running)

    def _start(self, call: LaneCall, memory: Memory) -> None:
        future = self._threads.submit(simulate, call, self._plan, memory, self._stop)
        self._running[future] = memory

    def _calls(
        self, loaded: LoadedKernel[AdaptiveKernel], cells: Sequence[Cell], *, stiff: bool
    ) -> list[LaneCall]:
        """Cut cells into calls of the same mixture; those that are likely to last come last."""
        experiment = self._plan.experiment
        fitting = max(_CALL_BYTES // (experiment.n_sweep * experiment.n_sample * 8), 1)
        wanted = math.ceil(_JOBS_PER_LANE * loaded.kernel.n_lane / experiment.n_sweep)
        calls = []
        for family in _families(cells):
            n_call = 1 if stiff else max(len(family) // wanted, 1)
            n_call = max(min(n_call, len(self._free)), math.ceil(len(family) / fitting))
            for part in (family[k::n_call] for k in range(n_call)):
                calls.append(LaneCall(loaded, part[0].image.signature, part, stiff))
        return sorted(calls, key=lambda call: len(call.cells))


def _families(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Sort cells into those that may share a call, large ones first."""
    families: list[list[Cell]] = []
    for cell in sorted(
        cells, key=lambda cell: (-len(cell.image.signature.parents), cell.candidate)
    ):
        signature = cell.image.signature
        for family in families:
            last = family[-1].image.signature
            if signature is last or begins(signature, last):
                family.append(cell)
                break
        else:
            families.append([cell])
    return families


def simulate(call: LaneCall, plan: AdaptivePlan, memory: Memory, stop: Stop) -> LaneAnswer:
    """Simulate all sweeps of the cells of a call; their voltages lie in `memory`."""
    began = time.monotonic()
    kernel, cells, experiment = call.loaded.kernel, call.cells, plan.experiment
    layouts = {
        signature: make_layout(
            signature, call.loaded.numbers, call.loaded.sizes, within=call.signature
        )
        for signature in {cell.image.signature for cell in cells}
    }
    fitted = [(layouts[cell.image.signature], cell.image) for cell in cells]
    n_node = np.array([len(cell.image.signature.parents) for cell in cells], dtype=np.int32)
    voltage = memory.array((len(cells), experiment.n_sweep, experiment.n_sample))
    course = kernel.run(
        fitted[0][0].tree,
        plan,
        Packed(len(cells), *pack_all(kernel, fitted), n_node),
        [list(rows) for rows in voltage],
        stop,
        stiff=call.stiff,
    )
    seconds = (time.monotonic() - began) * course.steps / max(course.steps.sum(), 1)
    left = course.gave_up & (not call.stiff)
    block = _block(cells, voltage, course, seconds, np.flatnonzero(~left).tolist())
    return LaneAnswer(block, [cells[place] for place in np.flatnonzero(left).tolist()], course.use)


def _block(
    cells: Sequence[Cell],
    voltage_mV: FloatArray,
    course: KernelCourse,
    seconds: FloatArray,
    places: Sequence[int],
) -> TraceBlock:
    status = []
    for place in places:
        found = _status(course.status[place].tolist(), voltage_mV[place])
        status.append(found)
        if found is not RunStatus.OK:
            voltage_mV[place] = np.nan
    messages = tuple("" if found is RunStatus.OK else found.value for found in status)
    # Most often all are done; then nothing is copied.
    kept = voltage_mV if len(places) == len(cells) else voltage_mV[places]
    candidates = np.array([cells[place].candidate for place in places], dtype=np.int64)
    return TraceBlock(candidates, Traces(kept, tuple(status), messages, seconds[places]))


def _status(sweeps: Sequence[int], voltage_mV: FloatArray) -> RunStatus:
    """Return how a cell went; which of several failures it is does not depend on their order."""
    if TOO_MANY_STEPS in sweeps:
        return RunStatus.TOO_MANY_STEPS
    if any(sweep != FINISHED for sweep in sweeps):
        return RunStatus.DIVERGED
    return RunStatus.OK if is_sound(voltage_mV) else RunStatus.DIVERGED
