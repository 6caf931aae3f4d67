"""A project of a cell that is quick to simulate, and models to be rated."""

from __future__ import annotations

from pathlib import Path

import pytest

from .quick_cells import PROJECT
from .rated import write_database


@pytest.fixture
def project(tmp_path) -> Path:
    folder = tmp_path / "cell"
    folder.mkdir()
    (folder / "project.py").write_text(PROJECT)
    return folder


@pytest.fixture
def db(tmp_path, hh_project, recording):
    return write_database(tmp_path / "db.json")
