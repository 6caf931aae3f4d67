"""A compiled kernel of the adaptive integrator: cells as it takes them, and a call of it."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.simulators.lanes.adaptive_plan import AdaptivePlan
from pyneuronautofit.simulators.lanes.kernel import KernelBase, Stop, TreeArrays

FINISHED, DIVERGED, TOO_MANY_STEPS = 1, 2, 3
_NO_BLOCK_YET, _NO_BLOCK_MORE = -1, -2


class _Cells(ctypes.Structure):
    _fields_ = (
        ("n_cell", ctypes.c_int64),
        ("values", ctypes.c_void_p),
        ("cable", ctypes.c_void_p),
        ("voltage", ctypes.c_void_p),
        ("n_node", ctypes.c_void_p),
    )


class _Results(ctypes.Structure):
    _fields_ = (
        ("voltage", ctypes.c_void_p),
        ("status", ctypes.c_void_p),
        ("steps", ctypes.c_void_p),
        ("transient_steps", ctypes.c_void_p),
        ("lane_steps", ctypes.c_void_p),
    )


@dataclass(frozen=True)
class LaneUse:
    """What lanes were used for, in steps of single lanes.

    Attributes
    ----------
    all
        What there was.
    accepted
        What brought a cell forward.
    rejected
        What was too wrong, and was done again with shorter steps. The rest was idle.
    """

    all: int = 0
    accepted: int = 0
    rejected: int = 0

    def __add__(self, other: LaneUse) -> LaneUse:
        return LaneUse(
            self.all + other.all, self.accepted + other.accepted, self.rejected + other.rejected
        )


@dataclass(frozen=True)
class Packed:
    """Cells of one tree, packed for lanes.

    Attributes
    ----------
    n_cell
        How many.
    values : FloatArray, shape (n_pack, n_value, n_lane)
        What their kinds of nodes want to be given, kind after kind.
    cable : FloatArray, shape (n_pack, 3 * n_node, n_lane)
        Areas in um2, capacitances in nF, conductances to the parents in uS.
    voltage : FloatArray, shape (n_pack, n_node, n_lane), mV
        At the beginning.
    n_node : integer array, shape (n_cell,)
        How many nodes of the tree each cell has: the first ones. Largest cells come first.
    """

    n_cell: int
    values: FloatArray
    cable: FloatArray
    voltage: FloatArray
    n_node: Any


@dataclass(frozen=True)
class DoneBlock:
    """Cells of a call that are done.

    Attributes
    ----------
    first
        The place of the first among the voltages; the others follow it.
    cells : IntArray, shape (n_done,)
        Which they are.
    status : IntArray, shape (n_done, n_sweep)
        FINISHED, DIVERGED, TOO_MANY_STEPS, or 0 where a sweep was not wanted any more.
    steps : IntArray, shape (n_done,)
        Of all their sweeps and transients.
    """

    first: int
    cells: IntArray
    status: IntArray
    steps: IntArray


class OpenCall:
    """Cells that threads are at work on; whoever opens it closes it when all of them have left.

    Parameters
    ----------
    library
        The kernel's.
    tree
        That of the largest cell.
    plan
        What the cells go through.
    cells
        Their values.
    voltage_mV : FloatArray, shape (n_cell, n_sweep, n_sample), mV
        Where their voltages go; a cell gets its place when it is begun.
    per_block
        So many cells make a block.
    """

    def __init__(
        self,
        library: ctypes.CDLL,
        tree: TreeArrays,
        plan: AdaptivePlan,
        cells: Packed,
        voltage_mV: FloatArray,
        *,
        per_block: int,
    ) -> None:
        n_sweep = plan.experiment.n_sweep
        self._library = library
        self._n_cell, self._per_block = cells.n_cell, per_block
        self._status = np.zeros((cells.n_cell, n_sweep), dtype=np.int32)
        self._steps = np.zeros((cells.n_cell, n_sweep), dtype=np.int64)
        self._transient_steps = np.zeros((cells.n_cell, len(plan.holding_pA)), dtype=np.int64)
        self._lane_steps = np.zeros(3, dtype=np.int64)
        results = (voltage_mV, self._status, self._steps, self._transient_steps, self._lane_steps)
        given = (cells.values, cells.cable, cells.voltage, cells.n_node)
        # The kernel goes on to look at all this.
        self._kept = (
            tree,
            plan,
            cells,
            voltage_mV,
            tree.as_struct(),
            _Cells(cells.n_cell, *(array.ctypes.data for array in given)),
            _Results(*(array.ctypes.data for array in results)),
        )
        shape, of_cells, of_results = self._kept[-3:]
        self._call = ctypes.c_void_p(
            library.kernel_open(
                ctypes.byref(shape),
                ctypes.byref(plan.protocol),
                ctypes.byref(of_cells),
                ctypes.byref(of_results),
                ctypes.c_int64(per_block),
            )
        )

    def work(self, stop: Stop) -> None:
        """Simulate, side by side with other threads that do, until nothing is left to begin."""
        self._library.kernel_work(self._call, stop.as_pointer())

    def next_block(self, stop: Stop) -> DoneBlock | None:
        """Wait for cells that are done and return them; None: there are no more.

        Ends with None, soon, when `stop` is set.
        """
        while True:
            # It comes back now and then, so that Python hears of signals.
            block = self._library.kernel_next_block(self._call, stop.as_pointer())
            if block == _NO_BLOCK_MORE or (block == _NO_BLOCK_YET and stop.is_set):
                return None
            if block != _NO_BLOCK_YET:
                return self._block(block * self._per_block)

    def _block(self, first: int) -> DoneBlock:
        places = range(first, min(first + self._per_block, self._n_cell))
        at = self._library.kernel_cell_at
        cells = np.array([at(self._call, ctypes.c_int64(place)) for place in places])
        steps = self._steps[cells].sum(axis=1) + self._transient_steps[cells].sum(axis=1)
        return DoneBlock(first, cells, self._status[cells].astype(np.int64), steps)

    @property
    def use(self) -> LaneUse:
        """Of the lanes, when all threads have left."""
        return LaneUse(*self._lane_steps.tolist())

    def close(self) -> None:
        """Let go of what the kernel holds; no thread may be at work."""
        self._library.kernel_close(self._call)
        self._call = ctypes.c_void_p()


class AdaptiveKernel(KernelBase):
    """The functions of an adaptive kernel library."""

    target = "adaptive"

    def __init__(self, library: Path) -> None:
        super().__init__(library)
        self._library.kernel_open.restype = ctypes.c_void_p
        self._library.kernel_next_block.restype = ctypes.c_int64
        self._library.kernel_cell_at.restype = ctypes.c_int64

    def open(
        self,
        tree: TreeArrays,
        plan: AdaptivePlan,
        cells: Packed,
        voltage_mV: FloatArray,
        *,
        per_block: int,
    ) -> OpenCall:
        """Prepare to simulate all sweeps of cells; parameters as of `OpenCall`."""
        return OpenCall(self._library, tree, plan, cells, voltage_mV, per_block=per_block)
