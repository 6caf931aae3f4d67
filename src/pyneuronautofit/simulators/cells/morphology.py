"""The shape of a live NEURON cell: all that its signature depends on, and nothing else.

Most candidates have a shape that was seen before. What follows from a shape, the signature and
where in the cell each number is found, is worked out once for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, repeat
from typing import Any, NamedTuple, TypeAlias

from pyneuronautofit.codegen.kinds import Curve, IonUse, NodeKind, mechanism_of, process_name
from pyneuronautofit.errors import ModelError
from pyneuronautofit.simulators.cells.axial import Wired, Wires
from pyneuronautofit.simulators.cells.curves import read_curves
from pyneuronautofit.simulators.cells.image import NO_MEMBRANE, Signature
from pyneuronautofit.simulators.neuron.hoc import neuron

_ION = "_ion"


def mechanism_order() -> tuple[str, ...]:
    """Return the names of NEURON's density mechanisms and ions by their type number."""
    return _density_mechanisms(int(neuron().MechanismType(0).count()))


@lru_cache(maxsize=8)
def _density_mechanisms(count: int) -> tuple[str, ...]:
    """List the mechanisms; there are more of them, never others, when a library was loaded."""
    h = neuron()
    kinds, name = h.MechanismType(0), h.ref("")
    names = []
    for number in range(count):
        kinds.select(number)
        kinds.selected(name)
        names.append(str(name[0]))
    return tuple(names)


# --- reading a shape


def named_processes(segment: Any) -> dict[str, Any]:
    """Return the point processes of a segment by their names in it, in the order of making."""
    found: dict[str, Any] = {}
    # NEURON lists the last one first.
    for process in reversed(segment.point_processes()):
        mechanism, number = process.hname().partition("[")[0], 0
        while process_name(mechanism, number) in found:
            number += 1
        found[process_name(mechanism, number)] = process
    return found


class SectionShape(NamedTuple):
    """What a section contributes to the shape of its cell.

    Attributes
    ----------
    parent
        Position of its parent's shape; -1: it has none.
    parent_x
        Where on the parent it is joined.
    backwards
        It is its end 1 that is joined.
    n_segment
        NEURON's nseg.
    mechanisms
        Names of what is inserted, ions included, as NEURON lists them.
    styles
        The style of each ion, as NEURON's `ion_style` returns it.
    processes
        Names of the point processes of every segment; empty: the section has none.
    """

    parent: int
    parent_x: float
    backwards: bool
    n_segment: int
    mechanisms: tuple[str, ...]
    styles: tuple[int, ...]
    processes: tuple[tuple[str, ...], ...] = ()


class Shape(NamedTuple):
    """The shape of the tree that a cell's soma belongs to.

    Attributes
    ----------
    sections
        Parents before their children.
    root
        Position of the section that gets the current.
    root_x
        Where on it.
    tabulated
        Mechanisms whose TABLEs NEURON uses.
    curves
        FUNCTION_TABLEs, as of `NodeKind`.
    """

    sections: tuple[SectionShape, ...]
    root: int
    root_x: float
    tabulated: tuple[str, ...] = ()
    curves: tuple[tuple[str, str, Curve], ...] = ()


def read_shape(cell: Any, soma_segment: Any) -> tuple[Shape, list[Any]]:
    """Read the shape of the tree that a cell's soma belongs to.

    Returns
    -------
    shape
        Equal for cells that differ in numbers only.
    points : list
        NEURON's segments: of every section first those with membrane, then its ends 0 and 1.

    Raises
    ------
    ModelError
        If there is no membrane at `soma_segment`.
    """
    x = float(soma_segment.x)
    if x in {0.0, 1.0}:
        raise ModelError(
            f"the cell class {type(cell).__name__}: {soma_segment} is the end of a section, which "
            "has no membrane; inject the current at a position between 0 and 1, as in soma(0.5)"
        )
    h = neuron()
    style_of = h.ion_style
    numbers: dict[Any, int] = {}
    shapes: list[SectionShape] = []
    points: list[Any] = []
    for section in soma_segment.sec.wholetree():
        segments = list(section)
        parent = section.parentseg()
        # Mechanisms are inserted into whole sections.
        names = tuple([mechanism.name() for mechanism in segments[0]])
        shapes.append(
            SectionShape(
                -1 if parent is None else numbers[parent.sec],
                0.0 if parent is None else parent.x,
                section.orientation() == 1,
                len(segments),
                names,
                # A cell class may give every section a style of its own.
                tuple([int(style_of(ion, sec=section)) for ion in _ions(names)]),
                _processes(segments),
            )
        )
        numbers[section] = len(numbers)
        points += segments
        points += (section(0), section(1))
    root = numbers[soma_segment.sec]
    return Shape(tuple(shapes), root, x, *interpolations(present_in(shapes))), points


def _processes(segments: Sequence[Any]) -> tuple[tuple[str, ...], ...]:
    for segment in segments:
        if segment.point_processes():
            return tuple(tuple(named_processes(each)) for each in segments)
    return ()


def present_in(shapes: Sequence[SectionShape]) -> tuple[str, ...]:
    """Return the mechanisms that stand somewhere in some sections, once each."""
    return _present(
        tuple(dict.fromkeys(section.mechanisms for section in shapes)),
        tuple(dict.fromkeys(names for section in shapes for names in section.processes)),
    )


#: Mechanisms whose TABLEs are in use, and FUNCTION_TABLEs; as of `Shape`.
Interpolations: TypeAlias = tuple[tuple[str, ...], tuple[tuple[str, str, Curve], ...]]


def interpolations(present: tuple[str, ...]) -> Interpolations:
    """Return what some mechanisms interpolate at the moment."""
    h = neuron()
    tabulated = tuple([each for each in _with_tables(present) if getattr(h, f"usetable_{each}")])
    return tabulated, read_curves(present)


@lru_cache(maxsize=1024)
def _present(
    density: tuple[tuple[str, ...], ...], processes: tuple[tuple[str, ...], ...]
) -> tuple[str, ...]:
    names = [name for each in density for name in each]
    names += [mechanism_of(name) for each in processes for name in each]
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=1024)
def _with_tables(present: tuple[str, ...]) -> tuple[str, ...]:
    """Return the mechanisms that have TABLEs."""
    h = neuron()
    return tuple(name for name in present if hasattr(h, f"usetable_{name}"))


@lru_cache(maxsize=1024)
def _ions(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name.endswith(_ION))


# --- what follows from a shape


@dataclass(frozen=True)
class Blueprint:
    """Where the numbers of a cell are found; places are positions in the points of its shape.

    Attributes
    ----------
    signature
        The tree and the kinds of its nodes.
    places
        Of every node.
    direct
        The places whose axial resistance is that of a wire, for every direct wire.
    series
        For every further wire the two that it consists of.
    wires
        Of every node but the first, the wire to its parent.
    wired
        What is where in each section.
    free_ends
        As of `Wires`.
    """

    signature: Signature
    places: tuple[int, ...]
    direct: tuple[int, ...]
    series: tuple[tuple[int, int], ...]
    wires: tuple[int, ...]
    wired: tuple[Wired, ...]
    free_ends: Mapping[int, int]

    def node_at(self, section: int, x: float) -> int | None:
        """Return the node whose voltage is that at a position of a section; None: no node's is."""
        place = self.wired[section].at(x)
        place = self.free_ends.get(place, place)
        return self.places.index(place) if place in self.places else None


def make_blueprint(shape: Shape) -> Blueprint:
    """Work out what follows from a shape."""
    wires = Wires(sum(section.n_segment + 2 for section in shape.sections))
    wired, direct = _wire(wires, shape.sections)
    wires.leave_out_joints()
    root = wired[shape.root].at(shape.root_x)
    places, parents, to_parents = zip(*wires.from_root(root))
    kind_of = {
        place: _node_kind(
            section.mechanisms, section.styles, processes, shape.tabulated, shape.curves
        )
        for section, ends in zip(shape.sections, wired)
        for place, processes in zip(ends.segments, section.processes or repeat(()))
    }
    kinds, node_kinds = _kinds([kind_of.get(place) for place in places])
    signature = Signature(parents, kinds, node_kinds)
    return Blueprint(
        signature,
        places,
        tuple(direct),
        tuple(wires.series),
        to_parents[1:],
        tuple(wired),
        wires.free_ends,
    )


def _wire(wires: Wires, sections: Sequence[SectionShape]) -> tuple[list[Wired], list[int]]:
    """Connect sections, parents before children.

    Returns what is where in each of them, and for every wire the place that knows its resistance.
    """
    wired: list[Wired] = []
    direct: list[int] = []
    first = 0
    for section in sections:
        segments = range(first, first + section.n_segment)
        ends = (segments.stop, segments.stop + 1)
        first = segments.stop + 2
        # A section may be joined at its end 1; resistances are always those towards the parent.
        near, far = reversed(ends) if section.backwards else ends
        if section.parent < 0:
            wires.joints.append(near)
        else:
            near = wired[section.parent].at(section.parent_x)
        wires.joints.append(far)
        outward = segments[::-1] if section.backwards else segments
        for one, other in pairwise([near, *outward, far]):
            wires.connect(one, other)
            direct.append(other)
        wired.append(Wired(segments, *(far, near) if section.backwards else (near, far)))
    return wired, direct


def _kinds(
    present: Sequence[NodeKind | None],
) -> tuple[tuple[int, ...], tuple[NodeKind, ...]]:
    """Return the number of every node's kind (None: no membrane), and the kinds."""
    numbers: dict[NodeKind, int] = {}
    kinds = [
        NO_MEMBRANE if kind is None else numbers.setdefault(kind, len(numbers)) for kind in present
    ]
    return tuple(kinds), tuple(numbers)


@lru_cache(maxsize=1024)
def _node_kind(
    names: tuple[str, ...],
    styles: tuple[int, ...],
    processes: tuple[str, ...],
    in_use: tuple[str, ...],
    known_curves: tuple[tuple[str, str, Curve], ...],
) -> NodeKind:
    h, style_of = neuron(), dict(zip(_ions(names), styles))
    ordered = sorted(names, key=mechanism_order().index)
    mechanisms = tuple(name for name in ordered if name not in style_of)
    uses = tuple(
        IonUse.from_style(ion.removesuffix(_ION), float(h.ion_charge(ion)), style_of[ion])
        for ion in ordered
        if ion in style_of
    )
    present = {*mechanisms, *map(mechanism_of, processes)}
    tabulated = tuple(name for name in in_use if name in present)
    curves = tuple(each for each in known_curves if each[0] in present)
    return NodeKind(mechanisms, uses, processes, tabulated, curves)
