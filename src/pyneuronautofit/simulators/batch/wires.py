"""The conductances between the segments of a cell, and which of NEURON's nodes are needed.

NEURON's tree has a node in every segment and one without area at the end of every section, where
other sections may be joined. Those have no capacitance, so whatever flows in flows out within the
same time step, and two sorts of them can be left out without changing any other voltage: the free
ends, and those between two segments, whose conductances are in series. A place where three or more
segments meet stays, as a node without membrane.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wired:
    """The numbers of one section's segments, and of its ends, in `Wires`."""

    segments: list[int]
    end_0: int
    end_1: int

    def at(self, x: float) -> int:
        """Return the number of what is at a position, as NEURON rounds it."""
        if x in {0.0, 1.0}:
            return self.end_1 if x else self.end_0
        return self.segments[int(len(self.segments) * x)]


class Wires:
    """All places of NEURON's tree, and the conductances between neighbours.

    Attributes
    ----------
    places
        Whatever the caller has put in.
    joints
        The numbers of those places that have no membrane.
    neighbours
        One mapping per place: the conductance to each neighbour, uS, in NEURON's order.
    """

    def __init__(self) -> None:
        self.places: list[Any] = []
        self.joints: list[int] = []
        self.neighbours: list[dict[int, float]] = []

    def add(self, place: Any) -> int:
        """Add a place and return its number."""
        self.places.append(place)
        self.neighbours.append({})
        return len(self.places) - 1

    def add_joint(self, place: Any) -> int:
        """Add a place that has no membrane and return its number."""
        number = self.add(place)
        self.joints.append(number)
        return number

    def connect(self, one: int, other: int, conductance_uS: float) -> None:
        """Connect two places that are not connected."""
        self.neighbours[one][other] = conductance_uS
        self.neighbours[other][one] = conductance_uS

    def leave_out_joints(self) -> None:
        """Disconnect the joints that have no more than two neighbours.

        All neighbours of joints are segments, so that no joint loses its own by this.
        """
        for joint in self.joints:
            around = self.neighbours[joint]
            if len(around) > 2:
                continue
            self.neighbours[joint] = {}
            if len(around) == 1:
                del self.neighbours[next(iter(around))][joint]
                continue
            (one, g_one), (other, g_other) = around.items()
            in_series = g_one * g_other / (g_one + g_other)
            self._replace(one, joint, other, in_series)
            self._replace(other, joint, one, in_series)

    def _replace(self, at: int, joint: int, other: int, conductance_uS: float) -> None:
        # At the joint's place, so that the order stays NEURON's.
        self.neighbours[at] = {
            (other if number == joint else number): (conductance_uS if number == joint else kept)
            for number, kept in self.neighbours[at].items()
        }

    def from_root(self, root: int) -> Iterator[tuple[int, int, float]]:
        """Yield every place that is connected to a root, depth first, parents before children.

        Each comes with its parent's position in this sequence and the conductance to it.
        """
        waiting, count = [(root, -1, -1, 0.0)], 0
        while waiting:
            number, origin, parent, conductance_uS = waiting.pop()
            yield number, parent, conductance_uS
            waiting += [
                (other, number, count, g)
                for other, g in reversed(self.neighbours[number].items())
                if other != origin
            ]
            count += 1
