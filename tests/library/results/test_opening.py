"""A run is opened by its file or its stamp."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit.errors import RunError
from pyneuronautofit.library.results.fit_result import Fit
from pyneuronautofit.library.results.opening import open_fit


def test_a_run_is_opened_by_its_file_or_its_stamp(found, monkeypatch):
    assert open_fit(found.path).best() == found.best()
    monkeypatch.chdir(found.path.parent)
    assert Fit(found.stamp).path == found.path
    with pytest.raises(RunError, match="there is no run nothing"):
        open_fit("nothing")
    with pytest.raises(RunError, match="no run"):
        open_fit(Path("/nowhere/at-all.sqlite"))
