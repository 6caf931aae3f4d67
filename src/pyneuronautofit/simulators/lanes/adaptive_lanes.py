"""Running cells with adaptive steps: one call of a kernel for all the sweeps of many cells.

The threads of a call have one queue: a lane that is done takes the next job, whosever thread it is
of, so lanes are empty at the end of a call alone. Cells are handed on as they are done, while the
others are simulated. Cells of different signatures share a call where one tree is the beginning of
the other.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.simulators._base import RunStatus, TraceBlock, Traces
from pyneuronautofit.simulators.cells.image import Signature
from pyneuronautofit.simulators.lanes.adaptive_kernel import (
    FINISHED,
    TOO_MANY_STEPS,
    AdaptiveKernel,
    DoneBlock,
    LaneUse,
    OpenCall,
    Packed,
)
from pyneuronautofit.simulators.lanes.adaptive_plan import AdaptivePlan
from pyneuronautofit.simulators.lanes.kernel import Stop
from pyneuronautofit.simulators.lanes.lanes import Cell, is_sound
from pyneuronautofit.simulators.lanes.library import LoadedKernel
from pyneuronautofit.simulators.lanes.packing import LaneLayout, begins, pack_all

# Voltages of one call. Where all threads are at work on one, two are in memory.
_CALL_BYTES = 192 * 1024**2
# A call's cells are handed on in about so many blocks, which are not smaller than that.
_BLOCKS, _FEWEST_IN_BLOCK = 8, 8

#: Returns the layout of a signature within that of the largest cell of a call.
Layouts = Callable[[LoadedKernel[AdaptiveKernel], Signature, Signature], LaneLayout]


class Memory:
    """Memory for the voltages of one call after the other.

    A fresh array costs as much time as half of the simulation that fills it: the system clears it.
    """

    def __init__(self) -> None:
        self._memory = np.empty(0)

    @property
    def size(self) -> int:
        """For how many numbers there is room."""
        return self._memory.size

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
    cells
        Which, the largest first; the others' signatures are the beginnings of its.
    n_thread
        How many threads there is something to do for.
    """

    loaded: LoadedKernel[AdaptiveKernel]
    cells: Sequence[Cell]
    n_thread: int


@dataclass
class _Begun:
    """A call that has been opened."""

    call: LaneCall
    opened: OpenCall
    memory: Memory
    voltage_mV: FloatArray
    futures: list[Future[None]]
    began: float = field(default_factory=time.monotonic)
    n_step: int = 0

    def seconds(self, steps: IntArray) -> FloatArray:
        """Return about how long a thread was at work on cells, s, from their steps."""
        self.n_step += int(steps.sum())
        so_far = (time.monotonic() - self.began) * len(self.futures)
        return np.asarray(so_far * steps / max(self.n_step, 1))


class AdaptiveWork:
    """What one caller has running on threads.

    Parameters
    ----------
    threads
        They may have other callers.
    n_thread
        How many there are.
    plan
        What cells go through.
    layouts
        Plans arrays, and keeps them.
    memories
        Where voltages may go: one for every call that runs, or waits for the caller, at a time.
    """

    def __init__(
        self,
        threads: ThreadPoolExecutor,
        n_thread: int,
        plan: AdaptivePlan,
        layouts: Layouts,
        memories: Sequence[Memory],
    ) -> None:
        self._threads = threads
        self._n_thread = n_thread
        self._plan = plan
        self._layouts = layouts
        self._free = list(memories)
        self._stop = Stop()
        self._running: deque[_Begun] = deque()
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
        waiting = deque(call for group in cells for call in self._calls(*group))
        while waiting or self._running:
            while waiting and self._has_room():
                self._running.append(self._start(waiting.popleft()))
            yield from self._blocks(self._running[0])
            self._close(self._running.popleft())

    def abandon(self) -> None:
        """End all that is running, soon; nothing that is still to come is worth anything."""
        self._stop.set()

    def end(self) -> None:
        """End all that is running, and wait until it has ended; nothing is lost if all is done."""
        self.abandon()
        while self._running:
            self._close(self._running.popleft())

    def _has_room(self) -> bool:
        """Tell whether another call may be opened: there is one that no thread has come to yet."""
        wanted = sum(len(running.futures) for running in self._running)
        return bool(self._free) and wanted <= self._n_thread

    def _start(self, call: LaneCall) -> _Begun:
        # The largest: so most of them stay small.
        memory = self._free.pop(max(range(len(self._free)), key=lambda k: self._free[k].size))
        experiment, cells, kernel = self._plan.experiment, call.cells, call.loaded.kernel
        largest = cells[0].image.signature
        layouts = {
            signature: self._layouts(call.loaded, signature, largest)
            for signature in {cell.image.signature for cell in cells}
        }
        fitted = [(layouts[cell.image.signature], cell.image) for cell in cells]
        n_node = np.array([len(cell.image.signature.parents) for cell in cells], dtype=np.int32)
        packed = Packed(len(cells), *pack_all(kernel, fitted), n_node)
        voltage_mV = memory.array((len(cells), experiment.n_sweep, experiment.n_sample))
        per_block = max(math.ceil(len(cells) / _BLOCKS), _FEWEST_IN_BLOCK)
        opened = kernel.open(fitted[0][0].tree, self._plan, packed, voltage_mV, per_block=per_block)
        futures = [self._threads.submit(opened.work, self._stop) for _k in range(call.n_thread)]
        return _Begun(call, opened, memory, voltage_mV, futures)

    def _blocks(self, running: _Begun) -> Iterator[TraceBlock]:
        while (done := running.opened.next_block(self._stop)) is not None:
            cells = [running.call.cells[number] for number in done.cells.tolist()]
            voltage_mV = running.voltage_mV[done.first : done.first + len(cells)]
            yield _block(cells, voltage_mV, done, running.seconds(done.steps))

    def _close(self, running: _Begun) -> None:
        for future in running.futures:
            # One that has not begun finds nothing to do any more.
            future.cancel()
        wait(running.futures)
        self.use += running.opened.use
        running.opened.close()
        self._free.append(running.memory)

    def _calls(self, loaded: LoadedKernel[AdaptiveKernel], cells: Sequence[Cell]) -> list[LaneCall]:
        """Cut cells into calls of about the same size and mixture, as few as memory allows."""
        experiment = self._plan.experiment
        fitting = max(_CALL_BYTES // (experiment.n_sweep * experiment.n_sample * 8), 1)
        calls = []
        for family in _families(cells):
            n_call = math.ceil(len(family) / fitting)
            for part in (family[k::n_call] for k in range(n_call)):
                filled = math.ceil(len(part) * experiment.n_sweep / loaded.kernel.n_lane)
                calls.append(LaneCall(loaded, part, min(filled, self._n_thread)))
        return calls


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


def _block(
    cells: Sequence[Cell], voltage_mV: FloatArray, done: DoneBlock, seconds: FloatArray
) -> TraceBlock:
    status = []
    for sweeps, of_cell in zip(done.status.tolist(), voltage_mV, strict=True):
        found = _status(sweeps, of_cell)
        status.append(found)
        if found is not RunStatus.OK:
            of_cell[...] = np.nan
    messages = tuple("" if found is RunStatus.OK else found.value for found in status)
    candidates = np.array([cell.candidate for cell in cells], dtype=np.int64)
    return TraceBlock(candidates, Traces(voltage_mV, tuple(status), messages, seconds))


def _status(sweeps: Sequence[int], voltage_mV: FloatArray) -> RunStatus:
    """Return how a cell went; which of several failures it is does not depend on their order."""
    if TOO_MANY_STEPS in sweeps:
        return RunStatus.TOO_MANY_STEPS
    if any(sweep != FINISHED for sweep in sweeps):
        return RunStatus.DIVERGED
    return RunStatus.OK if is_sound(voltage_mV) else RunStatus.DIVERGED
