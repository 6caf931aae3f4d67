"""Runs with --isa: begun in processes of that level, and gone on with in such."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cli.traces.comparing import assert_same_run
from pyneuronautofit._native import isa
from pyneuronautofit.runs import RunFiles, open_run

FIT = ("-m", "OV", "-P", "8", "-A", "N", "--seed", "5", "--dt", "0.1", "-a", "run", "-n", "1")

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(
        not set(isa.LEVELS["x86-64-v3"]) <= isa._abilities(), reason="this CPU has no such level"
    ),
]


@pytest.fixture
def start(tmp_path):
    """Runs a command in a process of its own, to its end."""

    def run(*words, **environment):
        return subprocess.run(
            [sys.executable, "-m", "pyneuronautofit", *map(str, words)], cwd=tmp_path, check=False,
            env={**os.environ, **environment}, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    return run


def test_a_run_of_a_level_goes_on_with_it(start, hh_project, recording, tmp_path):
    where = ("--project", hh_project, recording)
    files, whole = RunFiles(tmp_path / "cut", "run"), RunFiles(tmp_path / "whole", "run")
    level = ("--isa", "x86-64-v3")
    done = start(*FIT, *level, "-G", 1, "--output", files.folder, *where)
    assert done.returncode == 0, done.stderr
    with open_run(files.store) as run:
        assert run.info.settings["isa"] == "x86-64-v3"
        assert run.info.identity["versions"]["processor"] == "x86-64-v3"
    # Whoever goes on with it says nothing of the level.
    done = start("--resume", files.store, "-G", 2)
    assert done.returncode == 0, done.stderr
    assert "processor" not in done.stderr
    done = start("--resume", files.store, "-G", 3, "--isa", "native")
    assert done.returncode == 2
    assert "the run has --isa x86-64-v3, but --isa native is asked for" in done.stderr
    done = start(*FIT, *level, "-G", 2, "--output", whole.folder, *where)
    assert done.returncode == 0, done.stderr
    assert_same_run(whole, files)


def test_a_node_without_a_compiler(start, hh_project, recording, tmp_path):
    """What a login node has compiled is used; without it, nothing takes its place."""
    (tmp_path / "nothing").mkdir()
    bare = {"PATH": str(tmp_path / "nothing"), "CXX": "", "CC": ""}
    for name in ("first", "second"):
        (tmp_path / name).mkdir(mode=0o700)
    fit = (*FIT, "-G", 1, "--isa", "x86-64-v3", "--project", hh_project, recording)
    first, second = ({"PYNEURONAUTOFIT_CACHE": str(tmp_path / n)} for n in ("first", "second"))
    done = start("--prepare", *fit, **first)
    assert done.returncode == 0, done.stderr
    done = start(*fit, "--output", "out", **bare, **first)
    assert done.returncode == 0, done.stderr
    assert "batch, double precision" in done.stdout
    done = start(*fit, "--output", "other", **bare, **second)
    assert done.returncode == 2
    assert "needs a C++ compiler" in done.stderr
    assert "'fit --prepare' with this --isa makes it" in done.stderr
    assert not (tmp_path / "other").exists()
