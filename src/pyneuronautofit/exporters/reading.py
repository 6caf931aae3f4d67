"""Reading a live NEURON cell into a `FlatCell`; only worker processes do it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pyneuronautofit.errors import ModelError
from pyneuronautofit.exporters.flat import FlatCell, FlatParameter, FlatSection, Numbers
from pyneuronautofit.simulators.neuron.hoc import neuron
from pyneuronautofit.simulators.neuron.session import (
    NeuronSession,
    NeuronSetup,
    Settings,
    open_session,
)
from pyneuronautofit.simulators.processes.pool import Job
from pyneuronautofit.simulators.processes.workers import PathWorkers
from pyneuronautofit.space import ParameterPath, ParameterTable, soma_of

_NAME = re.compile(r"([A-Za-z]\w*)(?:\[(\d+)\])?", re.ASCII)
# Words that hoc reads as its own wherever they stand, beside the names that `dir` has.
_KEYWORDS = {
    *("all", "access", "begintemplate", "break", "connect", "continue", "create", "debug"),
    *("delete", "depvar", "double", "else", "em", "endtemplate", "eqinit", "eqn", "external"),
    *("for", "forall", "forsec", "func", "help", "if", "ifsec", "init", "insert", "iterator"),
    *("iterator_statement", "local", "localobj", "new", "obfunc", "objectvar", "objref"),
    *("parent", "print", "proc", "public", "read", "return", "setpointer", "stop", "strdef"),
    *("uninsert", "while"),
}
_ION = "_ion"
# Kinds of variables of NEURON's MechanismStandard.
_PARAMETERS, _GLOBALS = 1, -1
_LIMIT_S = 600.0


def read_flat(setup: NeuronSetup, parameters: ParameterTable) -> FlatCell:
    """Build the first cell of a table in a process of its own, and return what it consists of.

    Raises
    ------
    ModelError
        If it cannot be built, or has something that no export has.
    """

    def job(paths: tuple[ParameterPath, ...]) -> Job:
        return Job(make_flattener, NeuronSetup(setup.source, setup.experiment, paths))

    workers = PathWorkers(job, 1, _LIMIT_S, 1)
    settings = list(parameters.settings(0))
    try:
        outcome = next(iter(workers.for_paths([path for path, _value in settings]).map([settings])))
    finally:
        workers.close()
    if not isinstance(outcome.value, FlatCell):
        raise ModelError(f"the cell cannot be exported: {outcome.message}")
    return outcome.value


def make_flattener(setup: NeuronSetup) -> Flattener:
    """Load the model; what `Job.make` calls in a worker."""
    return Flattener(open_session(setup))


class Flattener:
    """Builds cells and reads them.

    Parameters
    ----------
    session
        Builds them.
    """

    def __init__(self, session: NeuronSession) -> None:
        self._session = session

    def __call__(self, settings: Settings) -> FlatCell:
        """Build one; raises ModelError if there is something in it that no export has."""
        cell = self._session.build(settings)
        try:
            return flatten(cell, settings, self._session.profiles)
        finally:
            del cell
            self._session.clear()


def flatten(cell: Any, settings: Settings, profiles: Mapping[str, Any]) -> FlatCell:
    """Read a cell whose parameters are set.

    Parameters
    ----------
    settings
        What was set.
    profiles
        Of those parameters that have one.

    Raises
    ------
    ModelError
        If there is something in it that no export has.
    """
    h, soma = neuron(), soma_of(cell)
    inside = set(soma.wholetree())
    # In the order in which they were made, which is that of NEURON's equations.
    sections = [section for section in h.allsec() if section in inside]
    numbers = {section: number for number, section in enumerate(sections)}
    _refuse(h, sections)
    names = _names(sections)
    flat = tuple(_section(each, name, numbers) for each, name in zip(sections, names))
    inserted = dict.fromkeys(name for each in flat for name in (*each.mechanisms, *each.ions))
    made = FlatCell(flat, numbers[soma], dict(_globals(h, inserted)))
    fitted = _fitted(cell, settings, profiles, numbers, made)
    return FlatCell(made.sections, made.soma, made.global_values, tuple(fitted))


def _refuse(h: Any, sections: Sequence[Any]) -> None:
    def refuse(section: Any, what: str) -> ModelError:
        return ModelError(
            f"section {_own_name(section)} has {what}, which no export has; use --scripts, whose "
            "scripts call the cell class itself"
        )

    for section in sections:
        if section.has_membrane("extracellular"):
            raise refuse(section, "the mechanism extracellular")
        if section.rallbranch != 1:
            raise refuse(section, f"rallbranch = {section.rallbranch:g}")
        for segment in section.allseg():
            for process in segment.point_processes():
                kind = process.hname().partition("[")[0]
                raise refuse(section, f"the point process {kind}")
    for name in ("NetCon", "LinearMechanism"):
        if h.List(name).count():
            raise refuse(sections[0], f"a {name} in its cell")


def _own_name(section: Any) -> str:
    """Return a section's name without the cell's, which may be an address in memory."""
    return str(section.name()).rpartition(".")[2]


def _names(sections: Sequence[Any]) -> list[str]:
    """Return a name for every section that hoc and Python read as one, no two the same.

    Arrays have all their elements, in their order, as hoc makes them; what is otherwise gets a
    number behind its name.
    """
    taken_by_hoc = _KEYWORDS | {*dir(neuron())}
    read = [_NAME.fullmatch(_own_name(section)) for section in sections]
    bases = [match[1] if match and match[1] not in taken_by_hoc else "part" for match in read]
    counts: dict[str, list[int]] = {}
    for base, match in zip(bases, read):
        counts.setdefault(base, []).append(int(match[2]) if match and match[2] else -1)
    kept = {base for base, found in counts.items() if _is_array(found) or found == [-1]}
    names, taken = [], dict.fromkeys(counts, 0)
    for base, match in zip(bases, read):
        whole = match is not None and match[1] == base and base in kept
        names.append(match[0] if match and whole else f"{base}_{taken[base]}")
        taken[base] += 1
    if len(set(names)) < len(names):
        return [f"part[{number}]" for number in range(len(names))]
    return names


def _is_array(found: Sequence[int]) -> bool:
    return list(found) == list(range(len(found)))


def _section(section: Any, name: str, numbers: Mapping[Any, int]) -> FlatSection:
    h, segments = neuron(), list(section)
    parent = section.parentseg()
    # Mechanisms are inserted into whole sections.
    present = [mechanism.name() for mechanism in segments[0]]
    ions = [each for each in present if each.endswith(_ION)]
    mechanisms = {each: _parameters(h, each, segments) for each in present if each not in ions}
    concentrations: dict[str, Numbers] = {}
    for ion in ions:
        element = ion.removesuffix(_ION)
        for variable in (f"e{element}", f"{element}i", f"{element}o"):
            concentrations[variable] = _values(segments, variable)
    return FlatSection(
        name=name,
        parent=-1 if parent is None else numbers[parent.sec],
        parent_x=0.0 if parent is None else float(parent.x),
        own_x=float(section.orientation()),
        n_segment=int(section.nseg),
        length_um=float(section.L),
        axial_ohm_cm=float(section.Ra),
        points=tuple(
            (section.x3d(k), section.y3d(k), section.z3d(k), section.diam3d(k))
            for k in range(section.n3d())
        ),
        diameter_um=_values(segments, "diam"),
        area_um2=tuple(float(segment.area()) for segment in segments),
        cm=_values(segments, "cm"),
        resistance_Mohm=tuple(float(each.ri()) for each in (*segments, section(1))),
        mechanisms=mechanisms,
        ions={ion: int(h.ion_style(ion, sec=section)) for ion in ions},
        concentrations=concentrations,
    )


def _parameters(h: Any, mechanism: str, segments: Sequence[Any]) -> dict[str, Numbers]:
    found = {}
    for name, size in _variables(h, mechanism, _PARAMETERS):
        if size == 1:
            found[name] = _values(segments, name)
            continue
        for index in range(size):
            values = tuple(float(getattr(segment, name)[index]) for segment in segments)
            found[f"{name}[{index}]"] = _finite(values, name)
    return found


def _values(segments: Sequence[Any], name: str) -> Numbers:
    return _finite(tuple(float(getattr(segment, name)) for segment in segments), name)


def _finite(values: Numbers, name: str) -> Numbers:
    if not all(map(math.isfinite, values)):
        raise ModelError(f"{name} is not a finite number in this cell: {values[0]:g}")
    return values


def _variables(h: Any, mechanism: str, kind: int) -> Iterator[tuple[str, int]]:
    standard, name = h.MechanismStandard(mechanism, kind), h.ref("")
    for number in range(int(standard.count())):
        size = int(standard.name(name, number))
        yield str(name[0]), size


def _globals(h: Any, mechanisms: Mapping[str, None]) -> Iterator[tuple[str, float]]:
    for mechanism in mechanisms:
        for name, size in _variables(h, mechanism, _GLOBALS):
            value = getattr(h, name)
            numbers = [value] if size == 1 else [value[index] for index in range(size)]
            for index, number in enumerate(numbers):
                # What is not finite was never set: the mechanism computes it.
                if math.isfinite(number):
                    yield name if size == 1 else f"{name}[{index}]", float(number)


def _fitted(
    cell: Any,
    settings: Settings,
    profiles: Mapping[str, Any],
    numbers: Mapping[Any, int],
    made: FlatCell,
) -> Iterator[FlatParameter]:
    """Yield the parameters that are one number in some places of the cell as it is now."""
    for path, value in settings:
        if path.text in profiles:
            continue
        found = [_place(owner, path.attribute, numbers) for owner in path.owners(cell)]
        if None in found:
            continue
        attributes = {attribute for attribute, _section, _segment in found}  # type: ignore[misc]
        if len(attributes) != 1:
            continue
        (attribute,) = attributes
        places = tuple((section, segment) for _name, section, segment in found)  # type: ignore[misc]
        if all(_is(made.sections[section], attribute, at, value) for section, at in places):
            yield FlatParameter(path.text, attribute, float(value), places)


def _place(owner: Any, attribute: str, numbers: Mapping[Any, int]) -> tuple[str, int, int] | None:
    kind = type(owner).__name__
    if kind == "Section":
        return (attribute, numbers[owner], -1) if owner in numbers else None
    if kind == "Mechanism":
        name, segment = f"{attribute}_{owner.name()}", owner.segment()
    elif kind == "Segment":
        name, segment = attribute, owner
    else:
        return None
    if segment.sec not in numbers or segment.x in {0.0, 1.0}:
        return None
    return name, numbers[segment.sec], int(segment.x * segment.sec.nseg)


def _is(section: FlatSection, attribute: str, segment: int, value: float) -> bool:
    """Tell whether a variable is what a parameter has made it."""
    if attribute == "Ra":
        return section.axial_ohm_cm == value
    values = section.ranges.get(attribute)
    if values is None:
        return False
    return values[segment] == value if segment >= 0 else all(each == value for each in values)
