"""`slurm workers`: what is written, what is refused, and that the scripts do what they say."""

from __future__ import annotations

import os
import stat
import subprocess

import pytest

from cli.clusters.real_slurm import until
from cli.clusters.test_submitting import SBATCH

pytest.importorskip("distributed")


@pytest.fixture
def workers(command):
    return lambda *words: command("slurm", "workers", *words)


def test_what_is_written(workers, tmp_path):
    answer = workers("--count", "20")
    assert answer.code == 0, answer.err
    folder = tmp_path / "workers"
    assert sorted(path.name for path in folder.iterdir()) == [
        "logs", "scheduler.sh", "tls", "workers.sh"
    ]  # fmt: skip
    assert stat.S_IMODE((folder / "tls").stat().st_mode) == 0o700
    text = (folder / "workers.sh").read_text()
    assert "#SBATCH --array=1-20\n" in text
    assert "#SBATCH --requeue\n" in text
    assert "pyneuronautofit slurm workers --count 20" in text
    assert "--array" not in (folder / "scheduler.sh").read_text()
    out = answer.out
    assert "workers     20: 20 job(s) of 1 core(s)\n" in out
    assert f"--dependency=after:$scheduler --kill-on-invalid-dep=yes {folder}/workers.sh" in out
    assert "--scheduler-file workers/scheduler.json ...\n" in out
    assert out.endswith("end with    scancel $scheduler $workers\n")
    for name in ("scheduler", "workers"):
        subprocess.run(["bash", "-n", folder / f"{name}.sh"], check=True)
    again = workers("--count", "20")
    assert again.code == 2
    assert "there is something already" in again.err


def test_what_the_cluster_is_told(workers, tmp_path):
    (tmp_path / "c.toml").write_text(
        'cores = 4\npartition = "short"\nat_once = 2\nsetup = ["module load gcc"]\n'
    )
    answer = workers("--count", "10", "--cluster", "c.toml", "-o", "a b", "--interface", "ib0")
    assert answer.code == 0, answer.err
    assert "workers     12: 3 job(s) of 4 core(s)\n" in answer.out
    text = (tmp_path / "a b" / "workers.sh").read_text()
    assert "#SBATCH --cpus-per-task=4\n" in text
    assert "#SBATCH --array=1-3%2\n" in text
    assert "#SBATCH --partition=short\n" in text
    assert "\nmodule load gcc\n" in text
    assert '--nworkers "${SLURM_CPUS_PER_TASK:-4}"' in text
    assert "--interface ib0 --no-dashboard\n" in text
    scheduler = (tmp_path / "a b" / "scheduler.sh").read_text()
    assert "#SBATCH --cpus-per-task=1\n" in scheduler
    assert '--host "tls://$here"' in scheduler
    for name in ("scheduler", "workers"):
        subprocess.run(["bash", "-n", tmp_path / "a b" / f"{name}.sh"], check=True)


def test_a_level_is_that_of_every_worker(workers, tmp_path):
    assert workers("--count", "1", "--isa", "x86-64-v3").code == 0
    text = (tmp_path / "workers" / "workers.sh").read_text()
    assert "environment_for" in text
    # What it does before it becomes a worker.
    begin, end = text.index("level=$("), text.index("# In the place of this shell")
    done = subprocess.run(
        ["bash", "-euc", f'{text[begin:end]}echo "$PYNEURONAUTOFIT_ISA $NUMBA_CPU_NAME"'],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "x86-64-v3 x86-64-v3\n"
    assert workers("--count", "1", "-o", "plain").code == 0
    assert "environment_for" not in (tmp_path / "plain" / "workers.sh").read_text()


def test_they_are_submitted_one_after_the_other(workers, tmp_path, monkeypatch):
    (tmp_path / "sbatch").write_text(SBATCH.format(folder=tmp_path, refused=0))
    (tmp_path / "sbatch").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    answer = workers("--count", "2", "--submit")
    assert answer.code == 0, answer.err
    folder = tmp_path / "workers"
    assert (tmp_path / "called").read_text().splitlines() == [
        f"--parsable {folder}/scheduler.sh ",
        f"--parsable --dependency=after:41 --kill-on-invalid-dep=yes {folder}/workers.sh ",
    ]
    assert answer.out.endswith("end with    scancel 41 42\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "slurm workers: expected --count N, how many workers there are"),
        (["--count", "0"], "--count 0: expected a number from 1 to 100000"),
        (["--count", "2", "-o", "a\\b"], "SLURM cannot have logs in a folder with such a name"),
        (["--count", "2", "--submit"], "there is no sbatch here"),
        (["--count", "2", "--cluster", "none.toml"], "cannot read it"),
        (["--count", "2", "cell.abf"], "cell.abf"),
    ],
)
def test_mistakes(workers, tmp_path, monkeypatch, words, said):
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = workers(*words)
    assert answer.code == 2
    assert said in answer.err
    assert list(tmp_path.iterdir()) == []


def test_slurm_says_what_it_can_do(command):
    assert "expected slurm fit RECORDING --runs N, or slurm workers --count N" in (
        command("slurm", "work").err
    )
    answer = command("slurm", "workers", "--help")
    assert answer.code == 0
    assert "--count N" in answer.out


@pytest.mark.nightly
def test_the_scripts_begin_a_scheduler_and_a_worker_that_know_one_another(workers, tmp_path):
    from pyneuronautofit.fitting.evaluators.crew import WorkerCame
    from pyneuronautofit.fitting.evaluators.dask_crew import DaskCrew
    from pyneuronautofit.fitting.evaluators.tls import TlsFiles

    assert workers("--count", "1", "--interface", "lo").code == 0
    folder = tmp_path / "workers"
    begun = [
        subprocess.Popen(["bash", str(folder / f"{name}.sh")], start_new_session=True)
        for name in ("workers", "scheduler")
    ]
    try:
        until((folder / "scheduler.json").exists, "there is a scheduler", 60)
        assert stat.S_IMODE((folder / "scheduler.json").stat().st_mode) & 0o077 == 0
        import json

        until(lambda: (folder / "scheduler.json").stat().st_size > 0, "it says where it is", 10)
        address = json.loads((folder / "scheduler.json").read_text())["address"]
        assert address.startswith("tls://127.0.0.1:")
        crew = DaskCrew(address, TlsFiles(folder / "tls"))
        found = []
        until(lambda: found.extend(crew.events(0.5)) or found, "a worker has come", 60)
        assert isinstance(found[0], WorkerCame)
        crew.close()
    finally:
        for process in begun:
            os.killpg(process.pid, 9)
            process.wait()
