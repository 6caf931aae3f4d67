"""Command lines with --resume: which run is meant, and what else they say."""

from __future__ import annotations

import pytest

from pyneuronautofit.cli.runs.resuming import asks_to_resume, resume_request
from pyneuronautofit.errors import RunError


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        (["--resume", "mine"], True), (["a.abf", "--resume=mine"], True), (["a.abf"], False),
        (["--resumed", "x"], False), (["-a", "resume"], False),
    ],
)  # fmt: skip
def test_a_command_line_asks_to_resume(words, asks):
    assert asks_to_resume(words) is asks


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Three folders, the first of them the present one."""
    monkeypatch.chdir(tmp_path)
    folders = [tmp_path, tmp_path / "out", tmp_path / "in"]
    for folder in folders:
        folder.mkdir(exist_ok=True)
    return folders


WORDS = ("--resume", "mine", "--output", "out", "in/cell.abf", "-G", "20")


def test_a_run_is_sought_in_the_output_beside_the_recording_and_here(places):
    here, out, beside = (folder / "mine.sqlite" for folder in places)
    for store in (here, beside, out):
        store.touch()
        found, _given = resume_request(WORDS, "p", "d")
        assert found.resolve() == store
    found, given = resume_request(WORDS[:2], "p", "d")
    assert found == here
    assert given == {"resume": "mine"}


def test_what_stands_on_the_command_line_is_told_and_nothing_else(places):
    (places[0] / "mine.sqlite").touch()
    _found, given = resume_request(WORDS, "p", "d")
    assert given == {
        "resume": "mine", "output": "out", "recording": "in/cell.abf", "generations": 20,
    }  # fmt: skip


def test_a_run_that_is_nowhere(places):
    with pytest.raises(RunError, match=rf"no run mine: .*; {places[0]} has none"):
        resume_request(WORDS, "p", "d")
