"""A cell as numbers: the tree that is solved, what stands in its nodes, what was read from them.

Worker processes build cells in NEURON and read them; the process that generates, compiles and runs
kernels never sees NEURON, only these records. They are plain data that can be pickled.

A *node* is what has a voltage of its own: a segment, or a place without membrane where at least
three segments meet. Node 0 is the segment where current is injected and voltage recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.codegen.kinds import NodeKind

#: The kind of a node without membrane.
NO_MEMBRANE = -1


@dataclass(frozen=True)
class Signature:
    """All that two cells have to share for running in the same lanes.

    Attributes
    ----------
    parents
        One per node: the node it hangs from, which has a smaller number; -1 for node 0.
    kinds
        One per node: an index into `node_kinds`, or `NO_MEMBRANE`.
    node_kinds
        The kinds that occur, in the order of their first nodes.
    """

    parents: tuple[int, ...]
    kinds: tuple[int, ...]
    node_kinds: tuple[NodeKind, ...]

    @property
    def neighbouring(self) -> frozenset[str]:
        """The mechanisms that stand in neighbouring segments; a joint is between them."""
        # Of a joint, all that stands around it so far.
        around: list[set[str]] = []
        found: set[str] = set()
        for parent, kind in zip(self.parents, self.kinds):
            beside = around[parent] if parent >= 0 else set[str]()
            if kind == NO_MEMBRANE:
                around.append(beside if self._is_joint(parent) else set(beside))
                continue
            own = set(self.node_kinds[kind].mechanisms)
            found |= own & beside
            if self._is_joint(parent):
                beside |= own
            around.append(own)
        return frozenset(found)

    def _is_joint(self, node: int) -> bool:
        return node >= 0 and self.kinds[node] == NO_MEMBRANE

    def __hash__(self) -> int:
        # Of the tree alone: it tells signatures apart, and every candidate's is looked up.
        return hash((self.parents, self.kinds))


@dataclass(frozen=True)
class Cable:
    """The numbers that turn a signature's tree into a cable.

    Attributes
    ----------
    area_um2 : FloatArray, shape (n_node,)
        Membrane; 0 for a node without.
    capacitance_nF : FloatArray, shape (n_node,)
        Of that membrane.
    conductance_uS : FloatArray, shape (n_node,)
        From a node to its parent; [0] is 0.
    """

    area_um2: FloatArray
    capacitance_nF: FloatArray
    conductance_uS: FloatArray


@dataclass(frozen=True)
class CellImage:
    """A cell, ready to be simulated, without NEURON.

    Attributes
    ----------
    signature
        The tree and the kinds of its nodes.
    numbers : FloatArray, shape (4 * n_node + n_value,)
        Its cable, its voltages at the beginning and its values, one after the other: every
        candidate's image is sent and packed, which one piece makes much cheaper than five.
    """

    signature: Signature
    numbers: FloatArray

    @classmethod
    def of(
        cls, signature: Signature, cable: Cable, voltage_mV: FloatArray, values: FloatArray
    ) -> CellImage:
        """Make it of its parts; they are described with the properties."""
        parts = (cable.area_um2, cable.capacitance_nF, cable.conductance_uS, voltage_mV, values)
        return cls(signature, np.concatenate(parts, dtype=np.float64))

    @property
    def cable(self) -> Cable:
        """Areas, capacitances, axial conductances."""
        n_node = len(self.signature.parents)
        return Cable(*self.numbers[: 3 * n_node].reshape(3, n_node))

    @property
    def voltage_mV(self) -> FloatArray:
        """Voltages at the beginning, shape (n_node,)."""
        n_node = len(self.signature.parents)
        return self.numbers[3 * n_node : 4 * n_node]

    @property
    def values(self) -> FloatArray:
        """Variables of the nodes, shape (n_value,), in NEURON's units.

        Node 0's in the order in which they were asked for, then node 1's, ...; a node without
        membrane has none.
        """
        return self.numbers[4 * len(self.signature.parents) :]

    def __reduce__(self) -> tuple[Callable[..., CellImage], tuple[Any, ...]]:
        return _image_of, (self.signature, self.numbers.tobytes())


def _image_of(signature: Signature, numbers: bytes) -> CellImage:
    """Take up an image that has been sent; its numbers are read-only."""
    return CellImage(signature, np.frombuffer(numbers))


def identical(one: CellImage, other: CellImage) -> bool:
    """Return whether two images are the same to the last bit."""
    return one.__reduce__() == other.__reduce__()
