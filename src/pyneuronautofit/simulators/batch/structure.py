"""A cell as numbers: the tree that is solved, what stands in its nodes, what was read from them.

Worker processes build cells in NEURON and read them; the process that generates, compiles and runs
kernels never sees NEURON, only these records. They are plain data that can be pickled.

A *node* is what has a voltage of its own: a segment, or a place without membrane where at least
three segments meet. Node 0 is the segment where current is injected and voltage recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import ModelError

#: The kind of a node without membrane.
NO_MEMBRANE = -1

Owner = Literal["mechanism", "global", "ion", "segment"]


class UnsupportedModel(ModelError):  # noqa: N818 - it is raised for a sound model
    """The batch simulator cannot simulate this model; NEURON can."""


@dataclass(frozen=True)
class IonUse:
    """An ion that is present in a segment, and where NEURON gets its numbers from.

    Attributes
    ----------
    name
        Without NEURON's `_ion`: "ca", "na".
    valence
        Charge in elementary charges.
    c_style
        What the concentrations are: 0 unused, 1 parameters, 2 assigned, 3 states.
    cinit
        1: finitialize sets them to the global defaults (`cai0_ca_ion`).
    e_style
        What the reversal potential is, in the same numbers.
    einit
        1: finitialize computes it from the concentrations.
    eadvance
        1: every step computes it from the concentrations.
    """

    name: str
    valence: float
    c_style: int
    cinit: int
    e_style: int
    einit: int
    eadvance: int

    @classmethod
    def from_style(cls, name: str, valence: float, style: int) -> IonUse:
        """Make it from the number that NEURON's `ion_style` returns."""
        return cls(
            name=name,
            valence=valence,
            c_style=style & 3,
            cinit=style >> 2 & 1,
            e_style=style >> 3 & 3,
            einit=style >> 5 & 1,
            eadvance=style >> 6 & 1,
        )


@dataclass(frozen=True)
class NodeKind:
    """What stands in a segment; segments of one kind run the same code.

    Attributes
    ----------
    mechanisms
        Suffixes of the density mechanisms, in the order in which NEURON registered them.
    ions
        In that order, too.
    processes
        The point processes there, each by a name of its own, `Synapse#0`: the mechanism's, and its
        number among those of that mechanism in the segment.
    """

    mechanisms: tuple[str, ...]
    ions: tuple[IonUse, ...]
    processes: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of all mechanisms whose equations are needed."""
        return (*self.mechanisms, *dict.fromkeys(map(mechanism_of, self.processes)))


def process_name(mechanism: str, number: int) -> str:
    """Return the name of a point process in its segment."""
    return f"{mechanism}#{number}"


def mechanism_of(name: str) -> str:
    """Return the mechanism of a point process; of a density mechanism its name as it is."""
    return name.partition("#")[0]


def is_process(name: str) -> bool:
    """Say whether a name is that of a point process."""
    return "#" in name


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
    stimulated
        The node that gets the current.
    recorded
        The node whose voltage is the answer.
    """

    parents: tuple[int, ...]
    kinds: tuple[int, ...]
    node_kinds: tuple[NodeKind, ...]
    stimulated: int
    recorded: int

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
class Variable:
    """One number that is read at every node of a kind.

    Attributes
    ----------
    owner
        "mechanism": of a mechanism, own to every segment; "global": one for all of the
        process; "ion": a concentration, current or reversal potential; "segment": "diam", "area",
        "cm" or "v".
    mechanism
        Suffix, name of a point process, or the ion's name; "" for a segment's, and for a global
        that has no suffix.
    name
        Without suffix; an ion's with the ion's name ("ena", "nai"), as segments have it.
    index
        Element of an array variable; None: it is none.
    """

    owner: Owner
    mechanism: str
    name: str
    index: int | None


@dataclass(frozen=True)
class CellImage:
    """A cell, ready to be simulated, without NEURON.

    Attributes
    ----------
    signature
        The tree and the kinds of its nodes.
    cable
        Areas, capacitances, axial conductances.
    voltage_mV : FloatArray, shape (n_node,)
        At the beginning.
    values : FloatArray, shape (n_value,)
        Node 0's variables in the order in which they were asked for, then node 1's, ...; in
        NEURON's units. A node without membrane has none.
    """

    signature: Signature
    cable: Cable
    voltage_mV: FloatArray
    values: FloatArray

    def __reduce__(self) -> tuple[Callable[..., CellImage], tuple[Any, ...]]:
        # Every candidate's image is sent: as one piece it takes a third of the time.
        cable = self.cable
        pieces = (
            cable.area_um2,
            cable.capacitance_nF,
            cable.conductance_uS,
            self.voltage_mV,
            self.values,
        )
        return _image_of, (self.signature, np.concatenate(pieces, dtype=np.float64).tobytes())


def _image_of(signature: Signature, numbers: bytes) -> CellImage:
    """Take an image apart that has been sent; its arrays are read-only."""
    pieces, n_node = np.frombuffer(numbers), len(signature.parents)
    area, capacitance, conductance, voltage = pieces[: 4 * n_node].reshape(4, n_node)
    return CellImage(
        signature, Cable(area, capacitance, conductance), voltage, pieces[4 * n_node :]
    )


def identical(one: CellImage, other: CellImage) -> bool:
    """Return whether two images are the same to the last bit."""
    return one.__reduce__() == other.__reduce__()
