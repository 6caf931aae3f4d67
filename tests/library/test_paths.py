"""Paths are looked at before anything is done with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.paths import page_path, path_of, paths_of


def test_paths():
    assert path_of("a/b", "output") == path_of(Path("a/b"), "output") == Path("a/b")
    assert paths_of("latency.py", "plugins") == ("latency.py",)
    assert paths_of([Path("a.py"), "b.py"], "plugins") == ("a.py", "b.py")
    assert page_path("page.HTML") == Path("page.HTML")


@pytest.mark.parametrize("given", [5, None, b"x", "a\0b", ""])
def test_what_is_no_path(given):
    with pytest.raises(UsageError, match="output="):
        path_of(given, "output")


def test_what_are_no_paths():
    with pytest.raises(UsageError, match="plugins=5: expected a list of paths"):
        paths_of(5, "plugins")
