"""`status RUN`: how a run is doing, from another terminal."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest

from pyneuronautofit.runs import RunFiles, RunLock, open_run
from pyneuronautofit.runs.store.schema import checksum
from report._made import make_run

NAN = np.nan
GENERATIONS = [[[1, 1, 9], [8, 0, 1]], [[2, 2, 4], [NAN, NAN, NAN]]]
FIT = ("-m", "OV", "-P", "8", "--seed", "3", "--dt", "0.1", "-n", "1", "-A", "N")


def test_one_screen(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS)
    answer = command("status", "run")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[0] == "run           run: finished"
    assert lines[1] == "generation    1 of 9"
    assert lines[2] == "evaluations   4, 1.0/s lately, 1.0/s on the whole"
    assert lines[3] == "time          0:00:04 used"
    assert "failed        1 (CRASHED 1)" in lines
    assert "last failure  evaluation 3, CRASHED: signal <11>" in lines
    assert any(
        line.split() == ["│", "compromise", "│", "2", "│", "4", "│", "4", "│"] for line in lines
    )


def test_best_models_are_those_of_the_closing_summary(command, recording, hh_project, tmp_path):
    words = [*FIT, "-G", "3", "-a", "run", "--project", hh_project, recording]
    summary = command(*words).out
    table = summary[summary.index("┏") : summary.index("└")]
    assert table in command("status", "run").out
    assert table.count("best") == 3


def test_json_has_everything(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS, outcome="cannot write: the disk is full")
    found = json.loads(command("status", "run", "--json").out)
    assert found["state"] == "stopped by an error"
    assert found["error"] == "cannot write: the disk is full"
    assert (found["generation"], found["generations"], found["evaluations"]) == (1, 9, 4)
    assert found["best"][0] == {"model": "compromise", "evaluation": 2, "sums": {"O": 4, "V": 4}}
    assert found["failures"] == {"CRASHED": 1}
    assert found["left_s"] is None
    assert found["sessions"][0]["outcome"] == found["error"]


def test_without_a_name_it_is_the_newest(command, tmp_path):
    for age, name in enumerate(("new", "old")):
        path = make_run(tmp_path / f"{name}.sqlite", GENERATIONS)
        os.utime(path, (1e9 - age, 1e9 - age))
    (tmp_path / "other.sqlite").write_text("no store")
    assert "new: finished" in command("status").out
    assert "new: finished" in command("status", "--output", tmp_path).out


def test_without_a_name_it_is_the_one_that_runs(command, tmp_path):
    make_run(tmp_path / "old.sqlite", GENERATIONS, outcome=None)
    os.utime(tmp_path / "old.sqlite", (1e9, 1e9))
    make_run(tmp_path / "new.sqlite", GENERATIONS)
    with RunLock(RunFiles(tmp_path, "old").lock):
        assert "old: running" in command("status").out
    assert "new: finished" in command("status").out


def test_several_that_run_are_listed(command, tmp_path):
    for name in ("a", "b"):
        make_run(tmp_path / f"{name}.sqlite", GENERATIONS, outcome=None)
    with RunLock(RunFiles(tmp_path, "a").lock), RunLock(RunFiles(tmp_path, "b").lock):
        lines = command("status").out.splitlines()
        assert sorted(line.split()[:4] for line in lines) == [
            ["a", "running", "generation", "1/9"],
            ["b", "running", "generation", "1/9"],
        ]
        assert {
            json.loads(line)["stamp"] for line in command("status", "--json").out.splitlines()
        } == {
            "a",
            "b",
        }
        refused = command("status", "--watch")
    assert refused.code == 2
    assert "2 runs are running here, name one of them: " in refused.err


@pytest.mark.parametrize(("outcome", "said"), [("finished", "finished"), (None, "killed")])
def test_a_run_that_is_being_taken_up_is_running(command, tmp_path, outcome, said):
    """Its lock is taken before its recording is read; the sitting before has ended all the same."""
    path = make_run(tmp_path / "run.sqlite", GENERATIONS, outcome=outcome)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        row = connection.execute("SELECT number, began, content FROM session").fetchone()
        earlier = (row[0], "2020-01-01T00:00:00+00:00", row[2])
        connection.execute("UPDATE session SET began = ?, crc = ?", (earlier[1], checksum(earlier)))
    with RunLock(RunFiles(tmp_path, "run").lock):
        answer = command("status", "run")
        assert json.loads(command("status", "run", "--json").out)["state"] == "running"
    assert "run: running" in answer.out
    assert f"since 2020-01-01 00:00:00 UTC, {said}" in answer.out
    # What was between the sittings is no time of computing.
    assert "0:00:04 used, about " in answer.out


def test_a_killed_run_is_told_from_one_that_runs(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS, outcome=None)
    assert "run: killed" in command("status", "run").out


def test_no_run(command, tmp_path, monkeypatch):
    # Beside it there is nothing, either.
    (tmp_path / "all" / "here").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "all" / "here")
    nothing = command("status")
    assert nothing.code == 2
    assert "there is no run in " in nothing.err
    assert "beside it" in nothing.err
    assert "beside it" not in command("status", "--output", tmp_path).err
    for name in ("this", "x" * 300):
        assert command("status", name).code == 2


def test_a_folder_of_runs(command, tmp_path):
    (tmp_path / "out").mkdir()
    make_run(tmp_path / "out" / "run.sqlite", GENERATIONS)
    for words in (["status", "out"], ["status", tmp_path / "out"], ["status"]):
        lines = command(*words).out.splitlines()
        assert lines[0].split() == ["run", "run:", "finished"]
        assert lines[1].split() == ["folder", "out"]
    (tmp_path / "empty").mkdir()
    assert "no run in empty, or below it: name" in command("status", "--output", "empty").err
    assert "no run in " in command("status", "empty").err


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_damaged_store_is_said(command, tmp_path, part):
    path = make_run(tmp_path / "run.sqlite", np.random.default_rng(1).random((50, 30, 3)))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    answer = command("status", "run")
    assert answer.code == 2
    assert "Traceback" not in answer.err
    assert "damaged" in answer.err


def test_watching_a_run_that_has_ended_ends(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS)
    for words in (("--watch",), ("--watch", "0.1"), ("--watch=0.1",)):
        answer = command("status", *words, "run")
        assert answer.code == 0, answer.err
        assert answer.out.splitlines() == [
            "run  finished  generation 1/9  4 evaluations  1.0/s  compromise O 4, V 4"
        ]
    assert "--watch -1" in command("status", "run", "--watch", "-1").err


@contextlib.contextmanager
def running_fit(folder, project, recording, generations):
    """A fit in a process of its own, of which there is something to see."""
    words = [*FIT, "-G", generations, "-a", "run", "--output", folder, "--project", project]
    with subprocess.Popen(
        [sys.executable, "-m", "pyneuronautofit", *map(str, words), str(recording)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            wait_for(folder / "run.sqlite", process)
            yield process
        finally:
            process.kill()


def wait_for(store, process):
    for _ in range(600):
        if store.exists() and process.poll() is None:
            with open_run(store, check=False) as run:
                if run.sessions:
                    return
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    raise AssertionError("the fit has not begun")


def test_looking_never_disturbs_the_run(command, recording, hh_project, tmp_path):
    """The same search with and without somebody who looks all the time."""
    folder = tmp_path / "out"
    states = []
    with running_fit(folder, hh_project, recording, 150) as process:
        while process.poll() is None:
            answer = command("status", "run", "--output", folder, "--json")
            assert answer.code == 0, answer.err
            states.append(json.loads(answer.out))
        assert process.returncode == 0, process.stderr.read()
    seen = [state["generation"] for state in states]
    assert seen == sorted(seen)
    assert len(set(seen)) > 3, "it was to be looked at while it ran"
    assert {state["state"] for state in states} <= {"running", "finished"}
    alone = [*FIT, "-G", 150, "-a", "alone", "--output", folder, "--project", hh_project, recording]
    assert command(*alone).code == 0
    with open_run(folder / "run.sqlite") as one, open_run(folder / "alone.sqlite") as other:
        assert one.losses == []
        np.testing.assert_array_equal(one.evaluations().scores, other.evaluations().scores)
        assert (one.archive() == other.archive()).all()


@pytest.mark.nightly
def test_watching_in_a_terminal_until_the_run_ends(recording, hh_project, tmp_path):
    folder = tmp_path / "out"
    with running_fit(folder, hh_project, recording, 500) as process:
        code, text = watch_in_terminal(folder, lambda _pid: None)
        assert process.wait(timeout=60) == 0, process.stderr.read()
    assert code == 0
    assert "run: running" in text
    # In place: the cursor goes up to write over what was there.
    assert "\x1b[1A" in text
    assert "run: finished" in text[text.rindex("run           ") :]
    assert "Traceback" not in text


def test_ctrl_c_ends_watching_and_not_the_run(recording, hh_project, tmp_path):
    folder = tmp_path / "out"
    with running_fit(folder, hh_project, recording, 100_000) as process:
        code, text = watch_in_terminal(folder, lambda pid: os.kill(pid, signal.SIGINT))
        assert process.poll() is None
    assert code == 130
    assert "interrupted" in text
    assert "Traceback" not in text


def watch_in_terminal(folder, when_drawn):
    """Run `status --watch` in a terminal of its own: its exit code, and what it wrote."""
    pid, terminal = pty.fork()
    if pid == 0:
        words = ["status", "--watch", "0.1", "--output", str(folder), "run"]
        os.execv(sys.executable, [sys.executable, "-m", "pyneuronautofit", *words])
    text, told = b"", False
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end was closed
            break
        if not part:
            break
        text += part
        if b"generation" in text and not told:
            told = True
            when_drawn(pid)
    os.close(terminal)
    _pid, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), text.decode(errors="replace")
