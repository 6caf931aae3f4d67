"""The runtime around generated code, with a kind of node written by hand, against numpy."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from pyneuronautofit.codegen.compile import compile_kernel
from pyneuronautofit.simulators.lanes.kernel import Kernel, LaneGroup, Stop, TreeArrays

# A leak, and states that count steps and remember the time and the voltage of the last one.
SOURCE = """\
#include "driver.hpp"
using lanes::V;
struct Leak {
    static constexpr int n_raw = 2, n_par = 2, n_state = 3;
    static void prepare(const V *raw, V *par, V) { par[0] = raw[0]; par[1] = raw[1]; }
    static void first(const V *raw, V *st, V v, V middle, V, V &current, V &slope) {
        st[0] = V{};
        st[1] = middle;
        st[2] = v;
        current = raw[0] * (v - raw[1]);
        slope = raw[0];
    }
    static void step(const V *par, V *st, V v, V t, V, V &current, V &slope) {
        st[0] += 1;
        st[1] = t;
        st[2] = v;
        current = par[0] * (v - par[1]);
        slope = par[0];
    }
};
KERNEL_LIBRARY(Leak)
"""
# A node without membrane between the first and two others.
PARENTS, KINDS = (-1, 0, 1, 1), (0, -1, 0, 0)
DT_MS = 0.025


@pytest.fixture(scope="module", params=["double", "single"])
def kernel(request):
    return Kernel(compile_kernel(SOURCE, precision=request.param))


@pytest.fixture
def close(kernel):
    """How near numbers have to be, mV."""
    return 1e-10 if kernel.dtype == np.float64 else 1e-3


def random_cells(kernel, seed=1):
    """As many cells as there are lanes: conductances, reversals, cables, voltages."""
    rng = np.random.default_rng(seed)
    n, lanes = len(PARENTS), kernel.n_lane
    covered = np.array(KINDS)[:, None] >= 0
    values = np.empty((3, 2, lanes))
    values[:, 0] = rng.uniform(1e-5, 1e-3, (3, lanes))
    values[:, 1] = rng.uniform(-80, -50, (3, lanes))
    area = np.where(covered, rng.uniform(500, 5000, (n, lanes)), 0.0)
    conductance = rng.uniform(0.01, 0.5, (n, lanes))
    conductance[0] = 0.0
    cable = np.concatenate([area, area * 1e-5, conductance])
    return values, cable, rng.uniform(-80, -60, (n, lanes))


def group_of(kernel, values, cable, voltage):
    tree = TreeArrays(np.array(PARENTS, dtype=np.int32), np.array(KINDS, dtype=np.int32))
    rows = values.reshape(6, -1)
    return LaneGroup(tree, *(kernel.aligned(array) for array in (rows, cable, voltage)))


def stepped(values, cable, voltage, currents_nA):
    """Take implicit steps of every lane's cell with dense matrices; yield the voltages."""
    n = len(PARENTS)
    area, capacitance, conductance = np.split(cable, 3)
    voltage = voltage.copy()
    density = np.zeros_like(area)
    reversal = np.zeros_like(area)
    density[np.array(KINDS) >= 0], reversal[np.array(KINDS) >= 0] = values[:, 0], values[:, 1]
    leak = 0.01 * density * area
    for current in currents_nA:
        for lane in range(voltage.shape[1]):
            axial = np.zeros((n, n))
            for child in range(1, n):
                parent, g = PARENTS[child], conductance[child, lane]
                axial[[child, parent], [child, parent]] += g
                axial[[child, parent], [parent, child]] -= g
            matrix = np.diag(capacitance[:, lane] / DT_MS + leak[:, lane]) + axial
            right = -leak[:, lane] * (voltage[:, lane] - reversal[:, lane])
            right -= axial @ voltage[:, lane]
            right[0] += current[lane]
            voltage[:, lane] += np.linalg.solve(matrix, right)
        yield voltage.copy()


def respond(kernel, group, state, currents, substeps, stop=None):
    n_sample = len(currents[0])
    voltages = [np.full(n_sample, -1.0) for _ in range(kernel.n_lane)]
    kernel.respond(
        group, state, currents, voltages, dt_ms=DT_MS, substeps=substeps, stop=stop or Stop()
    )
    return np.array(voltages)


def test_lanes_fill_the_widest_vector(kernel):
    assert kernel.n_lane * kernel.dtype.itemsize in {16, 32, 64}


def test_settling_is_implicit_steps(kernel, close):
    values, cable, voltage = random_cells(kernel)
    holding = np.linspace(-0.1, 0.3, kernel.n_lane)
    group = group_of(kernel, values, cable, voltage)
    state = kernel.settle(group, holding, DT_MS, 40, Stop())
    *_, expected = stepped(values, cable, voltage, [holding] * 40)
    n = len(PARENTS)
    np.testing.assert_allclose(state[:n], expected, rtol=0, atol=close)
    # Three nodes have the states of the leak: steps, t = 0 at the end of them, the voltage there.
    own = state[4 * n :].reshape(3, 3, -1)
    np.testing.assert_array_equal(own[:, 0], 40)
    np.testing.assert_allclose(own[:, 1], 0.0, atol=1e-5)
    np.testing.assert_allclose(own[:, 2], state[[0, 2, 3]], rtol=0, atol=close)


def test_no_steps_give_the_beginning(kernel):
    values, cable, voltage = random_cells(kernel)
    group = group_of(kernel, values, cable, voltage)
    state = kernel.settle(group, np.zeros(kernel.n_lane), DT_MS, 0, Stop())
    np.testing.assert_array_equal(state[: len(PARENTS)], voltage.astype(kernel.dtype))


def test_single_precision_shows_mechanisms_no_round_voltage(kernel):
    # At a round one, where their rates are 0/0, they would be met every other second.
    values, cable, voltage = random_cells(kernel)
    group = group_of(kernel, values, cable, np.full_like(voltage, -30.0))
    state = kernel.settle(group, np.zeros(kernel.n_lane), DT_MS, 0, Stop())
    shown = state[4 * len(PARENTS) :].reshape(3, 3, -1)[:, 2]
    if kernel.dtype == np.float64:
        assert (shown == -30.0).all()
    else:
        assert (shown != -30.0).all()
        np.testing.assert_allclose(shown, -30.0, rtol=1e-6)


@pytest.mark.parametrize("substeps", [1, 2, 4])
def test_samples_are_means_and_the_current_is_linear_between_them(kernel, close, substeps):
    values, cable, voltage = random_cells(kernel)
    group = group_of(kernel, values, cable, voltage)
    state = kernel.settle(group, np.zeros(kernel.n_lane), DT_MS, 0, Stop())
    n_sample = 30
    currents = np.random.default_rng(2).normal(0.0, 0.2, (kernel.n_lane, n_sample))
    found = respond(kernel, group, state, list(currents), substeps)
    # In the middle of every step; after the last sample it goes on as before it.
    at = (np.arange(n_sample * substeps - 1) + 0.5) / substeps
    whole = np.minimum(at.astype(int), n_sample - 2)
    injected = currents[:, whole] + (currents[:, whole + 1] - currents[:, whole]) * (at - whole)
    points = [voltage, *stepped(values, cable, voltage, injected.T)]
    recorded = np.array([point[0] for point in points])
    expected = recorded.reshape(n_sample, substeps, -1).mean(axis=1).T
    np.testing.assert_allclose(found, expected, rtol=0, atol=close)


def test_one_sample_of_one_point(kernel):
    values, cable, voltage = random_cells(kernel)
    group = group_of(kernel, values, cable, voltage)
    state = kernel.settle(group, np.zeros(kernel.n_lane), DT_MS, 0, Stop())
    found = respond(kernel, group, state, [np.ones(1)] * kernel.n_lane, 1)
    np.testing.assert_array_equal(found[:, 0], voltage[0].astype(kernel.dtype))


def test_a_lane_that_is_not_finite_leaves_the_others_alone(kernel):
    values, cable, voltage = random_cells(kernel)
    clean = group_of(kernel, values, cable, voltage)
    values[1, 0, 1] = np.nan
    spoiled = group_of(kernel, values, cable, voltage)
    currents = list(np.random.default_rng(2).normal(0.0, 0.2, (kernel.n_lane, 600)))
    found = []
    for group in (clean, spoiled):
        state = kernel.settle(group, np.zeros(kernel.n_lane), DT_MS, 10, Stop())
        found.append(respond(kernel, group, state, currents, 2))
    others = np.arange(kernel.n_lane) != 1
    np.testing.assert_array_equal(found[0][others], found[1][others])
    assert np.isnan(found[1][1]).all()


def test_what_is_not_finite_anywhere_is_not_simulated_to_the_end(kernel):
    values, cable, voltage = random_cells(kernel)
    values[:, 0] = np.nan
    group = group_of(kernel, values, cable, voltage)
    state = kernel.settle(group, np.zeros(kernel.n_lane), DT_MS, 10, Stop())
    # 5e8 steps would take longer than a test may.
    currents = [np.zeros(10**7)] * kernel.n_lane
    shared = np.zeros(10**7)
    kernel.respond(
        group, state, currents, [shared] * kernel.n_lane, dt_ms=DT_MS, substeps=50, stop=Stop()
    )
    assert np.isnan(shared).all()


def test_kernels_that_are_stopped_end_soon(kernel):
    values, cable, voltage = random_cells(kernel)
    group = group_of(kernel, values, cable, voltage)
    stop = Stop()
    running = threading.Thread(
        target=kernel.settle, args=(group, np.zeros(kernel.n_lane), DT_MS, 10**15, stop)
    )
    running.start()
    stop.set()
    running.join(timeout=60)
    assert not running.is_alive()
    state = kernel.settle(group, np.zeros(kernel.n_lane), DT_MS, 0, stop)
    found = respond(kernel, group, state, [np.zeros(10_000)] * kernel.n_lane, 1, stop)
    assert found[0, 0] != -1.0
    assert (found[:, 5000:] == -1.0).all()
