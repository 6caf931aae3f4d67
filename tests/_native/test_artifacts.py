"""Libraries in the cache: names, locks, and files that are whole or not there."""

from __future__ import annotations

import logging
import multiprocessing
import os
import re
import stat
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from pyneuronautofit._locks import PathLock
from pyneuronautofit._native import artifacts
from pyneuronautofit.errors import ModelError

from .foreign import make_foreign


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
    with artifacts.locked(Path(path).parent, Path(path).stem, "things"):
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
            with artifacts.locked(library.parent, library.stem, "things"):
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
    with pytest.raises(ZeroDivisionError), artifacts.locked(library.parent, library.stem, "things"):
        raise ZeroDivisionError
    PathLock(library.with_suffix(".lock")).acquire(patience_s=0)


@pytest.fixture
def taken(tmp_path, monkeypatch):
    """Let somebody have the lock of `key`: another object, since locks are not of processes."""
    monkeypatch.setattr(artifacts, "_LOOK_S", 0.01)
    monkeypatch.setattr(artifacts, "_SILENT_S", 0.0)
    with PathLock(tmp_path / "key.lock"):
        yield tmp_path


def test_whoever_waits_hears_for_whom_and_goes_on_after_long(taken, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(artifacts, "_PATIENCE_S", 0.1)
    done = []
    with artifacts.locked(taken, "key", "things"):
        done.append("made here, too")
    assert done
    waits, goes_on = (record.getMessage() for record in caplog.records)
    me = f"process {os.getpid()} on "
    assert waits.startswith(f"waiting for {me}")
    assert waits.endswith(", which makes the same things")
    assert hasattr(caplog.records[0], "notice")
    assert goes_on.startswith(me)
    assert f"{taken / 'key.lock'}" in goes_on
    assert "the things are made here, too" in goes_on
    # It is still theirs.
    assert (taken / "key.lock").exists()


def test_whoever_waits_can_be_stopped(taken):
    stop = threading.Event()
    stop.set()
    with pytest.raises(CancelledError), artifacts.locked(taken, "key", "things", stop):
        pytest.fail("it was locked")


def test_what_the_killed_have_not_finished_is_removed(tmp_path):
    old, new = (tmp_path / f"{artifacts.sealed.UNFINISHED}{name}" for name in ("old", "new"))
    for path in (old, new, tmp_path / "other"):
        path.touch()
        os.utime(path, (1.0, 1.0))
    os.utime(new, (time.time(), time.time()))
    with artifacts.locked(tmp_path, "key", "things"):
        # Somebody may be at work on what is new.
        assert {path.name for path in tmp_path.iterdir()} == {new.name, "other", "key.lock"}


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(ModelError, match=r"things cannot be kept in .*file"),
        artifacts.locked(tmp_path / "file", "library", "things"),
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


# --- libraries

WHAT = "libraries"
CONTENT = bytes(range(256)) * 40


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of libraries in a cache of its own."""
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(tmp_path / "cache"))
    made = artifacts.cache_folder("libraries")
    with artifacts.locked(made, "key", WHAT):
        pass
    return made


def test_what_was_kept_is_found(folder, caplog):
    assert artifacts.find_library(folder, "key", WHAT) is None
    path = artifacts.keep_library(folder, "key", CONTENT, WHAT)
    assert path.read_bytes() == CONTENT
    assert path.name.startswith("key-")
    assert artifacts.find_library(folder, "key", WHAT) == path
    for other in ("ke", "key-a", "k*y-b", "other"):
        assert artifacts.find_library(folder, other, WHAT) is None
    assert not caplog.records


def damage(path, how, monkeypatch):
    match how:
        case "cut off":
            path.write_bytes(CONTENT[:4096])
        case "empty":
            path.write_bytes(b"")
        case "one bit":
            path.write_bytes(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))
        case "longer":
            path.write_bytes(CONTENT + b"\0")
        case "garbage":
            path.write_bytes(os.urandom(len(CONTENT)))
        case "another key":
            other = artifacts.keep_library(path.parent, "other", CONTENT, WHAT)
            other.rename(path.with_name(other.name.replace("other", "key")))
            path.unlink()
        case "writable":
            path.chmod(0o775)
        case "foreign":
            make_foreign(path, monkeypatch)
        case "a folder":
            path.unlink()
            path.mkdir()


@pytest.mark.parametrize(
    "how",
    [
        "cut off", "empty", "one bit", "longer", "garbage", "another key", "writable", "foreign",
        "a folder",
    ],
)  # fmt: skip
def test_what_is_not_as_it_was_is_not_used(folder, how, monkeypatch, caplog):
    path = artifacts.keep_library(folder, "key", CONTENT, WHAT)
    with monkeypatch.context() as patch:
        patch.setattr(artifacts.sealed, "make_own", lambda *_words: None)
        damage(path, how, patch)
        assert artifacts.find_library(folder, "key", WHAT) is None
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith(f"{folder}/key-")
    assert said.endswith(", so it is not used")
    if how != "a folder":
        assert not list(folder.glob("key-*"))
        assert artifacts.keep_library(folder, "key", CONTENT, WHAT) == path
        assert artifacts.find_library(folder, "key", WHAT) == path


def test_of_several_the_newest_that_is_whole(folder):
    made = [artifacts.keep_library(folder, f"key-{k}", CONTENT, WHAT) for k in range(3)]
    for path, time_s in zip(made, (100, 300, 200), strict=True):
        os.utime(path, (time_s, time_s))
    assert artifacts.find_library(folder, "key-*", WHAT) == made[1]
    made[1].write_bytes(b"")
    assert artifacts.find_library(folder, "key-*", WHAT) == made[2]


def test_a_new_cache_is_the_users_alone(tmp_path, monkeypatch):
    before = os.umask(0)
    try:
        monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(tmp_path / "a" / "cache"))
        folder = artifacts.cache_folder("libraries")
        with artifacts.locked(folder, "key", WHAT):
            artifacts.keep_library(folder, "key", CONTENT, WHAT)
    finally:
        os.umask(before)
    for path in (folder, folder.parent):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


@pytest.fixture(params=["chosen", "usual"])
def base(request, tmp_path, monkeypatch):
    """The cache as a whole, one that the user has named or the usual one, with a library."""
    base = tmp_path / "pyneuronautofit"
    if request.param == "chosen":
        monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(base))
    else:
        monkeypatch.delenv("PYNEURONAUTOFIT_CACHE")
        monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    with artifacts.locked(base / "libraries", "key", WHAT):
        artifacts.keep_library(base / "libraries", "key", CONTENT, WHAT)
    return base


def test_a_folder_of_the_cache_that_others_can_write_is_closed(base, caplog):
    folder = base / "libraries"
    folder.chmod(0o777)
    assert artifacts.find_library(folder, "key", WHAT) is not None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert f"others could write in {folder}, where libraries are kept" in caplog.text


def test_the_usual_cache_is_closed_and_a_chosen_one_is_refused(base, caplog, request):
    """The folder that the user has named may have other purposes: it is left as it is."""
    folder = base / "libraries"
    base.chmod(0o777)
    if "usual" in request.node.callspec.params.values():
        assert artifacts.find_library(folder, "key", WHAT) is not None
        assert stat.S_IMODE(base.stat().st_mode) == 0o755
        assert f"others could write in {base}, where libraries are kept" in caplog.text
        return
    expected = rf"not taken from {base}: others can write there.*chmod go-w.*PYNEURONAUTOFIT_CACHE"
    for mode in (0o777, 0o775, 0o757):
        base.chmod(mode)
        with pytest.raises(ModelError, match=expected):
            artifacts.find_library(folder, "key", WHAT)
        with pytest.raises(ModelError, match=expected), artifacts.locked(folder, "key", WHAT):
            pytest.fail("it was locked")
        assert stat.S_IMODE(base.stat().st_mode) == mode
    base.chmod(0o1777)
    assert artifacts.find_library(folder, "key", WHAT) is not None
    assert not caplog.records


@pytest.mark.parametrize("place", ["folder", "base"])
def test_a_cache_of_somebody_else_is_refused(base, monkeypatch, place):
    folder = base / "libraries"
    make_foreign(folder if place == "folder" else base, monkeypatch)
    with pytest.raises(ModelError, match=r"belongs to somebody else.*PYNEURONAUTOFIT_CACHE"):
        artifacts.find_library(folder, "key", WHAT)
    with (
        pytest.raises(ModelError, match="belongs to somebody else"),
        artifacts.locked(folder, "key", WHAT),
    ):
        pytest.fail("it was locked")
