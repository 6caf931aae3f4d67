"""Branching cells: as plain records, from an SWC file, and as a class for a project file.

A cell is a tuple of `SectionPlan`; `cell_class` makes of it what a project file calls
`fitmeneuron`. Only the inside of a cell's constructor imports NEURON, so that tests can make and
change the records in a process without it.

`python branching.py` grows the cell of `data/branching.swc` again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

SWC = Path(__file__).with_name("data") / "branching.swc"
LAMBDA_FREQUENCY_HZ = 100.0

#: Suffix -> its RANGE parameters that differ from their defaults.
Mechanisms = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class SectionPlan:
    """One section and how it is joined to an earlier one.

    `points` are (x, y, z, diameter) in um and replace length and diameter; NEURON
    takes the first to be at the parent, whichever end is joined there. `parent` is a place in the
    cell's tuple, -1 for none.
    """

    region: str
    parent: int = -1
    parent_x: float = 1.0
    end: int = 0
    L_um: float = 30.0
    diam_um: float = 2.0
    nseg: int = 1
    Ra_ohm_cm: float = 150.0
    cm_uF: float = 1.0
    points: tuple[tuple[float, float, float, float], ...] = ()


class BranchingCell:
    """A cell after a plan; `cell_class` makes the subclasses that can be called.

    Attributes
    ----------
    soma
        The section of the region "soma".
    dend, axon, spine
        Those of the other regions, in the order of the plan.
    """

    sections: tuple[SectionPlan, ...] = ()
    #: Region -> mechanisms.
    mechanisms: Mapping[str, Mechanisms] = {}
    #: Name -> value in all segments that have it, as "ena".
    segment: Mapping[str, float] = {}
    #: The longest segment, in length constants at 100 Hz; None: `nseg` of the plan stays.
    segment_length: float | None = None

    def __init__(self, nid=0):
        self.nid = nid
        self.dend, self.axon, self.spine = [], [], []
        made = []
        for number, plan in enumerate(self.sections):
            made.append(self._section(plan, number))
            if plan.parent >= 0:
                made[-1].connect(made[plan.parent](plan.parent_x), plan.end)
        self.setcable()
        for plan, section in zip(self.sections, made):
            self._insert(plan, section)

    def __repr__(self):
        return f"BranchingCell[{self.nid}]"

    def setcable(self):
        """Give every section the odd number of segments that `segment_length` asks for."""
        if self.segment_length is None:
            return
        for section in (self.soma, *self.dend, *self.axon, *self.spine):
            per_um = 1e-5 * math.sqrt(4 * math.pi * LAMBDA_FREQUENCY_HZ * section.Ra * section.cm)
            lengths = section.L * math.sqrt(2) * per_um / math.sqrt(section(0.5).diam)
            section.nseg = 2 * int((lengths / self.segment_length + 0.9) / 2) + 1

    def _section(self, plan, number):
        from neuron import h

        section = h.Section(name=f"{plan.region}_{number}", cell=self)
        if plan.region == "soma":
            self.soma = section
        else:
            getattr(self, plan.region).append(section)
        section.L, section.diam, section.nseg = plan.L_um, plan.diam_um, plan.nseg
        section.Ra, section.cm = plan.Ra_ohm_cm, plan.cm_uF
        for point in plan.points:
            section.pt3dadd(*point)
        return section

    def _insert(self, plan, section):
        inserted = self.mechanisms.get(plan.region, {})
        for suffix in inserted:
            section.insert(suffix)
        for segment in section:
            for suffix, values in inserted.items():
                for name, value in values.items():
                    setattr(getattr(segment, suffix), name, value)
            for name, value in self.segment.items():
                if hasattr(segment, name):
                    setattr(segment, name, value)


def cell_class(
    sections: Sequence[SectionPlan],
    mechanisms: Mapping[str, Mechanisms],
    segment: Mapping[str, float] | None = None,
    segment_length: float | None = None,
) -> type[BranchingCell]:
    """Make the class of a cell; see the attributes of `BranchingCell`."""
    attributes = {
        "sections": tuple(sections),
        "mechanisms": mechanisms,
        "segment": segment or {},
        "segment_length": segment_length,
    }
    return type("PlannedCell", (BranchingCell,), attributes)


_PROJECT = """\
from simulators.branching import SectionPlan, cell_class

SECTIONS = {sections!r}
fitmeneuron = cell_class(SECTIONS, {mechanisms!r}, {segment!r}, {segment_length!r})
param_nslh = {parameters!r}
simulator = "neuron"
"""


def write_project(
    folder: Path,
    sections: Sequence[SectionPlan],
    mechanisms: Mapping[str, Mechanisms],
    segment: Mapping[str, float] | None = None,
    segment_length: float | None = None,
    parameters: Sequence[Sequence[object]] = (("soma.cm", "lin", 0.5, 2.0),),
) -> Path:
    """Write a project file with such a cell; it imports this module."""
    text = _PROJECT.format(
        sections=tuple(sections),
        mechanisms=mechanisms,
        segment=segment or {},
        segment_length=segment_length,
        parameters=[list(row) for row in parameters],
    )
    path = folder / "project.py"
    path.write_text(text)
    return path


# --- SWC: rows of number, type, x, y, z, radius, parent

_REGIONS = {1: "soma", 2: "axon", 3: "dend", 4: "dend"}


@dataclass(frozen=True)
class SwcPoint:
    """One row of an SWC file, um; the parent is a number of an earlier row, or -1."""

    number: int
    kind: int
    x: float
    y: float
    z: float
    radius: float
    parent: int


def read_swc(path: Path) -> tuple[SwcPoint, ...]:
    rows = [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]
    return tuple(
        SwcPoint(int(row[0]), int(row[1]), *(float(word) for word in row[2:6]), int(row[6]))
        for row in rows
    )


def sections_of(points: Sequence[SwcPoint]) -> tuple[SectionPlan, ...]:
    """Cut a tree of points into unbranched sections.

    The soma is the points of type 1, one after the other; neurites begin with a point of their
    own, and hang from the soma's end or middle, wherever their first point's parent is.
    """
    at = {point.number: point for point in points}
    soma = [point for point in points if point.kind == 1]
    plans = [SectionPlan("soma", points=tuple(_point3d(point) for point in soma))]
    # Number of a neurite's point -> the section that it is in.
    section_of: dict[int, int] = {}
    for first in _heads(points):
        row = [first]
        while len(following := _children(points, row[-1].number)) == 1:
            row += following
        parent = at[first.parent]
        if parent.kind == 1:
            joined = (0, soma.index(parent) / (len(soma) - 1))
        else:
            joined = (section_of[parent.number], 1.0)
            row.insert(0, parent)
        section_of[row[-1].number] = len(plans)
        shape = tuple(_point3d(point) for point in row)
        plans.append(SectionPlan(_REGIONS[first.kind], *joined, points=shape))
    return tuple(plans)


def _heads(points):
    """Return the first points of all sections; those of parents come first."""
    return [
        point
        for point in points
        if point.kind != 1 and (point.parent == 1 or len(_children(points, point.parent)) != 1)
    ]


def _children(points, number):
    return [point for point in points if point.parent == number and point.kind != 1]


def _point3d(point):
    return (point.x, point.y, point.z, 2 * point.radius)


def with_spines(sections: Sequence[SectionPlan], seed: int, count: int) -> tuple[SectionPlan, ...]:
    """Put spines, a neck and a head each, on random dendrites at random positions."""
    rng = np.random.default_rng(seed)
    dendrites = [n for n, plan in enumerate(sections) if plan.region == "dend"]
    grown = list(sections)
    for dendrite in rng.choice(dendrites, count):
        x = round(rng.uniform(0.05, 0.95), 3)
        grown.append(SectionPlan("spine", int(dendrite), x, L_um=1.1, diam_um=0.2))
        grown.append(SectionPlan("spine", len(grown) - 1, 1.0, L_um=0.7, diam_um=0.6))
    return tuple(grown)


def turned(sections: Sequence[SectionPlan], number: int) -> tuple[SectionPlan, ...]:
    """Turn a section round: it is joined at its other end, and looks the same."""
    changed = list(sections)
    changed[number] = replace(sections[number], end=1 - sections[number].end)
    return tuple(
        replace(other, parent_x=1 - other.parent_x) if other.parent == number else other
        for other in changed
    )


def branching_cell() -> tuple[SectionPlan, ...]:
    """Return the cell of the file, with spines, and with a stem that is joined at its end 1."""
    return turned(with_spines(sections_of(read_swc(SWC)), seed=5, count=9), 1)


# --- growing the file


def grow(seed: int = 20) -> tuple[SwcPoint, ...]:
    """Grow a cell: a spindle of a soma, four dendrites that branch three times, and an axon."""
    rng = np.random.default_rng(seed)
    points = [
        SwcPoint(1, 1, 0.0, -9.0, 0.0, 6.0, -1),
        SwcPoint(2, 1, 0.0, 0.0, 0.0, 8.5, 1),
        SwcPoint(3, 1, 0.0, 9.0, 0.0, 4.0, 2),
    ]
    stems = [(3, 3, 1.6, 3), (3, 2, 1.3, 3), (3, 2, 1.1, 3), (4, 3, 2.1, 3), (2, 1, 0.7, 1)]
    for kind, parent, radius, depth in stems:
        direction = rng.normal(size=3)
        _grow(points, rng, kind, parent, direction, radius, depth)
    return tuple(points)


def _grow(points, rng, kind, parent, direction, radius, depth):
    last = points[parent - 1]
    position = np.array([last.x, last.y, last.z])
    for _ in range(int(rng.integers(2, 5))):
        direction = direction / np.linalg.norm(direction) + rng.normal(scale=0.25, size=3)
        position = position + direction * rng.uniform(6.0, 22.0)
        radius *= rng.uniform(0.85, 1.02)
        x, y, z = (round(float(value), 2) for value in position)
        number = len(points) + 1
        points.append(SwcPoint(number, kind, x, y, z, round(radius, 3), parent))
        parent = number
    for _ in range(2 if depth else 0):
        turn = direction + rng.normal(scale=0.8, size=3)
        _grow(points, rng, kind, parent, turn, radius * rng.uniform(0.55, 0.85), depth - 1)


def swc_text(points: Sequence[SwcPoint]) -> str:
    head = "# A made-up cell, grown by branching.py: number, type, x, y, z, radius (um), parent\n"
    return head + "".join(
        f"{p.number} {p.kind} {p.x:.2f} {p.y:.2f} {p.z:.2f} {p.radius:.3f} {p.parent}\n"
        for p in points
    )


if __name__ == "__main__":
    SWC.write_text(swc_text(grow()))
