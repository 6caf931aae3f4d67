"""What becomes of one model in lanes: current steps, a long rest.

The numbers of steps are those that NEURON takes when `NeuronProbe` asks it for the same.
"""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.probes.batch.lanes import CellState, Clamp, Reply, Request
from pyneuronautofit.probes.batch.reader import ModelImage
from pyneuronautofit.probes.batch.scheduler import Course
from pyneuronautofit.probes.tests import Rest, RestTest, StepTest, StepTraces
from pyneuronautofit.simulators.lanes.lanes import is_sound
from pyneuronautofit.units import PA_PER_NA

_SOMA = 0  # the node of soma(0.5)
# At rest nothing changes by more than this, of its size, in a second: as `NeuronProbe` has it.
_SAME = 1e-9
_LOOK_EVERY_MS = 1000.0
# Time between requests of a cell that is watched: others may want the lane.
_TURN_MS = 1000.0


def steps_in(duration_ms: float, dt_ms: float) -> int:
    """Return the number of time steps in a duration, as NEURON rounds it."""
    # A millionth of a step is no difference.
    return max(math.floor(duration_ms / dt_ms + 0.5 + 1e-6), 0)


def clamp_steps(test: StepTest) -> tuple[int, int]:
    """Return the first step with current, and the first without it after that."""
    # NEURON asks in the middle of a step, to where its clock has come in halves of steps.
    middle_ms = np.add.accumulate(np.full(2 * test.n_sample, 0.5 * test.dt_ms))[::2]
    ends_ms = (test.onset_ms, test.onset_ms + test.duration_ms)
    on, off = (int(np.searchsorted(middle_ms, end_ms, side="left")) for end_ms in ends_ms)
    return on, off


def current_steps(cell: CellState, model: ModelImage, test: StepTest) -> Course:
    """Simulate current steps; return `StepTraces`, or None if a voltage is not sound.

    What comes before the onset is the same for all of them.
    """
    # Whether it fires is seen in the soma, also where that is none of the places.
    watched = model.watched if _SOMA in model.watched else (*model.watched, _SOMA)
    first_mV = (*model.watched_mV, cell.voltage_mV[_SOMA])[: len(watched)]
    soma = watched.index(_SOMA)
    # Memory that is not written to is none.
    voltage = np.empty((len(test.amplitudes_pA), len(watched), test.n_sample))
    n_before = max(test.n_onset - 1, 0)
    before = np.empty((len(watched), n_before))
    reply = yield from _watch(cell, watched, before)
    if not reply.sound:
        return None
    on, off = clamp_steps(test)
    start = reply.cell
    for number, amplitude_pA in enumerate(test.amplitudes_pA):
        trace = voltage[number]
        trace[:, 0] = first_mV
        trace[:, 1 : n_before + 1] = before
        clamp = Clamp(amplitude_pA / PA_PER_NA, on - n_before, off - n_before)
        reply = yield from _watch(start, watched, trace[:, n_before + 1 :], clamp)
        if not (reply.sound and is_sound(trace)):
            return None
        if rises(trace[soma, n_before:], test.until_mV):
            break
    voltage = voltage[: number + 1, : len(model.watched)]
    return StepTraces(test.amplitudes_pA[: number + 1], voltage)


def _watch(
    cell: CellState, watched: tuple[int, ...], voltage: FloatArray, clamp: Clamp | None = None
) -> Generator[Request, Reply, Reply]:
    """Let time pass and write the voltages of all steps, shape (n_place, n_step), mV."""
    made = np.empty(voltage.shape)
    reply = yield Request(cell, voltage.shape[1], clamp or Clamp(), watched, 1, made)
    voltage[...] = made
    return reply


def rises(voltage_mV: FloatArray, until_mV: float | None) -> bool:
    """Say whether a trace (n_sample,) rises above a voltage."""
    if until_mV is None:
        return False
    return bool(((voltage_mV[1:] > until_mV) & (voltage_mV[:-1] <= until_mV)).any())


def long_rest(cell: CellState, model: ModelImage, test: RestTest) -> Course:
    """Simulate a long rest; return `Rest`, or None if a voltage is not sound."""
    watch_from_ms = max(test.duration_ms - test.watched_ms, 0.0)
    n_look = steps_in(_LOOK_EVERY_MS, test.dt_ms)
    n_left = steps_in(watch_from_ms, test.dt_ms)
    before: FloatArray | None = None
    while n_left >= n_look:
        reply = yield Request(cell, n_look)
        n_left -= n_look
        if not reply.sound:
            return None
        cell = reply.cell
        now = cell.own
        if before is not None and _is_same(before, now):
            watched = np.full(round(test.watched_ms), cell.state[0])
            return Rest(_middles(cell, model), watched)
        before = now
    if n_left:
        reply = yield Request(cell, n_left)
        if not reply.sound:
            return None
        cell = reply.cell
    return (yield from _watched_rest(cell, model, test, watch_from_ms))


def _is_same(before: FloatArray, now: FloatArray) -> bool:
    size = np.maximum(np.abs(now), np.abs(before))
    return bool((np.abs(now - before) <= _SAME * size).all())


def _watched_rest(
    cell: CellState, model: ModelImage, test: RestTest, from_ms: float
) -> Generator[Request, Reply, Rest | None]:
    """Go on to the end, and return what it is like there."""
    first = steps_in(from_ms, test.dt_ms)
    times_ms = np.arange(from_ms, test.duration_ms) + 1.0
    ends = np.array([steps_in(t, test.dt_ms) for t in times_ms.tolist()]) - first
    n_step, n_turn = int(ends[-1]), steps_in(_TURN_MS, test.dt_ms)
    voltage = np.empty(n_step)
    for start in range(0, n_step, n_turn):
        part = np.empty((1, min(n_turn, n_step - start)))
        reply = yield Request(cell, part.shape[1], watched=(0,), every=1, voltage_mV=part)
        if not reply.sound:
            return None
        voltage[start : start + part.shape[1]] = part[0]
        cell = reply.cell
    return Rest(_middles(cell, model), voltage[ends - 1])


def _middles(cell: CellState, model: ModelImage) -> dict[str, float]:
    return {name: float(cell.state[node]) for name, node in model.middles.items()}
