"""Runs on file systems without locks: their files are locks, and those of the dead do no harm."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import time

import pytest

from cli.traces.comparing import assert_same_run
from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import RunFiles, open_run
from report._made import make_run

FIT = ("-m", "OV", "-P", "12", "-A", "N", "--seed", "5", "--dt", "0.1", "-a", "run", "-n", "1")
#: What every Python of the test begins with.
NO_FLOCK = """
import errno, fcntl
def flock(_descriptor, _operation):
    raise OSError(errno.ENOSYS, "Function not implemented")
fcntl.flock = flock
"""


@pytest.fixture
def start(tmp_path):
    """Starts a command where there are no locks."""
    (tmp_path / "no flock").mkdir()
    (tmp_path / "no flock" / "sitecustomize.py").write_text(NO_FLOCK)
    paths = os.pathsep.join([str(tmp_path / "no flock"), os.environ.get("PYTHONPATH", "")])

    def run(*words):
        return subprocess.Popen(
            [sys.executable, "-m", "pyneuronautofit", *map(str, words)],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    return run


def generation(store):
    try:
        with open_run(store, check=False) as run:
            return run.last.number if run.last else -1
    except RunError:
        return -1


def test_a_killed_run_is_taken_over(start, command, hh_project, recording, tmp_path):
    where = ("--project", hh_project, recording)
    files = RunFiles(tmp_path / "killed", "run")
    process = start(*FIT, "-G", "100000", "--output", files.folder, *where)
    try:
        while generation(files.store) < 2:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        # Another one is kept out while it lives, and it can be looked at.
        second = start("--resume", files.store)
        _out, err = second.communicate(timeout=120)
        assert second.returncode == 2
        assert f"(its number is {process.pid}, on {platform.node()})" in err
        assert f"if it has ended without a word, remove {files.lock}" in err
        watched = start("status", files.store)
        out, err = watched.communicate(timeout=120)
        assert "run: running" in out, err
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert files.lock.exists()
    killed = start("status", files.store)
    assert "run: killed" in killed.communicate(timeout=120)[0]
    last = generation(files.store)
    resumed = start("--resume", files.store, "-G", last + 1)
    _out, err = resumed.communicate(timeout=300)
    assert resumed.returncode == 0, err
    assert f"process {process.pid} on {platform.node()}, which had the lock" in err
    assert not files.lock.exists()
    whole = RunFiles(tmp_path / "whole", "run")
    answer = command(*FIT, "-G", last + 1, "--output", whole.folder, *where)
    assert answer.code == 0, answer.err
    assert_same_run(whole, files)


def test_a_run_of_another_computer_needs_a_person(start, tmp_path):
    store = make_run(tmp_path / "run.sqlite", [[[1, 1, 9]]], outcome=None)
    lock = tmp_path / "run.lock"
    owner = {"host": "node7", "process": 123, "life": ["a", "b", "c"], "since": "2020-01-01"}
    lock.write_text(json.dumps(owner))
    refused = start("--resume", store)
    _out, err = refused.communicate(timeout=120)
    assert refused.returncode == 2
    assert "(its number is 123, on node7)" in err
    assert f"remove {lock}" in err
    assert json.loads(lock.read_text()) == owner
