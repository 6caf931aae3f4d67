"""One process writes a store at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from pyneuronautofit.errors import OutputError
from pyneuronautofit.runs import (
    RunFiles,
    RunLock,
    RunReader,
)
from pyneuronautofit.runs.store import lock
from pyneuronautofit.runs.store.lock import is_locked


def test_a_second_writer_waits_outside(tmp_path):
    lock = tmp_path / "r.lock"
    with RunLock(lock):
        code = (
            "from pathlib import Path; import sys; from pyneuronautofit.runs import RunLock\n"
            "RunLock(Path(sys.argv[1])).acquire()"
        )
        answer = subprocess.run(
            [sys.executable, "-c", code, lock], capture_output=True, text=True, check=False
        )
        assert (
            f"is being written by another process (its number is {os.getpid()}, on "
            in answer.stderr
        )
    with RunLock(lock):
        assert lock.exists()
    assert not lock.exists()


def test_a_lock_ends_with_its_process(tmp_path):
    code = (
        "from pathlib import Path; import os, sys; from pyneuronautofit.runs import RunLock\n"
        "RunLock(Path(sys.argv[1])).acquire(); os.kill(os.getpid(), 9)"
    )
    lock = tmp_path / "r.lock"
    subprocess.run([sys.executable, "-c", code, lock], check=False)
    assert lock.exists()
    assert not RunReader.running.fget(_WithFiles(RunFiles(tmp_path, "r")))
    with RunLock(lock):
        pass


class _WithFiles:
    def __init__(self, files):
        self.files = files


def test_whether_somebody_writes_is_seen_without_taking_the_lock(tmp_path):
    path = tmp_path / "r.lock"
    assert not is_locked(path), "there is none"
    path.write_text("")
    assert not is_locked(path), "nobody has it"
    with RunLock(path):
        assert is_locked(path)
        assert is_locked(path), "looking leaves it as it is"
        assert json.loads(path.read_text())["process"] == os.getpid()
    assert not is_locked(path)


def test_an_owner_that_cannot_be_read_is_not_named(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "_PATIENCE_S", 0.01)
    path = tmp_path / "r.lock"
    with RunLock(path):
        path.write_text("somebody")
        with pytest.raises(OutputError, match=r"the run r is being written by another process\. W"):
            RunLock(path).acquire()


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"cannot write .*r\.lock: .*with --output"):
        RunLock(tmp_path / "file" / "r.lock").acquire()
