"""Requests of one kind in lanes, with a kernel that notes what it is given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pyneuronautofit.codegen.equations.names import mechanism_name
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.probes.batch.lanes import Clamp, ProbeRunner, Request
from pyneuronautofit.simulators.cells.image import Cable, CellImage, Signature
from pyneuronautofit.simulators.lanes.kernel import Stop
from pyneuronautofit.simulators.lanes.library import LoadedKernel

LEAK, CHANNEL = NodeKind(("pas",), ()), NodeKind(("hh",), (), ("Syn#0",))
# The kernel has the channel first; node 2 has no membrane.
SIGNATURE = Signature((-1, 0, 0, 2), (0, 1, -1, 1), (LEAK, CHANNEL))
N_NODE, N_OWN = 4, 2 * 3 + 1
M, REMEMBERED, B, X = (
    mechanism_name(suffix, name)
    for suffix, name in (("hh", "m"), ("hh", "last"), ("Syn#0", "B"), ("pas", "x"))
)
STATES = {CHANNEL: ((M, True), (REMEMBERED, False), (B, True)), LEAK: ((X, True),)}


def variable(mechanism, name):
    return NodeVariable("mechanism", mechanism, name, None)


VARIABLES = {
    LEAK: (variable("pas", "g"), variable("pas", "e")),
    CHANNEL: (variable("hh", "gnabar"), variable("Syn#0", "tau"), variable("Syn#0", "e")),
}


@dataclass
class FakeKernel:
    """Four lanes. Every step adds 1 to the voltages and 0.5 ms to the time."""

    n_lane: int = 4
    calls: list = field(default_factory=list)
    crossed: tuple[int, ...] = (-1, 5, 6, 7)

    def aligned(self, array):
        return np.array(array)

    def begin(self, group, dt_ms):
        self.calls.append(("begin", group, dt_ms))
        state = np.zeros((4 * N_NODE + N_OWN, self.n_lane))
        state[:N_NODE] = group.voltage
        return state

    def receive(self, group, state, time_ms, *, node, weight, dt_ms):
        self.calls.append(("receive", node, weight, time_ms.copy(), dt_ms))
        state[-1] += weight

    def advance(self, group, state, time_ms, passing, *, dt_ms, stop):
        self.calls.append(("advance", passing, state.copy(), stop))
        state[:N_NODE] += passing.n_step
        for number, row in enumerate(passing.voltage_mV):
            row[:] = number
        return time_ms + 0.5 * passing.n_step, np.array(self.crossed)

    def called(self, name):
        return [call[1:] for call in self.calls if call[0] == name]


@pytest.fixture
def kernel():
    return FakeKernel()


@pytest.fixture
def runner(kernel):
    return ProbeRunner(
        SIGNATURE, LoadedKernel(kernel, "key", {CHANNEL: 0, LEAK: 1}, VARIABLES, STATES), 0.5
    )


def image(number=0.0):
    """Values are the node, and the place among its variables; different for every number."""
    values = [10.0, 11.0, 20.0, 21.0, 22.0, 40.0, 41.0, 42.0]
    node = np.arange(N_NODE)
    cable = Cable(node + 100.0, node + 200.0, node + 300.0)
    return CellImage.of(SIGNATURE, cable, node - 70.0 + number, np.array(values) + 100 * number)


def rested(runner, number=0.0, time_ms=3.0):
    state = np.arange(4.0 * N_NODE + N_OWN) + 100 * number
    return replace(runner.cell_of(image(number)), state=state, time_ms=time_ms)


# --- where things are


def test_a_cell_lies_as_the_kernel_takes_it(runner):
    cell = runner.cell_of(image(2.0))
    assert cell.values.tolist() == [220.0, 221.0, 222.0, 240.0, 241.0, 242.0, 210.0, 211.0]
    assert cell.cable.tolist() == [float(h + n) for h in (100, 200, 300) for n in range(N_NODE)]
    assert cell.voltage_mV.tolist() == [-68.0, -67.0, -66.0, -65.0]
    assert (len(cell.state), cell.time_ms, cell.runner) == (0, 0.0, runner)


def test_states_follow_the_voltages_kind_after_kind(runner):
    # Three of node 1, three of node 3, one of node 0; four rows of every node come first.
    rows = [runner.state_row(node, name) for node in (1, 3) for name in (M, REMEMBERED, B)]
    assert [*rows, runner.state_row(0, X)] == list(range(16, 23))
    assert runner.state_row(0, M) is None
    assert runner.state_row(1, mechanism_name("hh", "h")) is None


def test_at_rest_are_voltages_and_the_states_of_channels(runner):
    expected = [True] * 4 + [False] * 12 + 2 * [True, False, False] + [True]
    assert runner.own.tolist() == expected
    assert rested(runner).own.tolist() == [0.0, 1.0, 2.0, 3.0, 16.0, 19.0, 22.0]


def test_values_are_set_where_the_kernel_asks_for_them(runner):
    cell = runner.cell_of(image())
    given = {variable("Syn#0", "e"): -5.0, variable("Syn#0", "u"): 1.0}
    changed = runner.with_values(cell, 3, given)
    assert changed.values.tolist() == [20.0, 21.0, 22.0, 40.0, 41.0, -5.0, 10.0, 11.0]
    assert cell.values[5] == 42.0, "others have the same cell"
    assert runner.with_values(cell, 0, given).values.tolist() == cell.values.tolist()
    np.testing.assert_array_equal(changed.cable, cell.cable)


# --- time that passes


def test_cells_that_have_not_begun_begin(runner, kernel):
    cells = [runner.cell_of(image(number)) for number in (0.0, 1.0)]
    found = runner.run([Request(cell, 7) for cell in cells], Stop())
    ((group, dt_ms),) = kernel.called("begin")
    assert dt_ms == 0.5
    # Free lanes have the last cell.
    assert group.voltage[0].tolist() == [-70.0, -69.0, -69.0, -69.0]
    assert group.values[0].tolist() == [20.0, 120.0, 120.0, 120.0]
    np.testing.assert_array_equal(group.cable[:, 2], cells[1].cable)
    # The channel is the kernel's first kind.
    assert group.tree.kind.tolist() == [1, 0, -1, 0]
    assert [reply.cell.time_ms for reply in found] == [3.5, 3.5]
    assert [reply.cell.state[1] for reply in found] == [-69.0 + 7.0, -68.0 + 7.0]
    assert all(reply.cell.runner is runner for reply in found)
    assert not kernel.called("receive")


def test_others_go_on_from_their_states(runner, kernel):
    cells = [rested(runner, number, 3.0 + number) for number in (1.0, 2.0, 4.0)]
    found = runner.run([Request(cell, 10) for cell in cells], Stop())
    assert not kernel.called("begin")
    ((_passing, state, _stop),) = kernel.called("advance")
    assert state[5].tolist() == [105.0, 205.0, 405.0, 405.0]
    assert [reply.cell.time_ms for reply in found] == [9.0, 10.0, 12.0]
    assert [reply.cell.state[5] for reply in found] == [105.0, 205.0, 405.0]
    assert [reply.crossed for reply in found] == [-1, 5, 6]
    assert cells[0].state[0] == 100.0, "the cell of before is still there"
    assert all(reply.cell.state.flags.owndata for reply in found), "none keeps that of others"


@pytest.mark.parametrize("event_node", [0, 3])
def test_an_event_comes_to_every_lane_with_its_weight(runner, kernel, event_node):
    cells = [rested(runner, number, 3.0 + number) for number in (0.0, 1.0)]
    requests = [
        Request(cell, 1, event_node=event_node, weight=weight)
        for cell, weight in zip(cells, (0.5, 0.25), strict=True)
    ]
    found = runner.run(requests, Stop())
    ((node, weight, time_ms, dt_ms),) = kernel.called("receive")
    assert (node, dt_ms) == (event_node, 0.5)
    assert weight.tolist() == [0.5, 0.25, 0.25, 0.25]
    assert time_ms.tolist() == [3.0, 4.0, 4.0, 4.0]
    assert [reply.cell.state[-1] for reply in found] == [22.5, 122.25]


def test_what_is_done_while_time_passes(runner, kernel):
    clamps = [Clamp(0.1, 2, 5), Clamp(0.2, 3, 6)]
    voltages = [np.full((2, 3), -1.0) for _ in clamps]
    requests = [
        Request(rested(runner), 11, clamp, (3, 0), 3, voltage, threshold_mV=-20.0)
        for clamp, voltage in zip(clamps, voltages)
    ]
    stop = Stop()
    runner.run(requests, stop)
    ((passing, _state, given),) = kernel.called("advance")
    assert given is stop
    assert (passing.n_step, passing.every, passing.watched) == (11, 3, (3, 0))
    assert passing.threshold_mV == -20.0
    assert passing.amplitude_nA.tolist() == [0.1, 0.2, 0.2, 0.2]
    assert passing.on.tolist() == [2, 3, 3, 3]
    assert passing.off.tolist() == [5, 6, 6, 6]
    assert passing.on.dtype == passing.off.dtype == np.int64
    # Two watched nodes of each lane; those that are free write elsewhere.
    assert len(passing.voltage_mV) == 8
    assert {row.shape for row in passing.voltage_mV} == {(3,)}
    assert [voltage[:, 0].tolist() for voltage in voltages] == [[0.0, 1.0], [2.0, 3.0]]


def test_where_nothing_is_watched_there_is_no_place_for_it(runner, kernel):
    runner.run([Request(rested(runner), 11)], Stop())
    ((passing, *_),) = kernel.called("advance")
    assert (passing.voltage_mV, passing.every, passing.threshold_mV) == ([], 0, None)


@pytest.mark.parametrize(
    ("node", "voltage", "sound"),
    [(3, 9.9e4, True), (3, 1.1e5, False), (0, -1.1e5, False), (2, np.nan, False), (2, -9e4, True)],
)
def test_voltages_that_no_cell_reaches_are_not_sound(runner, node, voltage, sound):
    cells = [rested(runner), rested(runner)]
    cells[1].state[node] = voltage
    cells[1].state[7] = np.nan  # no voltage
    found = runner.run([Request(cell, 1) for cell in cells], Stop())
    assert [reply.sound for reply in found] == [True, sound]


def test_the_distance_is_the_largest_of_what_is_the_cells_own(runner):
    reference = np.full(4 * N_NODE + N_OWN, 10.0)
    cells = [replace(rested(runner), state=reference.copy()) for _ in range(3)]
    cells[1].state[19] = 15.0  # a state of a channel
    cells[2].state[[5, 17, 18]] = 50.0  # none that counts
    for cell in cells:
        cell.state[:N_NODE] -= 1.0  # one step adds it
    found = runner.run([Request(cell, 1, reference=reference) for cell in cells], Stop())
    assert [reply.distance for reply in found] == [0.0, 0.5, 0.0]


def test_without_a_reference_everything_is_far(runner):
    (found,) = runner.run([Request(rested(runner), 1)], Stop())
    assert found.distance == np.inf


def test_each_has_its_share_of_the_time(runner, monkeypatch):
    clock = iter((10.0, 16.0))
    monkeypatch.setattr("pyneuronautofit.probes.batch.lanes.time.monotonic", lambda: next(clock))
    found = runner.run([Request(rested(runner), 1)] * 3, Stop())
    assert [reply.seconds for reply in found] == [2.0] * 3


# --- what runs together


def test_requests_of_a_kind_run_together_whoever_asks(runner):
    first = Request(rested(runner), 7, Clamp(0.1, 1, 2), (0,), 1, np.empty((1, 7)), 0.0, 0, 0.3)
    others = {
        "cell": rested(runner, 5.0, 99.0),
        "clamp": Clamp(0.2, 3, 4),
        "voltage_mV": np.empty((1, 7)),
        "weight": 0.4,
    }
    assert replace(first, **others).kind == first.kind
    for changed in (
        {"cell": runner.cell_of(image())},
        {"cell": replace(first.cell, runner=object())},
        {"n_step": 8},
        {"watched": (1,)},
        {"every": 2},
        {"threshold_mV": None},
        {"event_node": None},
        {"reference": first.cell.state},
    ):
        assert replace(first, **changed).kind != first.kind, changed
    hash(first.kind)
