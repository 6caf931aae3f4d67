"""What stands in a node: mechanisms, ions, point processes, and the numbers that are read there.

These records are the question and the answer between the code generator and whoever reads cells:
a kind of node is what code is generated for, its variables are what that code wants to be given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Owner = Literal["mechanism", "global", "ion", "segment"]


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
class Curve:
    """What a FUNCTION_TABLE is: linear between points, constant before and after them.

    Attributes
    ----------
    arguments
        Ascending; at least one.
    values
        One for each.
    """

    arguments: tuple[float, ...]
    values: tuple[float, ...]


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
    tabulated
        Those of the mechanisms, and of the mechanisms of the processes, whose TABLEs NEURON uses.
    curves
        Their FUNCTION_TABLEs: mechanism, name and what it is.
    """

    mechanisms: tuple[str, ...]
    ions: tuple[IonUse, ...]
    processes: tuple[str, ...] = ()
    tabulated: tuple[str, ...] = ()
    curves: tuple[tuple[str, str, Curve], ...] = ()

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
class NodeVariable:
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
    expected
        What it has to be for the code to be right; None: it may be anything.
    """

    owner: Owner
    mechanism: str
    name: str
    index: int | None
    expected: float | None = None
