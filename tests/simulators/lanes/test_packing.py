"""Where the numbers of cells lie in a kernel's arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.simulators.cells.image import NO_MEMBRANE, Cable, CellImage, Signature
from pyneuronautofit.simulators.lanes.packing import begins, make_layout, pack, pack_all

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
    return CellImage.of(signature, cable, -70.0 - nodes * scale, VALUES * scale)


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


#: The same tree, two nodes longer.
LONGER = Signature((*SIGNATURE.parents, 4, 5), (*SIGNATURE.kinds, 1, 0), SIGNATURE.node_kinds)


def test_nodes_that_a_smaller_cell_lacks_repeat_its_last_of_their_kind():
    layout = make_layout(SIGNATURE, {LEAK: 0, CHANNEL: 1}, SIZES, within=LONGER)
    assert VALUES[layout.order].tolist() == [
        21,
        22,
        41,
        42,
        41,
        42,
        1,
        2,
        3,
        31,
        32,
        33,
        31,
        32,
        33,
    ]
    assert layout.tree.parent.tolist() == list(LONGER.parents)
    assert layout.tree.kind.tolist() == [1, -1, 0, 1, 0, 0, 1]


def test_which_trees_are_beginnings_of_another():
    assert begins(SIGNATURE, LONGER)
    assert begins(LONGER, LONGER)
    assert not begins(LONGER, SIGNATURE)
    turned = replace(LONGER, parents=(-1, 0, 0, *LONGER.parents[3:]))
    assert not begins(SIGNATURE, turned)
    others = replace(LONGER, kinds=(1, *LONGER.kinds[1:]))
    assert not begins(SIGNATURE, others)
    # A kind that the smaller one does not have has no values there.
    more = replace(LONGER, kinds=(*LONGER.kinds[:-1], 2), node_kinds=(CHANNEL, LEAK, OTHER))
    assert not begins(SIGNATURE, more)


def test_cells_of_two_sizes_share_packs_and_what_is_missing_is_connected_to_nothing():
    large = CellImage.of(
        LONGER,
        Cable(*(np.arange(7.0) + offset for offset in (100, 200, 300))),
        -70.0 - np.arange(7.0),
        np.concatenate([VALUES, [51, 52, 61, 62, 63]]),
    )
    layouts = [
        make_layout(signature, {LEAK: 0, CHANNEL: 1}, SIZES, within=LONGER)
        for signature in (LONGER, SIGNATURE)
    ]
    values, cable, voltage = pack_all(FakeKernel(2), [(layouts[0], large), (layouts[1], image())])
    assert values.shape == (1, 15, 2)
    assert values[0, :, 1].tolist()[4:6] == [41, 42]
    area, capacitance, conductance = cable[0, :, 1].reshape(3, 7)
    assert area.tolist() == [100, 101, 102, 103, 104, 0, 0]
    assert capacitance.tolist() == [200, 201, 202, 203, 204, 1, 1]
    assert conductance.tolist() == [300, 301, 302, 303, 304, 0, 0]
    assert voltage[0, :, 1].tolist() == [-70, -71, -72, -73, -74, -74, -74]


def test_cells_without_any_mechanism_have_no_values_but_lanes():
    bare = Signature((-1, 0), (NO_MEMBRANE, NO_MEMBRANE), ())
    cable = Cable(np.ones(2), np.full(2, 2.0), np.full(2, 3.0))
    cell = CellImage.of(bare, cable, np.full(2, -65.0), np.zeros(0))
    layout = make_layout(bare, {}, {})
    values, columns, voltage = pack_all(FakeKernel(2), [(layout, cell)] * 3)
    assert values.shape == (2, 0, 2)
    assert columns.shape == (2, 6, 2)
    assert (voltage == -65).all()
    assert pack(FakeKernel(2), layout, [cell]).values.shape == (0, 2)
