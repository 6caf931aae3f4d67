"""How an array does: what is counted, what is named, which is the best."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pyneuronautofit.cli.clusters.array_folder import ArrayFolder
from pyneuronautofit.cli.clusters.array_status import array_lines, members_of
from pyneuronautofit.runs import RunFiles, RunLock
from report._made import make_run

NAN = np.nan


@pytest.fixture
def array(tmp_path):
    """Eight runs, each in another state."""
    folder = tmp_path / "array"
    made = ArrayFolder(folder, "cell", 8, folder / "runs", "the command", {"array": "7"})
    made.logs.mkdir(parents=True)
    made.stores.mkdir()
    made.write_note()
    make_run(made.store(1), [[[1, 1, 9], [8, 0, 1]]])
    make_run(made.store(2), [[[0, 1, 1], [8, 0, 1]]])
    make_run(made.store(3), [[[5, 5, 9]]], outcome="interrupted")
    make_run(made.store(4), [[[7, 1, 9]]], outcome=None)
    (made.logs / "array-7_4.log").write_text("generation 1\nslurmstepd: error: out of memory\n")
    make_run(
        made.store(5), [[[NAN] * 3] * 2], outcome="all 2 candidates failed (2 times ValueError)"
    )
    (made.logs / "array-7_6.log").write_text("x\npyneuronautofit: error: cell.abf: no recording\n")
    made.store(7).write_bytes(b"SQLite format 3\0 and no more")
    return made


def test_what_is_counted(array, command):
    answer = command("status", "array")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[0] == ("array         cell: 8 runs: 2 ended, 2 cut off, 3 failed, 1 not begun")
    assert lines[1] == f"runs          {array.stores}"
    assert lines[2] == "jobs          array 7"
    assert lines[3] == "evaluations   8"
    assert lines[4] == "cut off       cell-3  1 evaluations"
    assert lines[5] == "              cell-4  1 evaluations  out of memory"
    assert lines[6].startswith("failed        cell-5  2 evaluations  all 2 candidates failed (2 ti")
    assert lines[7] == "              cell-6  cell.abf: no recording"
    assert lines[8].startswith("              cell-7  ")
    assert [line.split()[:2] for line in lines[9:10]] == [["best", "cell-2"]]
    assert lines[9].endswith("O 1, V 1")
    assert len(lines) == 13


def test_the_folder_itself_is_enough(array, command, monkeypatch):
    here = command("status", "array").out
    monkeypatch.chdir(array.folder)
    assert command("status").out == here
    assert "array         cell" in command("status", ".").out


def test_a_run_that_is_computed(array):
    with RunLock(RunFiles(array.stores, "cell-4").lock):
        lines = list(array_lines(array, list(members_of(array))))
    assert lines[0].endswith("2 ended, 1 running, 1 cut off, 3 failed, 1 not begun")
    assert lines[4] == "running       cell-4  1 evaluations"


def test_json_has_every_run(array, command):
    found = json.loads(command("status", "array", "--json").out)
    assert found["counts"] == {
        "ended": 2, "running": 0, "cut off": 2, "failed": 3, "not begun": 1
    }  # fmt: skip
    assert found["best"][0] == "cell-2"
    assert found["jobs"] == {"array": "7"}
    runs = {each["stamp"]: each for each in found["runs"]}
    assert list(runs) == [f"cell-{number}" for number in range(1, 9)]
    assert runs["cell-2"]["sums"] == {"O": 1.0, "V": 1.0}
    assert runs["cell-5"]["weighted_sum"] is None
    assert runs["cell-6"]["why"] == "cell.abf: no recording"
    assert runs["cell-8"] == {
        "stamp": "cell-8", "state": "not begun", "why": None, "evaluations": 0,
        "weighted_sum": None, "sums": None,
    }  # fmt: skip


def test_many_are_counted_and_not_listed(array, command):
    many = ArrayFolder(array.folder, "cell", 30, array.stores, "c")
    many.write_note()
    for number in range(1, 31):
        (many.logs / f"array-7_{number}.log").write_text("slurmstepd: error: no node\n")
    answer = command("status", "array").out
    assert "30 runs: 30 failed" in answer
    assert "and 20 more; --json has all" in answer


def test_nobody_watches_an_array(array, command):
    answer = command("status", "array", "--watch")
    assert answer.code == 2
    assert "--watch is for one run" in answer.err
    (array.folder / "array.json").write_text("{}")
    answer = command("status", "array")
    assert answer.code == 2
    assert "no note of an array" in answer.err


def test_what_keeps_all_of_them_from_beginning(tmp_path, command):
    array = ArrayFolder(tmp_path / "array", "cell", 3, tmp_path / "array" / "runs", "c")
    array.logs.mkdir(parents=True)
    array.write_note()
    assert "failed" not in command("status", "array").out
    assert json.loads(command("status", "array", "--json").out)["prepare"] is None
    (array.logs / "prepare-6.log").write_text("x\npyneuronautofit: error: --evaluations 60: few\n")
    lines = command("status", "array").out.splitlines()
    assert lines[0].endswith("3 runs: 3 not begun")
    assert lines[-1] == "failed        prepare.sh  --evaluations 60: few"
    array.stores.mkdir()
    make_run(array.store(1), [[[1, 1, 9]]])
    assert "prepare.sh" not in command("status", "array").out


def test_what_collect_has_made_is_named(array, command):
    before = command("status", "array").out
    array.database.write_text("{}")
    array.page.write_text("")
    after = command("status", "array").out
    assert after.startswith(before)
    assert after.removeprefix(before).split() == [
        "models", str(array.database), "page", str(array.page),
    ]  # fmt: skip


def test_where_a_run_is_expected_an_array_is_called_one(array, command):
    for words in (("report", "array"), ("populations", "array"), ("collect", "array", "-o", "m")):
        answer = command(*words)
        assert answer.code == 2
        assert "no run array, but an array of runs ('status' takes its folder;" in answer.err
        assert "models.json" in answer.err
