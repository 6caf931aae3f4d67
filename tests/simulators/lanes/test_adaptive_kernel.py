"""Calls of an adaptive kernel, with a leak written by hand: who is done when, and how it went."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pyneuronautofit.codegen.compile import compile_kernel
from pyneuronautofit.simulators import Adaptive
from pyneuronautofit.simulators.experiment import Clock, Experiment
from pyneuronautofit.simulators.lanes import adaptive_plan
from pyneuronautofit.simulators.lanes.adaptive_kernel import (
    DIVERGED,
    FINISHED,
    TOO_MANY_STEPS,
    AdaptiveKernel,
    LaneUse,
    Packed,
)
from pyneuronautofit.simulators.lanes.adaptive_plan import AdaptivePlan
from pyneuronautofit.simulators.lanes.kernel import Stop, TreeArrays

# A leak, and a current that comes and goes so fast that it takes short steps: from some time on,
# and above some voltage.
SOURCE = """\
#include "adaptive/adaptive.hpp"
using lanes::V;
struct Leak {
    static constexpr int n_raw = 6, n_par = 6, n_com = 0, n_state = 0, n_past = 0;
    static void prepare(const V *raw, V *par, V *) {
        for (int i = 0; i < n_raw; i++) par[i] = raw[i];
    }
    static void first(const V *, V *) {}
    static void membrane(const V *par, const V *, const V *, V v, V t, V &current, V &slope) {
        V shaken{};
        for (int l = 0; l < lanes::W; l++)
            if (t[l] >= par[3][l] && v[l] >= par[5][l])
                shaken[l] = lanes::real(std::sin(double(par[4][l]) * double(t[l])));
        current = par[0] * (v - par[1]) + par[2] * shaken;
        slope = par[0];
    }
    static void advance(const V *par, const V *com, const V *st, const V *,
                        const adaptive::Point &at, V *, V *, V &current, V &slope, V &following) {
        membrane(par, com, st, at.v, at.t, current, slope);
        following = V{};
    }
};
ADAPTIVE_LIBRARY(Leak)
"""
N_SAMPLE, STEP_MS, AREA_UM2, CAPACITANCE_NF, REST_MV = 600, 0.1, 1000.0, 0.01, -70.0
HOLDING_PA = np.array([0.0, -10.0, 0.0])
STEPS_PA = np.array([10.0, 30.0, -20.0])
FIRST, LAST, TRANSIENT_MS = 100, 400, 100.0
NEVER = 1e9


def current_pA():
    current = np.repeat(HOLDING_PA[:, None], N_SAMPLE, axis=1)
    current[:, FIRST:LAST] += STEPS_PA[:, None]
    return current


def made_plan(holding_pA=None):
    current = current_pA() if holding_pA is None else np.repeat(holding_pA[:, None], 100, axis=1)
    held = HOLDING_PA if holding_pA is None else holding_pA
    experiment = Experiment(current, held, Clock(STEP_MS, 1), 35.0, transient_ms=TRANSIENT_MS)
    return AdaptivePlan(experiment, Adaptive(1e-4))


@pytest.fixture(scope="module", params=["double", "single"])
def kernel(request):
    return AdaptiveKernel(compile_kernel(SOURCE, precision=request.param))


def leaks(n_cell):
    """Conductances of as many cells, S/cm2."""
    return np.random.default_rng(3).uniform(5e-5, 3e-4, n_cell)


def packed(kernel, conductances, shaken_from=None, *, frequency=None, above_mV=None, strength=None):
    """Cells of one node; `shaken_from` says of some at which time, ms, they begin to be shaken.

    `frequency` (300 per ms), `strength` (30 mA/cm2) and `above_mV` say how.
    """
    n_cell, n_lane = len(conductances), kernel.n_lane
    rows = np.zeros((n_cell, 6))
    rows[:, 0], rows[:, 1], rows[:, 3], rows[:, 4], rows[:, 5] = (
        conductances, REST_MV, NEVER, 300.0, -NEVER,
    )  # fmt: skip
    for number, since_ms in (shaken_from or {}).items():
        rows[number, 2:4] = 30.0, since_ms
    for place, given in ((4, frequency), (5, above_mV), (2, strength)):
        for number, value in (given or {}).items():
            rows[number, place] = value
    rows = np.concatenate([rows, np.repeat(rows[-1:], -n_cell % n_lane, axis=0)])
    n_pack = len(rows) // n_lane
    cable = np.broadcast_to([AREA_UM2, CAPACITANCE_NF, 0.0], (len(rows), 3))

    def in_lanes(columns):
        return kernel.aligned(columns.reshape(n_pack, n_lane, -1).swapaxes(1, 2))

    voltage = np.full((len(rows), 1), REST_MV)
    return Packed(
        n_cell, in_lanes(rows), in_lanes(cable), in_lanes(voltage), np.ones(n_cell, dtype=np.int32)
    )


def simulated(kernel, cells, n_thread=1, per_block=4, stop=None, holding_pA=None):
    """Return voltages and status by cell, steps, the blocks as they came, and the use of lanes."""
    plan, stop = made_plan(holding_pA), stop or Stop()
    n_sweep, n_sample = plan.experiment.n_sweep, plan.experiment.n_sample
    voltage = np.full((cells.n_cell, n_sweep, n_sample), np.nan)
    tree = TreeArrays(np.array([-1], dtype=np.int32), np.array([0], dtype=np.int32))
    opened = kernel.open(tree, plan, cells, voltage, per_block=per_block)
    of_cell, status = np.full_like(voltage, np.nan), np.zeros((cells.n_cell, n_sweep), int)
    steps, blocks = np.zeros(cells.n_cell, int), []
    with ThreadPoolExecutor(n_thread) as threads:
        futures = [threads.submit(opened.work, stop) for _thread in range(n_thread)]
        while (done := opened.next_block(stop)) is not None:
            blocks.append((done.first, done.cells.tolist()))
            of_cell[done.cells] = voltage[done.first : done.first + len(done.cells)]
            status[done.cells], steps[done.cells] = done.status, done.steps
        for future in futures:
            future.result()
    use = opened.use
    opened.close()
    return of_cell, status, steps, blocks, use


def exact_mV(conductance):
    """The response of a leak, to the command that changes half way between two samples."""
    g_uS = conductance * AREA_UM2 * 0.01
    settled = 1.0 - np.exp(-TRANSIENT_MS * g_uS / CAPACITANCE_NF)
    v, found = REST_MV + HOLDING_PA / 1000.0 / g_uS * settled, []
    level = current_pA() / 1000.0
    decay = np.exp(-0.5 * STEP_MS * g_uS / CAPACITANCE_NF)
    for sample in range(N_SAMPLE):
        if sample:
            for here in (level[:, sample - 1], level[:, sample]):
                to = REST_MV + here / g_uS
                v = to + (v - to) * decay
        found.append(v)
    return np.stack(found, axis=-1)


def test_leaks_answer_as_they_do_exactly(kernel):
    conductances = leaks(3)
    voltage, status, _steps, _blocks, _use = simulated(kernel, packed(kernel, conductances))
    assert (status == FINISHED).all()
    near = 0.002 if kernel.dtype == np.float64 else 0.004
    for found, conductance in zip(voltage, conductances):
        np.testing.assert_allclose(found, exact_mV(conductance), rtol=0, atol=near)


@pytest.mark.parametrize("n_thread", [1, 2, 5])
@pytest.mark.parametrize("n_cell", [1, 13, 50])
def test_every_cell_is_done_once_whoever_works(kernel, n_thread, n_cell):
    shaken = dict.fromkeys(range(2, n_cell, 7), 20.0)
    cells = packed(kernel, leaks(n_cell), shaken)
    voltage, status, steps, blocks, use = simulated(kernel, cells, n_thread, per_block=4)
    assert sorted(cell for _first, some in blocks for cell in some) == list(range(n_cell))
    assert sorted(first for first, _cells in blocks) == list(range(0, n_cell, 4))
    alone = simulated(kernel, cells, per_block=1)
    lost = (status == TOO_MANY_STEPS).any(axis=1)
    assert np.flatnonzero(lost).tolist() == list(shaken)
    assert ((alone[1] == TOO_MANY_STEPS).any(axis=1) == lost).all()
    # What became of the other sweeps of a cell that was given up is nobody's concern.
    for found, other in zip((voltage, status, steps), alone):
        np.testing.assert_array_equal(found[~lost], other[~lost])
    assert use.all >= use.accepted + use.rejected >= steps.sum()
    assert shaken or use.accepted + use.rejected == steps.sum()


def test_cells_are_done_nearly_in_the_order_of_their_places(kernel):
    """So that whoever waits for them need not wait for the last one."""
    blocks = simulated(kernel, packed(kernel, leaks(64)), per_block=8)[3]
    firsts = [first for first, _cells in blocks]
    assert max(abs(8 * number - first) for number, first in enumerate(firsts)) <= 8


@pytest.mark.parametrize("n_thread", [1, 3])
def test_a_cell_that_takes_too_many_steps_is_given_up_when_it_is_overdue(
    kernel, n_thread, monkeypatch
):
    monkeypatch.setattr(adaptive_plan, "_ALLOWANCE", 300)
    monkeypatch.setattr(adaptive_plan, "_MOST_STEPS_PER_MS", 5.0)
    # In the transient, from its beginning; in the sweeps; not at all.
    shaken = {4: -NEVER, 9: 0.0}
    cells = packed(kernel, leaks(20), shaken)
    _voltage, status, steps, _blocks, _use = simulated(kernel, cells, n_thread)
    lost = {number: set(row) - {0} for number, row in enumerate(status.tolist())}
    assert {number for number, found in lost.items() if found != {FINISHED}} == {4, 9}
    assert lost[4] == lost[9] == {TOO_MANY_STEPS}
    # 200 steps a ms: overdue after 300 / (200 - 5) ms, in each of what was begun.
    assert 300 < steps[4] <= 2 * 320
    assert 300 < steps[9] < steps[:4].max() + 3 * 320


def test_a_cell_that_is_given_up_before_its_last_transient_is_done_with(kernel, monkeypatch):
    """One transient has ended well, one is overdue, the others are never begun; none is waited for.

    That takes lanes that are busy with another cell for longer.
    """
    monkeypatch.setattr(adaptive_plan, "_ALLOWANCE", 300)
    monkeypatch.setattr(adaptive_plan, "_MOST_STEPS_PER_MS", 20.0)
    holding_pA = 10.0 * np.arange(kernel.n_lane - 1)
    cells = packed(
        kernel,
        np.full(2, 1e-4),
        {0: -NEVER, 1: -NEVER},
        frequency={0: 0.3},
        strength={0: 0.03, 1: 0.3},
        above_mV={1: -68.0},
    )
    stop = Stop()
    timer = threading.Timer(60.0, stop.set)
    timer.start()
    _voltage, status, steps, blocks, _use = simulated(
        kernel, cells, stop=stop, holding_pA=holding_pA
    )
    timer.cancel()
    assert [(first, sorted(some)) for first, some in blocks] == [(0, [0, 1])]
    assert set(status[0]) == {FINISHED}
    assert TOO_MANY_STEPS in status[1]
    # What makes it what it is to be: the first cell's transients last, the other's first does not.
    assert steps[0] > 300 * (kernel.n_lane - 1)
    assert steps[1] < 1000


def test_a_cell_may_take_what_it_has_been_allowed(kernel, monkeypatch):
    """Many steps for a while only, within the allowance, and then few."""
    cells = packed(kernel, leaks(2), {1: 55.0})
    usual = simulated(kernel, cells)
    assert (usual[1] == FINISHED).all()
    monkeypatch.setattr(adaptive_plan, "_MOST_STEPS_PER_MS", 1.0)
    monkeypatch.setattr(adaptive_plan, "_ALLOWANCE", int(usual[2][1]))
    allowed = simulated(kernel, cells)
    np.testing.assert_array_equal(allowed[0], usual[0])
    monkeypatch.setattr(adaptive_plan, "_ALLOWANCE", int(usual[2][1]) // 6)
    assert simulated(kernel, cells)[1].tolist()[0] == [FINISHED] * 3
    assert TOO_MANY_STEPS in simulated(kernel, cells)[1][1]


def test_a_cell_that_fires_all_the_time_goes_on_with_a_looser_tolerance(kernel, monkeypatch):
    """Its voltage is then as with that tolerance from the beginning; others' do not change."""
    slow = {"frequency": {1: 5.0}, "strength": {1: 0.3}}
    cells = packed(kernel, leaks(3), {1: -NEVER}, **slow)
    monkeypatch.setattr(adaptive_plan, "_TRANSIENT_EXACT", (10**9, 0.0))
    monkeypatch.setattr(adaptive_plan, "_SWEEP_EXACT", (10**9, 0.0))
    monkeypatch.setattr(adaptive_plan, "_MOST_STEPS_PER_MS", 1000.0)
    exact = simulated(kernel, cells)
    monkeypatch.setattr(adaptive_plan, "_TRANSIENT_EXACT", (0, 0.0))
    monkeypatch.setattr(adaptive_plan, "_SWEEP_EXACT", (0, 0.0))
    loose = simulated(kernel, cells)
    assert (loose[1] == FINISHED).all()
    # Its steps are twice as long.
    assert loose[2][1] == pytest.approx(exact[2][1] / 2, rel=0.15)
    assert 0 < np.abs(loose[0][1] - exact[0][1]).max() < 8 * 0.05
    monkeypatch.setattr(adaptive_plan, "_TRANSIENT_EXACT", (int(exact[2][0]), 0.0))
    monkeypatch.setattr(adaptive_plan, "_SWEEP_EXACT", (int(exact[2][0]), 0.0))
    some = simulated(kernel, cells)
    for number in (0, 2):
        np.testing.assert_array_equal(some[0][number], exact[0][number])
    assert loose[2][1] < some[2][1] < exact[2][1]


def test_steps_count_twice_when_they_are_twice_as_long(kernel, monkeypatch):
    """So that whether a cell is given up does not hang on when it was loosened."""
    slow = {"frequency": {1: 5.0}, "strength": {1: 0.3}}
    cells = packed(kernel, leaks(3), {1: -NEVER}, **slow)
    monkeypatch.setattr(adaptive_plan, "_ALLOWANCE", 100)
    for per_ms, status in ((1000.0, FINISHED), (3.0, TOO_MANY_STEPS)):
        monkeypatch.setattr(adaptive_plan, "_MOST_STEPS_PER_MS", per_ms)
        for exact in ((0, 0.0), (10**9, 0.0)):
            monkeypatch.setattr(adaptive_plan, "_TRANSIENT_EXACT", exact)
            monkeypatch.setattr(adaptive_plan, "_SWEEP_EXACT", exact)
            found = simulated(kernel, cells)[1]
            assert set(found[1]) - {0} == {status}
            assert (found[[0, 2]] == FINISHED).all()


def test_a_cell_without_numbers_diverges_and_the_others_do_not(kernel):
    conductances = leaks(9)
    conductances[5] = np.nan
    voltage, status, _steps, _blocks, _use = simulated(kernel, packed(kernel, conductances), 2)
    assert (status[5] == DIVERGED).all()
    assert (np.delete(status, 5, axis=0) == FINISHED).all()
    assert np.isfinite(np.delete(voltage, 5, axis=0)).all()


def test_who_is_told_to_stop_stops(kernel):
    stop = Stop()
    cells = packed(kernel, leaks(2000), dict.fromkeys(range(2000), -NEVER))
    timer = threading.Timer(0.1, stop.set)
    timer.start()
    blocks = simulated(kernel, cells, 2, per_block=2000, stop=stop)[3]
    assert blocks == []
    stop.set()
    assert simulated(kernel, cells, 2, per_block=2000, stop=stop)[3] == []


def test_uses_of_lanes_add_up():
    assert LaneUse(10, 7, 2) + LaneUse(1, 1, 0) == LaneUse(11, 8, 2)
    assert LaneUse() + LaneUse() == LaneUse(0, 0, 0)
