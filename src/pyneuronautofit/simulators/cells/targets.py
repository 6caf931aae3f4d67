"""What the parameters of candidates go to in a cell that is kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.models import Profile
from pyneuronautofit.simulators.cells.numbers import VariableName
from pyneuronautofit.simulators.neuron.setter import (
    PathValues,
    Profiles,
    distance_factors,
    set_places,
)
from pyneuronautofit.space import ParameterPath

# What NEURON has to be told of, because areas and resistances follow from it.
_GEOMETRY = frozenset({"L", "Ra", "diam"})
_STRUCTURE = frozenset({"nseg", "rallbranch"})


class Targets:
    """Writes candidates' parameters into all numbers of a cell, and sets what is none of them.

    Parameters
    ----------
    cell
        As its class makes it.
    sections
        All of it.
    paths
        What candidates set.
    places
        Where each of the cell's numbers is.
    profiles
        Of the paths that have one.

    Attributes
    ----------
    refused
        Why a cell cannot be given other parameters; "": it can.
    """

    def __init__(
        self,
        cell: Any,
        sections: Sequence[Any],
        paths: Sequence[ParameterPath],
        places: Mapping[VariableName, int],
        profiles: Profiles,
    ) -> None:
        self._cell = cell
        self._numbers = {section: number for number, section in enumerate(sections)}
        self._places = places
        self.refused = ""
        # Of what is written: the places, the path and the factor of each.
        at: list[int] = []
        numbers: list[int] = []
        factors: list[float] = []
        # What is set by name: number of the path, profile, and what a class has made it.
        self._others: list[tuple[int, ParameterPath, Profile | None, float]] = []
        stretched = any(path.attribute == "L" for path in paths)
        for number, path in enumerate(paths):
            owners = path.owners(cell)
            profile = profiles.get(path.text)
            found = self._found(owners, path.attribute)
            if profile is not None and stretched:
                found = None  # distances change with the parameters
            scale = None if profile is None else distance_factors(cell, path, profile)
            if path.attribute in _STRUCTURE and type(owners[0]).__name__ == "Section":
                self.refused = f"{path.text} is a parameter"
            if found is None:
                self._others.append((number, path, profile, _value(owners[0], path)))
                continue
            for place, places_of_one in enumerate(found):
                at += places_of_one
                numbers += [number] * len(places_of_one)
                factors += [1.0 if scale is None else scale[place]] * len(places_of_one)
        self._at = np.array(at, dtype=np.int64)
        self._of = np.array(numbers, dtype=np.int64)
        self._factors = np.array(factors)

    def write(self, view: FloatArray, values: PathValues) -> None:
        """Write a candidate's values among all numbers, which are those of the class.

        Parameters
        ----------
        view : FloatArray, shape (n_variable,)
        """
        # Where paths overlap, the last one counts.
        wanted = np.array(values, dtype=np.float64)[self._of] * self._factors
        given = ~np.isnan(wanted)
        view[self._at[given]] = wanted[given]

    def set_others(self, values: PathValues) -> None:
        """Set what is no variable of a segment: lengths, and what the class has of its own."""
        for number, path, profile, made in self._others:
            value = values[number]
            if not math.isnan(value):
                set_places(self._cell, path, value, profile)
            elif not math.isnan(made):
                path.set(self._cell, made)

    def _found(self, owners: Sequence[Any], attribute: str) -> list[list[int]] | None:
        """Return where the numbers of all owners are; None: some are not among them."""
        if attribute in _GEOMETRY | _STRUCTURE:
            return None
        found = []
        for owner in owners:
            places = list(self._places_of(owner, attribute))
            if not places or None in places:
                return None
            found.append([place for place in places if place is not None])
        return found

    def _places_of(self, owner: Any, attribute: str) -> Iterator[int | None]:
        kind = type(owner).__name__
        if kind not in {"Section", "Segment", "Mechanism"}:
            return
        segment = owner.segment() if kind == "Mechanism" else owner
        section = segment if kind == "Section" else segment.sec
        number = self._numbers.get(section, -1)
        if kind == "Section":
            segments = list(section)
        elif segment.x in {0.0, 1.0}:
            return
        else:
            segments = [segment]
        for each in segments:
            where = number, int(each.x * section.nseg)
            if kind == "Mechanism":
                yield self._places.get((*where, owner.name(), attribute))
                continue
            yield self._places.get((*where, *_named(each, attribute)))


def _named(segment: Any, attribute: str) -> tuple[str, str]:
    """Return the mechanism and the name of a segment's variable, `g_pas` or `ena`."""
    for mechanism in segment:
        suffix = f"_{mechanism.name()}"
        if attribute.endswith(suffix) and hasattr(mechanism, attribute.removesuffix(suffix)):
            return mechanism.name(), attribute.removesuffix(suffix)
    return "", attribute


def _value(owner: object, path: ParameterPath) -> float:
    """Return what a class has made of something of its own; nan: that is no number."""
    if path.attribute in _GEOMETRY:
        return math.nan  # it is set back
    if type(owner).__name__ in {"Section", "Segment", "Mechanism"}:
        return math.nan  # so is this
    try:
        return float(getattr(owner, path.attribute))
    except (TypeError, ValueError):
        return math.nan
