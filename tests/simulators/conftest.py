"""What tests of several simulators share."""

from __future__ import annotations

import pytest

from pyneuronautofit.models import load_model
from simulators.troublesome import CELL, PROJECT


@pytest.fixture
def troublesome(tmp_path):
    """A model whose cells make trouble; see `troublesome.STATUSES`."""
    (tmp_path / "cell.py").write_text(CELL)
    (tmp_path / "project.py").write_text(PROJECT)
    return load_model(tmp_path, tmp_path)
