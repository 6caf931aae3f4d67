"""Reading candidates from cells that are there already, instead of building one for each.

Building a cell and asking for its numbers one by one takes several times longer than giving a cell
new parameters and copying its numbers out. That the answer is the same, to the last bit, has to be
known of the cell class:

- when it is constructed, all segments of a section are alike, or `setcable` leaves their number;
- `setcable` changes numbers of segments and nothing else, and what it makes them follows from the
  present numbers of its own cell alone;
- a cell does not look at other cells.

A candidate's numbers of segments are found out by `setcable` on one cell, the *probe*; for every
combination that comes up again a cell is kept. A kept cell gets all its variables anew each time,
also those that are no parameters, so that nothing is left of the candidate before.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.simulators._neuron_cell import NEW_NODE_MV, Bench
from pyneuronautofit.simulators._setter import PathValues, Setter, follow
from pyneuronautofit.simulators.batch.reading import ImageReader, Recipe
from pyneuronautofit.simulators.batch.shapes import neuron, read_shape
from pyneuronautofit.simulators.batch.structure import CellImage
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.space import ParameterPath

# NEURON initialises all cells that there are. Rare numbers of segments are not worth that:
# benchmarks/reading.py measures 10 % more for 6 more cells than were asked for.
_MOST_KEPT = 20
# What NEURON has to be told of, because areas and resistances follow from it.
_GEOMETRY = {"L", "Ra", "diam"}

#: The number of segments of every section.
Segments: TypeAlias = tuple[int, ...]


class CannotKeep(Exception):  # noqa: N818 - it is no error: cells are built instead
    """A cell has something that is not known to be set anew."""


class KeptCells:
    """Reads candidates from kept cells.

    Parameters
    ----------
    bench
        Builds cells.
    experiment
        What is initialised.
    paths
        What candidates set.
    images
        Says what is read.
    """

    def __init__(
        self,
        bench: Bench,
        experiment: Experiment,
        paths: Sequence[ParameterPath],
        images: ImageReader,
    ) -> None:
        self._bench = bench
        self._experiment = experiment
        self._paths = tuple(paths)
        self._setter = Setter(paths)
        self._images = images
        self._seen: Counter[Segments] = Counter()
        self._cells: dict[Segments, _KeptCell] = {}
        self._make_probe()

    def read(self, candidates: Sequence[PathValues]) -> dict[int, CellImage]:
        """Read those candidates that kept cells can stand in for, by their position.

        Raises
        ------
        CannotKeep
            If no candidate of this model can be read in this way. Other errors are those of
            candidates; after any the kept cells are good for nothing.
        """
        found: dict[int, CellImage] = {}
        queues: dict[Segments, list[int]] = {}
        for number, values in enumerate(candidates):
            segments = self._segments_of(values)
            if segments is None:
                continue
            self._seen[segments] += 1
            if segments in self._cells:
                queues.setdefault(segments, []).append(number)
            elif self._seen[segments] > 1 and len(self._cells) < _MOST_KEPT:
                # This candidate is not read from it: that would prove nothing.
                self._keep(segments, values)
        while queues:
            # One initialisation serves a candidate of each kept cell.
            chosen = {segments: queue.pop() for segments, queue in queues.items()}
            queues = {segments: queue for segments, queue in queues.items() if queue}
            self._bench.set_conditions(self._experiment)
            for segments, number in chosen.items():
                self._cells[segments].set(candidates[number])
            self._bench.h.finitialize()
            for segments, number in chosen.items():
                found[number] = self._cells[segments].image()
        return found

    def close(self) -> None:
        """Let the cells go."""
        self._bench.spare(())
        self._cells.clear()
        del self._probe, self._sections

    def _make_probe(self) -> None:
        self._probe = self._bench.construct()
        self._sections = list(self._probe.soma.wholetree())
        self._built = tuple(section.nseg for section in self._sections)
        self._spare()

    def _spare(self) -> None:
        kept = [section for cell in self._cells.values() for section in cell.sections]
        self._bench.spare([*self._sections, *kept])

    def _segments_of(self, values: PathValues) -> Segments | None:
        """Return what a candidate's numbers of segments are; None: it needs a cell of its own."""
        if any(map(math.isnan, values)):
            return None
        for section, built in zip(self._sections, self._built):
            if section.nseg != built:
                section.nseg = built
        try:
            self._setter(self._probe, values)
            self._probe.setcable()
        except Exception:  # noqa: BLE001 (it will raise again, as this candidate's failure)
            self._make_probe()
            return None
        return tuple([section.nseg for section in self._sections])

    def _keep(self, segments: Segments, values: PathValues) -> None:
        cell = self._bench.build_with(lambda cell: self._setter(cell, values))
        kept = _keep_cell(cell, self._paths, self._built, self._images, self._experiment)
        if tuple(section.nseg for section in kept.sections) != segments:
            raise CannotKeep
        self._cells[segments] = kept
        self._spare()


@dataclass(frozen=True)
class _Numbers:
    """Places in NEURON's memory that are written or read at once.

    Attributes
    ----------
    references
        NEURON's PtrVector.
    vector
        NEURON's Vector, which the numbers go through.
    view : FloatArray, shape (n,)
        Its memory.
    """

    references: Any
    vector: Any
    view: FloatArray

    @classmethod
    def of(cls, references: Sequence[Any]) -> _Numbers:
        """Make it from NEURON's references."""
        h, count = neuron(), len(references)
        collected, vector = h.PtrVector(count), h.Vector(count)
        for number, reference in enumerate(references):
            collected.pset(number, reference)
        return cls(collected, vector, vector.as_numpy())

    def write(self) -> None:
        """Write what is in `view`."""
        self.references.scatter(self.vector)

    def read(self) -> FloatArray:
        """Return what is there, shape (n,)."""
        self.references.gather(self.vector)
        return self.view


@dataclass(frozen=True)
class _KeptCell:
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
    own
        What is read.
    """

    sections: Sequence[Any]
    points: Sequence[Any]
    recipe: Recipe
    variables: _Numbers
    fresh: FloatArray
    places: IntArray
    path_numbers: IntArray
    geometry: Sequence[tuple[int, Any, str]]
    voltages: _Numbers
    initial_mV: FloatArray
    own: _Numbers

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
        return self.recipe.image(self.points, self.own.read())


def _keep_cell(
    cell: Any,
    paths: Sequence[ParameterPath],
    built: Segments,
    images: ImageReader,
    experiment: Experiment,
) -> _KeptCell:
    """Keep a cell that was built, and not initialised, with any candidate's parameters."""
    shape, points = read_shape(cell, cell.soma(0.5))
    recipe = images.recipe(shape)
    sections = list(cell.soma.wholetree())
    named = [
        (name, reference)
        for number, section in enumerate(sections)
        for place, segment in enumerate(section)
        for name, reference in _variables(number, place, segment)
    ]
    variables = _Numbers.of([reference for _name, reference in named])
    targets = _Targets(cell, sections, built, {name: at for at, (name, _) in enumerate(named)})
    for number, path in enumerate(paths):
        targets.add(number, path)
    voltage = [
        value
        for section in shape.sections
        for value in [*[experiment.initial_mV] * section.n_segment, NEW_NODE_MV, NEW_NODE_MV]
    ]
    own = [r for place, reader in recipe.readers for r in reader.references(points[place])]
    return _KeptCell(
        sections,
        points,
        recipe,
        variables,
        variables.read().copy(),
        np.array([place for place, _number in targets.variables], dtype=np.int64),
        np.array([number for _place, number in targets.variables], dtype=np.int64),
        tuple(targets.geometry),
        _Numbers.of([point._ref_v for point in points]),
        np.array(voltage),
        _Numbers.of(own),
    )


#: Number of a section and of a segment, mechanism ("": ions and capacitance), name.
_Name: TypeAlias = tuple[int, int, str, str]


def _variables(section: int, place: int, segment: Any) -> Iterator[tuple[_Name, Any]]:
    """Yield the names of all variables of a segment, with NEURON's references to them."""
    yield (section, place, "", "cm"), segment._ref_cm
    for mechanism in segment:
        suffix = mechanism.name()
        owner = "" if suffix.endswith("_ion") else suffix
        for name in _names(suffix):
            yield (section, place, owner, name), getattr(mechanism, f"_ref_{name}")


@lru_cache(maxsize=256)
def _names(suffix: str) -> tuple[str, ...]:
    h = neuron()
    standard, name = h.MechanismStandard(suffix, 0), h.ref("")
    names = []
    for number in range(int(standard.count())):
        if standard.name(name, number) != 1:
            raise CannotKeep  # an array
        names.append(str(name[0]).removesuffix(f"_{suffix}"))
    return tuple(names)


class _Targets:
    """What the values of candidates go to.

    Attributes
    ----------
    variables
        Number of a variable, and of the path whose value it gets.
    geometry
        As of `_KeptCell`.
    """

    def __init__(
        self, cell: Any, sections: Sequence[Any], built: Segments, places: dict[_Name, int]
    ) -> None:
        self._cell = cell
        self._numbers = {section: number for number, section in enumerate(sections)}
        self._built = built
        self._places = places
        self.variables: list[tuple[int, int]] = []
        self.geometry: list[tuple[int, Any, str]] = []

    def add(self, number: int, path: ParameterPath) -> None:
        """Find what a path leads to."""
        owner = follow(self._cell, [(s.name, s.index, s.position) for s in path.steps])
        kind = type(owner).__name__
        if kind not in {"Section", "Segment", "Mechanism"}:
            raise CannotKeep
        mechanism = path.steps[-1].name if kind == "Mechanism" else ""
        segment = owner.segment() if kind == "Mechanism" else owner
        section = segment if kind == "Section" else segment.sec
        at = self._numbers.get(section, -1)
        # What is set in the only segment is in all of them after setcable.
        whole = kind == "Section" or (at >= 0 and self._built[at] == 1)
        if at < 0 or not (whole or self._built[at] == section.nseg):
            raise CannotKeep
        if path.attribute in _GEOMETRY:
            self.geometry.append((number, section if whole else segment, path.attribute))
            return
        chosen = range(section.nseg) if whole else [int(segment.x * section.nseg)]
        for place in chosen:
            variable = self._places.get((at, place, mechanism, path.attribute))
            if variable is None:
                raise CannotKeep
            self.variables.append((variable, number))
