"""A compiled kernel for probes: it takes a state, lets time pass, and gives a state."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.simulators.lanes.kernel import KernelBase, LaneGroup, Stop, address


class _Plan(ctypes.Structure):
    """What advance.hpp calls Plan."""

    _fields_ = (
        ("n_step", ctypes.c_int64),
        ("amplitude", ctypes.c_void_p),
        ("on", ctypes.c_void_p),
        ("off", ctypes.c_void_p),
        ("n_watched", ctypes.c_int32),
        ("every", ctypes.c_int32),
        ("watched", ctypes.c_void_p),
        ("voltage", ctypes.c_void_p),
        ("threshold", ctypes.c_double),
        ("crossed", ctypes.c_void_p),
    )


@dataclass(frozen=True)
class Passing:
    """What is done while time passes.

    Attributes
    ----------
    n_step
        Time steps.
    amplitude_nA : FloatArray, shape (n_lane,), nA
        A current of every lane's own.
    on, off : IntArray, shape (n_lane,)
        It flows from the step `on` to the one before `off`, the first being 0.
    watched : shape (n_watched,)
        Nodes whose voltages are wanted.
    every
        After so many steps each time; 0: never.
    voltage_mV
        Where they go: of every lane one array for each watched node, shape (n_step // every,), mV.
    threshold_mV
        It is noted when the voltage of node 0 rises above it; None: it is not.
    """

    n_step: int
    amplitude_nA: FloatArray
    on: IntArray
    off: IntArray
    watched: Sequence[int]
    every: int
    voltage_mV: Sequence[FloatArray]
    threshold_mV: float | None


class ProbeKernel(KernelBase):
    """The functions of a kernel library for probes."""

    target = "probe"

    def __init__(self, library: Path) -> None:
        super().__init__(library)
        self._library.kernel_state_size.restype = ctypes.c_int64

    def begin(self, group: LaneGroup, dt_ms: float) -> FloatArray:
        """Return the states at t = 0, shape (n_state, n_lane)."""
        tree = group.tree.as_struct()
        size = self._library.kernel_state_size(ctypes.byref(tree))
        state = self.aligned(np.zeros((size, self.n_lane)))
        step = self.constant(dt_ms)
        self._library.kernel_begin(
            ctypes.byref(tree),
            address(group.values),
            address(group.cable),
            address(group.voltage),
            address(step),
            address(state),
        )
        return state

    def receive(
        self,
        group: LaneGroup,
        state: FloatArray,
        time_ms: FloatArray,
        *,
        node: int,
        weight: FloatArray,
        dt_ms: float,
    ) -> None:
        """Let an event come to every lane, before its next step.

        Parameters
        ----------
        state : FloatArray, shape (n_state, n_lane)
            Changed.
        time_ms, weight : FloatArray, shape (n_lane,)
            The present time, and the event's weight.
        node
            Where the point process is.
        """
        tree = group.tree.as_struct()
        step, time, given = self.constant(dt_ms), self.aligned(time_ms), self.aligned(weight)
        self._library.kernel_receive(
            ctypes.byref(tree),
            address(group.values),
            address(group.cable),
            address(step),
            address(time),
            ctypes.c_int32(node),
            address(given),
            address(state),
        )

    def advance(
        self,
        group: LaneGroup,
        state: FloatArray,
        time_ms: FloatArray,
        passing: Passing,
        *,
        dt_ms: float,
        stop: Stop,
    ) -> tuple[FloatArray, IntArray]:
        """Let time pass in every lane.

        Parameters
        ----------
        state : FloatArray, shape (n_state, n_lane)
            Changed.
        time_ms : FloatArray, shape (n_lane,)
            The present time.

        Returns
        -------
        time_ms : FloatArray, shape (n_lane,)
        crossed : IntArray, shape (n_lane,)
            The step in which node 0 rose above the threshold; -1: it did not. If all
            have, the time ends with the last of them, and the states are good for nothing.
        """
        tree, step, time = group.tree.as_struct(), self.constant(dt_ms), self.aligned(time_ms)
        crossed = np.full(self.n_lane, -1, dtype=np.int64)
        watched = np.array(passing.watched, dtype=np.int32)
        voltages = (ctypes.c_void_p * max(len(passing.voltage_mV), 1))(
            *(v.ctypes.data for v in passing.voltage_mV)
        )
        noted = passing.threshold_mV is not None
        plan = _Plan(
            passing.n_step,
            passing.amplitude_nA.ctypes.data,
            passing.on.ctypes.data,
            passing.off.ctypes.data,
            len(watched),
            passing.every,
            watched.ctypes.data,
            ctypes.addressof(voltages),
            passing.threshold_mV if noted else 0.0,
            crossed.ctypes.data if noted else None,
        )
        self._library.kernel_advance(
            ctypes.byref(tree),
            address(group.values),
            address(group.cable),
            address(step),
            address(time),
            address(state),
            ctypes.byref(plan),
            stop.as_pointer(),
        )
        return np.array(time, dtype=np.float64), crossed
