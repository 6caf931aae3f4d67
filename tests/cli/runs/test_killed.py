"""A run that is killed at any moment, and taken up again, is the run that was never killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from cli.traces.comparing import assert_same_run, results
from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import RunFiles, open_run

# Weights of K change in every second generation; their steps go on while they are adapted.
SEARCHES = {"N": ("-A", "N"), "K": ("-A", "K", "-U", "4", "-E", "4", "-N", "0.9", "-Z")}


class Run:
    """A small fit, in processes of its own."""

    def __init__(self, folder, words, generations, where):
        self.files = RunFiles(folder, "run")
        self._generations = generations
        # The model is in none of the folders that are trusted.
        self._consent = [*map(str, where[:2])]
        self._words = [
            *words, "-m", "OVR", "-P", "12", "--seed", "5", "--dt", "0.1", "-a", "run",
            "-G", str(generations), "--output", str(folder), *map(str, where),
        ]  # fmt: skip

    def start(self, n_worker):
        words = self._words
        if self.files.store.exists():
            words = ["--resume", str(self.files.store), *self._consent]
        return subprocess.Popen(
            [sys.executable, "-m", "pyneuronautofit", *words, "-n", str(n_worker)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(self, n_worker):
        process = self.start(n_worker)
        _out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err

    def generation(self):
        """The last generation that is stored; -1 if there is none."""
        try:
            with open_run(self.files.store, check=False) as run:
                assert run.losses == []
                return run.last.number if run.last else -1
        except RunError:
            return -1

    def kill_after(self, generation, delay, n_worker):
        """Kill the run some time after it has stored a generation; False: it was ready before."""
        process = self.start(n_worker)
        try:
            while self.generation() < generation and process.poll() is None:
                time.sleep(0.01)
            time.sleep(delay)
            if process.poll() is not None:
                assert process.returncode == 0, process.stderr.read()
                return False
            os.killpg(process.pid, signal.SIGKILL)
            return True
        finally:
            process.kill()
            process.communicate()


def check_kills(tmp_path, where, letter, n_kill, generations, seed):
    whole = Run(tmp_path / "whole", SEARCHES[letter], generations, where)
    whole.finish(1)
    killed = Run(tmp_path / "killed", SEARCHES[letter], generations, where)
    rng = random.Random(seed)
    n_done = 0
    for number in range(n_kill):
        done = killed.generation()
        ahead = (generations - done) / (n_kill - number + 1)
        wanted = done + 1 + int(rng.uniform(0, 1.5 * ahead)) if number else -1
        delay = rng.uniform(0, 0.2)
        n_done += killed.kill_after(min(wanted, generations - 1), delay, rng.choice([1, 2, 3]))
    assert n_done == n_kill, "it was always running when it was to be killed"
    killed.finish(rng.choice([1, 2, 3]))
    assert_same_run(whole.files, killed.files)
    if letter == "K":
        trace, again = (results(run.files.adaptations)["adaptations"] for run in (whole, killed))
        assert trace == again
        assert len(trace) > generations // 8
        assert any(len(update["steps"]["ratio"]) > 1 for update in trace)


@pytest.fixture
def where(hh_project, recording):
    return ["--project", hh_project, recording]


@pytest.mark.parametrize("letter", [pytest.param("N", marks=pytest.mark.nightly), "K"])
def test_some_kills(tmp_path, where, letter):
    check_kills(tmp_path, where, letter, n_kill=3, generations=30, seed=1)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "words",
    [("-A", "DE", "--polish", "0.6"), ("-A", "CMA", "--polish", "0.6")],
    ids=["DE polished", "CMA polished"],
)
def test_kills_in_every_phase(tmp_path, where, words):
    """In the first search, among the first starts, and behind the first jump."""
    whole = Run(tmp_path / "whole", words, 110, where)
    whole.finish(1)
    with open_run(whole.files.store) as run:
        n = run.last.number
        sizes = [generation.n_row for generation in run.generations]
    # Jumps are the only batches of as many.
    jump = len(sizes) - 1 - sizes[::-1].index(24)
    killed = Run(tmp_path / "killed", words, 110, where)
    for number, generation in enumerate((3, jump - 8, jump)):
        assert killed.kill_after(min(generation, n - 1), 0.0, n_worker=1 + number % 2)
    killed.finish(2)
    assert_same_run(whole.files, killed.files)


@pytest.mark.nightly
@pytest.mark.parametrize("letter", SEARCHES)
def test_twenty_kills(tmp_path, where, letter):
    check_kills(tmp_path, where, letter, n_kill=20, generations=400, seed=2)
