"""Reading a live NEURON cell into plain records; only worker processes do it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable, is_process
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.simulators.cells.axial import conductances
from pyneuronautofit.simulators.cells.image import NO_MEMBRANE, Cable, CellImage, Signature
from pyneuronautofit.simulators.cells.morphology import (
    Blueprint,
    Shape,
    make_blueprint,
    named_processes,
    read_shape,
)
from pyneuronautofit.simulators.neuron.hoc import neuron

# A uF/cm2 over a um2.
_NF_PER_UF_CM2_UM2 = 1e-5
# The built-in cell has a shape for every number of axon segments; a cell of hundreds of sections
# may have a new one for every candidate, and each takes as much memory as some images.
_SHAPES_KEPT = 128


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
    shape, points = read_shape(cell, soma_segment)
    blueprint = make_blueprint(shape)
    signature = blueprint.signature
    segments = [
        None if kind == NO_MEMBRANE else points[place]
        for place, kind in zip(blueprint.places, signature.kinds)
    ]
    cable = _cable(read_geometry(blueprint, points), _read_cm(blueprint, points))
    return signature, cable, segments


class LackingKindError(Exception):
    """A plan does not say what to read at the nodes of some kind.

    Attributes
    ----------
    signature
        Of the cell that has nodes of that kind.
    """

    def __init__(self, signature: Signature, kind: NodeKind) -> None:
        super().__init__(f"nothing is known of what to read at nodes with {kind}")
        self.signature = signature


class CellImageReader:
    """Reads all that a kernel needs of cells whose parameters are set and that are initialised.

    Parameters
    ----------
    plan
        What to read at the nodes of every kind.

    Attributes
    ----------
    recipe
        A function: returns the recipe for a shape; raises as `read`.
    """

    def __init__(self, plan: Mapping[NodeKind, Sequence[NodeVariable]]) -> None:
        self._plan = {kind: KindReader(variables) for kind, variables in plan.items()}
        self.recipe = lru_cache(maxsize=_SHAPES_KEPT)(self._make_recipe)

    def read(self, cell: Any, soma_segment: Any) -> CellImage:
        """Read a cell; parameters as of `read_structure`.

        Raises
        ------
        LackingKindError
            If the plan lacks a kind that the cell has.
        ModelError
            If the compiled mechanisms lack a variable of the plan.
        """
        shape, points = read_shape(cell, soma_segment)
        recipe = self.recipe(shape)
        own = array("d")
        for place, reader in recipe.readers:
            reader.read_into(own, points[place])
        cm, voltage_mV = _read_cm(recipe.blueprint, points), _read_voltage(recipe.blueprint, points)
        return recipe.image(points, cm, voltage_mV, np.frombuffer(own))

    def _make_recipe(self, shape: Shape) -> Recipe:
        blueprint = make_blueprint(shape)
        signature = blueprint.signature
        for kind in signature.node_kinds:
            if kind not in self._plan:
                raise LackingKindError(signature, kind)
        readers = [self._plan[kind] for kind in signature.node_kinds]
        nodes = [
            (node, place, readers[kind])
            for node, (place, kind) in enumerate(zip(blueprint.places, signature.kinds))
            if kind != NO_MEMBRANE
        ]
        own = sum(reader.n_own for _node, _place, reader in nodes)
        global_variables = tuple(dict.fromkeys(v for r in readers for v in r.global_variables))
        globals_at = {v: own + number for number, v in enumerate(global_variables)}
        areas_at = own + len(global_variables)
        order: list[int] = []
        start = 0
        for node, _place, reader in nodes:
            order += reader.order(start, globals_at, areas_at + node)
            start += reader.n_own
        return Recipe(
            blueprint,
            tuple((place, reader) for _node, place, reader in nodes),
            global_variables,
            np.array(order, dtype=np.int64),
            tuple(
                (position, variable)
                for position, variable in enumerate(
                    variable for _node, _place, reader in nodes for variable in reader.variables
                )
                if variable.expected is not None
            ),
        )


@dataclass(frozen=True)
class Recipe:
    """How cells of a shape are read.

    Attributes
    ----------
    blueprint
        Of the shape.
    readers
        The place of every node with membrane, and what reads its own values.
    global_variables
        Read once.
    order : IntArray, shape (n_value,)
        Where each value of an image is in the own values of all nodes, followed by the global
        variables and the areas of all nodes.
    expected
        Places in an image's values, and variables that have to be something there.
    """

    blueprint: Blueprint
    readers: tuple[tuple[int, KindReader], ...]
    global_variables: tuple[NodeVariable, ...]
    order: IntArray
    expected: tuple[tuple[int, NodeVariable], ...] = ()

    def image(
        self,
        points: Sequence[Any],
        cm: FloatArray,
        voltage_mV: FloatArray,
        own: FloatArray,
        geometry: Geometry | None = None,
    ) -> CellImage:
        """Read the rest of a cell.

        Parameters
        ----------
        points
            Of the cell.
        cm : FloatArray, shape (n_node,), uF/cm2
            Of all nodes.
        voltage_mV : FloatArray, shape (n_node,)
            Of all nodes.
        own : FloatArray, shape (n_own,)
            All nodes' own values.
        geometry
            What `read_geometry` returns; None: it is read.

        Raises
        ------
        UnsupportedModel
            If a variable is not what it has to be.
        """
        cable = _cable(geometry or read_geometry(self.blueprint, points), cm)
        shared = [_read_global(variable) for variable in self.global_variables]
        values = np.concatenate([own, shared, cable.area_um2])[self.order]
        for position, variable in self.expected:
            if values[position] != variable.expected:
                raise _unexpected(variable, float(values[position]))
        return CellImage.of(self.blueprint.signature, cable, voltage_mV, values)


def _read_cm(blueprint: Blueprint, points: Sequence[Any]) -> FloatArray:
    # The end of a section has its neighbour's.
    return np.array([points[place].cm for place in blueprint.places])


def _read_voltage(blueprint: Blueprint, points: Sequence[Any]) -> FloatArray:
    return np.array([points[place].v for place in blueprint.places])


#: Areas of the nodes, um2, and conductances to their parents, uS; shape (n_node,) each.
Geometry: TypeAlias = tuple[FloatArray, FloatArray]


def read_geometry(blueprint: Blueprint, points: Sequence[Any]) -> Geometry:
    """Read what follows from lengths, diameters and axial resistivities."""
    # The end of a section has no area.
    area_um2 = np.array([points[place].area() for place in blueprint.places])
    direct_uS = [1.0 / points[place].ri() for place in blueprint.direct]
    of_wire = conductances(direct_uS, blueprint.series)
    return area_um2, np.array([0.0, *[of_wire[wire] for wire in blueprint.wires]])


def _cable(geometry: Geometry, cm: FloatArray) -> Cable:
    area_um2, conductance_uS = geometry
    return Cable(area_um2, cm * area_um2 * _NF_PER_UF_CM2_UM2, conductance_uS)


# --- the values of a node


class KindReader:
    """Reads the variables of a kind that every segment has for itself.

    NEURON looks a mechanism up in a segment, and then a variable in the mechanism; the first is
    done once for all variables of a mechanism, and all of them are asked for in one call.

    Attributes
    ----------
    variables
        All of the kind.
    n_own
        How many of them every segment has for itself.
    global_variables
        Those that are the same in all segments.
    """

    def __init__(self, variables: Sequence[NodeVariable]) -> None:
        self.variables = tuple(variables)
        self._reads: list[tuple[str, list[NodeVariable], Callable[[Any], Iterable[float]]]] = []
        own = [v for v in variables if v.owner != "global" and not _is_area(v)]
        for owner in dict.fromkeys(_owner(v) for v in own):
            asked = [v for v in own if _owner(v) == owner]
            self._reads.append((owner, asked, _getter(asked)))
        found = [v for _owner, asked, _get in self._reads for v in asked]
        self.n_own = len(found)
        self._own_at = {variable: number for number, variable in enumerate(found)}
        self.global_variables = tuple(v for v in variables if v.owner == "global")

    def read_into(self, found: array[float], segment: Any) -> None:
        """Append a segment's own values, owner after owner."""
        for owner, asked, get in self._reads:
            try:
                found.extend(get(_owner_in(segment, owner)))
            except AttributeError as error:
                raise _missing(owner or "segment", _first_missing(segment, owner, asked)) from error

    def references(self, segment: Any) -> list[Any]:
        """Return NEURON's references to what `read_into` reads."""
        found = []
        for owner, asked, _get in self._reads:
            of = _owner_in(segment, owner)
            for variable in asked:
                reference = getattr(of, f"_ref_{variable.name}")
                found.append(reference if variable.index is None else reference[variable.index])
        return found

    def order(
        self, start: int, globals_at: Mapping[NodeVariable, int], area_at: int
    ) -> Iterator[int]:
        """Yield where each variable of a node is, if its own values begin at `start`."""
        for variable in self.variables:
            if variable.owner == "global":
                yield globals_at[variable]
            elif _is_area(variable):
                yield area_at
            else:
                yield start + self._own_at[variable]


def _is_area(variable: NodeVariable) -> bool:
    # It is a function of segments, and read with the cable.
    return variable.owner == "segment" and variable.name == "area"


def _owner(variable: NodeVariable) -> str:
    """Return the mechanism that has a variable; "": the segment has it."""
    return variable.mechanism if variable.owner == "mechanism" else ""


def _owner_in(segment: Any, owner: str) -> Any:
    """Return what has variables in a segment: itself, a mechanism, or a point process."""
    if not owner:
        return segment
    return named_processes(segment)[owner] if is_process(owner) else getattr(segment, owner)


def _getter(variables: Sequence[NodeVariable]) -> Callable[[Any], Iterable[float]]:
    """Return what reads variables of one owner."""
    if len(variables) > 1 and all(variable.index is None for variable in variables):
        return attrgetter(*[variable.name for variable in variables])

    def get(owner: Any) -> Iterator[float]:
        for variable in variables:
            value = getattr(owner, variable.name)
            yield value if variable.index is None else value[variable.index]

    return get


def _first_missing(segment: Any, owner: str, variables: Sequence[NodeVariable]) -> str:
    """Return the first name that is not there; "": the mechanism itself is not."""
    try:
        found = _owner_in(segment, owner)
    except AttributeError:
        return ""
    return next((v.name for v in variables if not hasattr(found, v.name)), "")


def _read_global(variable: NodeVariable) -> float:
    suffix = f"_{variable.mechanism}" if variable.mechanism else ""
    try:
        value = getattr(neuron(), variable.name + suffix)
    except (AttributeError, LookupError) as error:
        raise _missing(variable.mechanism or "NEURON", variable.name) from error
    return float(value if variable.index is None else value[variable.index])


def _unexpected(variable: NodeVariable, value: float) -> UnsupportedModel:
    return UnsupportedModel(
        f"{variable.name} of the mechanism {variable.mechanism} is {value:g} in this cell and "
        f"{variable.expected:g} in its .mod file: a loop or an index depends on it, for which code "
        "is generated beforehand. Give it that value in the .mod file, or use --simulator neuron "
        "for this model."
    )


def _missing(mechanism: str, name: str) -> ModelError:
    return ModelError(
        f"the compiled {mechanism} has no variable {name!r}, but its .mod file has: they differ; "
        "compile the .mod files again"
    )
