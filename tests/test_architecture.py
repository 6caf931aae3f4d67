"""The layout table of docs/architecture.md is the contract that import-linter checks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "src" / "pyneuronautofit"
PAGE = (REPOSITORY / "docs" / "architecture.md").read_text()


def _documented():
    """Return the packages of every layer of the table, the lowest first."""
    layers = {}
    for number, cell in re.findall(r"^\| (\d+) \| ([^|]+) \|", PAGE, re.MULTILINE):
        layers.setdefault(int(number), []).extend(re.findall(r"`(\w+)`", cell))
    assert list(layers) == list(range(1, len(layers) + 1))
    return list(layers.values())


def _contract():
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    (contract,) = (
        each for each in settings["tool"]["importlinter"]["contracts"] if each["type"] == "layers"
    )
    # A bar stands between packages that do not know each other, a colon between those that may.
    return [re.split(r"\s*[|:]\s*", layer) for layer in reversed(contract["layers"])]


def test_the_layers_are_those_of_the_contract():
    assert [sorted(layer) for layer in _documented()] == [sorted(layer) for layer in _contract()]


def test_every_package_has_a_row():
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    hidden = {"__init__", "__main__", "__pycache__"}
    assert {name for layer in _documented() for name in layer} == there - hidden
