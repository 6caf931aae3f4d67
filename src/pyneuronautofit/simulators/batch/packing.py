"""Putting cells into lanes: cells of the same signature, columns of the same arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.simulators.batch.kernel import Kernel, KernelBase, LaneGroup, TreeArrays
from pyneuronautofit.simulators.batch.structure import CellImage, NodeKind, Signature


@dataclass(frozen=True)
class Layout:
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
    signature: Signature, numbers: Mapping[NodeKind, int], sizes: Mapping[NodeKind, int]
) -> Layout:
    """Plan the arrays of a signature.

    Parameters
    ----------
    numbers
        The kernel's number of every kind of node.
    sizes
        How many values are read at a node of every kind.
    """
    kinds = [None if kind < 0 else signature.node_kinds[kind] for kind in signature.kinds]
    counts = [0 if kind is None else sizes[kind] for kind in kinds]
    starts = np.concatenate([[0], np.cumsum(counts)])
    places: list[IntArray] = []
    for wanted in sorted(numbers, key=lambda kind: numbers[kind]):
        for node, kind in enumerate(kinds):
            if kind == wanted:
                places.append(np.arange(starts[node], starts[node + 1]))
    tree = TreeArrays(
        np.array(signature.parents, dtype=np.int32),
        np.array([-1 if kind is None else numbers[kind] for kind in kinds], dtype=np.int32),
        signature.stimulated,
        signature.recorded,
    )
    empty = np.zeros(0, dtype=np.int64)
    return Layout(tree, np.concatenate([empty, *places]).astype(np.int64))


def pack(kernel: Kernel, layout: Layout, images: Sequence[CellImage]) -> LaneGroup:
    """Put cells into lanes; free lanes repeat the last cell."""
    filled = [*images, *([images[-1]] * (kernel.n_lane - len(images)))]
    values = np.stack([image.values[layout.order] for image in filled], axis=1)
    cable = np.stack([_cable_column(image) for image in filled], axis=1)
    voltage = np.stack([image.voltage_mV for image in filled], axis=1)
    return LaneGroup(
        layout.tree, kernel.aligned(values), kernel.aligned(cable), kernel.aligned(voltage)
    )


def _cable_column(image: CellImage) -> FloatArray:
    cable = image.cable
    return np.concatenate([cable.area_um2, cable.capacitance_nF, cable.conductance_uS])


def pack_all(
    kernel: KernelBase, layout: Layout, images: Sequence[CellImage]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Put any number of cells into packs of lanes; free lanes of the last repeat the last cell.

    Returns
    -------
    values, cable, voltage : FloatArray, each shape (n_pack, n, n_lane)
        As `LaneGroup` has them.
    """
    n_lane = kernel.n_lane
    filled = [*images, *([images[-1]] * (-len(images) % n_lane))]
    columns = (
        [image.values[layout.order] for image in filled],
        [_cable_column(image) for image in filled],
        [image.voltage_mV for image in filled],
    )
    values, cable, voltage = (
        kernel.aligned(np.stack(each).reshape(-1, n_lane, len(each[0])).swapaxes(1, 2))
        for each in columns
    )
    return values, cable, voltage
