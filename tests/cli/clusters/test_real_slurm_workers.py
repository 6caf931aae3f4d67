"""One population by workers of a real SLURM: some are cancelled, and nothing changes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cli.clusters.real_slurm import started, until
from conftest import REPOSITORY
from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.runs import open_run

pytest.importorskip("distributed")

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1500)]

RECORDING = REPOSITORY / "examples" / "experimentaldata" / "TC-example.abf"
FIT = ("-A", "NSGA2", "-m", "OV", "-P", "100", "-G", "8", "-t", "-10", "--seed", "3", "-n", "1")


@pytest.fixture(scope="module")
def slurm():
    with started(n_node=3) as found:
        yield found


def command(slurm, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "pyneuronautofit", *map(str, words)],
        env=slurm.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def ended(process):
    out, _nothing = process.communicate(timeout=900)
    assert process.returncode == 0, out
    return out


def content(store):
    with open_run(store) as run:
        blocks = [(b.parameters.tobytes(), b.scores.tobytes()) for _g, b in run.blocks()]
        return blocks, run.archive().tobytes()


def in_the_middle(store):
    try:
        with open_run(store, check=False) as run:
            return run.last is not None and run.last.number >= 1
    except (OSError, PyNeuronAutofitError):
        return False


def test_workers_are_cancelled_and_requeued(slurm, tmp_path):
    ended(command(slurm, *FIT, "--output", tmp_path / "here", "-a", "run", RECORDING))
    folder = tmp_path / "workers"
    submitting = ("slurm", "workers", "--count", "2", "-o", folder, "--interface", "lo")
    out = ended(command(slurm, *submitting, "--submit"))
    jobs = out.rpartition("scancel ")[2].split()
    try:
        there = ("--scheduler-file", folder / "scheduler.json", "--output", tmp_path / "there")
        run = command(slurm, *FIT, *there, "-a", "run", RECORDING)
        until(lambda: in_the_middle(tmp_path / "there" / "run.sqlite"), "the run is in its middle")
        slurm("scancel", f"{jobs[1]}_1")
        slurm.requeue(f"{jobs[1]}_2")
        until(lambda: slurm.told(f"{jobs[1]}_2", "JobState") == "RUNNING", "it runs again")
        ended(run)
    finally:
        slurm("scancel", *jobs)
    assert content(tmp_path / "there" / "run.sqlite") == content(tmp_path / "here" / "run.sqlite")
