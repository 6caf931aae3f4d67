"""Reading a live NEURON cell into plain records; only worker processes do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from pyneuronautofit.errors import ModelError
from pyneuronautofit.simulators.batch.structure import (
    NO_MEMBRANE,
    Cable,
    CellImage,
    IonUse,
    NodeKind,
    Signature,
    UnsupportedModel,
    Variable,
)
from pyneuronautofit.simulators.batch.wires import Wired, Wires

# A uF/cm2 over a um2.
_NF_PER_UF_CM2_UM2 = 1e-5
_ION = "_ion"
_ADVICE = "Use --simulator neuron for this model."


def mechanism_order() -> tuple[str, ...]:
    """Return the names of NEURON's density mechanisms and ions by their type number."""
    h = _neuron()
    return _density_mechanisms(int(h.MechanismType(0).count()))


def read_structure(cell: Any, soma_segment: Any) -> tuple[Signature, Cable, list[Any]]:
    """Read the tree that a cell's soma belongs to.

    Parameters
    ----------
    cell
        What the cell class made.
    soma_segment
        Its segment that gets the current and whose voltage is recorded: node 0.

    Returns
    -------
    signature
        The tree and the kinds of its nodes.
    cable
        Areas, capacitances, axial conductances.
    segments : list, n_node
        The segment of every node; None for a node without membrane.

    Raises
    ------
    ModelError
        If there is no membrane at `soma_segment`.
    """
    tree = _read_tree(cell, soma_segment)
    signature = tree.signature
    segments = [
        None if kind == NO_MEMBRANE else place for place, kind in zip(tree.places, signature.kinds)
    ]
    return signature, tree.cable, segments


def read_image(
    cell: Any, soma_segment: Any, plan: Mapping[NodeKind, Sequence[Variable]]
) -> CellImage:
    """Read all that a kernel needs of a cell whose parameters are set and that is initialised.

    Parameters
    ----------
    cell, soma_segment
        As in `read_structure`.
    plan
        What to read at the nodes of every kind.

    Raises
    ------
    KeyError
        If the plan lacks a kind that the cell has; the error's argument is that kind.
    ModelError
        If the compiled mechanisms lack a variable of the plan.
    """
    tree = _read_tree(cell, soma_segment)
    signature = tree.signature
    readers = [_Reader(plan[kind]) for kind in signature.node_kinds]
    values: list[float] = []
    for place, kind in zip(tree.places, signature.kinds):
        if kind != NO_MEMBRANE:
            values += readers[kind].read(place)
    voltage_mV = np.array([place.v for place in tree.places], dtype=np.float64)
    return CellImage(signature, tree.cable, voltage_mV, np.array(values, dtype=np.float64))


def refuse_unsupported(cell: Any, soma_segment: Any) -> None:
    """Raise UnsupportedModel if there is more to a cell than membrane and axial current.

    Call it before anything of one's own is put into the cell.
    """
    owner = f"the cell class {type(cell).__name__}"
    for section in soma_segment.sec.wholetree():
        for what in _unsupported(section):
            raise UnsupportedModel(
                f"{owner}: section {_name_of(section)} has {what}; --simulator batch simulates "
                f"density mechanisms only. {_ADVICE}"
            )
    if _neuron().List("LinearMechanism").count():
        raise UnsupportedModel(
            f"{owner}: it makes a LinearMechanism, whose equations --simulator batch cannot "
            f"see. {_ADVICE}"
        )


def _name_of(section: Any) -> str:
    """Return a section's name without the cell's, which may be an address in memory."""
    return str(section.name()).rpartition(".")[2]


def _unsupported(section: Any) -> Iterator[str]:
    if section.has_membrane("extracellular"):
        yield "the mechanism extracellular"
    if section.rallbranch != 1:
        yield f"rallbranch = {section.rallbranch:g} instead of 1"
    for segment in section.allseg():
        for process in segment.point_processes():
            yield f"the point process {process.hname()} at {segment.x:g}"


def _neuron() -> Any:
    # Only a process that builds cells loads NEURON.
    from neuron import h  # noqa: PLC0415

    return h


@lru_cache(maxsize=8)
def _density_mechanisms(count: int) -> tuple[str, ...]:
    """List the mechanisms; there are more of them, never others, when a library was loaded."""
    h = _neuron()
    kinds, name = h.MechanismType(0), h.ref("")
    names = []
    for number in range(count):
        kinds.select(number)
        kinds.selected(name)
        names.append(str(name[0]))
    return tuple(names)


# --- the tree


@dataclass(frozen=True)
class _Tree:
    """A cell's tree; `places` are NEURON's segments, also where there is no membrane."""

    signature: Signature
    cable: Cable
    places: list[Any]


def _read_tree(cell: Any, soma_segment: Any) -> _Tree:
    wires = Wires()
    sections = _wire(wires, soma_segment.sec.wholetree())
    root = sections[soma_segment.sec].at(soma_segment.x)
    if root in wires.joints:
        raise ModelError(
            f"the cell class {type(cell).__name__}: {soma_segment} is the end of a section, which "
            "has no membrane; inject the current at a position between 0 and 1, as in soma(0.5)"
        )
    wires.leave_out_joints()
    numbers, parents, conductances = zip(*wires.from_root(root))
    places = [wires.places[number] for number in numbers]
    has_membrane = np.ones(len(wires.places), dtype=bool)
    has_membrane[wires.joints] = False
    kinds, node_kinds = _kinds(places, has_membrane[list(numbers)].tolist())
    # The end of a section has no area, and its neighbour's cm.
    area_um2 = np.array([place.area() for place in places])
    capacitance_nF = np.array([place.cm for place in places]) * area_um2 * _NF_PER_UF_CM2_UM2
    cable = Cable(area_um2, capacitance_nF, np.array(conductances))
    signature = Signature(parents, kinds, node_kinds, stimulated=0, recorded=0)
    return _Tree(signature, cable, places)


def _wire(wires: Wires, sections: Sequence[Any]) -> dict[Any, Wired]:
    """Enter sections, parents before children; return what is where in each of them."""
    wired: dict[Any, Wired] = {}
    for section in sections:
        parent = section.parentseg()
        near = wires.add_joint(section(0)) if parent is None else wired[parent.sec].at(parent.x)
        # A section may be joined at its end 1; resistances are always those towards the parent.
        backwards = section.orientation() == 1
        segments = list(section)
        numbers = [wires.add(segment) for segment in segments]
        far_place = section(0 if backwards else 1)
        far = wires.add_joint(far_place)
        outward = slice(None, None, -1 if backwards else 1)
        chain = [near, *numbers[outward], far]
        for (one, other), place in zip(pairwise(chain), [*segments[outward], far_place]):
            wires.connect(one, other, 1.0 / place.ri())
        ends = (far, near) if backwards else (near, far)
        wired[section] = Wired(numbers, *ends)
    return wired


def _kinds(
    places: Sequence[Any], has_membrane: Sequence[bool]
) -> tuple[tuple[int, ...], tuple[NodeKind, ...]]:
    """Return the kind of every node, and the kinds."""
    # Mechanisms are inserted into whole sections.
    of_section: dict[Any, int] = {}
    of_kind: dict[NodeKind, int] = {}
    kinds = []
    for place, covered in zip(places, has_membrane):
        if not covered:
            kinds.append(NO_MEMBRANE)
            continue
        section = place.sec
        if section not in of_section:
            of_section[section] = of_kind.setdefault(_kind_of(place), len(of_kind))
        kinds.append(of_section[section])
    return tuple(kinds), tuple(of_kind)


def _kind_of(segment: Any) -> NodeKind:
    h, section = _neuron(), segment.sec
    mechanisms, ions = _sorted(tuple(mechanism.name() for mechanism in segment))
    # A cell class may give every section a style of its own.
    return _node_kind(mechanisms, ions, tuple(int(h.ion_style(ion, sec=section)) for ion in ions))


# A cell has hundreds of sections, but only a few kinds: what follows is done once for each.


@lru_cache(maxsize=1024)
def _sorted(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a segment's density mechanisms, and its ions with NEURON's `_ion`."""
    ordered = sorted(names, key=mechanism_order().index)
    mechanisms = tuple(name for name in ordered if not name.endswith(_ION))
    return mechanisms, tuple(name for name in ordered if name.endswith(_ION))


@lru_cache(maxsize=1024)
def _node_kind(
    mechanisms: tuple[str, ...], ions: tuple[str, ...], styles: tuple[int, ...]
) -> NodeKind:
    h = _neuron()
    uses = tuple(
        IonUse.from_style(ion.removesuffix(_ION), float(h.ion_charge(ion)), style)
        for ion, style in zip(ions, styles)
    )
    return NodeKind(mechanisms, uses)


# --- the values


class _Reader:
    """Reads the variables of a kind.

    NEURON looks a mechanism up in a segment, and then a variable in the mechanism; the first is
    done once for all variables of a mechanism. Those that are the same everywhere are read once.
    """

    def __init__(self, variables: Sequence[Variable]) -> None:
        self._values = [0.0] * len(variables)
        self._areas: list[int] = []
        self._reads: dict[str, list[tuple[int, str, int | None]]] = {}
        for position, variable in enumerate(variables):
            name, index = variable.name, variable.index
            match variable.owner:
                case "global":
                    self._values[position] = _read_global(variable)
                case "mechanism":
                    self._reads.setdefault(variable.mechanism, []).append((position, name, index))
                case "segment" if name == "area":
                    self._areas.append(position)
                case _:
                    self._reads.setdefault("", []).append((position, name, index))

    def read(self, segment: Any) -> list[float]:
        values = self._values.copy()
        for mechanism, reads in self._reads.items():
            name = ""
            try:
                owner = getattr(segment, mechanism) if mechanism else segment
                for position, name, index in reads:
                    value = getattr(owner, name)
                    values[position] = value if index is None else value[index]
            except AttributeError as error:
                raise _missing(mechanism or "segment", name) from error
        for position in self._areas:
            values[position] = segment.area()
        return values


def _read_global(variable: Variable) -> float:
    suffix = f"_{variable.mechanism}" if variable.mechanism else ""
    try:
        value = getattr(_neuron(), variable.name + suffix)
    except (AttributeError, LookupError) as error:
        raise _missing(variable.mechanism or "NEURON", variable.name) from error
    return float(value if variable.index is None else value[variable.index])


def _missing(mechanism: str, name: str) -> ModelError:
    return ModelError(
        f"the compiled {mechanism} has no variable {name!r}, but its .mod file has: they differ; "
        "compile the .mod files again"
    )
