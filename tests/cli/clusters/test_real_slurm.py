"""An array on a real SLURM: whatever ends its runs, the database is that of undisturbed ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.clusters.real_slurm import started, until
from conftest import REPOSITORY
from pyneuronautofit.runs import open_run

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1500)]

RECORDING = REPOSITORY / "examples" / "experimentaldata" / "TC-example.abf"
# Long enough that every run can be caught in its middle.
FIT = ("-A", "Auto", "-m", "OV", "--evaluations", "6000", "-t", "-10", "-n", "1")
N = 6


@pytest.fixture(scope="module")
def slurm():
    with started(n_node=3) as found:
        yield found


class Array:
    """An array that was submitted."""

    def __init__(self, slurm, where, *words):
        self.slurm, self.where, self.folder = slurm, where, where / "array"
        command = [sys.executable, "-m", "pyneuronautofit", "slurm", "fit", *words]
        done = subprocess.run(
            [*command, "--runs", str(N), "-o", "array", "--submit"],
            cwd=where, env=slurm.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        self.jobs = json.loads((self.folder / "array.json").read_text())["jobs"]
        assert [f"{name}: job {job}" in done.stdout for name, job in self.jobs.items()] == [
            True
        ] * 3

    def job(self, number):
        return f"{self.jobs['array']}_{number}"

    def status(self):
        done = subprocess.run(
            [sys.executable, "-m", "pyneuronautofit", "status", "array", "--json"],
            cwd=self.where, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    def in_the_middle(self, number):
        """Wait until a run is computed, and has some generations."""
        store = self.folder / "runs" / f"cell-{number}.sqlite"

        def is_so():
            if not store.exists():
                return False
            with open_run(store, check=False) as run:
                assert run.last is None or run.n_evaluation < 4000, "it was too fast to be caught"
                return run.running and run.last is not None and run.last.number >= 2

        until(is_so, f"run {number} is in its middle")
        return store

    def process(self, number):
        return json.loads(self.in_the_middle(number).with_suffix(".lock").read_text())["process"]

    def ended(self):
        until(lambda: self.status()["counts"]["ended"] == N, "all have ended", limit_s=600)

    def collected(self):
        until(lambda: self.slurm.is_over(self.jobs["collect"]), "the collecting job has ended")
        return (self.folder / "models.json").read_bytes()


@pytest.fixture(scope="module")
def undisturbed(slurm, tmp_path_factory):
    where = tmp_path_factory.mktemp("undisturbed")
    (where / "cell.abf").write_bytes(RECORDING.read_bytes())
    array = Array(slurm, where, *FIT, "cell.abf")
    array.ended()
    return array, array.collected()


def test_prepare_array_collect(undisturbed):
    array, models = undisturbed
    assert len(json.loads(models)["models"]) > 50
    page = (array.folder / "comparison.html").read_text()
    assert all(f"cell-{number}" in page for number in range(1, N + 1))
    status = array.status()
    assert status["counts"] == {
        "ended": N, "running": 0, "cut off": 0, "failed": 0, "not begun": 0
    }  # fmt: skip
    runs = array.folder / "runs"
    assert not list(runs.glob("*-arXive.json"))
    # What was compiled was compiled once.
    logs = {path.name: path.read_text() for path in (array.folder / "logs").iterdir()}
    compiling = [name for name, text in logs.items() if "compiling" in text]
    assert all(name.startswith("prepare-") for name in compiling)


def test_runs_that_are_ended_in_every_way_are_what_they_would_have_been(
    slurm, undisturbed, tmp_path
):
    _array, models = undisturbed
    (tmp_path / "cell.abf").write_bytes(RECORDING.read_bytes())
    array = Array(slurm, tmp_path, *FIT, "cell.abf")

    # Its node is wanted by a partition that comes first.
    array.in_the_middle(3)
    node = slurm.told(array.job(3), "NodeList")
    script = tmp_path / "urgent.sh"
    script.write_text("#!/bin/sh\nsleep 3\n")
    urgent = slurm(
        "sbatch", "--parsable", "-p", "high", "-w", node, "-o", "/dev/null", script
    )  # fmt: skip
    until(lambda: slurm.is_over(urgent), "the urgent job has ended")
    assert int(slurm.told(array.job(3), "Restarts")) >= 1

    array.in_the_middle(1)
    slurm("scontrol", "requeue", array.job(1))
    array.in_the_middle(2)
    slurm("scancel", array.job(2))
    until(lambda: slurm.is_over(array.job(2)), "run 2 is cancelled")
    slurm.requeue(array.job(2))
    for number in (1, 3):
        slurm.hurry(array.job(number))

    os.kill(array.process(4), signal.SIGKILL)
    until(lambda: slurm.is_over(array.job(4)), "run 4 is dead")
    slurm.requeue(array.job(4))

    # The end of its time: SLURM sends SIGTERM, and does not begin it again by itself.
    os.kill(array.process(5), signal.SIGTERM)
    until(lambda: slurm.is_over(array.job(5)), "run 5 has ended")
    assert slurm.told(array.job(5), "ExitCode") == "143:0"
    said = {each["stamp"]: each["state"] for each in array.status()["runs"]}
    assert said["cell-5"] == "cut off"
    slurm("sbatch", "--array=5", array.folder / "array.sh")

    array.ended()
    sittings = []
    for number in range(1, N + 1):
        with open_run(array.folder / "runs" / f"cell-{number}.sqlite") as run:
            sittings.append([each.outcome for each in run.sessions])
            assert run.losses == []
    assert sittings[5] == ["finished"]
    assert [len(each) >= 2 for each in sittings[:5]] == [True] * 5, sittings
    assert [each[-1] for each in sittings] == ["finished"] * N
    # The job that collects may have been before the last of them.
    done = subprocess.run(
        ["bash", str(array.folder / "collect.sh")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert array.collected() == models


def test_what_cannot_be_submitted_leaves_nothing_in_the_queue(slurm, tmp_path):
    (tmp_path / "cell.abf").write_bytes(RECORDING.read_bytes())
    (tmp_path / "cluster.toml").write_text('partition = "nowhere"\n')
    words = ["slurm", "fit", *FIT, "cell.abf", "--runs", "2", "--cluster", "cluster.toml"]
    done = subprocess.run(
        [sys.executable, "-m", "pyneuronautofit", *words, "--submit"],
        cwd=tmp_path, env=slurm.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "invalid partition specified: nowhere" in done.stderr
    assert "Nothing is submitted" in done.stderr
    assert "PENDING" not in slurm("squeue", "--format=%T")


def test_jobs_are_given_what_the_cluster_file_says(slurm, tmp_path):
    (tmp_path / "cell.abf").write_bytes(RECORDING.read_bytes())
    (tmp_path / "cluster.toml").write_text(
        'partition = "low"\ntime = 00:07:00\nmemory = "700M"\nat_once = 1\n'
        'stores = "far"\nsetup = ["export SEEN=here", "echo seen $SEEN"]\n'
        'options = ["--comment=mine"]\n'
    )
    words = [*FIT[:5], "300", *FIT[6:], "cell.abf", "--cluster", "cluster.toml"]
    array = Array(slurm, tmp_path, *words)
    job = array.jobs["array"]
    found = {name: slurm.told(job, name) for name in ("Partition", "TimeLimit", "Comment")}
    assert found == {"Partition": "low", "TimeLimit": "00:07:00", "Comment": "mine"}
    assert slurm.told(job, "MinMemoryNode") == "700M"
    array.ended()
    assert Path(array.status()["stores"]) == tmp_path / "far" / "array"
    array.collected()
    logs = list((array.folder / "logs").iterdir())
    assert len(logs) == N + 2
    assert all("seen here" in path.read_text() for path in logs)
