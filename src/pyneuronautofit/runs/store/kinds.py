"""Of what kind everything in a store has to be: the one place that decides it.

A checksum tells damage, and nothing else: whoever makes a store by hand makes the checksums right.
So what is read is looked at once more, after its checksum: its types, its ranges, and how it fits
to the rest of the store. Whoever has a `RunReader` need not look again.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np

from pyneuronautofit._types import Json
from pyneuronautofit._words import LARGEST_WHOLE, unusable_name
from pyneuronautofit.runs.store.content import Evaluations, Generation

#: Returns what is expected where a value is of another kind; None where it is of this one.
Kind: TypeAlias = Callable[[Any], str | None]

_MOST_STATUSES = 256  # a status is a byte
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_DOUBLE_BYTES = 8


def whole(value: Json) -> str | None:
    """Allow whole numbers that are not negative, and that 64 bits hold."""
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_WHOLE
    return None if good else "a whole number that is not negative"


def real(value: Json) -> str | None:
    """Allow numbers that are finite doubles."""
    good = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return None if good and math.isfinite(float(value)) else "a finite number"
    except OverflowError:
        return "a finite number"


def duration(value: Json) -> str | None:
    """Allow times that have passed, s."""
    return real(value) or (None if value >= 0 else "a number that is not negative")


def text(value: Json) -> str | None:
    """Allow texts."""
    return None if isinstance(value, str) else "a text"


def letter(value: Json) -> str | None:
    """Allow single characters."""
    return None if isinstance(value, str) and len(value) == 1 else "a letter"


def flag(value: Json) -> str | None:
    """Allow true and false."""
    return None if isinstance(value, bool) else "true or false"


def time(value: Json) -> str | None:
    """Allow times as ISO 8601 writes them, of years in which there are computers."""
    try:
        good = _FIRST_YEAR <= datetime.fromisoformat(value).year <= _LAST_YEAR
    except (TypeError, ValueError):
        good = False
    return None if good else "a time (ISO 8601)"


def path(value: Json) -> str | None:
    """Allow what can be the name of a file."""
    return text(value) or unusable_name(value) or None


def bytes_(value: Json) -> str | None:
    """Allow blobs."""
    return None if isinstance(value, bytes) else "bytes"


def eights(value: Json) -> str | None:
    """Allow blobs of numbers of 64 bits."""
    good = isinstance(value, bytes) and len(value) % _DOUBLE_BYTES == 0
    return None if good else "numbers of 64 bits"


def record(value: Json) -> str | None:
    """Allow objects of any content."""
    return None if isinstance(value, dict) else "an object"


def finite(value: Json) -> str | None:
    """Allow values of any depth whose numbers can be written again as JSON."""
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return next((said for said in map(finite, parts) if said), None)
    good = not isinstance(value, float) or math.isfinite(value)
    return None if good else "finite numbers"


def maybe(kind: Kind) -> Kind:
    """Allow null, too."""
    return lambda value: None if value is None else kind(value)


def one_of(*kinds: Kind) -> Kind:
    """Allow what one of several kinds allows."""

    def check(value: Json) -> str | None:
        said = [kind(value) for kind in kinds]
        return None if None in said else " or ".join(str(each) for each in said)

    return check


def listed(kind: Kind) -> Kind:
    """Allow lists of values of a kind."""

    def check(value: Json) -> str | None:
        if not isinstance(value, list):
            return "a list"
        wrong = next((said for said in map(kind, value) if said), None)
        return f"a list, each of it {wrong}" if wrong else None

    return check


def mapped(kind: Kind) -> Kind:
    """Allow objects whose values are of a kind."""

    def check(value: Json) -> str | None:
        return record(value) or next(
            (f"{said} as {key!r:.40}" for key, each in value.items() if (said := kind(each))), None
        )

    return check


def fields(required: Mapping[str, Kind], optional: Mapping[str, Kind] | None = None) -> Kind:
    """Allow objects with these keys, and any others."""

    def check(value: Json) -> str | None:
        said = record(value)
        for key, kind in {**required, **(optional or {})}.items() if said is None else ():
            if key in value:
                wrong = kind(value[key])
                said = said or (f"{wrong} as {key!r}" if wrong else None)
            elif key in required:
                said = said or f"the key {key!r}"
        return said

    return check


def pair(one: Kind, other: Kind) -> Kind:
    """Allow lists of two values."""

    def check(value: Json) -> str | None:
        if not isinstance(value, list) or len(value) != 2:
            return "a pair"
        return one(value[0]) or other(value[1])

    return check


def both(one: Kind, other: Kind) -> Kind:
    """Allow what two kinds allow."""
    return lambda value: one(value) or other(value)


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
            "generations": maybe(whole),
            "krayzman_debug": flag,
            "mask": maybe(text),
            "modes": text,
            "population_size": maybe(whole),
            "seed": maybe(whole),
        },
    ),
)

#: The values of the head, by their keys.
HEAD: Mapping[str, Kind] = types.MappingProxyType(
    {
        "header": fields(
            {
                "markers": listed(letter),
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
            {}, {"recording": text, "model": mapped(text), "versions": mapped(text)}
        ),
        "places": fields(
            {"recording": maybe(path), "project": maybe(path), "directory": maybe(path)}
        ),
        "mode_sizes": listed(pair(letter, whole)),
        "log_search": flag,
        "statuses": mapped(text),
        "initial": maybe(listed(listed(maybe(real)))),
    }
)

#: What a sitting says of itself.
CONTENT = fields(
    {},
    {
        "command": text,
        "generations": maybe(whole),
        "settings": _settings,
        "versions": mapped(text),
        "simulator": text,
        "n_worker": maybe(whole),
        "host": text,
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
    markers, n_param = "".join(header["markers"]), len(header["parameters"])
    n_score = sum(size for _code, size in values["mode_sizes"])
    if n_score != len(markers):
        return f"the sizes of its modes make {n_score} components, but {len(markers)} have marks"
    if "".join(code * size for code, size in values["mode_sizes"]) != markers:
        return f"the marks of its components are {markers:.40}, which are not its modes"
    if initial is not None and any(len(row) != n_param for row in initial):
        return f"initial candidates that have not {n_param} parameters"
    if not 0 < len(values["statuses"]) <= _MOST_STATUSES:
        return f"{len(values['statuses'])} statuses: expected 1 to {_MOST_STATUSES}"
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
