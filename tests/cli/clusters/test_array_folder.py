"""The note of an array: what was written is read, and what is none is refused."""

from __future__ import annotations

import json

import pytest

from pyneuronautofit.cli.clusters.array_folder import ArrayFolder, is_array, read_array
from pyneuronautofit.errors import RunError


@pytest.fixture
def array(tmp_path):
    return ArrayFolder(tmp_path, "cell", 120, tmp_path / "runs", "the command", {"array": "7"})


def test_runs_are_in_the_order_of_their_numbers(array):
    stamps = [array.stamp(number) for number in (1, 9, 10, 120)]
    assert stamps == ["cell-001", "cell-009", "cell-010", "cell-120"] == sorted(stamps)
    assert array.store(9) == array.stores / "cell-009.sqlite"


def test_what_is_written_is_read(array, tmp_path):
    assert not is_array(tmp_path)
    array.write_note()
    assert is_array(tmp_path)
    assert read_array(tmp_path) == array


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "another"},
        {"n_run": 0},
        {"n_run": 10**9},
        {"n_run": "3"},
        {"name": "../../etc"},
        {"name": None},
        {"stores": 3},
        {"jobs": {"array": 3}},
        {"jobs": 3},
        {"more": 1},
    ],
)
def test_what_is_no_note_is_refused(array, tmp_path, changed):
    array.write_note()
    path = tmp_path / "array.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
    with pytest.raises(RunError, match="no note of an array"):
        read_array(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "3", "{}", "[" * 5000])
def test_what_is_no_json_of_ours_is_refused(tmp_path, text):
    (tmp_path / "array.json").write_text(text)
    with pytest.raises(RunError, match="no note of an array"):
        read_array(tmp_path)
