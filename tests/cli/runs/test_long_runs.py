"""Runs that are long enough for what adds up: memory, and differences between -n 1 and -n 2."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.traces.comparing import assert_same_run
from pyneuronautofit.runs import RunFiles

EXAMPLE = Path(__file__).parents[3] / "examples" / "experimentaldata" / "TC-example.abf"
#: Evaluations in a generation, generations, and those after which everything has been loaded.
SIZE, GENERATIONS, WARM = 250, 400, 40


@dataclass(frozen=True)
class Sample:
    """What a process takes."""

    generation: int
    kB: int
    n_thread: int
    n_descriptor: int


def sample_of(process, store) -> Sample:
    place = Path(f"/proc/{process.pid}")
    lines = (line.split(":", 1) for line in (place / "status").read_text().splitlines())
    status, n_descriptor = dict(lines), len(os.listdir(place / "fd"))
    # Behind it: what is seen of the end of a run is not taken for one of its generations.
    with contextlib.closing(sqlite3.connect(store)) as connection:
        (number,) = connection.execute("SELECT max(number) FROM generation").fetchone()
    return Sample(
        number or 0, int(status["VmRSS"].split()[0]), int(status["Threads"]), n_descriptor
    )


@pytest.mark.nightly
def test_memory_descriptors_and_threads_over_100_000_evaluations(recording, hh_project, tmp_path):
    words = ["-P", str(SIZE), "-G", str(GENERATIONS), "-m", "OVRN", "-A", "N", "--seed", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "pyneuronautofit", "fit", *words, "-a", "run", "-n", "2",
         "--project", str(hh_project), str(recording)],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    samples, store = [], tmp_path / "run.sqlite"
    while process.poll() is None:
        with contextlib.suppress(OSError, KeyError, sqlite3.Error):  # not yet, or not any more
            if store.exists():
                samples.append(sample_of(process, store))
        time.sleep(0.2)
    assert process.returncode == 0
    # At the end files are written.
    samples = [each for each in samples if WARM <= each.generation < GENERATIONS]
    assert len(samples) > 20
    assert {each.n_thread for each in samples} == {samples[0].n_thread}
    # A checkpoint that is being written has one of its own for a moment, which is no leak.
    half = len(samples) // 2
    first, last = (
        {each.n_descriptor for each in part} for part in (samples[:half], samples[half:])
    )
    assert min(first) == min(last)
    assert max(first | last) <= min(first) + 1
    # Memory is as flat as that; for a moment a checkpoint is there twice, as an object and as text.
    part = max(len(samples) // 5, 5)
    early, late = (
        statistics.median(each.kB for each in some) for some in (samples[:part], samples[-part:])
    )
    assert late < 1.05 * early
    assert max(each.kB for each in samples) < 1.15 * early


@pytest.mark.nightly
@pytest.mark.parametrize("how", [("-A", "N"), ("-A", "K", "-U", "3"), ("--precision", "single")])
def test_a_search_is_the_same_for_any_number_of_threads(command, tmp_path, how):
    # Late populations have company of all kinds: stiff cells, elites, axons of any size.
    words = ["-m", "OV", "-c", "3", "-t", "-10", "-P", "96", "-G", "24", "--seed", "7", *how]
    for n in ("1", "2", "3"):
        answer = command("fit", *words, "-n", n, "-a", "run", "--output", tmp_path / n, EXAMPLE)
        assert answer.code == 0, answer.err
    whole = RunFiles(tmp_path / "1", "run")
    for n in ("2", "3"):
        assert_same_run(whole, RunFiles(tmp_path / n, "run"))
