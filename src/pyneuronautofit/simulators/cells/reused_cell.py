"""One cell that takes the parameters of one candidate after the other.

It gets all variables of its mechanisms anew each time, also those that are no parameters, so that
nothing is left of the candidate before. They are written by one call, and what is wanted is read by
another: Python asks NEURON for nothing one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.simulators.cells.image import CellImage
from pyneuronautofit.simulators.cells.morphology import read_shape
from pyneuronautofit.simulators.cells.numbers import (
    CannotReuse,
    Numbers,
    VariableName,
    all_variables,
    beginning_mV,
)
from pyneuronautofit.simulators.cells.reading import CellImageReader, Recipe
from pyneuronautofit.simulators.neuron.setter import PathValues, follow
from pyneuronautofit.space import ParameterPath, soma_of

# What NEURON has to be told of, because areas and resistances follow from it.
_GEOMETRY = {"L", "Ra", "diam"}

#: The number of segments of every section.
Segments: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class ReusedCell:
    """A cell that takes one candidate's parameters after the other.

    Attributes
    ----------
    sections, points
        Of the cell; as of `read_shape`.
    recipe
        For its shape.
    variables
        All that mechanisms have in its segments.
    fresh : FloatArray, shape (n_variable,)
        What they are in a cell that was just built.
    places, path_numbers : IntArray, shape (n_set,)
        Which of them get which candidate's value.
    geometry
        Number of a path, and the object and attribute that get its value.
    voltages
        Of all nodes, ends of sections included.
    initial_mV : FloatArray, shape (n_point,)
        What they are in the beginning.
    read
        What is read of nodes: their cm, their voltages, their own values.
    """

    sections: Sequence[Any]
    points: Sequence[Any]
    recipe: Recipe
    variables: Numbers
    fresh: FloatArray
    places: IntArray
    path_numbers: IntArray
    geometry: Sequence[tuple[int, Any, str]]
    voltages: Numbers
    initial_mV: FloatArray
    read: Numbers

    def set(self, values: PathValues) -> None:
        """Make it the cell of a candidate."""
        view = self.variables.view
        view[:] = self.fresh
        # Where paths overlap, the last one counts.
        view[self.places] = np.array(values, dtype=np.float64)[self.path_numbers]
        self.variables.write()
        for number, owner, attribute in self.geometry:
            setattr(owner, attribute, values[number])
        self.voltages.view[:] = self.initial_mV
        self.voltages.write()

    def image(self) -> CellImage:
        """Read it, initialised."""
        numbers, n_node = self.read.read(), len(self.recipe.blueprint.places)
        cm, voltage_mV = numbers[: 2 * n_node].reshape(2, n_node).copy()
        return self.recipe.image(self.points, cm, voltage_mV, numbers[2 * n_node :])


def reuse_cell(
    cell: Any,
    paths: Sequence[ParameterPath],
    built: Segments,
    images: CellImageReader,
    initial_mV: float,
) -> ReusedCell:
    """Make a cell ready to be reused.

    Parameters
    ----------
    cell
        Built with any candidate's parameters, and not initialised.
    paths
        What candidates set.
    built
        The numbers of segments of a cell as it is constructed.
    images
        Says what is read.
    initial_mV
        The voltage of all segments in the beginning.

    Raises
    ------
    CannotReuse
        If there is something that is not known to be set anew.
    """
    shape, points = read_shape(cell, soma_of(cell)(0.5))
    recipe = images.recipe(shape)
    sections = list(soma_of(cell).wholetree())
    named = all_variables(sections)
    variables = Numbers.of([reference for _name, reference in named])
    targets = _Targets(cell, sections, built, {name: at for at, (name, _) in enumerate(named)})
    for number, path in enumerate(paths):
        targets.add(number, path)
    nodes = [points[place] for place in recipe.blueprint.places]
    own = [r for place, reader in recipe.readers for r in reader.references(points[place])]
    return ReusedCell(
        sections,
        points,
        recipe,
        variables,
        variables.read().copy(),
        np.array([place for place, _number in targets.variables], dtype=np.int64),
        np.array([number for _place, number in targets.variables], dtype=np.int64),
        tuple(targets.geometry),
        Numbers.of([point._ref_v for point in points]),
        beginning_mV(shape, initial_mV),
        Numbers.of([*[node._ref_cm for node in nodes], *[node._ref_v for node in nodes], *own]),
    )


class _Targets:
    """What the values of candidates go to.

    Attributes
    ----------
    variables
        Number of a variable, and of the path whose value it gets.
    geometry
        As of `ReusedCell`.
    """

    def __init__(
        self, cell: Any, sections: Sequence[Any], built: Segments, places: dict[VariableName, int]
    ) -> None:
        self._cell = cell
        self._numbers = {section: number for number, section in enumerate(sections)}
        self._built = built
        self._places = places
        self.variables: list[tuple[int, int]] = []
        self.geometry: list[tuple[int, Any, str]] = []

    def add(self, number: int, path: ParameterPath) -> None:
        """Find what a path leads to."""
        owner = follow(self._cell, path.steps)
        kind = type(owner).__name__
        if kind not in {"Section", "Segment", "Mechanism"}:
            raise CannotReuse
        mechanism = path.steps[-1].name if kind == "Mechanism" else ""
        segment = owner.segment() if kind == "Mechanism" else owner
        section = segment if kind == "Section" else segment.sec
        at = self._numbers.get(section, -1)
        # What is set in the only segment is in all of them after setcable.
        whole = kind == "Section" or (at >= 0 and self._built[at] == 1)
        if at < 0 or not (whole or self._built[at] == section.nseg):
            raise CannotReuse
        if path.attribute in _GEOMETRY:
            self.geometry.append((number, section if whole else segment, path.attribute))
            return
        chosen = range(section.nseg) if whole else [int(segment.x * section.nseg)]
        for place in chosen:
            variable = self._places.get((at, place, mechanism, path.attribute))
            if variable is None:
                raise CannotReuse
            self.variables.append((variable, number))
