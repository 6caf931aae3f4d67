"""Setting the parameters of one cell after another, at the same paths each time.

`ParameterPath.set` looks at every name of a path before it uses it, to say in words what is
missing. Here NEURON's own objects, which refuse names that they lack, are simply asked; everything
else, and whatever fails, is left to `ParameterPath.set`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np

from pyneuronautofit.space import ParameterPath, ParameterTable

#: One per path; nan leaves the cell's own value as it is. Whole numbers are ints.
PathValues: TypeAlias = Sequence[float]

#: Name, index and position of a step of a path.
Step: TypeAlias = tuple[str, int | None, float | None]


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
    """

    def __init__(self, paths: Sequence[ParameterPath]) -> None:
        from neuron import nrn  # noqa: PLC0415 (only a process that builds cells loads NEURON)

        self._mechanism = nrn.Mechanism
        self._refusing = {nrn.Section, nrn.Segment, nrn.Mechanism}
        self._groups = [
            ([(step.name, step.index, step.position) for step in steps], list(group))
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


def follow(cell: Any, steps: Iterable[Step]) -> Any:
    """Return what has the attribute of a path; None if the path cannot be followed."""
    owner = cell
    try:
        for name, index, position in steps:
            owner = getattr(owner, name)
            if index is not None:
                owner = owner[index]
            if position is not None:
                owner = owner(position)
    except (AttributeError, TypeError, IndexError, ValueError):
        return None
    return owner
