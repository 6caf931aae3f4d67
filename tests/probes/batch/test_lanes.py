"""What a runner gives to a kernel and makes of its answer, with a kernel that takes it down."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.probes.batch.lanes import Clamp, ProbeRunner, Request
from pyneuronautofit.simulators.cells.image import Cable, CellImage, Signature
from pyneuronautofit.simulators.lanes.kernel import Stop

PASSIVE, SYNAPTIC = NodeKind(("pas",), ()), NodeKind(("hh",), (), ("Syn#0",))
G, NA = NodeVariable("mechanism", "pas", "g", None), NodeVariable("mechanism", "hh", "gna", None)
WEIGHT = NodeVariable("mechanism", "Syn#0", "w", None)
# Two nodes with a synapse, and one without between them.
SIGNATURE = Signature((-1, 0, 1), (0, 1, 0), (SYNAPTIC, PASSIVE))
M, LEFT = ("mechanism", "hh", "m"), ("mechanism", "Syn#0", "left")
N_LANE = 4


class Kernel:
    """Adds the step and the clamp to all voltages; what it is given is kept."""

    n_lane = N_LANE

    def __init__(self):
        self.given = []

    def aligned(self, array):
        return np.array(array, dtype=float)

    def begin(self, group, dt_ms):
        self.given.append(("begin", group, dt_ms))
        return np.concatenate([group.voltage, np.zeros((9 + 4, N_LANE))])

    def receive(self, _group, state, time_ms, *, node, weight, dt_ms):
        self.given.append(("receive", node, weight.tolist(), time_ms.tolist(), dt_ms))
        state[12] += weight

    def advance(self, group, state, time_ms, passing, *, dt_ms, stop):
        self.given.append(("advance", group, passing, stop))
        state[:3] += passing.n_step + passing.amplitude_nA
        return time_ms + passing.n_step * dt_ms, np.arange(N_LANE) - 1


@pytest.fixture
def runner():
    loaded = SimpleNamespace(
        kernel=Kernel(),
        # The kernel has the kinds in another order than the cell.
        numbers={PASSIVE: 0, SYNAPTIC: 1},
        sizes={PASSIVE: 1, SYNAPTIC: 2},
        variables={PASSIVE: (G,), SYNAPTIC: (NA, WEIGHT)},
        states={PASSIVE: (), SYNAPTIC: ((M, True), (LEFT, True))},
    )
    return ProbeRunner(SIGNATURE, loaded, 0.5)


def image(voltage_mV):
    cable = Cable(np.array([1.0, 2, 3]), np.array([4.0, 5, 6]), np.array([0.0, 7, 8]))
    # Node after node: gna and w, g, gna and w.
    return CellImage(SIGNATURE, cable, np.array([voltage_mV, -2.0, -3.0]), np.arange(5.0))


def test_columns_of_a_cell_are_in_the_kernel_s_order(runner):
    cell = runner.cell_of(image(-1.0))
    assert cell.values.tolist() == [2.0, 0.0, 1.0, 3.0, 4.0]
    assert cell.cable.tolist() == [1, 2, 3, 4, 5, 6, 0, 7, 8]
    assert cell.voltage_mV.tolist() == [-1.0, -2.0, -3.0]
    assert (len(cell.state), cell.time_ms) == (0, 0.0)


def test_where_states_are_kept(runner):
    # After voltages, what they have lost, currents and slopes of three nodes.
    rows = [runner.state_row(node, name) for node in (0, 2) for name in (M, LEFT)]
    assert rows == [12, 13, 14, 15]
    assert runner.state_row(1, M) is None


def test_what_tells_whether_a_cell_is_at_rest(runner):
    """Voltages and states of channels, not those of the synapse."""
    assert np.flatnonzero(runner.own).tolist() == [0, 1, 2, 12, 14]


def test_values_of_a_node_are_changed_in_a_copy(runner):
    cell = runner.cell_of(image(-1.0))
    changed = runner.with_values(cell, 2, {WEIGHT: 9.0, G: 7.0})
    assert changed.values.tolist() == [2.0, 0.0, 1.0, 3.0, 9.0]  # node 2 has no g
    assert cell.values.tolist() == [2.0, 0.0, 1.0, 3.0, 4.0]


def test_cells_fill_lanes_and_free_lanes_repeat_the_last(runner):
    requests = [Request(runner.cell_of(image(v)), 3) for v in (-10.0, -20.0)]
    stop = Stop()
    replies = runner.run(requests, stop)
    kernel = runner.kernel
    (begin, advance) = kernel.given
    assert begin[0] == "begin"
    assert begin[1].voltage[0].tolist() == [-10.0, -20.0, -20.0, -20.0]
    assert advance[3] is stop
    assert len(replies) == 2
    assert [reply.cell.state[0] for reply in replies] == [-7.0, -17.0]
    assert [reply.cell.time_ms for reply in replies] == [1.5, 1.5]
    assert [reply.crossed for reply in replies] == [-1, 0]
    assert all(reply.sound and reply.distance == np.inf for reply in replies)


def test_a_cell_that_has_begun_goes_on_from_its_state(runner):
    (first,) = runner.run([Request(runner.cell_of(image(-10.0)), 3)], Stop())
    runner.kernel.given.clear()
    (reply,) = runner.run([Request(first.cell, 2, Clamp(0.25, 0, 1))], Stop())
    assert [given[0] for given in runner.kernel.given] == ["advance"]
    passing = runner.kernel.given[0][2]
    assert passing.amplitude_nA.tolist() == [0.25] * N_LANE
    assert (passing.on.tolist(), passing.off.tolist()) == ([0] * N_LANE, [1] * N_LANE)
    assert reply.cell.state[0] == -10.0 + 3 + 2 + 0.25
    assert reply.cell.time_ms == 2.5


def test_an_event_comes_before_the_first_step(runner):
    cells = [runner.run([Request(runner.cell_of(image(v)), 1)], Stop())[0].cell for v in (-1, -2)]
    runner.kernel.given.clear()
    requests = [
        Request(cell, 1, event_node=0, weight=w) for cell, w in zip(cells, (0.5, 0.75), strict=True)
    ]
    replies = runner.run(requests, Stop())
    event = runner.kernel.given[0]
    assert event == ("receive", 0, [0.5, 0.75, 0.75, 0.75], [0.5] * N_LANE, 0.5)
    assert [reply.cell.state[12] for reply in replies] == [0.5, 0.75]


def test_voltages_go_where_they_are_wanted(runner):
    wanted = np.zeros((2, 3))
    request = Request(runner.cell_of(image(-1.0)), 6, watched=(2, 0), every=2, voltage_mV=wanted)
    runner.run([request], Stop())
    passing = runner.kernel.given[1][2]
    assert len(passing.voltage_mV) == 2 * N_LANE
    assert np.shares_memory(passing.voltage_mV[0], wanted[0])
    assert np.shares_memory(passing.voltage_mV[1], wanted[1])
    assert not np.shares_memory(passing.voltage_mV[2], wanted)
    assert (passing.watched, passing.every) == ((2, 0), 2)


def test_how_far_a_cell_is_from_another_state(runner):
    (first,) = runner.run([Request(runner.cell_of(image(-10.0)), 0)], Stop())
    reference = first.cell.state.copy()
    (reply,) = runner.run([Request(first.cell, 1, reference=reference)], Stop())
    # All voltages rise by one, the smallest from -2: by a half of its size.
    assert reply.distance == pytest.approx(0.5)


@pytest.mark.parametrize("voltage_mV", [np.nan, np.inf, 2e5, -2e5])
def test_voltages_that_are_not_sound(runner, voltage_mV):
    requests = [Request(runner.cell_of(image(v)), 1) for v in (voltage_mV, -1.0)]
    assert [reply.sound for reply in runner.run(requests, Stop())] == [False, True]


def test_requests_that_may_run_together(runner):
    cell = runner.cell_of(image(-1.0))
    one = Request(cell, 3)
    assert one.kind == Request(runner.cell_of(image(-5.0)), 3, Clamp(1.0, 0, 2), weight=2.0).kind
    others = [
        Request(cell, 4),
        Request(cell, 3, watched=(0,), every=1),
        Request(cell, 3, threshold_mV=0.0),
        Request(cell, 3, event_node=0),
        Request(cell, 3, reference=np.zeros(1)),
    ]
    assert all(one.kind != other.kind for other in others)
