"""Where the numbers of cells lie in a kernel's arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.simulators.cells.image import NO_MEMBRANE, Cable, CellImage, Signature
from pyneuronautofit.simulators.lanes.packing import make_layout, pack

LEAK, CHANNEL, OTHER = (NodeKind((name,), ()) for name in ("pas", "hh", "other"))
SIZES = {LEAK: 2, CHANNEL: 3, OTHER: 5}
SIGNATURE = Signature(
    parents=(-1, 0, 1, 1, 3),
    kinds=(0, NO_MEMBRANE, 1, 0, 1),
    node_kinds=(CHANNEL, LEAK),
)
# Values in the order of the nodes: three of node 0, two of 2, three of 3, two of 4.
VALUES = np.array([1, 2, 3, 21, 22, 31, 32, 33, 41, 42], dtype=float)


@dataclass(frozen=True)
class FakeKernel:
    n_lane: int = 4

    def aligned(self, array):
        return array.astype(np.float32)


def image(scale=1.0, signature=SIGNATURE):
    n = len(signature.parents)
    nodes = np.arange(n, dtype=float)
    cable = Cable(100 + nodes * scale, 200 + nodes * scale, 300 + nodes * scale)
    return CellImage(signature, cable, -70.0 - nodes * scale, VALUES * scale)


def test_values_go_kind_after_kind_in_the_order_of_the_kernel():
    layout = make_layout(SIGNATURE, {LEAK: 0, OTHER: 1, CHANNEL: 2}, SIZES)
    assert VALUES[layout.order].tolist() == [21, 22, 41, 42, 1, 2, 3, 31, 32, 33]
    assert layout.tree.kind.tolist() == [2, -1, 0, 2, 0]
    assert layout.tree.parent.tolist() == [-1, 0, 1, 1, 3]
    assert layout.tree.kind.dtype == layout.tree.parent.dtype == np.int32


def test_another_numbering_moves_the_values():
    layout = make_layout(SIGNATURE, {CHANNEL: 0, LEAK: 1}, SIZES)
    assert VALUES[layout.order].tolist() == [1, 2, 3, 31, 32, 33, 21, 22, 41, 42]


def test_a_kind_without_values_takes_no_place():
    layout = make_layout(SIGNATURE, {CHANNEL: 0, LEAK: 1}, {CHANNEL: 0, LEAK: 2})
    assert layout.order.tolist() == [0, 1, 2, 3]
    layout = make_layout(SIGNATURE, {CHANNEL: 0, LEAK: 1}, {CHANNEL: 0, LEAK: 0})
    assert layout.order.shape == (0,)


def test_every_cell_has_a_lane_and_free_lanes_repeat_the_last():
    layout = make_layout(SIGNATURE, {CHANNEL: 0, LEAK: 1}, SIZES)
    group = pack(FakeKernel(), layout, [image(1.0), image(2.0)])
    first, second = image(1.0), image(2.0)
    np.testing.assert_array_equal(group.values[:, 0], VALUES[layout.order])
    np.testing.assert_array_equal(group.values[:, 1], 2 * VALUES[layout.order])
    for lane, cell in enumerate((first, second, second, second)):
        parts = (cell.cable.area_um2, cell.cable.capacitance_nF, cell.cable.conductance_uS)
        np.testing.assert_array_equal(group.cable[:, lane], np.concatenate(parts))
        np.testing.assert_array_equal(group.voltage[:, lane], cell.voltage_mV)
    assert group.values.dtype == np.float32
    assert group.tree is layout.tree


def test_a_full_group():
    layout = make_layout(SIGNATURE, {CHANNEL: 0, LEAK: 1}, SIZES)
    group = pack(FakeKernel(), layout, [image(k) for k in (1.0, 2.0, 3.0, 4.0)])
    np.testing.assert_array_equal(group.voltage[1], [-71.0, -72.0, -73.0, -74.0])
