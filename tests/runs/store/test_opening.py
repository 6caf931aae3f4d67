"""Finding a store, and opening it for reading."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import (
    RunWriter,
    belonging_to,
    create_store,
    find_store,
    is_store,
    open_run,
)
from runs._made import N_CAND, make_generation, make_info, make_store


def test_stores_are_found(tmp_path):
    make_store(tmp_path / "a-1.sqlite", 1)
    for run in ("a-1", "a-1.sqlite", str(tmp_path / "a-1"), "a-1-final.json", "a-1.log.gz"):
        assert find_store(run, tmp_path) == tmp_path / "a-1.sqlite"
    # Also where that other file is there.
    (tmp_path / "a-1-final.json").write_text("{}")
    assert find_store("a-1-final.json", tmp_path) == tmp_path / "a-1.sqlite"
    with pytest.raises(RunError, match=r"there is no run b.*has a-1\.sqlite"):
        find_store("b", tmp_path)


@pytest.mark.parametrize("name", ["x" * 250, "x" * 300, "a/" + "x" * 300])
def test_a_name_that_no_file_can_have_is_no_run(name, tmp_path):
    with pytest.raises(RunError, match="there is no run"):
        find_store(name, tmp_path)


def test_what_belongs_to_a_run(tmp_path):
    make_store(tmp_path / "a.sqlite", 1)
    for name in ("a.sqlite-wal", "a.sqlite-shm", "a.sqlite-journal", "a.lock", "a.log.gz"):
        assert belonging_to(tmp_path / name) == "a"
    (tmp_path / "link.json").symlink_to("a.sqlite-wal")
    assert belonging_to(tmp_path / "link.json") == "a"
    results = [
        f"a-{kind}"
        for kind in (
            "final.json", "arXive.json", "chpnt.json", "KrWtLg.json", "evaluations.csv",
            "evaluations.parquet",
        )
    ]  # fmt: skip
    make_store(tmp_path / "b.sqlite", 1)
    (tmp_path / "same.sqlite").symlink_to("a.sqlite")
    for name in results:
        assert belonging_to(tmp_path / name) == "a"
        assert belonging_to(tmp_path / name, tmp_path / "b.sqlite") == "a"
        assert belonging_to(tmp_path / name, tmp_path / "same.sqlite") is None
    assert belonging_to(tmp_path / "a.lock", tmp_path / "a.sqlite") == "a"
    (tmp_path / "b.sqlite").unlink()
    (tmp_path / "c.sqlite").write_text("no store")
    for name in (
        "b-final.json",
        "c-final.json",
        "a-final.html",
        "a.html",
        "b.log.gz",
        "c.lock",
        ".lock",
        "a",
    ):
        assert belonging_to(tmp_path / name) is None


@pytest.mark.parametrize(("content", "said"), [
    (b"", "is empty"),
    (b"{}", "begins with b'{}'"),
    (b"SQLite format 3\0" + b"\0" * 100, "cannot be read"),
], ids=["empty", "JSON", "nothing behind the head"])  # fmt: skip
def test_files_that_are_no_stores(tmp_path, content, said):
    (tmp_path / "r.sqlite").write_bytes(content)
    with pytest.raises(RunError, match=said):
        open_run(tmp_path / "r.sqlite")


def test_other_databases_are_refused(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "r.sqlite")) as connection:
        connection.execute("CREATE TABLE run (key)")
    with pytest.raises(RunError, match="no run store of pyneuronautofit"):
        open_run(tmp_path / "r.sqlite")


def test_a_read_only_folder_can_be_read(tmp_path, somewhere_for_everybody):
    """Also where the last generations are still in SQLite's own log, as after a kill."""
    path = tmp_path / "r.sqlite"
    create_store(path, make_info())
    writer = RunWriter(path, make_info())
    writer.append(make_generation(0, np.random.default_rng(0)))
    folder = somewhere_for_everybody
    for name in ("r.sqlite", "r.sqlite-wal"):
        shutil.copyfile(tmp_path / name, folder / name)
        (folder / name).chmod(0o444)
    writer.close()
    assert (folder / "r.sqlite-wal").stat().st_size > 0
    folder.chmod(0o555)
    # Root may write everywhere, so it becomes nobody.
    code = """
import os, sys
from pyneuronautofit.runs import open_run
if os.getuid() == 0:
    os.seteuid(65534)
try:
    open(sys.argv[1] + "-new", "w")
except PermissionError:
    with open_run(sys.argv[1]) as run:
        print(run.n_evaluation, run.losses)
"""
    words = [sys.executable, "-c", code, str(folder / "r.sqlite")]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    assert answer.stdout == f"{N_CAND} []\n", answer.stderr
    assert len(list(folder.iterdir())) == 2


@pytest.fixture
def somewhere_for_everybody():
    """A folder that other users can get to, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"SQLite format 3\0rest", True), (b"SQLite format 2\0", False), (b"", False)],
)
def test_whether_a_file_looks_like_a_store(tmp_path, content, found):
    (tmp_path / "r.sqlite").write_bytes(content)
    assert is_store(tmp_path / "r.sqlite") is found
    assert not is_store(tmp_path / "gone.sqlite")
    assert not is_store(tmp_path)


def test_a_link_to_a_store_is_the_store(tmp_path):
    (tmp_path / "o").mkdir()
    store = tmp_path / "o" / "a.sqlite"
    make_store(store, 1)
    (tmp_path / "link.sqlite").symlink_to("o/a.sqlite")
    (tmp_path / "again.sqlite").symlink_to("link.sqlite")
    for run in ("link", "again.sqlite"):
        assert find_store(run, tmp_path).samefile(store)
        assert find_store(run, tmp_path).name == "a.sqlite"
        with open_run(run, tmp_path) as opened:
            assert opened.files.lock == tmp_path / "o" / "a.lock"
    # A folder's link changes nothing: the lock lies in the folder.
    (tmp_path / "p").symlink_to("o")
    assert find_store("p/a", tmp_path) == tmp_path / "p" / "a.sqlite"


def test_a_link_to_a_store_of_another_name_is_refused(tmp_path):
    make_store(tmp_path / "a.sqlite", 1)
    (tmp_path / "a.sqlite").rename(tmp_path / "a.db")
    (tmp_path / "link.sqlite").symlink_to("a.db")
    with pytest.raises(
        RunError, match=r"link\.sqlite is a link to .*a\.db: expected one to the st"
    ):
        find_store("link", tmp_path)
