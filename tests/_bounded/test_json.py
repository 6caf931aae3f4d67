"""JSON of others."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from pyneuronautofit._bounded import Allowance, parse_json
from pyneuronautofit._bounded.json_ import MOST_NESTED, _cost
from pyneuronautofit.errors import DatabaseError

ALLOWED = Allowance(Path("x.json"), 1000, 1_000_000, DatabaseError)


@pytest.mark.parametrize("value", [
    {"a": [1, 2.5, None, True, "µ"], "b": {}}, [], "x", 3, [[[{}]]], {"a": "[" * 500},
])  # fmt: skip
def test_json_is_read(value):
    assert parse_json(json.dumps(value).encode(), ALLOWED) == value


def nested(depth, opening, closing):
    return (opening * depth + closing * depth).encode()


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":[', "]}")])
def test_what_is_nested_deeply_is_refused(opening, closing):
    per_step = opening.count("[") + opening.count("{")
    most = MOST_NESTED // per_step
    assert parse_json(nested(most, opening, closing), ALLOWED)
    for depth in (most + 1, 400, 900):
        with pytest.raises(ValueError, match=r"nested more than 64 deep"):
            parse_json(nested(depth, opening, closing), ALLOWED)


def test_what_python_gives_up_is_called_the_same():
    generous = Allowance(Path("x.json"), 1000, 1 << 40, DatabaseError)
    with pytest.raises(ValueError, match=r"nested more than 64 deep"):
        parse_json(b"[" * 100_000, generous)


@pytest.mark.parametrize("text", [b"", b"{", b"[1,", b"\xff\xfe\xfd", b"9" * 5000])
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError):
        parse_json(text, ALLOWED)


PATTERNS = {
    "empty lists": "[],", "empty objects": "{},", "objects": '{"a":1.5},', "reals": "1.5,",
    "whole numbers": "99999,", "lists of one": "[1.5],", "texts": '"ab",', "long texts": '"%s",',
    "wide texts": '"%s\U0001f41f",', "keys": '{"%s":0},', "deep": "[[[[[[1.5]]]]]],",
}  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_what_it_is_said_to_take_is_what_it_takes_at_the_most(pattern):
    piece = pattern.replace("%s", "x" * 200)
    texts = [piece.replace("x", chr(ord("a") + n % 26), 3 + n % 100) for n in range(20_000)]
    text = f"[{''.join(texts)}0]".encode()
    tracemalloc.start()
    value = json.loads(text)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert value
    assert peak <= _cost(text)


def test_what_would_take_more_than_is_allowed_is_refused():
    text = f"[{'[],' * 10_000}0]".encode()
    with pytest.raises(DatabaseError, match=r"what it holds would take 1.* MB of memory"):
        parse_json(text, ALLOWED)
