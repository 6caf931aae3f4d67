"""Which conductances a cell has, where a model says nothing of what is to be searched.

They are read from a live cell: the names that begin with g of the density mechanisms, in every list
of sections that the class has, as far as they are the same in all of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import CellSource
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool

_LIMIT_S = 300.0
_PARAMETERS = 1  # NEURON's number for them, in MechanismStandard


def find_conductances(source: CellSource) -> dict[str, float]:
    """Return the path and the value of every conductance of a model.

    Raises
    ------
    ModelError
        If its cell cannot be built.
    """
    pool = WorkerPool(Job(_make_finder, source), 1, _LIMIT_S, 1)
    try:
        (outcome,) = pool.map([None])
    finally:
        pool.close()
    if outcome.value is None:
        raise ModelError(outcome.message)
    return dict(outcome.value)


def _make_finder(source: CellSource) -> Callable[[object], dict[str, float]]:
    factory = source.load()

    def find(_task: object) -> dict[str, float]:
        return dict(_conductances(factory(0)))

    return find


def _conductances(cell: Any) -> Iterator[tuple[str, float]]:
    covered: set[tuple[str, str, str]] = set()
    for name, found in vars(cell).items():
        sections = found if isinstance(found, list) else [found]
        if not sections or not all(hasattr(section, "psection") for section in sections):
            continue
        place = f"{name}[*]" if isinstance(found, list) else name
        for mechanism, variable in _named(sections):
            own = {(str(section), mechanism, variable) for section in sections}
            if own & covered:
                continue  # another list has the section, too
            covered |= own
            values = {
                getattr(getattr(segment, mechanism), variable)
                for section in sections
                for segment in section
            }
            if len(values) == 1:
                yield f"{place}.{variable}_{mechanism}", float(values.pop())


def _named(sections: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield the conductances that all of some sections have."""
    from neuron import h  # noqa: PLC0415 (only a process that builds cells loads NEURON)

    common = set.intersection(*[{m.name() for m in section(0.5)} for section in sections])
    for mechanism in sorted(common):
        if mechanism.endswith("_ion"):
            continue
        standard, text = h.MechanismStandard(mechanism, _PARAMETERS), h.ref("")
        for number in range(int(standard.count())):
            if standard.name(text, number) == 1:
                variable = str(text[0]).removesuffix(f"_{mechanism}")
                if variable.startswith("g"):
                    yield mechanism, variable
