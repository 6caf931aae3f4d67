"""Plug-ins of a file."""

from __future__ import annotations

import sys

import pytest

from pyneuronautofit._plugins import KINDS, OBJECTIVE, READER, STRATEGY
from pyneuronautofit._plugins.files import plug_ins_of_file
from pyneuronautofit.errors import UsageError


def refusal(path):
    with pytest.raises(UsageError) as refused:
        plug_ins_of_file(path, KINDS)
    return str(refused.value)


def test_what_is_decorated_and_what_is_listed(latency):
    more = """
from pyneuronautofit.plugins import reader, strategy

@strategy
def walk(x): ...

@reader(".xyz")
def read(path): ...

def plain(voltage_mV): ...

def no_plug_in(): ...

OBJECTIVES = [plain, latency]
"""
    latency.write_text(latency.read_text() + more)
    found = plug_ins_of_file(latency, KINDS)
    # What is listed and decorated is there once.
    assert [(each.kind, each.name) for each in found] == [
        (OBJECTIVE, "plain"),
        (OBJECTIVE, "latency"),
        (STRATEGY, "walk"),
        (READER, "read"),
    ]
    assert {each.origin for each in found} == {"latency.py"}
    assert {each.path for each in found} == {latency}
    assert found[0].source() == latency.read_bytes()


def test_the_same_content_is_executed_once(latency):
    latency.write_text(latency.read_text() + "\nMARK = object()\n")
    (one,), (other,) = (plug_ins_of_file(latency, KINDS) for _ in range(2))
    assert one.thing is other.thing
    latency.write_text(latency.read_text() + "\n# changed\n")
    (changed,) = plug_ins_of_file(latency, KINDS)
    assert changed.thing is not one.thing
    assert changed.identity != one.identity


def test_no_bytecode_is_written_or_read(latency):
    plug_ins_of_file(latency, KINDS)
    assert not (latency.parent / "__pycache__").exists()


def test_dataclasses_with_annotations_as_text_find_their_module(tmp_path):
    path = tmp_path / "cls.py"
    path.write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass(frozen=True)\nclass Mine:\n    a: int = 3\nOBJECTIVES = [Mine]\n"
    )
    (found,) = plug_ins_of_file(path, KINDS)
    assert found.thing().a == 3


def test_files_that_are_none(tmp_path):
    assert "cannot be read: No such file" in refusal(tmp_path / "gone.py")
    assert "this is a folder; install a package" in refusal(tmp_path)
    empty = tmp_path / "empty.py"
    empty.write_text("x = 3\n")
    assert "expected a function under @objective, or one of the lists OBJECTIVES, STRAT" in refusal(
        empty
    )
    empty.write_text("OBJECTIVES = 3\n")
    assert "OBJECTIVES is int: expected a list of evaluation modes" in refusal(empty)


def test_a_file_that_is_not_called_one_of_python_is_not_executed(tmp_path):
    """A database that was named by mistake may be anybody's."""
    path, seen = tmp_path / "db.json", tmp_path / "seen"
    path.write_text(f"open({str(seen)!r}, 'w')\n")
    assert "expected a Python file, whose name ends with .py" in refusal(path)
    assert not seen.exists()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\ndef f(:\n", r"broken.py:2: SyntaxError"),
        ("import nothing_of_this_name\n", r"broken.py:1: ModuleNotFoundError"),
        ("\n\nraise SystemExit(3)\n", r"broken.py:3: SystemExit: 3"),
        ("x = 1\n1 / 0\n", r"broken.py:2: ZeroDivisionError: division by zero"),
        ("\0", "broken.py"),
    ],
)
def test_files_that_cannot_be_executed(source, expected, tmp_path):
    path = tmp_path / "broken.py"
    path.write_text(source)
    before = set(sys.modules)
    assert expected in refusal(path)
    assert not [name for name in set(sys.modules) - before if "broken" in name]


@pytest.mark.parametrize("name", ["OBJECTIVES", "STRATEGIES", "READERS"])
def test_what_is_listed_and_can_be_none_is_named(name, tmp_path):
    path = tmp_path / "listed.py"
    path.write_text(f"def f(voltage_mV): ...\n{name} = [f, 1, 2]\n")
    assert f"{name}[1] is 1 (int), which is no " in refusal(path)
