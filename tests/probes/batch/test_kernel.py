"""Kernels for probes, with kinds of nodes written by hand, against dense matrices in numpy."""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest

from pyneuronautofit.codegen.compile import compile_kernel
from pyneuronautofit.probes.batch.kernel import Passing, ProbeKernel
from pyneuronautofit.simulators.lanes.kernel import LaneGroup, Stop, TreeArrays

# A leak that remembers the time of its last step, and one with a conductance that events make
# larger and every step smaller.
SOURCE = """\
#include "advance.hpp"
using lanes::V;
struct Leak {
    static constexpr int n_raw = 2, n_par = 2, n_state = 1;
    static void prepare(const V *raw, V *par, V) { par[0] = raw[0]; par[1] = raw[1]; }
    static void first(const V *raw, V *st, V v, V middle, V, V &current, V &slope) {
        st[0] = middle;
        current = raw[0] * (v - raw[1]);
        slope = raw[0];
    }
    static void step(const V *par, V *st, V v, V t, V, V &current, V &slope) {
        st[0] = t;
        current = par[0] * (v - par[1]);
        slope = par[0];
    }
};
struct Synapse {
    static constexpr int n_raw = 2, n_par = 2, n_state = 1;
    static void prepare(const V *raw, V *par, V dt) { Leak::prepare(raw, par, dt); }
    static void currents(const V *par, V g, V v, V &current, V &slope) {
        current = par[0] * (v - par[1]) + g * v;
        slope = par[0] + g;
    }
    static void first(const V *raw, V *st, V v, V, V, V &current, V &slope) {
        st[0] = V{};
        currents(raw, V{}, v, current, slope);
    }
    static void step(const V *par, V *st, V v, V, V, V &current, V &slope) {
        st[0] *= 0.9;
        currents(par, st[0], v, current, slope);
    }
    static void receive(const V *par, V *st, V v, V, V, V weight, V &current, V &slope) {
        st[0] += weight;
        currents(par, st[0], v, current, slope);
    }
};
PROBE_LIBRARY(Leak, Synapse)
"""
PARENTS, KINDS = (-1, 0, 0), (1, 0, 0)
DT_MS = 0.05
# In the arrays of values and states: kind after kind.
ORDER = (1, 2, 0)


@pytest.fixture(scope="module")
def kernel():
    return ProbeKernel(compile_kernel(SOURCE, precision="double"))


class Cells:
    """As many cells as lanes, and what they do step by step."""

    def __init__(self, kernel, seed=3, first_mV=None):
        rng = np.random.default_rng(seed)
        n, self.n_lane = len(PARENTS), kernel.n_lane
        shape = (n, self.n_lane)
        self.leak, self.reversal = rng.uniform(1e-5, 1e-3, shape), rng.uniform(-80, -50, shape)
        self.area, self.capacitance = rng.uniform(500, 5000, shape), rng.uniform(0.005, 0.05, shape)
        self.axial = rng.uniform(0.01, 0.5, shape)
        self.axial[0] = 0.0
        self.voltage, self.extra = rng.uniform(-80, -60, shape), np.zeros(self.n_lane)
        if first_mV is not None:
            self.voltage[0] = first_mV
        values = np.stack([self.leak, self.reversal], axis=1)[list(ORDER)].reshape(-1, self.n_lane)
        cable = np.concatenate([self.area, self.capacitance, self.axial])
        tree = TreeArrays(np.array(PARENTS, np.int32), np.array(KINDS, np.int32))
        self.group = LaneGroup(tree, *map(kernel.aligned, (values, cable, self.voltage)))

    def step(self, current_nA):
        """Take an implicit step, and return the voltages, shape (n_node, n_lane)."""
        scale = 0.01 * self.area
        slope, rest = self.leak.copy(), self.leak * self.reversal
        slope[0] += self.extra
        for lane in range(self.n_lane):
            axial = np.zeros((3, 3))
            for child in (1, 2):
                g = self.axial[child, lane]
                axial[[0, child], [0, child]] += g
                axial[[0, child], [child, 0]] -= g
            c = self.capacitance[:, lane] / DT_MS
            matrix = np.diag(c + scale[:, lane] * slope[:, lane]) + axial
            right = c * self.voltage[:, lane] + scale[:, lane] * rest[:, lane]
            right[0] += current_nA[lane]
            self.voltage[:, lane] = np.linalg.solve(matrix, right)
        self.extra = 0.9 * self.extra
        return self.voltage.copy()


@pytest.fixture
def cells(kernel):
    return Cells(kernel)


def passing(kernel, n_step, *, amplitude=0.0, on=0, off=0, watched=(), every=0, threshold=None):
    """Return what is done, and where the voltages go, shape (n_lane, n_watched, n_sample)."""
    lanes = np.ones(kernel.n_lane)
    voltage = np.full((kernel.n_lane, len(watched), n_step // every if every else 0), -1.0)
    clamp = (amplitude * lanes, *((each * lanes).astype(np.int64) for each in (on, off)))
    rows = [row for lane in voltage for row in lane]
    return Passing(n_step, *clamp, watched, every, rows, threshold), voltage


def advance(kernel, cells, state, plan, start_ms=0.0, stop=None):
    time_ms = np.full(kernel.n_lane, start_ms)
    return kernel.advance(cells.group, state, time_ms, plan, dt_ms=DT_MS, stop=stop or Stop())


def test_a_cell_begins_with_its_voltages_and_states(kernel, cells):
    state = kernel.begin(cells.group, DT_MS)
    assert state.shape == (4 * 3 + 3, kernel.n_lane)
    np.testing.assert_array_equal(state[:3], cells.voltage)
    # The middle of the step that comes first.
    np.testing.assert_array_equal(state[12:14], DT_MS / 2)
    np.testing.assert_array_equal(state[14], 0.0)


@pytest.mark.parametrize("every", [1, 3])
def test_time_passes_with_a_current_of_each_lanes_own(kernel, cells, every):
    lane = np.arange(kernel.n_lane)
    amplitude, on, off = 0.1 + 0.05 * lane, 2 + lane, 11 - lane
    plan, voltage = passing(
        kernel, 20, amplitude=amplitude, on=on, off=off, watched=(2, 0), every=every
    )
    state = kernel.begin(cells.group, DT_MS)
    time_ms, crossed = advance(kernel, cells, state, plan, start_ms=7.0)
    expected = np.array([cells.step(amplitude * ((on <= k) & (k < off))) for k in range(20)])
    shown = expected[every - 1 :: every, [2, 0]].transpose(2, 1, 0)
    np.testing.assert_allclose(voltage, shown, rtol=0, atol=1e-10)
    np.testing.assert_allclose(state[:3], expected[-1], rtol=0, atol=1e-10)
    np.testing.assert_allclose(time_ms, 7.0 + 20 * DT_MS, rtol=0, atol=1e-12)
    np.testing.assert_allclose(state[12:14], 7.0 + 20 * DT_MS, rtol=0, atol=1e-12)
    assert (crossed == -1).all(), "nobody asked"


def test_to_go_on_is_to_have_gone_on(kernel, cells):
    clamp = {"amplitude": 0.3, "watched": (0,), "every": 1}
    whole, once = passing(kernel, 60, on=20, off=45, **clamp)
    state = kernel.begin(cells.group, DT_MS)
    advance(kernel, cells, state, whole)
    other, parts, time_ms = kernel.begin(cells.group, DT_MS), [], np.zeros(kernel.n_lane)
    for first, last in pairwise((0, 20, 21, 60)):
        plan, voltage = passing(kernel, last - first, on=20 - first, off=45 - first, **clamp)
        time_ms, _ = kernel.advance(cells.group, other, time_ms, plan, dt_ms=DT_MS, stop=Stop())
        parts.append(voltage)
    np.testing.assert_array_equal(np.concatenate(parts, axis=2), once)
    np.testing.assert_array_equal(other, state)


def test_an_event_comes_before_the_next_step_to_its_node(kernel, cells):
    weight = np.linspace(0.0, 2e-3, kernel.n_lane)
    state = kernel.begin(cells.group, DT_MS)
    start = np.zeros(kernel.n_lane)
    for node in (1, 0):  # there is nothing in node 1 that takes it
        kernel.receive(cells.group, state, start, node=node, weight=weight, dt_ms=DT_MS)
        np.testing.assert_array_equal(state[14], weight * (node == 0))
    plan, voltage = passing(kernel, 10, watched=(0, 1, 2), every=1)
    advance(kernel, cells, state, plan)
    cells.extra = weight.copy()
    expected = np.array([cells.step(np.zeros(kernel.n_lane)) for _ in range(10)])
    np.testing.assert_allclose(voltage, expected.transpose(2, 1, 0), rtol=0, atol=1e-10)
    assert np.ptp(expected[-1, 0]) > 1.0


def crossings(kernel, cells, amplitude, on, threshold, n_step):
    """Return the first step that ends above the threshold of those that began below, or -1."""
    before, found = cells.voltage[0].copy(), np.full(kernel.n_lane, -1)
    for k in range(n_step):
        now = cells.step(amplitude * (k >= on))[0]
        found[(found < 0) & (before <= threshold) & (now > threshold)] = k
        before = now
    return found


def test_the_step_in_which_a_lane_crosses_the_threshold_is_noted(kernel, cells):
    amplitude = np.where(np.arange(kernel.n_lane) == 1, -1.0, 4.0)
    on = 3 * np.arange(kernel.n_lane)
    plan, _none = passing(kernel, 200, amplitude=amplitude, on=on, off=200, threshold=-40.0)
    state = kernel.begin(cells.group, DT_MS)
    time_ms, crossed = advance(kernel, cells, state, plan)
    expected = crossings(kernel, cells, amplitude, on, -40.0, 200)
    assert crossed.tolist() == expected.tolist()
    assert expected[1] == -1
    assert len(set(expected)) > 2
    # One has not, so it goes on to the end.
    np.testing.assert_allclose(time_ms, 200 * DT_MS, rtol=0, atol=1e-12)


def test_it_ends_with_the_last_lane_that_crosses(kernel, cells):
    on = 3 * np.arange(kernel.n_lane)
    plan, _none = passing(kernel, 200, amplitude=4.0, on=on, off=200, threshold=-40.0)
    time_ms, crossed = advance(kernel, cells, kernel.begin(cells.group, DT_MS), plan)
    assert (crossed >= on).all()
    np.testing.assert_allclose(time_ms, (crossed.max() + 1) * DT_MS, rtol=0, atol=1e-12)


def test_without_a_threshold_nothing_is_noted_nor_ended(kernel, cells):
    plan, voltage = passing(kernel, 200, amplitude=9.0, off=200, watched=(0,), every=1)
    time_ms, crossed = advance(kernel, cells, kernel.begin(cells.group, DT_MS), plan)
    assert (voltage.max(axis=-1) > 0.0).all()
    assert (crossed == -1).all()
    np.testing.assert_allclose(time_ms, 200 * DT_MS, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("first_mV", "others_mV", "weight", "threshold", "expected"),
    [
        # From above it falls and crosses with the pulse.
        (-20.0, -70.0, 0.0, -40.0, range(400, 450)),
        # An event lets it cross at once, and the pulse again.
        (-70.0, -70.0, 0.02, -40.0, range(10)),
        # Then others are above, where they began.
        (-70.0, -20.0, 0.02, -40.0, range(10)),
        # What is above for ever never crosses.
        (-70.0, -70.0, 0.02, -500.0, [-1]),
    ],
)
def test_the_first_crossing_counts(kernel, first_mV, others_mV, weight, threshold, expected):
    others = np.arange(kernel.n_lane) > 0
    cells = Cells(kernel, first_mV=np.where(others, others_mV, first_mV))
    amplitude, weight = np.where(others, -1.0, 4.0), weight * ~others
    state, start = kernel.begin(cells.group, DT_MS), np.zeros(kernel.n_lane)
    kernel.receive(cells.group, state, start, node=0, weight=weight, dt_ms=DT_MS)
    plan, _none = passing(kernel, 450, amplitude=amplitude, on=400, off=450, threshold=threshold)
    _time, crossed = advance(kernel, cells, state, plan)
    cells.extra = weight.copy()
    assert crossed.tolist() == crossings(kernel, cells, amplitude, 400, threshold, 450).tolist()
    assert crossed[0] in expected
    assert (crossed[1:] == -1).all()


def test_who_is_told_to_stop_stops(kernel, cells):
    stop, plan = Stop(), passing(kernel, 10**15)[0]
    state = kernel.begin(cells.group, DT_MS)
    running = threading.Thread(
        target=advance, args=(kernel, cells, state, plan, 0.0, stop), daemon=True
    )
    running.start()
    stop.set()
    running.join(timeout=60)
    assert not running.is_alive()
