"""Which model."""

from __future__ import annotations

from pathlib import Path

from pyneuronautofit.models.options import ProjectOptions


def test_the_project_as_a_path():
    assert ProjectOptions().project_path() is None
    assert ProjectOptions(project="a/project.py").project_path() == Path("a", "project.py")
