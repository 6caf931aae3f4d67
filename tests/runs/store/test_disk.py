"""A store is written so that it is whole, and can be read meanwhile, wherever it is."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit import _locks
from pyneuronautofit._mounts import FileSystem
from pyneuronautofit.runs import RunWriter, create_store, open_run
from pyneuronautofit.runs.store import disk
from pyneuronautofit.runs.store.disk import ALONE, ROLLBACK, WRITE_AHEAD, journal_for
from runs._made import N_CAND, make_generation, make_info, make_store

PLACES = {"local": WRITE_AHEAD, "shared": ROLLBACK, "no locks": ALONE}


@pytest.fixture(params=PLACES)
def place(request, monkeypatch):
    """A kind of disk, and how it is written."""
    put_on(request.param, monkeypatch)
    return request.param


def put_on(place, monkeypatch):
    if place == "shared":
        monkeypatch.setattr(disk, "file_system_of", lambda _path: FileSystem("nfs4"))
    if place == "no locks":

        def flock(_descriptor, _operation):
            raise OSError(errno.ENOSYS, "Function not implemented")

        monkeypatch.setattr("fcntl.flock", flock)


def mode_of(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA journal_mode").fetchone()[0]


def test_how_it_is_written(place, tmp_path):
    assert journal_for(tmp_path / "r.sqlite") == PLACES[place]
    made = make_store(tmp_path / "r.sqlite", 3)
    assert mode_of(tmp_path / "r.sqlite") == ("wal" if place == "local" else "delete")
    with open_run(tmp_path / "r.sqlite") as run:
        assert run.losses == []
        assert len(run.generations) == 3
        found = run.evaluations()
    assert found.scores.tobytes() == np.concatenate([g.evaluations.scores for g in made]).tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["r.sqlite"]


def test_it_is_read_while_it_is_written(place, tmp_path):
    path = tmp_path / "r.sqlite"
    create_store(path, make_info())
    rng = np.random.default_rng(0)
    with contextlib.closing(RunWriter(path, make_info())) as writer:
        for number in range(4):
            writer.append(make_generation(number, rng))
            with open_run(path) as run:
                assert run.losses == []
                assert run.last.number == number
                # Whoever reads does not keep the writer waiting.
                writer.begin_session({})


@pytest.mark.parametrize(("before", "after"), [
    ("local", "shared"), ("local", "no locks"), ("shared", "local"), ("no locks", "local"),
])  # fmt: skip
def test_a_run_goes_on_on_another_disk(before, after, tmp_path, monkeypatch):
    path = tmp_path / "r.sqlite"
    rng = np.random.default_rng(1)
    with monkeypatch.context() as patch:
        put_on(before, patch)
        create_store(path, make_info())
        with contextlib.closing(RunWriter(path, make_info())) as writer:
            writer.append(make_generation(0, rng))
    with monkeypatch.context() as patch:
        put_on(after, patch)
        with open_run(path) as run, contextlib.closing(RunWriter(path, make_info())) as writer:
            writer.go_on(run)
            writer.append(make_generation(1, rng))
        with open_run(path) as run:
            assert run.n_evaluation == 2 * N_CAND
    assert mode_of(path) == ("wal" if after == "local" else "delete")


KILLED = """
import os, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
import numpy as np
from pyneuronautofit.runs import RunWriter, create_store
from pyneuronautofit.runs.store import disk, writer
from runs._made import make_generation, make_info

writer.journal_for = lambda _path: disk.{journal}
path, rng = Path(sys.argv[1]), np.random.default_rng(1)
create_store(path, make_info())
opened = RunWriter(path, make_info())
# Of this generation a part is on the disk when the process dies.
opened._connection.execute("PRAGMA cache_size = 1")
opened._connection.execute("PRAGMA cache_spill = 1")
opened.append(make_generation(0, rng))
insert = opened._insert

def dies(table, row):
    insert(table, row)
    if table == "evaluation":
        os.kill(os.getpid(), 9)

opened._insert = dies
for number in range(1, 3):
    made = make_generation(number, rng)
    made.evaluations.messages[0:0]
    object.__setattr__(made.evaluations, "messages", ("x" * 100_000,) * 6)
    opened.append(made)
"""


@pytest.mark.parametrize("journal", ["WRITE_AHEAD", "ROLLBACK", "ALONE"])
def test_a_generation_that_was_being_written_is_not_there(journal, tmp_path):
    """What a killed process leaves has to be rolled back, which readers may not do in its place."""
    path = tmp_path / "r.sqlite"
    code = KILLED.format(tests=str(Path(__file__).parents[2]), journal=journal)
    done = subprocess.run([sys.executable, "-c", code, path], check=False, capture_output=True)
    assert done.returncode == -9, done.stderr
    left = sorted(each.name for each in tmp_path.iterdir())
    assert ("r.sqlite-journal" in left) is (journal != "WRITE_AHEAD")
    before = path.read_bytes()
    with open_run(path) as run:
        assert run.losses == []
        assert run.last.number == 0
        assert run.n_evaluation == N_CAND
    if journal != "WRITE_AHEAD":
        assert path.read_bytes() == before
        assert sorted(each.name for each in tmp_path.iterdir()) == left
    with contextlib.closing(RunWriter(path, make_info())) as writer, open_run(path) as run:
        writer.go_on(run)
        writer.append(make_generation(1, np.random.default_rng(2)))
    with open_run(path) as run:
        assert run.last.number == 1


#: A system without locks: not even SQLite gets one.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

static int refused(int command)
{
    return command == F_SETLK || command == F_SETLKW || command == F_GETLK;
}

int flock(int descriptor, int operation)
{
    errno = ENOLCK;
    return -1;
}

#define REFUSING(name)                                                          \
    int name(int descriptor, int command, ...)                                  \
    {                                                                           \
        static int (*real)(int, int, ...) = 0;                                  \
        va_list words;                                                          \
        va_start(words, command);                                               \
        void *word = va_arg(words, void *);                                     \
        va_end(words);                                                          \
        if (refused(command)) {                                                 \
            errno = ENOLCK;                                                     \
            return -1;                                                          \
        }                                                                       \
        if (!real)                                                              \
            real = (int (*)(int, int, ...))dlsym(RTLD_NEXT, #name);             \
        return real(descriptor, command, word);                                 \
    }

REFUSING(fcntl)
REFUSING(fcntl64)
"""
IN_TURNS = """
import contextlib, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
import numpy as np
from pyneuronautofit.runs import RunLock, RunWriter, create_store, open_run
from pyneuronautofit.runs.store.disk import ALONE, journal_for
from runs._made import make_generation, make_info

path, rng = Path(sys.argv[1]), np.random.default_rng(1)
assert journal_for(path) == ALONE
with RunLock(path.with_suffix(".lock")):
    create_store(path, make_info())
    with contextlib.closing(RunWriter(path, make_info())) as writer:
        writer.begin_session({{}})
        for number in range(3):
            writer.append(make_generation(number, rng))
            with open_run(path) as run:
                assert run.running
                assert run.losses == []
                print(run.last.number)
        writer.end_session("finished")
with open_run(path) as run:
    print(run.running, run.losses, run.n_evaluation)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="says to Linux what the system answers")
def test_a_system_without_any_locks(tmp_path):
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    (tmp_path / "shim.c").write_text(SHIM)
    shim = tmp_path / "shim.so"
    words = [compiler, "-shared", "-fPIC", "-o", shim, tmp_path / "shim.c", "-ldl"]
    subprocess.run(words, check=True, capture_output=True)
    code = IN_TURNS.format(tests=str(Path(__file__).parents[2]))
    (tmp_path / "run").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "run" / "r.sqlite"],
        env={**os.environ, "LD_PRELOAD": str(shim)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"0\n1\n2\nFalse [] {3 * N_CAND}\n"
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["r.sqlite"]


def test_a_folder_in_which_nothing_can_be_written_has_no_journal(tmp_path, monkeypatch):
    def refuse(**_words):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(_locks.tempfile, "TemporaryFile", refuse)
    with pytest.raises(PermissionError):
        journal_for(tmp_path / "r.sqlite")
