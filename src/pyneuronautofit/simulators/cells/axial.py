"""The conductances between the segments of a cell, and which of NEURON's nodes are needed.

NEURON's tree has a node in every segment and one without area at the end of every section, where
other sections may be joined. Those have no capacitance, so whatever flows in flows out within the
same time step, and two sorts of them can be left out without changing any other voltage: the free
ends, and those between two segments, whose conductances are in series. A place where three or more
segments meet stays, as a node without membrane.

Which places are needed does not depend on the conductances, so there are only their numbers here:
cells of the same shape share their `Wires`, and `conductances` computes each one's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Wired:
    """The numbers of one section's segments, and of its ends, in `Wires`."""

    segments: Sequence[int]
    end_0: int
    end_1: int

    def at(self, x: float) -> int:
        """Return the number of what is at a position, as NEURON rounds it."""
        if x in {0.0, 1.0}:
            return self.end_1 if x else self.end_0
        return self.segments[int(len(self.segments) * x)]


class Wires:
    """The places of NEURON's tree, and the wires between neighbours, all by their numbers.

    Attributes
    ----------
    joints
        Those places that have no membrane.
    neighbours
        One mapping per place: the wire to each neighbour, in NEURON's order.
    n_direct
        How many wires `connect` has made; they have the first numbers.
    series
        For every wire after those the two that it consists of.
    free_ends
        The joints at free ends that were left out, and their neighbours: no current flows between
        them, so their voltages are the same.
    """

    def __init__(self, n_place: int) -> None:
        self.joints: list[int] = []
        self.neighbours: list[dict[int, int]] = [{} for _ in range(n_place)]
        self.n_direct = 0
        self.series: list[tuple[int, int]] = []
        self.free_ends: dict[int, int] = {}

    def connect(self, one: int, other: int) -> None:
        """Connect two places that are not connected, by the next wire."""
        self.neighbours[one][other] = self.neighbours[other][one] = self.n_direct
        self.n_direct += 1

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
                self.free_ends[joint] = next(iter(around))
                del self.neighbours[self.free_ends[joint]][joint]
                continue
            (one, to_one), (other, to_other) = around.items()
            wire = self.n_direct + len(self.series)
            self.series.append((to_one, to_other))
            self._replace(one, joint, other, wire)
            self._replace(other, joint, one, wire)

    def _replace(self, at: int, joint: int, other: int, wire: int) -> None:
        # At the joint's place, so that the order stays NEURON's.
        self.neighbours[at] = {
            (other if number == joint else number): (wire if number == joint else kept)
            for number, kept in self.neighbours[at].items()
        }

    def from_root(self, root: int) -> Iterator[tuple[int, int, int]]:
        """Yield every place that is connected to a root, depth first, parents before children.

        Each comes with its parent's position in this sequence and the wire to it; -1 for the root.
        """
        waiting, count = [(root, -1, -1, -1)], 0
        while waiting:
            number, origin, parent, wire = waiting.pop()
            yield number, parent, wire
            waiting += [
                (other, number, count, to_other)
                for other, to_other in reversed(self.neighbours[number].items())
                if other != origin
            ]
            count += 1


def conductances(direct_uS: Iterable[float], series: Iterable[tuple[int, int]]) -> list[float]:
    """Return the conductances of all wires, uS, given those of the first."""
    found = list(direct_uS)
    for one, other in series:
        found.append(found[one] * found[other] / (found[one] + found[other]))
    return found
