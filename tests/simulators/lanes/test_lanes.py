"""Jobs in lanes: which cell goes where, and what becomes of it; with kernels made up here."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest

from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.cells.image import Cable, CellImage, Signature
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.lanes.kernel import Stop
from pyneuronautofit.simulators.lanes.lanes import (
    Cell,
    LaneRunner,
    LaneWork,
    SettleJob,
    SweepJob,
    batched,
    is_sound,
)
from pyneuronautofit.simulators.lanes.packing import make_layout

N_LANE, N_SAMPLE = 4, 5
SPOILT_IN_SWEEP_1 = 6.0
KIND = NodeKind(("pas",), ())
SIGNATURE = Signature((-1,), (0,), (KIND,))
CURRENT_PA = np.array([[10.0] * N_SAMPLE, [20.0] * N_SAMPLE, [-30.0] * N_SAMPLE])
HOLDING_PA = np.array([1.0, 2.0, 1.0])
EXPERIMENT = Experiment(CURRENT_PA, HOLDING_PA, Clock(0.1, 2), 35.0, transient_ms=3.0)


def cell(candidate, g=None):
    one = np.ones(1)
    value = float(candidate) if g is None else g
    return Cell(candidate, CellImage.of(SIGNATURE, Cable(one, one, 0 * one), one, one * value))


@dataclass(eq=False)
class FakeKernel:
    """A state is g and what was held; a response is g, the held current and that of the sweep."""

    n_lane: int = N_LANE
    settled: list = field(default_factory=list)
    waiting: threading.Event | None = None
    entered: threading.Event = field(default_factory=threading.Event)

    def aligned(self, array):
        return np.array(array)

    def settle(self, group, holding_nA, dt_ms, n_step, stop):
        assert (dt_ms, n_step) == (0.05, 60)
        assert group.values.shape == (1, N_LANE)
        self.settled.append(holding_nA.tolist())
        return np.stack([group.values[0], holding_nA])

    def respond(self, group, state, current_nA, voltage_mV, *, dt_ms, substeps, stop):
        assert (dt_ms, substeps) == (0.05, 2)
        self.entered.set()
        if self.waiting is not None:
            self.waiting.wait(10)
        for lane in range(N_LANE):
            g, held = state[:, lane]
            np.testing.assert_array_equal(g, group.values[0, lane])
            voltage_mV[lane][:] = g + 1000.0 * held + 10.0 * current_nA[lane]
            if g == SPOILT_IN_SWEEP_1 and current_nA[lane][0] == 0.02:
                voltage_mV[lane][-1] = np.nan


@pytest.fixture
def kernel():
    return FakeKernel()


@pytest.fixture
def runner(kernel):
    return LaneRunner(kernel, make_layout(SIGNATURE, {KIND: 0}, {KIND: 1}), EXPERIMENT)


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as made:
        yield made


def test_items_in_lists_of_a_size():
    assert list(batched([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(batched([], 2)) == []
    assert list(batched([1, 2], 2)) == [[1, 2]]


@pytest.mark.parametrize(
    ("voltage", "sound"),
    [
        ([-80.0, 40.0], True),
        ([-80.0, 9.9e4], True),
        ([-80.0, 1e5], False),
        ([-1e5, 0.0], False),
        ([np.nan, 0.0], False),
        ([0.0, np.inf], False),
        ([-np.inf, 0.0], False),
    ],
)
def test_what_a_cell_cannot_reach_is_not_sound(voltage, sound):
    assert is_sound(np.array(voltage)) is sound


def test_every_job_is_settled_in_a_lane_of_its_own(runner, kernel):
    jobs = [SettleJob(cell(1), 5.0), SettleJob(cell(2), -7.0)]
    states = runner.settle(jobs, Stop())
    np.testing.assert_allclose(states, [[1.0, 0.005], [2.0, -0.007]])
    # Free lanes repeat the last job; pA have become nA.
    np.testing.assert_allclose(kernel.settled, [[0.005, -0.007, -0.007, -0.007]])


def test_every_sweep_goes_to_its_own_place(runner):
    voltage = np.full((2, N_SAMPLE), np.nan)
    states = [np.array([3.0, 0.001]), np.array([4.0, 0.002])]
    jobs = [
        SweepJob(cell(3), 2, states[0], voltage[1]),
        SweepJob(cell(4), 1, states[1], voltage[0]),
    ]
    responses = runner.respond(jobs, Stop())
    np.testing.assert_allclose(voltage[1], 3.0 + 1.0 - 0.3)
    np.testing.assert_allclose(voltage[0], 4.0 + 2.0 + 0.2)
    assert responses.sound == [True, True]
    assert responses.seconds >= 0.0


# --- the work of one caller


def wanted(candidate):
    """Return the voltages of all sweeps of a candidate."""
    sweeps = candidate + HOLDING_PA + 10.0 * CURRENT_PA[:, 0] / 1000.0
    return np.repeat(sweeps[:, None], N_SAMPLE, axis=1)


def test_cells_are_settled_once_for_every_holding_current(runner, threads, kernel):
    work = LaneWork(threads, EXPERIMENT)
    states = work.settle({runner: [cell(k) for k in range(5)]})
    assert set(states) == {(k, pA) for k in range(5) for pA in (1.0, 2.0)}
    np.testing.assert_allclose(states[3, 2.0], [3.0, 0.002])
    # Ten jobs in groups of four lanes.
    assert len(kernel.settled) == 3


def test_a_chunk_has_the_voltages_of_its_cells(runner, threads):
    work = LaneWork(threads, EXPERIMENT)
    cells = [cell(7), cell(3), cell(5)]
    chunk = work.start(runner, cells, work.settle({runner: cells}))
    block = work.finish(chunk)
    assert block.candidates.tolist() == [7, 3, 5]
    np.testing.assert_allclose(block.traces.voltage_mV, [wanted(k) for k in (7, 3, 5)])
    assert block.traces.status == (RunStatus.OK,) * 3
    assert block.traces.messages == ("",) * 3
    assert (block.traces.seconds > 0.0).all()


def test_a_cell_with_one_sweep_that_is_not_sound_has_no_voltage(runner, threads):
    work = LaneWork(threads, EXPERIMENT)
    cells = [cell(1), cell(2, g=np.nan), cell(6, g=SPOILT_IN_SWEEP_1), cell(4)]
    block = work.finish(work.start(runner, cells, work.settle({runner: cells})))
    ok, diverged = RunStatus.OK, RunStatus.DIVERGED
    assert block.traces.status == (ok, diverged, diverged, ok)
    assert np.isnan(block.traces.voltage_mV[1:3]).all()
    np.testing.assert_allclose(block.traces.voltage_mV[[0, 3]], [wanted(1), wanted(4)])
    assert block.traces.messages == ("", diverged.value, diverged.value, "")


def test_what_is_abandoned_ends(runner, threads, kernel):
    work = LaneWork(threads, EXPERIMENT)
    cells = [cell(k) for k in range(30)]
    states = work.settle({runner: cells})
    kernel.waiting = threading.Event()
    chunk = work.start(runner, cells, states)
    assert kernel.entered.wait(10)
    work.abandon()
    assert any(future.cancelled() for future, _places in chunk.groups)
    ending = threading.Thread(target=work.end)
    ending.start()
    ending.join(0.1)
    assert ending.is_alive(), "it waits for what has begun"
    kernel.waiting.set()
    ending.join(10)
    assert all(future.done() for future, _places in chunk.groups)
    with pytest.raises(CancelledError):
        work.finish(chunk)


def test_threads_that_are_gone_are_as_if_it_had_been_cancelled(runner):
    threads = ThreadPoolExecutor(1)
    work = LaneWork(threads, EXPERIMENT)
    threads.shutdown()
    with pytest.raises(CancelledError):
        work.settle({runner: [cell(1)]})
