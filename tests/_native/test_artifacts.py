"""Libraries in the cache: names, locks, and files that are whole or not there."""

from __future__ import annotations

import multiprocessing
import os
import re
import stat
import threading
from pathlib import Path

import filelock
import pytest

from pyneuronautofit._native import artifacts
from pyneuronautofit.errors import ModelError


def test_the_cache_is_where_the_user_says(tmp_path, monkeypatch):
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(tmp_path / "mine"))
    assert artifacts.cache_folder("kernels") == tmp_path / "mine" / "kernels"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", "here")
    assert artifacts.cache_folder("kernels") == tmp_path / "here" / "kernels"


@pytest.mark.parametrize("chosen", ["", None])
def test_else_it_is_where_caches_of_users_are(tmp_path, monkeypatch, chosen):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    monkeypatch.delenv("PYNEURONAUTOFIT_CACHE")
    if chosen is not None:
        monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", chosen)
    assert artifacts.cache_folder("x") == tmp_path / "pyneuronautofit" / "x"


def test_a_name_says_what_went_into_it():
    parts = [[b"ab", b"c"], [b"a", b"bc"], [b"abc"], [b"c", b"ab"], [b"ab", b"c", b""], []]
    names = [artifacts.digest(each) for each in parts]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[0-9a-f]{32}", name) for name in names)
    assert artifacts.digest(iter([b"ab", b"c"])) == names[0]


def test_a_file_is_put_in_place_as_a_whole(tmp_path):
    path = tmp_path / "library.so"
    artifacts.put_in_place(b"old", path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    artifacts.put_in_place(b"new and longer", path, mode=0o644)
    assert path.read_bytes() == b"new and longer"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [each.name for each in tmp_path.iterdir()] == ["library.so"]


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "library.so"
    artifacts.put_in_place(b"old", path)

    def refuse(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        artifacts.put_in_place(b"new", path)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["library.so"]


def test_what_the_system_says_becomes_advice():
    with (
        pytest.raises(ModelError) as caught,
        artifacts.writing(Path("/a/cache"), "compiled kernels"),
    ):
        raise OSError(28, "No space left on device")
    assert str(caught.value) == (
        "compiled kernels cannot be kept in /a/cache: No space left on device. Free space or "
        "rights there, or name another folder in the environment variable PYNEURONAUTOFIT_CACHE."
    )


def _hold(path, locked, release):
    with artifacts.locked(Path(path), "things"):
        locked.set()
        release.wait(30)


def test_one_process_at_a_time(tmp_path):
    library = tmp_path / "folder that is made" / "library.so"
    context = multiprocessing.get_context("spawn")
    locked, release = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(str(library), locked, release))
    other.start()
    try:
        assert locked.wait(30)
        order = []

        def enter():
            with artifacts.locked(library, "things"):
                order.append("entered")

        waiting = threading.Thread(target=enter)
        waiting.start()
        waiting.join(0.3)
        assert order == [], "the other has it"
        release.set()
        waiting.join(30)
        assert order == ["entered"]
    finally:
        release.set()
        other.join(30)
    assert library.parent.is_dir()


def test_a_lock_is_given_back_whatever_happens(tmp_path):
    library = tmp_path / "library.so"
    with pytest.raises(ZeroDivisionError), artifacts.locked(library, "things"):
        raise ZeroDivisionError
    with filelock.FileLock(library.with_suffix(".lock"), timeout=0):
        pass


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(ModelError, match=r"things cannot be kept in .*file"),
        artifacts.locked(tmp_path / "file" / "library.so", "things"),
    ):
        pass


def test_the_compiler_is_the_users_or_the_first_that_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    assert artifacts.compiler("CXX", ("one", "two")) is None
    (tmp_path / "two").write_text("#!/bin/sh\n")
    (tmp_path / "two").chmod(0o755)
    assert artifacts.compiler("CXX", ("one", "two")) == "two"
    monkeypatch.setenv("CXX", "ccache mine -O2")
    assert artifacts.compiler("CXX", ("one", "two")) == "ccache mine -O2"
