"""All numbers of a live cell, read and written by one call each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.codegen.kinds import mechanism_of
from pyneuronautofit.simulators.cells.morphology import Shape, named_processes
from pyneuronautofit.simulators.neuron.hoc import neuron
from pyneuronautofit.simulators.neuron.session import NEW_NODE_MV


class CannotReuse(Exception):  # noqa: N818 - it is no error: cells are built instead
    """A cell has something that is not known to be set anew."""


@dataclass(frozen=True)
class Numbers:
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
    def of(cls, references: Sequence[Any]) -> Numbers:
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


#: Number of a section and of a segment, mechanism ("": ions and capacitance), name.
VariableName: TypeAlias = tuple[int, int, str, str]


def all_variables(sections: Sequence[Any]) -> list[tuple[VariableName, Any]]:
    """Return the names of all variables of a cell, with NEURON's references to them."""
    return [
        named
        for number, section in enumerate(sections)
        for place, segment in enumerate(section)
        for named in _variables(number, place, segment)
    ]


def beginning_mV(shape: Shape, initial_mV: float) -> FloatArray:
    """Return the voltages of all points in the beginning, shape (n_point,), mV."""
    return np.array(
        [
            value
            for section in shape.sections
            for value in [*[initial_mV] * section.n_segment, NEW_NODE_MV, NEW_NODE_MV]
        ]
    )


def _variables(section: int, place: int, segment: Any) -> Iterator[tuple[VariableName, Any]]:
    """Yield the names of all variables of a segment, with NEURON's references to them."""
    yield (section, place, "", "cm"), segment._ref_cm
    for mechanism in segment:
        suffix = mechanism.name()
        owner = "" if suffix.endswith("_ion") else suffix
        for name in variable_names(suffix):
            base, bracket, index = name.partition("[")
            reference = getattr(mechanism, f"_ref_{base}")
            own = reference[int(index[:-1])] if bracket else reference
            yield (section, place, owner, name), own
    for process, made in named_processes(segment).items():
        for name in variable_names(mechanism_of(process)):
            base, bracket, index = name.partition("[")
            reference = getattr(made, f"_ref_{base}")
            own = reference[int(index[:-1])] if bracket else reference
            yield (section, place, process, name), own


@lru_cache(maxsize=256)
def variable_names(suffix: str) -> tuple[str, ...]:
    """Return the names of all that a mechanism has in a segment, without its suffix.

    Elements of arrays are named one by one, `ca[2]`.
    """
    h = neuron()
    standard, name = h.MechanismStandard(suffix, 0), h.ref("")
    names = []
    for number in range(int(standard.count())):
        length = int(standard.name(name, number))
        own = str(name[0]).removesuffix(f"_{suffix}")
        names += [own] if length == 1 else [f"{own}[{index}]" for index in range(length)]
    return tuple(names)


class Globals:
    """GLOBAL variables of some mechanisms, which NEURON has once for all cells.

    Parameters
    ----------
    present
        Names of the mechanisms.
    """

    def __init__(self, present: Sequence[str]) -> None:
        h = neuron()
        self._made: dict[str, float] = {}
        own = {f"{base_name(name)}_{each}" for each in present for name in variable_names(each)}
        for name in map(str, dir(h)):
            if name in own or not any(name.endswith(f"_{each}") for each in present):
                continue
            try:
                value = getattr(h, name)
            except Exception:  # noqa: BLE001 (a name that cannot be asked for now)
                continue
            if isinstance(value, float):
                self._made[name] = value

    def set_back(self) -> None:
        """Give those that are others what they were."""
        h = neuron()
        for name, value in self._made.items():
            if getattr(h, name) != value:
                setattr(h, name, value)


def base_name(name: str) -> str:
    """Return the name of a variable, of which this may be an element."""
    return name.partition("[")[0]
