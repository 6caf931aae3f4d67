"""Kinds of values: what each allows, and what its message says."""

from __future__ import annotations

import pytest

from pyneuronautofit._bounded import kinds

NAN, INF = float("nan"), float("inf")
#: Kind -> (what it allows, what it does not).
TABLE = {
    "whole": ((0, 1, 2**63 - 1), (-1, 2**63, 1.0, True, "1", None)),
    "integer": ((0, -1, -(2**63) + 1), (2**63, 1.0, True, "1", None)),
    "number": ((0, -1.5, NAN, INF, 10**300), (10**400, True, "1", None, [])),
    "real": ((0, -1.5, 10**300), (NAN, INF, 10**400, True, "1", None)),
    "duration": ((0, 1.5), (-1e-9, NAN, "1")),
    "text": (("", "x"), (1, None, b"x", [])),
    "flag": ((True, False), (0, 1, "true", None)),
    "time": (
        ("2024-01-01T00:00:00+00:00", "2024-01-01"),
        ("0001-01-01T00:00:00+23:00", "9999-12-31", "soon", 3, None),
    ),
    "bytes_": ((b"", b"x"), ("", None, 1)),
    "eights": ((b"", b"x" * 8), (b"x", b"x" * 9, "x" * 8, None)),
    "record": (({}, {"a": 1}), ([], None, "")),
    "finite": ((1, "x", None, [1.5, {"a": 2}]), (NAN, [INF], {"a": [{"b": NAN}]})),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_kinds(name):
    kind = getattr(kinds, name)
    allowed, refused = TABLE[name]
    assert [kind(value) for value in allowed] == [None] * len(allowed)
    assert all(isinstance(kind(value), str) for value in refused)


def test_every_kind_is_tried():
    made = {"maybe", "one_of", "listed", "mapped", "fields", "pair", "both"}
    assert {
        name
        for name, each in vars(kinds).items()
        if callable(each) and getattr(each, "__module__", "") == kinds.__name__
    } == {*TABLE, *made}


def test_kinds_are_put_together():
    whole, text = kinds.whole, kinds.text
    assert kinds.maybe(whole)(None) is None
    assert kinds.maybe(whole)("x") == whole("x")
    assert kinds.one_of(whole, text)("x") is None
    assert kinds.one_of(whole, text)([]) == f"{whole([])} or {text([])}"
    assert kinds.both(text, kinds.maybe(text))("O") is None
    assert kinds.both(text, whole)("OV") == whole("OV")
    assert kinds.listed(whole)([1, 2]) is None
    assert kinds.listed(whole)([1, "x"]) == f"a list, each of it {whole('x')}"
    assert kinds.listed(whole)({}) == "a list"
    assert kinds.mapped(text)({"a": "b"}) is None
    assert kinds.mapped(text)({"a": "b", "c": 3}) == "a text as 'c'"
    assert kinds.pair(text, whole)(["a", 1]) is None
    assert kinds.pair(text, whole)(["a"]) == "a pair"
    assert kinds.pair(text, whole)([1, 1]) == "a text"


def test_fields_that_are_needed_and_others():
    kind = kinds.fields({"a": kinds.text}, {"b": kinds.text})
    assert kind({"a": "x", "c": 3}) is None
    assert kind({"a": "x", "b": "y"}) is None
    assert kind({"b": "y"}) == "the key 'a'"
    assert kind({"a": "x", "b": 3}) == "a text as 'b'"
    assert kind([]) == "an object"
