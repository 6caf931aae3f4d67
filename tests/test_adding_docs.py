"""What docs/architecture.md says about adding things: the places that it names are there."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "src" / "pyneuronautofit"
#: Things that can be added, and a place that each row has to name.
ROWS = {
    "an evaluation mode": "objectives/table.py",
    "a file format": "recordings/readers.py",
    "a search algorithm": "optimisers/table.py",
    "a command": "cli/commands.py",
    "an NMODL construct": "codegen/nmodl/tree.py",
    "a section of the report": "report/sections/",
    "a flag": "_options.py",
    "a target of code generation": "codegen/targets.py",
    "a layout of another tool's models": "importers/layouts.py",
    "a kind of export": "exporters/table.py",
}
_NAMED = re.compile(r"`(\w+)` of `([\w/]+\.py)`")
_QUOTED = re.compile(r"`([^`]+)`")


def _table():
    page = (REPOSITORY / "docs" / "architecture.md").read_text()
    (section,) = re.findall(r"^## Adding things$(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return dict(rows[2:])


TABLE = _table()


def _module(path):
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    return importlib.import_module(".".join(["pyneuronautofit", *parts]))


def test_the_rows_are_all_there():
    assert set(TABLE) == set(ROWS)
    for what, place in ROWS.items():
        assert f"`{place}`" in TABLE[what], what


@pytest.mark.parametrize("what", ROWS)
def test_the_places_exist(what):
    paths = [text for text in _QUOTED.findall(TABLE[what]) if "/" in text or text.endswith(".py")]
    assert paths
    for path in paths:
        found = (REPOSITORY if path.startswith("tests/") else PACKAGE) / path
        assert found.is_dir() if path.endswith("/") else found.is_file(), path


@pytest.mark.parametrize("what", [what for what in ROWS if _NAMED.search(TABLE.get(what, ""))])
def test_the_tables_and_functions_exist(what):
    for name, path in _NAMED.findall(TABLE[what]):
        assert hasattr(_module(path), name), (name, path)


def test_a_name_is_looked_up_where_the_row_says():
    assert hasattr(_module("objectives/table.py"), "OBJECTIVES")
    assert not hasattr(_module("recordings/__init__.py"), "OBJECTIVES")
