"""JSON of others: not more of it than is allowed, and not deeper than whoever reads it can go."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pyneuronautofit._bounded.sizes import Allowance
from pyneuronautofit._types import Json

#: Lists and objects within one another. Files of this program have six.
MOST_NESTED = 64

# What Python's objects take, at the most, in bytes: for each character that announces them. Texts
# take as much as they are long, or four times that where one character is beyond all alphabets.
_COSTS = {"[": 90, "{": 220, ",": 40, ":": 60, '"': 25}
_TEXT, _WIDE_TEXT = 2, 8


def parse_json(text: bytes, allowed: Allowance) -> Json:
    """Read JSON, in UTF-8 or another coding that JSON has.

    Raises
    ------
    ValueError
        If it is no JSON, or nested too deeply.
    PyNeuronAutofitError
        Of the class of the allowance: if it would take more memory than is allowed.
    """
    allowed.check(_cost(text), "what it holds")
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError(_too_deep()) from None
    layer = [value]
    for _depth in range(MOST_NESTED):
        layer = list(_parts(layer))
        if not layer:
            return value
    raise ValueError(_too_deep())


def _cost(text: bytes) -> int:
    """Return how much memory the values of a text take, at the most."""
    per_byte = _TEXT if text.isascii() else _WIDE_TEXT
    return per_byte * len(text) + sum(
        cost * text.count(character.encode()) for character, cost in _COSTS.items()
    )


def _parts(layer: list[Json]) -> Iterator[Json]:
    """Yield the lists and objects that are in those of a layer."""
    for each in layer:
        if isinstance(each, dict | list):
            for part in each.values() if isinstance(each, dict) else each:
                if isinstance(part, dict | list):
                    yield part


def _too_deep() -> str:
    return f"its lists and objects are nested more than {MOST_NESTED} deep"
