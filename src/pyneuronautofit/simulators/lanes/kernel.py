"""A compiled kernel: loaded, called with arrays, without Python's lock."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.codegen.compile import KernelBuildError
from pyneuronautofit.codegen.targets import TargetName


class _Tree(ctypes.Structure):
    """What driver.hpp calls Tree."""

    _fields_ = (
        ("n_node", ctypes.c_int32),
        ("parent", ctypes.c_void_p),
        ("kind", ctypes.c_void_p),
    )


@dataclass(frozen=True)
class TreeArrays:
    """The tree of a lane group, as the kernel takes it.

    Attributes
    ----------
    parent, kind : integer arrays, shape (n_node,)
        Parents before their children; the kernel's number of a node's kind, or -1.
    """

    parent: Any
    kind: Any

    def as_struct(self) -> _Tree:
        """Return it as C sees it; the arrays have to outlive it."""
        return _Tree(len(self.parent), self.parent.ctypes.data, self.kind.ctypes.data)


@dataclass(frozen=True)
class LaneGroup:
    """Cells of one tree, a lane each.

    Attributes
    ----------
    tree
        Their tree.
    values : FloatArray, shape (n_value, n_lane)
        What their kinds of nodes want to be given, kind after kind.
    cable : FloatArray, shape (3 * n_node, n_lane)
        Areas in um2, capacitances in nF, conductances to the parents in uS.
    voltage : FloatArray, shape (n_node, n_lane), mV
        At the beginning.
    """

    tree: TreeArrays
    values: FloatArray
    cable: FloatArray
    voltage: FloatArray


class Stop:
    """Ends kernels that are running in other threads; what they return then is worth nothing."""

    def __init__(self) -> None:
        self._flag = ctypes.c_int32(0)

    def set(self) -> None:
        """Let every kernel that was given this end soon, also those that are yet to begin."""
        self._flag.value = 1

    @property
    def is_set(self) -> bool:
        """Whether everything is to end."""
        return self._flag.value != 0

    def as_pointer(self) -> Any:
        """Return where a kernel looks."""
        return ctypes.byref(self._flag)


class KernelBase:
    """A kernel library: how many lanes it has, and of what.

    Parameters
    ----------
    library
        What `compile_kernel` made of a source that was generated for `target`.

    Raises
    ------
    KernelBuildError
        If it cannot be loaded: one that was compiled on another computer needs its libraries.
    """

    target: ClassVar[TargetName]

    def __init__(self, library: Path) -> None:
        try:
            self._library = ctypes.CDLL(str(library))
        except OSError as error:
            raise KernelBuildError(
                f"the compiled kernel of the batch simulator cannot be loaded: {error}. Delete "
                f"{library}: it is compiled again where there is a compiler."
            ) from error
        self.n_lane: int = self._library.kernel_lanes()
        single = self._library.kernel_real_bytes() == 4
        self.dtype: np.dtype[Any] = np.dtype(np.float32 if single else np.float64)

    def aligned(self, array: FloatArray) -> FloatArray:
        """Return an array (n, n_lane) in the kernel's number format, where vectors may lie."""
        width = self.n_lane * self.dtype.itemsize
        memory = np.empty(array.size * self.dtype.itemsize + width, dtype=np.uint8)
        offset = -memory.ctypes.data % width
        end = offset + array.size * self.dtype.itemsize
        made: FloatArray = memory[offset:end].view(self.dtype).reshape(array.shape)
        made[...] = array
        return made

    def constant(self, value: float) -> FloatArray:
        """Return a number for all lanes."""
        return self.aligned(np.full(self.n_lane, value))


class Kernel(KernelBase):
    """The functions of a kernel library of the fixed step."""

    target = "fixed"

    def __init__(self, library: Path) -> None:
        super().__init__(library)
        self._library.kernel_state_size.restype = ctypes.c_int64

    def settle(
        self, group: LaneGroup, holding_nA: FloatArray, dt_ms: float, n_step: int, stop: Stop
    ) -> FloatArray:
        """Simulate some steps up to t = 0 at constant currents.

        Parameters
        ----------
        group
            The cells.
        holding_nA : FloatArray, shape (n_lane,), nA
        dt_ms
            The time step.
        n_step
            How many.
        stop
            Ends it.

        Returns
        -------
        FloatArray, shape (n_state, n_lane)
            The state of every lane afterwards.
        """
        tree = group.tree.as_struct()
        size = self._library.kernel_state_size(ctypes.byref(tree))
        state = self.aligned(np.zeros((size, self.n_lane)))
        holding = self.aligned(holding_nA)
        start, step = self.constant(-n_step * dt_ms), self.constant(dt_ms)
        self._library.kernel_settle(
            ctypes.byref(tree),
            address(group.values),
            address(group.cable),
            address(group.voltage),
            address(step),
            address(start),
            address(holding),
            ctypes.c_int64(n_step),
            address(state),
            stop.as_pointer(),
        )
        return state

    def respond(
        self,
        group: LaneGroup,
        state: FloatArray,
        current_nA: Sequence[FloatArray],
        voltage_mV: Sequence[FloatArray],
        *,
        dt_ms: float,
        substeps: int,
        stop: Stop,
    ) -> None:
        """Simulate a sweep from t = 0 on in every lane.

        Parameters
        ----------
        group
            The cells.
        state : FloatArray, shape (n_state, n_lane)
            Of every lane at t = 0.
        current_nA
            The currents of every lane, each FloatArray, shape (n_sample,), nA.
        voltage_mV
            Where the voltages of every lane go, each FloatArray, shape (n_sample,), mV.
        dt_ms
            The time step.
        substeps
            Time steps in a sample.
        stop
            Ends it.
        """
        tree = group.tree.as_struct()
        currents = (ctypes.c_void_p * self.n_lane)(*(c.ctypes.data for c in current_nA))
        voltages = (ctypes.c_void_p * self.n_lane)(*(v.ctypes.data for v in voltage_mV))
        step = self.constant(dt_ms)
        self._library.kernel_respond(
            ctypes.byref(tree),
            address(group.values),
            address(group.cable),
            address(state),
            address(step),
            currents,
            ctypes.c_int64(len(current_nA[0])),
            ctypes.c_int32(substeps),
            voltages,
            stop.as_pointer(),
        )


def address(array: FloatArray) -> ctypes.c_void_p:
    """Return where an array lies, as C takes it."""
    return ctypes.c_void_p(array.ctypes.data)
