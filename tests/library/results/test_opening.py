"""A run is opened by its file or its stamp."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.library.results.fit_result import Fit
from pyneuronautofit.library.results.opening import open_fit


def test_a_run_is_opened_by_its_file_or_its_stamp(found, tmp_path, monkeypatch):
    assert open_fit(found.path).best() == found.best()
    monkeypatch.chdir(found.path.parent)
    assert Fit(found.stamp).path == found.path
    # By a link, or by another file of the run, it is the same, with the same lock.
    link = tmp_path / "link.sqlite"
    link.symlink_to(found.path)
    final = found.path.with_name(f"{found.stamp}-final.json")
    assert open_fit(link).path == open_fit(final).path == found.path.resolve()
    with pytest.raises(UsageError, match="run=5: expected a path"):
        open_fit(5)
    with pytest.raises(RunError, match="there is no run nothing"):
        open_fit("nothing")
    with pytest.raises(RunError, match="no run"):
        open_fit(Path("/nowhere/at-all.sqlite"))
