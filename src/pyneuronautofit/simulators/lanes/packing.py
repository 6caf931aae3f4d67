"""Putting cells into lanes: cells of the same signature, columns of the same arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.simulators.cells.image import CellImage, Signature
from pyneuronautofit.simulators.lanes.kernel import Kernel, KernelBase, LaneGroup, TreeArrays

# Area, capacitance and conductance of a node that a cell does not have.
_MISSING = (0.0, 1.0, 0.0)


@dataclass(frozen=True)
class LaneLayout:
    """How cells of a signature lie in a kernel's arrays.

    Attributes
    ----------
    tree
        Their tree.
    order : IntArray, shape (n_value,)
        For every value that the kernel takes its place in `CellImage.values`.
    """

    tree: TreeArrays
    order: IntArray


def make_layout(
    signature: Signature,
    numbers: Mapping[NodeKind, int],
    sizes: Mapping[NodeKind, int],
    within: Signature | None = None,
) -> LaneLayout:
    """Plan the arrays of a signature.

    Parameters
    ----------
    numbers
        The kernel's number of every kind of node.
    sizes
        How many values are read at a node of every kind.
    within
        A signature that this one is the beginning of; see `begins`. The layout is then of that
        one's tree: the nodes that the smaller one does not have repeat its last of their kind.
    """
    whole = within or signature
    starts = np.concatenate([[0], np.cumsum(_counts(signature, sizes))])
    kinds = _node_kinds(whole)
    last = {kind: node for node, kind in enumerate(_node_kinds(signature))}
    places: list[IntArray] = []
    for wanted in sorted(numbers, key=lambda kind: numbers[kind]):
        for node, kind in enumerate(kinds):
            if kind == wanted:
                own = node if node < len(signature.parents) else last[kind]
                places.append(np.arange(starts[own], starts[own + 1]))
    tree = TreeArrays(
        np.array(whole.parents, dtype=np.int32),
        np.array([-1 if kind is None else numbers[kind] for kind in kinds], dtype=np.int32),
    )
    empty = np.zeros(0, dtype=np.int64)
    return LaneLayout(tree, np.concatenate([empty, *places]).astype(np.int64))


def begins(small: Signature, large: Signature) -> bool:
    """Say whether a tree is the first nodes of another, as that of a shorter cable is.

    The nodes that it lacks then need no current: cut off from the tree they change nothing.
    """
    n = len(small.parents)
    own, others = _node_kinds(small), _node_kinds(large)
    return (
        n <= len(large.parents)
        and small.parents == large.parents[:n]
        and own == others[:n]
        and set(others) <= set(own)
    )


def _node_kinds(signature: Signature) -> list[NodeKind | None]:
    return [None if kind < 0 else signature.node_kinds[kind] for kind in signature.kinds]


def _counts(signature: Signature, sizes: Mapping[NodeKind, int]) -> list[int]:
    return [0 if kind is None else sizes[kind] for kind in _node_kinds(signature)]


def pack(kernel: Kernel, layout: LaneLayout, images: Sequence[CellImage]) -> LaneGroup:
    """Put cells into lanes; free lanes repeat the last cell."""
    filled = [*images, *([images[-1]] * (kernel.n_lane - len(images)))]
    values = np.stack([image.values[layout.order] for image in filled], axis=1)
    cable = np.stack([cable_column(image) for image in filled], axis=1)
    voltage = np.stack([image.voltage_mV for image in filled], axis=1)
    return LaneGroup(
        layout.tree, kernel.aligned(values), kernel.aligned(cable), kernel.aligned(voltage)
    )


def cable_column(image: CellImage) -> FloatArray:
    """Return a cell's column of the cable of a `LaneGroup`."""
    cable = image.cable
    return np.concatenate([cable.area_um2, cable.capacitance_nF, cable.conductance_uS])


def pack_all(
    kernel: KernelBase, cells: Sequence[tuple[LaneLayout, CellImage]]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Put any number of cells into packs of lanes; free lanes of the last repeat the last cell.

    Parameters
    ----------
    cells
        With layouts of one and the same tree.

    Returns
    -------
    values, cable, voltage : FloatArray, each shape (n_pack, n, n_lane)
        As `LaneGroup` has them.
    """
    n_lane, n_node = kernel.n_lane, len(cells[0][0].tree.parent)
    n_filled = len(cells) + -len(cells) % n_lane
    values = np.empty((n_filled, len(cells[0][0].order)))
    # Missing nodes are there, at rest, and connected to nothing.
    cable = np.broadcast_to(np.array(_MISSING)[:, None], (n_filled, 3, n_node)).copy()
    voltage = np.empty((n_filled, n_node))
    alike: dict[int, list[int]] = {}
    for number, (layout, _image) in enumerate(cells):
        alike.setdefault(id(layout), []).append(number)
    for rows in alike.values():
        layout, image = cells[rows[0]]
        n = len(image.signature.parents)
        numbers = np.stack([cells[row][1].numbers for row in rows])
        values[rows] = numbers[:, 4 * n + layout.order]
        cable[rows, :, :n] = numbers[:, : 3 * n].reshape(-1, 3, n)
        voltage[rows, :n] = numbers[:, 3 * n : 4 * n]
        voltage[rows, n:] = numbers[:, 4 * n - 1 : 4 * n]
    packed = []
    for columns in (values, cable.reshape(n_filled, -1), voltage):
        columns[len(cells) :] = columns[len(cells) - 1]
        # How many packs there are is said: a cell without any mechanism has no values.
        n_pack = n_filled // n_lane
        in_packs = columns.reshape(n_pack, n_lane, columns.shape[1]).swapaxes(1, 2)
        packed.append(kernel.aligned(in_packs))
    return packed[0], packed[1], packed[2]
