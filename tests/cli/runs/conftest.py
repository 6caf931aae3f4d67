"""A small fit and its report."""

from __future__ import annotations

import pytest

FIT = ("-P", "16", "--seed", "3", "--dt", "0.1", "-n", "1", "-a", "run", "-G", "6")


@pytest.fixture
def reported(command, recording, hh_project, tmp_path):
    """Makes a small fit and its report."""

    def run(*words, name=None):
        source = recording if name is None else recording.rename(tmp_path / name)
        answer = command(*FIT, *words, "--project", hh_project, source)
        assert answer.code == 0, answer.err
        answer = command("report", "run")
        assert answer.code == 0, answer.err
        assert answer.out.split() == [str(tmp_path / "run-report.html")]
        return tmp_path / "run-report.html"

    return run
