"""Writing a store: all of a generation or nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import OutputError
from pyneuronautofit.runs import (
    RunWriter,
    create_store,
    open_run,
)
from pyneuronautofit.runs.store import schema
from runs._made import State, make_generation, make_info, make_store


def test_states_are_small(tmp_path):
    """Populations in a state are references: it does not grow with them."""
    make_store(tmp_path / "r.sqlite", 3)
    with contextlib.closing(schema.connect(tmp_path / "r.sqlite", mode="ro")) as connection:
        for (state,) in connection.execute("SELECT state FROM generation"):
            assert b'"$rows": "coordinates"' in state
            assert b'"$rows": "scores"' in state


def test_go_on_is_as_if_it_had_never_stopped(tmp_path):
    whole, parts = tmp_path / "whole.sqlite", tmp_path / "parts.sqlite"
    made = make_store(whole, 6)
    create_store(parts, make_info())
    for half in (made[:3], made[3:]):
        with open_run(parts) as run, contextlib.closing(RunWriter(parts, make_info())) as writer:
            writer.go_on(run)
            for generation in half:
                writer.append(generation)
    rows = []
    for path in (whole, parts):
        with contextlib.closing(schema.connect(path, mode="ro")) as connection:
            columns = "number, first_row, n_row, population, entered, removed, state"
            rows.append(connection.execute(f"SELECT {columns} FROM generation").fetchall())
    assert rows[0] == rows[1]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write the run's store .*--output"):
        create_store(tmp_path / "no" / "r.sqlite", make_info())


def test_a_full_disk_costs_the_generation_in_flight(tmp_path):
    """A limit on the size of files stands for the disk: writes fail in the middle."""
    script = f"""
import contextlib, resource, signal, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
import numpy as np
from pyneuronautofit.errors import OutputError
from pyneuronautofit.runs import RunWriter, create_store
from runs._made import make_generation, make_info
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = __import__("pathlib").Path(sys.argv[1])
create_store(path, make_info())
rng = np.random.default_rng(0)
with contextlib.closing(RunWriter(path, make_info())) as writer:
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
    for number in range(1000):
        made = make_generation(number, rng)
        try:
            writer.append(made)
        except OutputError as error:
            print(number, error)
            break
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    # Somebody has made room: the same generation fits, and the run could go on.
    writer.append(made)
"""
    path = tmp_path / "r.sqlite"
    answer = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert "cannot be written" in answer.stdout
    assert "--resume" in answer.stdout
    number = int(answer.stdout.split()[0])
    assert number > 3
    with open_run(path) as run:
        assert run.losses == []
        assert run.last.number == number


def test_a_killed_creation_leaves_no_store(tmp_path):
    """It appears under its name when it is complete."""
    code = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from pathlib import Path
from pyneuronautofit.runs.store import writer
from runs._made import make_info
writer._fill = lambda connection, info: os.kill(os.getpid(), 9)
writer.create_store(Path(sys.argv[1]), make_info())
"""
    path = tmp_path / "r.sqlite"
    subprocess.run([sys.executable, "-c", code, path], check=False)
    assert not path.exists()
    assert list(tmp_path.iterdir()), "it had begun"
    create_store(path, make_info())
    assert [each.name for each in tmp_path.iterdir()] == ["r.sqlite"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_what_stays_in_the_archive_neither_enters_nor_leaves(tmp_path):
    path, rng = tmp_path / "r.sqlite", np.random.default_rng(0)
    archives = [[0, 2, 5], [2, 5, 7, 8], [5, 12], [5, 12]]
    create_store(path, make_info())
    with contextlib.closing(RunWriter(path, make_info())) as writer:
        for number, archive in enumerate(archives):
            made = make_generation(number, rng)
            writer.append(dataclasses.replace(made, archive=np.array(archive)))
    with open_run(path) as run:
        moved = [(g.entered.tolist(), g.removed.tolist()) for g in run.generations]
        assert [run.archive(number).tolist() for number in range(4)] == archives
    assert moved == [([0, 2, 5], []), ([7, 8], [0]), ([12], [2, 7, 8]), ([], [])]


def test_evaluations_that_no_state_refers_to_are_forgotten(tmp_path):
    """A run in one piece and one that was resumed store the same bytes: both know as little."""
    path, rng = tmp_path / "r.sqlite", np.random.default_rng(0)
    made = [make_generation(number, rng) for number in range(3)]
    again = dataclasses.replace(made[2].state, members=made[0].state.members)
    create_store(path, make_info())
    with contextlib.closing(RunWriter(path, make_info())) as writer:
        writer.append(made[0])
        writer.append(made[1])
        writer.append(dataclasses.replace(made[2], state=again))
    with open_run(path) as run:
        stored = [run.state(number).fields["members"].fields["x"] for number in range(3)]
        assert [type(x).__name__ for x in stored] == ["Rows", "Rows", "ndarray"]
        assert run.restored_state(2, State).members.x.tobytes() == made[0].population.tobytes()


def test_every_session_has_its_own_end(tmp_path):
    path = tmp_path / "r.sqlite"
    create_store(path, make_info())
    for outcome in ("interrupted", None, "finished"):
        with contextlib.closing(RunWriter(path, make_info())) as writer:
            writer.begin_session({"outcome": outcome})
            if outcome is not None:
                writer.end_session(outcome)
    with open_run(path) as run:
        found = [(s.number, s.outcome, s.content["outcome"]) for s in run.sessions]
        ended = [session.ended is not None for session in run.sessions]
    assert found == [
        (0, "interrupted", "interrupted"),
        (1, None, None),
        (2, "finished", "finished"),
    ]
    assert ended == [True, False, True]


def test_a_creation_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fill(connection, _info):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE run (key)")
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("pyneuronautofit.runs.store.writer._fill", fill)
    with pytest.raises(OutputError, match=r"cannot write the run's store .*disk I/O error"):
        create_store(tmp_path / "r.sqlite", make_info())
    assert list(tmp_path.iterdir()) == []
