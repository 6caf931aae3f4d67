"""What a plug-in is known by, and where its errors are."""

from __future__ import annotations

import hashlib

import pytest

from pyneuronautofit._plugins import OBJECTIVE, READER, STRATEGY, PlugIn, place_of
from pyneuronautofit._plugins.files import plug_ins_of_file
from pyneuronautofit.errors import UsageError


def made(name="latency", source=b"text", origin="latency.py"):
    return PlugIn(OBJECTIVE, name, origin, lambda: len, lambda: source)


def test_what_it_is_known_by():
    digest = hashlib.sha256(b"text").hexdigest()
    assert made().identity == f"latency.py, SHA-256 {digest}"
    assert made(source=None).identity == "latency.py, SHA-256 not known"
    assert made().code == "{latency}"
    assert made("B").code == "B"
    assert made().said == "evaluation mode {latency} of latency.py"


def test_it_is_loaded_once():
    calls = []
    plug_in = PlugIn(OBJECTIVE, "a", "b", lambda: calls.append(1) or len, lambda: None)
    assert calls == []
    assert plug_in.thing is plug_in.thing is len
    assert calls == [1]


def test_what_things_are_called():
    class Mode:
        code = "mine"
        name = "Other"

    assert OBJECTIVE.name_of(Mode) == "mine"
    assert STRATEGY.name_of(Mode) == "Other"
    assert READER.name_of(Mode()) == "Other"
    assert OBJECTIVE.name_of(test_it_is_loaded_once) == "test_it_is_loaded_once"
    assert OBJECTIVE.name_of(object()) == "object"


def test_groups_of_entry_points():
    assert [kind.group for kind in (OBJECTIVE, STRATEGY, READER)] == [
        "pyneuronautofit.objectives",
        "pyneuronautofit.strategies",
        "pyneuronautofit.readers",
    ]


def test_the_place_of_an_error_is_in_their_file(tmp_path):
    path = tmp_path / "broken.py"
    path.write_text("import numpy as np\n\n\ndef f():\n    return np.array([]).argmax()\n\n\nf()\n")
    with pytest.raises(UsageError) as refused:
        plug_ins_of_file(path, [OBJECTIVE])
    # Not the line within numpy, nor that of the module that calls it.
    assert f"{path}:5: ValueError: attempt to get argmax" in str(refused.value)


def test_an_error_without_a_place():
    assert place_of(ValueError(), "somewhere") == "somewhere"
    assert place_of(SyntaxError("x", ("a.py", 3, 1, "text"))) == "a.py:3"
