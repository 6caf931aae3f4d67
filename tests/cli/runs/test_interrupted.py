"""Signals, full disks, crashing workers: each ends in its defined way, never in a broken file."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cli.conftest import HH_PROJECT
from cli.traces.comparing import assert_same_run
from ending import HANGS_IN_S, ended
from pyneuronautofit.fitting.evaluation import WorkersLost
from pyneuronautofit.runs import RunFiles, open_run

FIT = ("-A", "N", "-m", "OV", "-P", "8", "--seed", "3", "--dt", "0.1", "-a", "run")


def start(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "pyneuronautofit", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.fixture
def where(hh_project, recording, tmp_path):
    return ("--project", hh_project, "--output", tmp_path / "out", recording)


@pytest.fixture
def files(tmp_path):
    return RunFiles(tmp_path / "out", "run")


@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.nightly)],
)
def test_a_signal_ends_a_run_that_can_go_on(number, where, files, command, tmp_path):
    process = start(*FIT, "-G", "100000", "-p", "1", *where)
    for line in process.stdout:
        if line.startswith("population after generation 2:"):
            break
    process.send_signal(number)
    began = time.monotonic()
    _out, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert process.returncode == 128 + number, err
    assert "Traceback" not in err
    with open_run(files.store) as run:
        assert run.sessions[-1].outcome == "interrupted"
        generation = run.last.number
        assert not run.running
    checkpoint = json.loads(files.checkpoint.read_text())
    assert checkpoint["generation"] == generation
    assert len(json.loads(files.evaluations.read_text())["records"]) == 8 * (generation + 1)
    assert not files.lock.exists()
    assert not files.store.with_name("run.sqlite-wal").exists()
    # It was to be very long; one that ends earlier is the same up to there.
    goal = ("-G", str(generation + 2))
    answer = command("--resume", files.store, *goal)
    assert answer.code == 0, answer.err
    whole = RunFiles(tmp_path / "whole", "run")
    answer = command(*FIT, *goal, *where[:2], "--output", whole.folder, where[-1])
    assert answer.code == 0, answer.err
    assert_same_run(whole, files)


def test_a_signal_before_the_search_leaves_nothing(recording, tmp_path, files):
    """While the model is loaded, which may take a minute."""
    folder = tmp_path / "slow"
    folder.mkdir()
    slow = "import os, time\nopen('loading', 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    (folder / "project.py").write_text(slow + HH_PROJECT)
    words = ("--project", folder, "--output", files.folder, recording)
    process = start(*FIT, *words, cwd=tmp_path)
    loading = int(written(tmp_path / "loading"))
    process.send_signal(signal.SIGTERM)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 143, err
    assert "Traceback" not in err
    assert not files.folder.exists()
    assert ended(loading)


@pytest.mark.nightly
def test_a_signal_while_a_kernel_is_compiled(recording, files, tmp_path):
    """By a thread, with a compiler that hangs, and has children that do not hear signals."""
    # A cache of its own: other processes of the suite compile into the common one meanwhile.
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    compiler = tmp_path / "compiler"
    compiler.write_text(
        "#!/bin/sh\n"
        'case $* in *kernel.cpp*) ;; *) exec g++ "$@" ;; esac\n'
        "trap '' TERM INT\n"
        "sleep 1000 & echo $! $PWD >$SEEN; wait\n"
    )
    compiler.chmod(0o755)
    seen = tmp_path / "seen"
    environment = {
        **os.environ,
        "CXX": str(compiler),
        "SEEN": str(seen),
        "PYNEURONAUTOFIT_CACHE": str(cache),
    }
    process = start(*FIT, "--output", files.folder, recording, env=environment, cwd=tmp_path)
    child, _, place = written(seen).partition(" ")
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert ended(int(child))
    assert not Path(place.strip()).exists()
    assert not files.folder.exists()
    # No lock, and nothing half-written; what the source is for may be known.
    assert {path.suffix for path in (cache / "kernels").glob("*")} <= {".json"}


def written(path):
    """Wait for a file and return what is in it."""
    until = time.monotonic() + HANGS_IN_S
    while time.monotonic() < until:
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.05)
    pytest.fail(f"there is no {path}")


def test_a_fit_in_which_everything_fails_says_so(command, recording, tmp_path, files):
    folder = tmp_path / "hopeless"
    folder.mkdir()
    text = HH_PROJECT.replace("hh.gkbar > 0.5", "hh.gkbar != 0.036")
    (folder / "project.py").write_text(text.replace('"too leaky"', '"x" * 3_000_000'))
    where = ("--project", folder, "--output", files.folder, recording)
    answer = command(*FIT, "-P", "40", "-G", "50", *where)
    assert answer.code == 3
    assert "pyneuronautofit: error: nothing is found: all 120 candidates failed" in answer.err
    assert "ValueError: xxx" in answer.err
    assert "given up: 120 evaluations" in answer.out
    assert len(answer.err) + len(answer.out) < 50_000
    # What it has done is kept, and it can go on, for as long again.
    assert json.loads(files.evaluations.read_text())["records"]
    assert files.store.stat().st_size < 2_000_000
    with open_run(files.store) as run:
        assert run.last.number == 2
        assert run.sessions[-1].outcome.startswith("all 120 candidates failed (120 times ")
        assert run.losses == []
    state = command("status", files.store)
    assert state.code == 0
    assert "all 120 candidates failed" in state.out
    answer = command("--resume", files.store)
    assert answer.code == 3
    with open_run(files.store) as run:
        assert run.last.number == 5
    # A fit that comes to its end is none with a result, either.
    assert command("--resume", files.store, "-G", "6").code == 3


def test_a_full_disk_ends_the_run_and_it_can_go_on(where, files, command, tmp_path):
    """No file may grow beyond 100 kB: that is what a full disk looks like to a program."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

    process = start(*FIT, "-G", "300", *where, preexec_fn=limit)
    _out, err = process.communicate(timeout=120)
    assert process.returncode == 2, err
    assert "cannot be written" in err
    assert "Check that the disk is not full" in err
    assert f"--resume {files.store}" in err
    assert "Traceback" not in err
    with open_run(files.store) as run:
        assert run.losses == []
        assert 3 < run.last.number < 300
    whole = RunFiles(tmp_path / "whole", "run")
    answer = command("--resume", files.store, "-G", "300")
    assert answer.code == 0, answer.err
    answer = command(*FIT, "-G", "300", *where[:2], "--output", whole.folder, where[-1])
    assert answer.code == 0, answer.err
    assert_same_run(whole, files)


def test_a_folder_that_cannot_be_written(where, command, tmp_path):
    (tmp_path / "out").write_text("a file")
    answer = command(*FIT, "-G", "1", *where)
    assert answer.code == 2
    assert "is a file. Choose another with --output" in answer.err


def test_a_worker_that_dies_costs_its_candidate(command, recording, tmp_path):
    folder = tmp_path / "deadly"
    folder.mkdir()
    text = HH_PROJECT.replace('raise ValueError("too leaky")', "os.kill(os.getpid(), 9)")
    (folder / "project.py").write_text("import os\n" + text)
    where = ("--project", folder, recording)
    runs = []
    for name, words in (("whole", ("-G", "3", "-n", "1")), ("parts", ("-G", "1", "-n", "2"))):
        answer = command(*FIT, "-P", "24", *words, "--output", tmp_path / name, *where)
        assert answer.code == 0, answer.err
        runs.append(RunFiles(tmp_path / name, "run"))
    assert command("--resume", runs[1].store, "-G", "3").code == 0
    assert_same_run(*runs)
    with open_run(runs[0].store) as run:
        found = run.evaluations()
        crashed = [k for k, status in enumerate(found.status) if status == "CRASHED"]
        assert crashed
        assert all(found.parameters[k, 1] > 0.5 for k in crashed)
        assert "signal 9" in found.messages[crashed[0]]
        assert run.info.statuses["CRASHED"] == "the simulating process died"


def test_lost_workers_end_a_run_that_can_go_on(where, files, command, monkeypatch, tmp_path):
    class Lost:
        """Evaluates here, until its scheduler is gone."""

        description = "the workers of tcp://a:1"

        def __init__(self, problem):
            self.problem, self.n_asked = problem, 0

        def check(self):
            pass

        def evaluate(self, *given, **how):
            self.n_asked += 1
            if self.n_asked > 2:
                raise WorkersLost("the scheduler tcp://a:1 is lost. Start it again")
            return self.problem.evaluate_here(*given, **how)

        def close(self):
            pass

    def on_workers(opened, _config, _directory):
        return replace(opened, problem=replace(opened.problem, evaluator=Lost(opened.problem)))

    with monkeypatch.context() as patch:
        patch.setattr("pyneuronautofit.sessions.session.on_workers", on_workers)
        answer = command(*FIT, "-G", "3", *where)
    assert answer.code == 4, answer.err
    assert "the scheduler tcp://a:1 is lost. Start it again" in answer.err
    assert "evaluated   by the workers of tcp://a:1\n" in answer.out
    assert "go on with it:" in answer.out
    with open_run(files.store) as run:
        assert run.last.number == 1
        assert run.sessions[-1].outcome == "interrupted"
    assert command("--resume", files.store).code == 0
    again = [tmp_path / "whole" if word == tmp_path / "out" else word for word in where]
    assert command(*FIT, "-G", "3", *again).code == 0
    assert_same_run(RunFiles(tmp_path / "whole", "run"), files)


def test_a_second_run_of_the_same_stamp_is_refused(where, files, command):
    process = start(*FIT, "-G", "100000", "-p", "1", *where)
    try:
        for line in process.stdout:
            if line.startswith("population after generation 1:"):
                break
        answer = command("--resume", files.store)
        assert answer.code == 2
        assert (
            f"is being written by another process (its number is {process.pid}, on " in answer.err
        )
        answer = command(*FIT, "-G", "2", *where)
        assert answer.code == 2
        assert "there is already a run with the stamp run" in answer.err
        with open_run(files.store) as run:
            assert run.running
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 143
    finally:
        process.kill()
        process.communicate()
    text = gzip.decompress(files.log.read_bytes()).decode()
    assert "interrupted in generation" in text


def test_a_cut_off_file_as_initial_population(command, where, files, tmp_path):
    answer = command(*FIT, "-G", "2", *where)
    assert answer.code == 0, answer.err
    cut = tmp_path / "cut-arXive.json"
    text = files.evaluations.read_text()
    cut.write_text(text[: len(text) * 2 // 3])
    other = ("--project", where[1], "--output", tmp_path / "new", where[-1])
    answer = command(*FIT, "-G", "0", "-I", cut, *other)
    assert answer.code == 0, answer.err
    assert "cut-arXive.json has no end" in answer.err
    assert "complete records are read" in answer.err
    with open_run(tmp_path / "new" / "run.sqlite") as run:
        assert 4 < len(run.info.initial) < 24
