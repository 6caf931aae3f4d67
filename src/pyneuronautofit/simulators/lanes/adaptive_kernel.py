"""A compiled kernel of the adaptive integrator: what it takes and gives, as C sees it."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.integrators import Adaptive
from pyneuronautofit.simulators.lanes.kernel import KernelBase, Stop, TreeArrays
from pyneuronautofit.simulators.lanes.stimulus import SweepCurrent, sweep_current
from pyneuronautofit.units import PA_PER_NA

# Bounds of a step, and the first one after an edge, ms (design: measured, not critical).
_LEAST_MS, _MOST_MS, _FIRST_MS = 0.005, 5.0, 0.05
# A cell that fires 200 times a second takes 40: what needs more than this all the time is given up.
_MOST_STEPS_PER_MS = 50.0
# A cell that takes more in its transient is simulated anew, as a stiff one: at the usual tolerance,
# else as many more as a step of third order takes.
_STIFF_STEPS_PER_MS, _USUAL_TOLERANCE_MV = 0.5, 0.003
_MOST_STEPS_OF_ANY, _MOST_BEFORE_STIFF = 2000, 100
# Ticks of a whole simulation that the narrower lanes can count.
_MOST_TICKS = 2**30
_TICKS_PER_SAMPLE = 2048
_LONGEST_TICK_MS = 0.25 * _LEAST_MS

FINISHED, DIVERGED, TOO_MANY_STEPS = 1, 2, 3


class _Sweep(ctypes.Structure):
    _fields_ = (
        ("n_segment", ctypes.c_int64),
        ("end_tick", ctypes.c_void_p),
        ("level_nA", ctypes.c_void_p),
        ("current_nA", ctypes.c_void_p),
        ("charge", ctypes.c_void_p),
        ("jump", ctypes.c_void_p),
        ("holding", ctypes.c_int32),
        ("continues", ctypes.c_int32),
    )


class _Protocol(ctypes.Structure):
    _fields_ = (
        ("n_sample", ctypes.c_int64),
        ("transient_ticks", ctypes.c_int64),
        ("transient_limit", ctypes.c_int64),
        ("sweep_limit", ctypes.c_int64),
        ("stiff_limit", ctypes.c_int64),
        ("tick_ms", ctypes.c_double),
        ("tolerance_mV", ctypes.c_double),
        ("least_ms", ctypes.c_double),
        ("most_ms", ctypes.c_double),
        ("first_ms", ctypes.c_double),
        ("points", ctypes.c_int32),
        ("point_shift", ctypes.c_int32),
        ("n_holding", ctypes.c_int32),
        ("n_sweep", ctypes.c_int32),
        ("holding_nA", ctypes.c_void_p),
        ("sweeps", ctypes.c_void_p),
    )


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
class KernelCourse:
    """How the cells of a call went.

    Attributes
    ----------
    status : IntArray, shape (n_cell, n_sweep)
        FINISHED, DIVERGED, TOO_MANY_STEPS, or 0 where a sweep was not wanted any more.
    gave_up : BoolArray, shape (n_cell,)
        Cells that took too many steps in a transient.
    steps : IntArray, shape (n_cell,)
        Steps of every cell, all its sweeps and transients.
    use
        Of the lanes.
    """

    status: IntArray
    gave_up: BoolArray
    steps: IntArray
    use: LaneUse


class AdaptivePlan:
    """An experiment as adaptive kernels take it.

    Parameters
    ----------
    experiment
        What is simulated; its clock says at which points the voltage is looked at.
    adaptive
        The tolerance.

    Raises
    ------
    UsageError
        If a sweep is so long that the ticks do not suffice.
    """

    def __init__(self, experiment: Experiment, adaptive: Adaptive) -> None:
        self.experiment = experiment
        clock = experiment.clock
        duration_ms = max(experiment.n_sample * clock.step_ms, experiment.transient_ms)
        shift = _point_shift(clock.substeps, clock.step_ms, duration_ms)
        ticks = clock.substeps << shift
        tick_ms = clock.step_ms / ticks
        transient_ticks = max(round(experiment.transient_ms / tick_ms), 1)
        self.holding_pA = np.unique(experiment.holding_pA)
        end_tick = max((experiment.n_sample * clock.substeps - 1) << shift, 1)
        self._currents = [
            sweep_current(samples / PA_PER_NA, holding / PA_PER_NA, clock.step_ms, ticks, end_tick)
            for samples, holding in zip(experiment.current_pA, experiment.holding_pA, strict=True)
        ]
        places = np.searchsorted(self.holding_pA, experiment.holding_pA).tolist()
        self._sweeps = (_Sweep * experiment.n_sweep)(
            *(_as_sweep(current, place) for current, place in zip(self._currents, places))
        )
        self._holding_nA = np.ascontiguousarray(self.holding_pA / PA_PER_NA)
        stiff_per_ms = _STIFF_STEPS_PER_MS * math.cbrt(_USUAL_TOLERANCE_MV / adaptive.tolerance_mV)
        self.protocol = _Protocol(
            experiment.n_sample,
            transient_ticks,
            _limit(transient_ticks * tick_ms, _MOST_STEPS_PER_MS, _MOST_STEPS_OF_ANY),
            _limit(experiment.n_sample * clock.step_ms, _MOST_STEPS_PER_MS, _MOST_STEPS_OF_ANY),
            _limit(transient_ticks * tick_ms, stiff_per_ms, _MOST_BEFORE_STIFF),
            tick_ms,
            adaptive.tolerance_mV,
            _LEAST_MS,
            _MOST_MS,
            _FIRST_MS,
            clock.substeps,
            shift,
            len(self.holding_pA),
            experiment.n_sweep,
            self._holding_nA.ctypes.data,
            ctypes.addressof(self._sweeps),
        )


def _as_sweep(current: SweepCurrent, holding: int) -> _Sweep:
    arrays = [getattr(current, field.name) for field in fields(current)[:5]]
    return _Sweep(
        len(current.end_tick),
        *(array.ctypes.data for array in arrays),
        holding,
        int(current.continues),
    )


def _limit(duration_ms: float, steps_per_ms: float, at_least: int) -> int:
    return max(math.ceil(duration_ms * steps_per_ms), at_least)


def _point_shift(points: int, step_ms: float, duration_ms: float) -> int:
    """Return log2 of the ticks between two points: as many as can be counted, up to a bound."""
    shift = max(int(math.log2(_TICKS_PER_SAMPLE / points)), 1)
    while shift > 1 and duration_ms / step_ms * (points << shift) > _MOST_TICKS:
        shift -= 1
    tick_ms = step_ms / (points << shift)
    if tick_ms > _LONGEST_TICK_MS:
        raise UsageError(
            f"sweeps of {duration_ms:g} ms are too long for the adaptive integrator (ticks of "
            f"{tick_ms:g} ms, at most {_LONGEST_TICK_MS:g}). Use --integrator fixed"
        )
    return shift


class AdaptiveKernel(KernelBase):
    """The functions of an adaptive kernel library."""

    target = "adaptive"

    def run(
        self,
        tree: TreeArrays,
        plan: AdaptivePlan,
        cells: Packed,
        voltage_mV: Sequence[Sequence[FloatArray]],
        stop: Stop,
        *,
        stiff: bool,
    ) -> KernelCourse:
        """Simulate all sweeps of cells.

        Parameters
        ----------
        tree
            Theirs.
        plan
            What they go through.
        cells
            Their values.
        voltage_mV
            Of every cell and sweep where the voltage goes, FloatArray, shape (n_sample,), mV.
        stop
            Ends it.
        stiff
            Take gates that follow the voltage at once for what they are. Else cells whose
            transient takes many steps are given up: simulate them anew as stiff ones.
        """
        n_sweep = plan.experiment.n_sweep
        places = [sweep.ctypes.data for cell in voltage_mV for sweep in cell]
        targets = (ctypes.c_void_p * len(places))(*places)
        status = np.zeros((cells.n_cell, n_sweep), dtype=np.int32)
        steps = np.zeros((cells.n_cell, n_sweep), dtype=np.int64)
        transient_steps = np.zeros((cells.n_cell, len(plan.holding_pA)), dtype=np.int64)
        lane_steps = np.zeros(3, dtype=np.int64)
        results = _Results(
            ctypes.addressof(targets),
            *(a.ctypes.data for a in (status, steps, transient_steps, lane_steps)),
        )
        given = _Cells(
            cells.n_cell,
            *(a.ctypes.data for a in (cells.values, cells.cable, cells.voltage, cells.n_node)),
        )
        shape = tree.as_struct()
        self._library.kernel_run(
            ctypes.byref(shape),
            ctypes.byref(plan.protocol),
            ctypes.byref(given),
            ctypes.byref(results),
            ctypes.c_int32(stiff),
            stop.as_pointer(),
        )
        total = steps.sum(axis=1) + transient_steps.sum(axis=1)
        protocol = plan.protocol
        limit = protocol.transient_limit if stiff else protocol.stiff_limit
        gave_up = (transient_steps > limit).any(axis=1)
        return KernelCourse(status.astype(np.int64), gave_up, total, LaneUse(*lane_steps.tolist()))
