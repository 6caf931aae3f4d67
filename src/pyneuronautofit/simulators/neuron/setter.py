"""Setting the parameters of one cell after another, at the same paths each time.

`ParameterPath.set` looks at every name of a path before it uses it, to say in words what is
missing. Here NEURON's own objects, which refuse names that they lack, are simply asked; everything
else, and whatever fails, is left to `ParameterPath.set`.

A path that leads to many places may have a profile: what is set is the value times the profile at
the path distance from the soma, as it is when it is the path's turn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import Profile
from pyneuronautofit.space import ParameterPath, ParameterTable, soma_of
from pyneuronautofit.space.paths import PathStep

#: One per path; nan leaves the cell's own value as it is. Whole numbers are ints.
PathValues: TypeAlias = Sequence[float]

#: Name of a path -> its profile.
Profiles: TypeAlias = Mapping[str, Profile]
NO_PROFILES: Profiles = MappingProxyType({})


def paths_of(parameters: ParameterTable) -> tuple[ParameterPath, ...]:
    """Return all paths of a table, in the order of `path_values`."""
    return tuple(path for paths in parameters.targets for path in paths)


def path_values(parameters: ParameterTable, candidates: Sequence[int]) -> list[PathValues]:
    """Return each candidate's values for all paths of a table, in their order."""
    columns = np.repeat(
        np.arange(len(parameters.targets)), [len(paths) for paths in parameters.targets]
    )
    rows: list[list[float]] = parameters.values[
        np.asarray(candidates, dtype=np.int64)[:, None], columns
    ].tolist()
    for place in np.flatnonzero(np.array(parameters.whole, dtype=bool)[columns]).tolist():
        for row in rows:
            if not math.isnan(row[place]):
                row[place] = int(row[place])
    return list(rows)


class Setter:
    """Sets what is at given paths.

    Parameters
    ----------
    paths
        In the order in which they are set.
    profiles
        Of those that have one.
    """

    def __init__(self, paths: Sequence[ParameterPath], profiles: Profiles = NO_PROFILES) -> None:
        from neuron import nrn  # noqa: PLC0415 (only a process that builds cells loads NEURON)

        self._mechanism = nrn.Mechanism
        self._refusing = {nrn.Section, nrn.Segment, nrn.Mechanism}
        self._profiles = profiles
        self._groups = [
            (steps, list(group))
            for steps, group in groupby(enumerate(paths), key=lambda each: each[1].steps)
        ]

    def __call__(self, cell: Any, values: PathValues) -> None:
        """Give a cell new values; raises as `ParameterPath.set`."""
        for steps, paths in self._groups:
            owner = None
            for number, path in paths:
                value = values[number]
                if math.isnan(value):
                    continue
                profile = self._profiles.get(path.text)
                if path.is_many or profile is not None:
                    set_places(cell, path, value, profile)
                    continue
                # What is set in a mechanism does not replace the mechanism, as nseg would.
                if type(owner) is not self._mechanism:
                    owner = follow(cell, steps)
                self._set(owner, path, cell, value)

    def _set(self, owner: Any, path: ParameterPath, cell: Any, value: float) -> None:
        if type(owner) in self._refusing:
            try:
                setattr(owner, path.attribute, value)
            except AttributeError:
                pass
            else:
                return
        path.set(cell, value)


def set_places(cell: Any, path: ParameterPath, value: float, profile: Profile | None) -> None:
    """Give all places of a path a value, times a profile; raises as `ParameterPath.set`."""
    path.set(cell, value, None if profile is None else distance_factors(cell, path, profile))


def distance_factors(cell: Any, path: ParameterPath, profile: Profile) -> list[float]:
    """Return what a path's value is multiplied by in each of its places.

    Raises
    ------
    ModelError
        If the path leads to something that has no distance, or the profile to no number.
    """
    return [profile(distance_um) for distance_um in distances_um(cell, path).tolist()]


def distances_um(cell: Any, path: ParameterPath) -> FloatArray:
    """Return the path distances of a path's places from soma(0.5), shape (n_place,).

    Raises
    ------
    ModelError
        If a place is no part of a section of the soma's tree.
    """
    from neuron import h  # noqa: PLC0415 (only a process that builds cells loads NEURON)

    soma = soma_of(cell)(0.5)
    found = [h.distance(soma, _segment(owner, path)) for owner in path.owners(cell)]
    if any(distance_um > _UNCONNECTED_UM for distance_um in found):
        raise ModelError(
            f"the parameter path {path.text!r} has a profile, but leads to sections that are not "
            "connected with the soma"
        )
    return np.array(found)


# NEURON's distance between what is not connected is 1e20.
_UNCONNECTED_UM = 1e19


def _segment(owner: Any, path: ParameterPath) -> Any:
    kind = type(owner).__name__
    if kind == "Section":
        return owner(0.5)
    if kind == "Segment":
        return owner
    if kind == "Mechanism":
        return owner.segment()
    raise ModelError(
        f"the parameter path {path.text!r} has a profile, but leads to a {kind}, which has no "
        "distance from the soma"
    )


def follow(cell: Any, steps: Iterable[PathStep]) -> Any:
    """Return what has the attribute of a path; None if the path cannot be followed, or to many."""
    owner = cell
    try:
        for step in steps:
            if step.is_many:
                return None
            owner = getattr(owner, step.name)
            if step.index is not None:
                owner = owner[step.index]
            if step.position is not None:
                owner = owner(step.position)
    except (AttributeError, TypeError, IndexError, ValueError):
        return None
    return owner
