"""A kernel for probes with a kind of node written by hand, against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.runtime.test_driver import DT_MS, SOURCE, group_of, random_cells, stepped
from pyneuronautofit.codegen.compile import compile_kernel
from pyneuronautofit.probes.batch.kernel import Passing, ProbeKernel
from pyneuronautofit.simulators.lanes.kernel import Stop

# An event makes the leak's reversal potential forget itself: it changes what the node remembers.
RECEIVE = """\
    static void receive(const V *, V *st, V v, V, V, V weight, V &current, V &slope) {
        st[0] += weight;
        current = weight * v;
        slope = weight;
    }
};
PROBE_LIBRARY(Leak)
"""


@pytest.fixture(scope="module")
def kernel():
    plain = SOURCE.replace("driver.hpp", "advance.hpp").replace("KERNEL_LIBRARY(Leak)\n", "")
    source = plain.rstrip().removesuffix("};") + RECEIVE
    return ProbeKernel(compile_kernel(source, precision="double"))


@pytest.fixture
def cells(kernel):
    return random_cells(kernel)


def passing(kernel, n_step, amplitude_nA=0.0, watched=(0,), every=1, threshold_mV=None):
    voltages = [np.full(n_step // every, -1.0) for _ in range(kernel.n_lane * len(watched))]
    lanes = np.arange(kernel.n_lane)
    return Passing(
        n_step, amplitude_nA + 0.01 * lanes, 3 + lanes % 2, np.full(kernel.n_lane, 9), watched,
        every, voltages, threshold_mV,
    )  # fmt: skip


def advance(kernel, group, state, given, time_ms=0.0):
    times = np.full(kernel.n_lane, time_ms)
    return kernel.advance(group, state, times, given, dt_ms=DT_MS, stop=Stop())


def currents(kernel, n_step, amplitude_nA):
    """Of every step one for each lane: from step 3 or 4 to the one before 9."""
    lanes = np.arange(kernel.n_lane)
    flows = [(step >= 3 + lanes % 2) & (step < 9) for step in range(n_step)]
    return [np.where(each, amplitude_nA + 0.01 * lanes, 0.0) for each in flows]


def test_voltages_of_all_steps(kernel, cells):
    group = group_of(kernel, *cells)
    given = passing(kernel, 12, 0.1, watched=(0, 3))
    time_ms, crossed = advance(kernel, group, kernel.begin(group, DT_MS), given)
    expected = np.array(list(stepped(*cells, currents(kernel, 12, 0.1))))  # step, node, lane
    found = np.array(given.voltage_mV).reshape(kernel.n_lane, 2, 12)
    np.testing.assert_allclose(found[:, 0], expected[:, 0].T, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found[:, 1], expected[:, 3].T, rtol=0, atol=1e-10)
    np.testing.assert_allclose(time_ms, 12 * DT_MS)
    assert crossed.tolist() == [-1] * kernel.n_lane


def test_every_third_voltage(kernel, cells):
    group = group_of(kernel, *cells)
    given = passing(kernel, 12, 0.1, every=3)
    advance(kernel, group, kernel.begin(group, DT_MS), given)
    expected = np.array(list(stepped(*cells, currents(kernel, 12, 0.1))))[2::3, 0]
    np.testing.assert_allclose(np.array(given.voltage_mV), expected.T, rtol=0, atol=1e-10)


def test_a_state_goes_on_where_it_was(kernel, cells):
    group = group_of(kernel, *cells)
    whole = kernel.begin(group, DT_MS)
    advance(kernel, group, whole, passing(kernel, 12, 0.0))
    parts = kernel.begin(group, DT_MS)
    quiet = passing(kernel, 5)
    quiet.amplitude_nA[:] = 0.0
    first = advance(kernel, group, parts, quiet)[0]
    rest = passing(kernel, 7)
    # The same steps, counted from where it goes on.
    rest.on[:], rest.off[:] = 0, 4
    both = passing(kernel, 12)
    both.on[:], both.off[:] = 5, 9
    whole = kernel.begin(group, DT_MS)
    advance(kernel, group, whole, both)
    kernel.advance(group, parts, first, rest, dt_ms=DT_MS, stop=Stop())
    np.testing.assert_array_equal(parts, whole)


def test_the_step_in_which_the_threshold_is_crossed(kernel, cells):
    n_step = 12
    expected = np.array(list(stepped(*cells, currents(kernel, n_step, 2.0))))[:, 0]
    start = cells[2][0]
    threshold_mV = float(np.median(expected.max(axis=0)))
    group = group_of(kernel, *cells)
    given = passing(kernel, n_step, 2.0, threshold_mV=threshold_mV)
    _time, crossed = advance(kernel, group, kernel.begin(group, DT_MS), given)
    before = np.concatenate([start[None], expected[:-1]])
    rises = (expected > threshold_mV) & (before <= threshold_mV)
    first = np.where(rises.any(axis=0), rises.argmax(axis=0), -1)
    assert crossed.tolist() == first.tolist()
    assert (first >= 0).any()
    assert (first < 0).any()


def test_an_event_comes_to_every_lane_with_its_weight(kernel, cells):
    group = group_of(kernel, *cells)
    before = np.array(kernel.begin(group, DT_MS))
    state = kernel.begin(group, DT_MS)
    weight = np.arange(1.0, kernel.n_lane + 1)
    kernel.receive(group, state, np.zeros(kernel.n_lane), node=0, weight=weight, dt_ms=DT_MS)
    changed = np.flatnonzero((np.array(state) != before).any(axis=1))
    # After voltages, what they have lost, currents and slopes come the states, node after node.
    assert 4 * 4 in changed
    np.testing.assert_array_equal(np.array(state)[4 * 4] - before[4 * 4], weight)
    # Of other nodes nothing has changed.
    assert set(changed) <= {2 * 4, 3 * 4, 4 * 4}
