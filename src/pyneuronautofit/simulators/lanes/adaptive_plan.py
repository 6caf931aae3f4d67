"""An experiment as adaptive kernels take it: ticks, currents between edges, limits."""

from __future__ import annotations

import ctypes
import math
from dataclasses import fields

import numpy as np

from pyneuronautofit.errors import UsageError
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.integrators import Adaptive
from pyneuronautofit.simulators.lanes.stimulus import SweepCurrent, sweep_current
from pyneuronautofit.units import PA_PER_NA

# Bounds of a step, and the first one after an edge, ms (design: measured, not critical). With steps
# of 20 ms a fit is 7 % faster, and voltages that drift slowly are twice as wrong.
_LEAST_MS, _MOST_MS, _FIRST_MS = 0.005, 5.0, 0.05
# A cell that fires 200 times a second takes 40: what needs more than this all the time is given up.
_MOST_STEPS_PER_MS = 50.0
# .. and what has taken more than that beyond an allowance is given up there and then.
_MOST_STEPS_OF_ANY, _ALLOWANCE = 2000, 5000
# What takes more steps than these, at first and per ms, fires all the time: in a transient 25 times
# a second, in a sweep 100 times. It goes on with a looser tolerance, with which it is still as near
# to the truth as NEURON's fixed step is. The numbers are those of the usual tolerance.
_TRANSIENT_EXACT, _SWEEP_EXACT, _USUAL_MV = (2000, 5.0), (3000, 20.0), 0.003
# Steps are then twice as long: an error grows with the third power.
_LOOSER = 8.0
# Ticks of a whole simulation that the narrower lanes can count.
_MOST_TICKS = 2**30
_TICKS_PER_SAMPLE = 2048
_LONGEST_TICK_MS = 0.25 * _LEAST_MS


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


class _Pace(ctypes.Structure):
    _fields_ = (("at_first", ctypes.c_int64), ("per_ms", ctypes.c_double))


class _Protocol(ctypes.Structure):
    _fields_ = (
        ("n_sample", ctypes.c_int64),
        ("transient_ticks", ctypes.c_int64),
        ("transient_limit", ctypes.c_int64),
        ("sweep_limit", ctypes.c_int64),
        ("most", _Pace),
        ("transient_exact", _Pace),
        ("sweep_exact", _Pace),
        ("tick_ms", ctypes.c_double),
        ("tolerance_mV", ctypes.c_double),
        ("loose_tolerance_mV", ctypes.c_double),
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
        self.protocol = _Protocol(
            experiment.n_sample,
            transient_ticks,
            _limit(transient_ticks * tick_ms),
            _limit(experiment.n_sample * clock.step_ms),
            _Pace(_ALLOWANCE, _MOST_STEPS_PER_MS),
            _exact_pace(*_TRANSIENT_EXACT, adaptive.tolerance_mV),
            _exact_pace(*_SWEEP_EXACT, adaptive.tolerance_mV),
            tick_ms,
            adaptive.tolerance_mV,
            adaptive.tolerance_mV * _LOOSER,
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


def _limit(duration_ms: float) -> int:
    """Return how many steps a simulation of this length may take in all."""
    return max(math.ceil(duration_ms * _MOST_STEPS_PER_MS), _MOST_STEPS_OF_ANY)


def _exact_pace(at_first: int, per_ms: float, tolerance_mV: float) -> _Pace:
    """Return the steps that a job may take with a tolerance before it is loosened."""
    more = (_USUAL_MV / tolerance_mV) ** (1 / 3)
    return _Pace(math.ceil(at_first * more), per_ms * more)


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
