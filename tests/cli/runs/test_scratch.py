"""`--scratch DIR`: a run writes on another disk than the one that its files are on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from cli.traces.comparing import assert_same_run
from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import RunFiles, open_run

FIT = ("-m", "OV", "-P", "8", "-A", "N", "--seed", "5", "--dt", "0.1", "-a", "run", "-n", "1")


@pytest.fixture
def where(hh_project, recording):
    return ("--project", hh_project, recording)


@pytest.mark.nightly
def test_it_makes_no_difference(command, where, tmp_path):
    (tmp_path / "disk").mkdir()
    whole, files = RunFiles(tmp_path / "whole", "run"), RunFiles(tmp_path / "copied", "run")
    words = (*FIT, "--scratch", tmp_path / "disk", "--output", files.folder, *where)
    answer = command(*words, "-G", "1")
    assert answer.code == 0, answer.err
    # Of a job's folder nothing is stored: whoever goes on with it may have none.
    with open_run(files.store) as run:
        assert run.info.settings["scratch"] is None
        assert run.sessions[0].outcome == "finished"
    answer = command("--resume-or-start", *words, "-G", "2")
    assert answer.code == 0, answer.err
    answer = command("--resume", files.store, "-G", "3")
    assert answer.code == 0, answer.err
    answer = command(*FIT, "-G", "3", "--output", whole.folder, *where)
    assert answer.code == 0, answer.err
    assert_same_run(whole, files)
    assert list((tmp_path / "disk").iterdir()) == []
    names = {path.name for path in files.folder.iterdir()}
    assert names == {path.name for path in whole.folder.iterdir()}


def test_a_folder_that_is_not_there(command, where, tmp_path):
    answer = command(*FIT, "-G", "1", "--scratch", "none", "--output", "out", *where)
    assert answer.code == 2
    assert "--scratch 'none': expected a folder on a disk of this computer" in answer.err
    assert not (tmp_path / "out").exists()


def generation(store):
    try:
        with open_run(store, check=False) as run:
            assert run.losses == []
            return run.last.number if run.last else -1
    except RunError:
        return -1


@pytest.mark.nightly
def test_a_run_that_is_looked_at_terminated_and_killed(command, where, tmp_path):
    """SIGTERM copies it within seconds; SIGKILL costs what has been done since the last copy."""
    (tmp_path / "disk").mkdir()
    files = RunFiles(tmp_path / "out", "run")
    fit = ("--resume-or-start", *FIT, "-G", "100000", "--scratch", tmp_path / "disk",
           "--output", files.folder, *where)  # fmt: skip

    def start():
        process = subprocess.Popen(
            [sys.executable, "-m", "pyneuronautofit", *map(str, fit)], cwd=tmp_path,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        while not generation(files.store) > before:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        return process

    before = -1
    process = start()
    time.sleep(1.0)
    answer = command("status", files.store)
    assert "run: running" in answer.out
    assert "s ago: it is written in" in answer.out
    copied = generation(files.store)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    process.communicate(timeout=60)
    assert time.monotonic() - began < 5.0
    assert process.returncode == 143
    assert generation(files.store) > copied
    assert list((tmp_path / "disk").iterdir()) == []
    before = generation(files.store)
    process = start()
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    killed = generation(files.store)
    assert killed > before
    (_left,) = (tmp_path / "disk").iterdir()
    answer = command(*fit[:-3], "-G", killed + 2, *fit[-3:])
    assert answer.code == 0, answer.err
    assert list((tmp_path / "disk").iterdir()) == []
    whole = RunFiles(tmp_path / "whole", "run")
    answer = command(*FIT, "-G", killed + 2, "--output", whole.folder, *where)
    assert answer.code == 0, answer.err
    assert_same_run(whole, files)
