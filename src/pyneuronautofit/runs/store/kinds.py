"""Of what kind everything in a store has to be: the one place that decides it.

A checksum tells damage, and nothing else: whoever makes a store by hand makes the checksums right.
So what is read is looked at once more, after its checksum: its types, its ranges, and how it fits
to the rest of the store. Whoever has a `RunReader` need not look again.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pyneuronautofit._bounded.kinds import (
    Kind,
    both,
    bytes_,
    duration,
    eights,
    fields,
    finite,
    flag,
    integer,
    listed,
    mapped,
    maybe,
    one_of,
    pair,
    real,
    record,
    text,
    time,
    whole,
)
from pyneuronautofit._plugins import is_code
from pyneuronautofit._types import Json
from pyneuronautofit._words import unusable_name
from pyneuronautofit.runs.store.content import Evaluations, Generation

_MOST_STATUSES = 256  # a status is a byte


def path(value: Json) -> str | None:
    """Allow what can be the name of a file."""
    return text(value) or unusable_name(value) or None


def mode_code(value: Json) -> str | None:
    """Allow letters of modes, and names in braces."""
    return None if is_code(value) else "a letter, or a name in braces"


def _anything(_value: Json) -> None:
    return None


_scalar = maybe(one_of(flag, real, text))
# What an option allows is checked where the options are known; some are shown without that.
_settings = both(
    mapped(one_of(_scalar, listed(_scalar))),
    fields(
        {},
        {
            "algorithm": text,
            "evaluations": maybe(whole),
            "generations": maybe(whole),
            "krayzman_debug": flag,
            "mask": maybe(text),
            "modes": text,
            "population_size": maybe(integer),
            "seed": maybe(integer),
        },
    ),
)

#: The values of the head, by their keys.
HEAD: Mapping[str, Kind] = types.MappingProxyType(
    {
        "header": fields(
            {
                "markers": listed(mode_code),
                "bvalues": listed(maybe(real)),
                "parameters": listed(listed(_anything)),
                "version": text,
                "target": text,
                "evaluation": both(record, finite),
                "cmd": text,
                "temperature": maybe(real),
                "program": text,
            }
        ),
        "settings": _settings,
        "identity": fields(
            {},
            {
                "recording": text,
                "beside": listed(text),
                "model": mapped(text),
                "versions": mapped(text),
                "known": text,
                "plugins": mapped(text),
            },
        ),
        "places": fields(
            {"recording": maybe(path), "project": maybe(path), "directory": maybe(path)}
        ),
        "mode_sizes": listed(pair(mode_code, whole)),
        "log_search": flag,
        "statuses": mapped(text),
        "initial": maybe(listed(listed(maybe(real)))),
    }
)

#: What the head of a run may say beside that: its noise floor.
FLOOR = fields(
    {
        "components": listed(maybe(real)),
        "is_bound": listed(flag),
        "noise_mV": listed(real),
        "drift_mV": listed(real),
        "n_repeated": whole,
        "n_sweep": whole,
        "notes": listed(text),
    }
)

#: .. and what its best models score with finer steps.
FINER = fields(
    {"rows": listed(whole), "tolerances_mV": listed(maybe(real)), "sums": listed(mapped(real))},
)

#: What a sitting says of itself.
CONTENT = fields(
    {},
    {
        "command": text,
        "evaluations": maybe(whole),
        "generations": maybe(whole),
        "settings": _settings,
        "versions": mapped(text),
        "simulator": text,
        "n_worker": maybe(integer),
        "host": text,
        "scratch": text,
    },
)

#: The columns of the tables, but for the checksum.
SESSION = (whole, time, text)
#: How a sitting ended, which is noted without a checksum.
ENDED = (maybe(time), maybe(text))
GENERATION = (whole, whole, whole, time, duration, eights, eights, eights, bytes_)
EVALUATION = (whole, eights, eights, eights, eights, bytes_, eights, text)


def wrong_in(row: Sequence[Any], columns: Sequence[Kind], names: Sequence[str]) -> str | None:
    """Return which column of a row is of another kind, in words; None: none is."""
    for value, kind, name in zip(row, columns, names, strict=True):
        expected = kind(value)
        if expected:
            return f"expected {expected} in the column {name}, found {value!r:.40}"
    return None


def wrong_in_head(values: Mapping[str, Json]) -> str | None:
    """Return what is wrong with the values of a head, in words; None: nothing is.

    All keys are there; see `HEAD`.
    """
    for key, kind in HEAD.items():
        expected = kind(values[key])
        if expected:
            return f"expected {expected} in {key}, found {values[key]!r:.60}"
    header, initial = values["header"], values["initial"]
    n_param = len(header["parameters"])
    wrong = (
        _wrong_in_floor(values.get("floor"), len(header["markers"]))
        or _wrong_in_finer(values.get("finer"), {code for code, _size in values["mode_sizes"]})
        or _wrong_in_components(header, values["mode_sizes"])
    )
    if wrong:
        return wrong
    if initial is not None and any(len(row) != n_param for row in initial):
        return f"initial candidates that have not {n_param} parameters"
    if not 0 < len(values["statuses"]) <= _MOST_STATUSES:
        return f"{len(values['statuses'])} statuses: expected 1 to {_MOST_STATUSES}"
    return None


def _wrong_in_components(header: Mapping[str, Json], mode_sizes: Json) -> str | None:
    """Return what does not fit in what a head says of the components; None: all does."""
    markers, n_bvalue = list(header["markers"]), len(header["bvalues"])
    n_score = sum(size for _code, size in mode_sizes)
    if n_score != len(markers):
        return f"the sizes of its modes make {n_score} components, but {len(markers)} have marks"
    if [code for code, size in mode_sizes for _ in range(size)] != markers:
        return f"the marks of its components are {''.join(markers):.40}, which are not its modes"
    if n_bvalue != len(markers):
        return f"its bvalues are {n_bvalue} numbers for {len(markers)} components"
    return None


def _wrong_in_floor(floor: Json, n_score: int) -> str | None:
    """Return what is wrong with a noise floor, in words; None: nothing is, or there is none."""
    if floor is None:
        return None
    expected = FLOOR(floor)
    if expected:
        return f"expected {expected} in floor, found {floor!r:.60}"
    for key in ("components", "is_bound"):
        if len(floor[key]) != n_score:
            return f"a noise floor with {len(floor[key])} {key} for {n_score} components"
    return None


def _wrong_in_finer(finer: Json, codes: set[str]) -> str | None:
    """Return what is wrong with sums with finer steps; None: nothing is, or there are none."""
    if finer is None:
        return None
    expected = FINER(finer)
    if expected:
        return f"expected {expected} in finer, found {finer!r:.60}"
    rows, tolerances, sums = (finer[key] for key in ("rows", "tolerances_mV", "sums"))
    if not len(set(rows)) == len(rows) == len(sums) == len(tolerances):
        return f"{len(rows)} evaluations with {len(sums)} sums of finer steps"
    for tolerance_mV, each in zip(tolerances, sums, strict=True):
        expected_codes = set() if tolerance_mV is None else codes
        if set(each) != expected_codes or (tolerance_mV is not None and tolerance_mV <= 0):
            return f"sums of finer steps ({tolerance_mV} mV) by {', '.join(each) or 'no mode':.60}"
    return None


def wrong_in_generation(generation: Generation, most_rows: int) -> str | None:
    """Return what in a generation does not fit to itself; None: everything does.

    Parameters
    ----------
    most_rows
        How many evaluations the store can have at the most.
    """
    first, end = generation.first_row, generation.first_row + generation.n_row
    if generation.n_row > most_rows:
        return f"{generation.n_row} evaluations, but the store has room for {most_rows}"
    limits = {
        "population": (generation.population, 0, end),
        "entered": (generation.entered, first, end),
        "removed": (generation.removed, 0, first),
    }
    for name, (rows, low, high) in limits.items():
        if len(rows) and not low <= rows.min() <= rows.max() < high:
            return f"{name}: rows {rows.min()} to {rows.max()}, expected {low} to {high - 1}"
    return None


def wrong_in_evaluations(found: Evaluations) -> str | None:
    """Return what no evaluation can hold; None: there is no such thing."""
    if not (np.isfinite(found.parameters).all() and np.isfinite(found.coordinates).all()):
        return "parameters that are not finite"
    if not (found.seconds >= 0).all() or not np.isfinite(found.seconds).all():
        return "times that are negative or not finite"
    return None
