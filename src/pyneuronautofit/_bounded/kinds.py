"""Kinds of values in the files of others: small checks that are put together to larger ones."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from pyneuronautofit._types import Json

#: Returns what is expected where a value is of another kind; None where it is of this one.
Kind: TypeAlias = Callable[[Any], str | None]

# What 64 bits hold.
_LARGEST_WHOLE = 2**63 - 1
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_DOUBLE_BYTES = 8


def whole(value: Json) -> str | None:
    """Allow whole numbers that are not negative, and that 64 bits hold."""
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_WHOLE
    return None if good else "a whole number that is not negative"


def integer(value: Json) -> str | None:
    """Allow whole numbers of either sign that 64 bits hold."""
    good = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST_WHOLE
    return None if good else "a whole number"


def number(value: Json) -> str | None:
    """Allow numbers that doubles can hold, and those that are not finite."""
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, int):
        good = good and abs(value) <= sys.float_info.max
    return None if good else "a number"


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
