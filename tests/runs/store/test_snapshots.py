"""A store that is written elsewhere: what is where it belongs is whole, and never an older one."""

from __future__ import annotations

import collections
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cli.traces.comparing import content
from pyneuronautofit.errors import OutputError
from pyneuronautofit.runs import RunWriter, create_store, open_run
from pyneuronautofit.runs.store import snapshots
from pyneuronautofit.runs.store.opening import beside
from pyneuronautofit.runs.store.scratch import ScratchFolder
from pyneuronautofit.runs.store.snapshots import SnapshotWriter
from runs._made import make_generation, make_info, make_store

#: Appends to a store and copies it after every generation, until it is killed.
WRITING = f"""
import contextlib, pathlib, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
import numpy as np
from pyneuronautofit.runs import RunLock, open_run
from pyneuronautofit.runs.store import snapshots
from pyneuronautofit.runs.store.scratch import ScratchFolder
from pyneuronautofit.runs.store.snapshots import SnapshotWriter
from runs._made import make_generation, make_info
snapshots._SHARE = 0.0
path, scratch = map(pathlib.Path, sys.argv[1:])
rng = np.random.default_rng(0)
with (
    RunLock(path.with_suffix(".lock")),
    ScratchFolder(scratch, "run") as folder,
    contextlib.closing(SnapshotWriter(path, make_info(), folder, every_s=0.0)) as writer,
):
    with open_run(path) as run:
        first = -1 if run.last is None else run.last.number
        writer.go_on(run)
    writer.begin_session({{}})
    for number in range(100_000):
        made = make_generation(number, rng)
        if number > first:
            writer.append(made)
            print("copied", flush=True)
"""


@pytest.fixture
def place(tmp_path):
    """Where a store belongs, and where it is written."""
    for name in ("out", "scratch"):
        (tmp_path / name).mkdir()
    path = tmp_path / "out" / "run.sqlite"
    create_store(path, make_info())
    return path, tmp_path / "scratch"


@contextlib.contextmanager
def writing(place, **words):
    path, scratch = place
    with (
        ScratchFolder(scratch, "run") as folder,
        contextlib.closing(SnapshotWriter(path, make_info(), folder, **words)) as writer,
    ):
        yield writer


def n_generation(path):
    with open_run(path) as run:
        assert run.losses == []
        return len(run.generations)


def generations(n):
    rng = np.random.default_rng(0)
    return [make_generation(number, rng) for number in range(n)]


def test_it_is_copied_when_that_is_due_and_in_the_end(place, monkeypatch):
    path, scratch = place
    now = 100.0
    monkeypatch.setattr(snapshots.time, "monotonic", lambda: now)
    with writing(place) as writer:
        writer.begin_session({"host": "node7"})
        with open_run(path) as run:
            (session,) = run.sessions
            assert session.content["scratch"].startswith(str(scratch))
        made = generations(5)
        writer.append(made[0])
        assert n_generation(path) == 1
        writer.append(made[1])
        assert n_generation(path) == 1
        now += snapshots.EVERY_S + 1.0
        writer.append(made[2])
        assert n_generation(path) == 3
        writer.append(made[3])
        assert n_generation(path) == 3
        writer.publish()
        inode = path.stat().st_ino
        assert n_generation(path) == 4
        writer.publish()
        assert path.stat().st_ino == inode  # nothing has changed
        writer.append(made[4])
        writer.end_session("finished")
        with open_run(path) as run:
            assert run.sessions[0].outcome == "finished"
    assert n_generation(path) == 5
    assert list(scratch.iterdir()) == []
    assert list(path.parent.iterdir()) == [path]


def test_copies_take_a_small_part_of_the_time(place):
    with writing(place, every_s=0.0) as writer:
        writer.begin_session({})
        made = generations(2)
        writer.append(made[0])
        writer._took_s = 1000.0
        writer.append(made[1])
        assert n_generation(place[0]) == 1
    assert n_generation(place[0]) == 2


def test_it_is_the_store_that_would_have_been_written_there(place, tmp_path):
    make_store(tmp_path / "whole.sqlite", 5, seed=0)
    for half in (generations(5)[:2], generations(5)[2:]):
        with open_run(place[0]) as run, writing(place) as writer:
            writer.go_on(run)
            run.close()
            writer.begin_session({})
            for each in half:
                writer.append(each)
            writer.end_session("finished")
    assert content(place[0]) == content(tmp_path / "whole.sqlite")
    # A plain writer goes on with it, and it with what that has written.
    with open_run(place[0]) as run, contextlib.closing(RunWriter(place[0], make_info())) as writer:
        writer.go_on(run)
        writer.append(generations(6)[5])
    assert n_generation(place[0]) == 6


def test_what_a_killed_writer_has_left_beside_it_does_not_get_into_the_next(place, tmp_path):
    """A log of SQLite's that lies beside another store than its own would be taken for its log."""
    path, _scratch = place
    with contextlib.closing(RunWriter(path, make_info())) as writer:
        for each in generations(2):
            writer.append(each)
        killed = tmp_path / "out" / "killed.sqlite"
        for one, other in zip((path, *beside(path)), (killed, *beside(killed)), strict=True):
            if one.exists():
                other.write_bytes(one.read_bytes())
    assert beside(killed)[0].exists()
    with open_run(killed) as run, writing((killed, tmp_path / "scratch")) as writer:
        writer.go_on(run)
        run.close()
        writer.begin_session({})
        assert not any(path.exists() for path in beside(killed))
        writer.append(generations(3)[2])
    assert n_generation(killed) == 3


def test_an_older_one_never_takes_the_place_of_a_newer(place, caplog):
    path, scratch = place
    with writing(place) as writer:
        writer.begin_session({})
        made = generations(3)
        for each in made[:2]:
            writer.append(each)
        # Somebody has taken the run over, as the lock of this process was lost.
        with open_run(path) as run, contextlib.closing(RunWriter(path, make_info())) as other:
            other.go_on(run)
            for each in made[1:]:
                other.append(each)
        with pytest.raises(OutputError, match="somebody else has written it since"):
            writer.publish()
    assert n_generation(path) == 3
    assert "The whole store is kept" in caplog.text
    (kept,) = scratch.iterdir()
    assert n_generation(kept / "run.sqlite") == 2


def test_a_folder_that_cannot_be_written_for_a_while(place, monkeypatch, caplog):
    path, scratch = place

    def full(_self, _temporary):
        raise sqlite3.OperationalError("database or disk is full")

    with writing(place, every_s=0.0) as writer:
        writer.begin_session({})
        with monkeypatch.context() as patch:
            patch.setattr(SnapshotWriter, "_copy_to", full)
            writer._took_s = 0.0
            writer.append(generations(1)[0])
            assert "disk is full" in caplog.text
            assert "The run goes on, and tries again" in caplog.text
            assert n_generation(path) == 0
            with pytest.raises(OutputError, match="disk is full"):
                writer.end_session("finished")
        writer.append(generations(2)[1])
    assert n_generation(path) == 2
    assert list(scratch.iterdir()) == []


def test_a_scratch_folder_that_vanishes(place):
    path, _scratch = place
    with writing(place, every_s=0.0) as writer:
        writer.begin_session({})
        made = generations(2)
        writer.append(made[0])
        before = path.read_bytes()
        writer._path.unlink()
        with pytest.raises(OutputError, match=r"which is gone. .*run.sqlite has what was copied"):
            writer.append(made[1])
        assert path.read_bytes() == before
    assert n_generation(path) == 1


def test_a_scratch_folder_that_is_full(place, monkeypatch):
    path, _scratch = place
    with writing(place, every_s=0.0) as writer:
        writer.begin_session({})
        made = iter(generations(50))
        writer.append(next(made))
        before = path.read_bytes()
        writer._connection.execute("PRAGMA max_page_count = 1")  # it becomes what there is
        with pytest.raises(OutputError) as caught:
            collections.deque(map(writer.append, made))
        assert "in the folder of --scratch" in str(caught.value)
        assert "database or disk is full" in str(caught.value)
        assert f"go on with --resume {path}" in str(caught.value)
    assert n_generation(path) >= 1
    assert path.read_bytes()[:16] == before[:16]


def kill(place, delay_s):
    path, scratch = place
    process = subprocess.Popen(
        [sys.executable, "-c", WRITING, path, scratch], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout.readline() == b"copied\n"
        time.sleep(delay_s)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    n_left = len(list(scratch.iterdir()))
    assert n_left == 1  # those before it are removed
    return n_generation(path)


@pytest.mark.parametrize("n_kill", [2, pytest.param(25, marks=pytest.mark.nightly)])
def test_killed_at_any_moment_it_is_whole_and_never_shorter(place, tmp_path, n_kill):
    rng, counts = random.Random(n_kill), [0]
    for _ in range(n_kill):
        counts.append(kill(place, rng.uniform(0.0, 0.2)))
    assert counts == sorted(counts)
    assert len(set(counts)) == len(counts)
    make_store(tmp_path / "whole.sqlite", counts[-1], seed=0)
    assert content(place[0]) == content(tmp_path / "whole.sqlite")
    assert not list(place[0].parent.glob("*-wal"))
    assert os.listdir(place[1])
