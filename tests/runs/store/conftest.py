"""A store to be damaged."""

from __future__ import annotations

import pytest

from runs._made import make_store


@pytest.fixture(scope="package")
def sound(tmp_path_factory):
    """A store of many pages, and its content."""
    path = tmp_path_factory.mktemp("sound") / "r.sqlite"
    made = make_store(path, 60, seed=3)
    return path.read_bytes(), made
