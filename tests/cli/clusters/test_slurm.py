"""`slurm fit`: what is written, what is refused, and that the scripts do what they say."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib

import pytest

from pyneuronautofit.cli.clusters.array_folder import read_array

FIT = ("-A", "N", "-m", "OV", "-P", "8", "-G", "2", "--dt", "0.1")


@pytest.fixture
def slurm(command):
    return lambda *words: command("slurm", "fit", *words)


def test_what_is_written(slurm, recording, tmp_path):
    answer = slurm(*FIT, recording.name, "--runs", "20")
    assert answer.code == 0, answer.err
    folder = tmp_path / "cell-array"
    assert sorted(path.name for path in folder.iterdir()) == [
        "array.json", "array.sh", "collect.sh", "logs", "prepare.sh"
    ]  # fmt: skip
    array = read_array(folder)
    assert (array.name, array.n_run, array.stores) == ("cell", 20, folder / "runs")
    assert array.command == f"pyneuronautofit slurm fit {' '.join(FIT)} cell.npz --runs 20"
    assert f"prepare=$(sbatch --parsable {folder}/prepare.sh)" in answer.out
    assert (
        f"--dependency=afterok:$prepare --kill-on-invalid-dep=yes {folder}/array.sh" in answer.out
    )
    assert answer.out.splitlines()[-1].split(maxsplit=2)[2].endswith("status cell-array")
    text = (folder / "array.sh").read_text()
    assert "-A N -P 8 -G 2 -m OV --dt 0.1 --evaluations-file no cell.npz" in text
    # Nothing is written over what somebody has.
    again = slurm(*FIT, recording.name, "--runs", "20")
    assert again.code == 2
    assert "there is something already" in again.err
    assert f"goes on with: sbatch {folder}/array.sh" in again.err


def test_flags_are_those_of_a_run_file_too(slurm, recording, tmp_path):
    (tmp_path / "cell.toml").write_text(
        f'recording = "{recording.name}"\n[fitting]\npopulation-size = 12\n[run]\ndt = 0.1\n'
    )
    answer = slurm("--run", "cell.toml", "--runs", "3", "-P", "16", "-a", "mine", "-o", "x")
    assert answer.code == 0, answer.err
    text = (tmp_path / "x" / "array.sh").read_text()
    assert "-P 16 --dt 0.1 --evaluations-file no cell.npz" in text
    assert "printf '%s-%01d' mine" in text


def test_cores_and_folders(slurm, recording, tmp_path):
    (tmp_path / "c.toml").write_text('cores = 3\nstores = "far"\npartition = "short"\n')
    words = (*FIT, recording.name, "--runs", "2", "--cluster", "c.toml")
    assert slurm(*words, "-o", "one").code == 0
    assert "#SBATCH --cpus-per-task=3" in (tmp_path / "one" / "array.sh").read_text()
    assert read_array(tmp_path / "one").stores == tmp_path / "far" / "one"
    answer = slurm(*words, "-o", "two", "-n", "2")
    assert answer.code == 2
    assert "-n 2 and cores = 3 in c.toml are both the cores of a run" in answer.err
    assert slurm(*words, "-o", "two", "-n", "3", "--output", "here").code == 0
    assert read_array(tmp_path / "two").stores == tmp_path / "here"
    assert slurm(*FIT, recording.name, "--runs", "2", "-n", "2", "-o", "three").code == 0
    assert '"${SLURM_CPUS_PER_TASK:-2}"' in (tmp_path / "three" / "array.sh").read_text()


def test_every_evaluation_as_json_only_if_asked_for(slurm, recording, tmp_path):
    assert slurm(*FIT, recording.name, "--runs", "2", "--evaluations-file", "yes").code == 0
    assert "--evaluations-file yes" in (tmp_path / "cell-array" / "array.sh").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--runs", "2"], "expected a RECORDING and --runs N"),
        (["cell.npz"], "expected a RECORDING and --runs N"),
        (["cell.npz", "--runs", "0"], "--runs 0: expected a number from 1 to 100000"),
        (["cell.npz", "--rnus", "2"], "there is no option --rnus; did you mean --runs?"),
        (["none.npz", "--runs", "2"], "none.npz: there is no such file"),
        (["cell.npz", "--runs", "2", "--seed", "3"], "slurm fit --seed: the runs have the seeds"),
        (["cell.npz", "--runs", "2", "--figure", "a.png"], "slurm fit --figure: all runs would"),
        (["cell.npz", "--runs", "2", "--dry-run"], "slurm fit --dry-run: scripts are only written"),
        (["cell.npz", "--runs", "2", "-i", "3"], "slurm fit -i: runs are numbered"),
        (["cell.npz", "--runs", "2", "--resume-or-start"], "runs do so by themselves"),
        (["cell.npz", "--runs", "2", "--write-run", "a.toml"], "--write-run is for one fit"),
        (["cell.npz", "--runs", "2", "--submit"], "there is no sbatch here"),
        (["cell.npz", "--runs", "2", "--cluster", "no.toml"], "no.toml: cannot read it"),
        (["cell.npz", "--runs", "2", "-P", "x"], "-P"),
    ],
)
def test_what_makes_no_sense_is_refused(slurm, recording, tmp_path, monkeypatch, words, said):
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = slurm(*words)
    assert answer.code == 2
    assert said in answer.err
    assert [path.name for path in tmp_path.iterdir()] == [recording.name]


def test_another_word(command):
    for words in (("slurm",), ("slurm", "fti", "x")):
        answer = command(*words)
        assert answer.code == 2
        assert "expected slurm fit RECORDING --runs N" in answer.err


def test_the_example_is_printed(slurm):
    answer = slurm("--cluster-example")
    assert answer.code == 0
    assert tomllib.loads(answer.out) == {}
    assert "# partition = " in answer.out


@pytest.mark.nightly
def test_the_scripts_do_what_they_say(slurm, command, recording, hh_project, tmp_path):
    """All of them, by hand: a run that has ended is left alone, and the database has all runs."""
    words = (*FIT, "--simulator", "neuron", "--project", hh_project.name, recording.name)
    assert slurm(*words, "--runs", "2", "-n", "1").code == 0
    folder = tmp_path / "cell-array"

    def bash(*script):
        done = subprocess.run(
            ["bash", *script], cwd="/", env=os.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "prepared: NEURON in 1 process" in bash(folder / "prepare.sh")
    assert not (folder / "runs").exists()
    for number in ("1", "2"):
        bash(folder / "array.sh", number)
    assert "has ended already (finished), after 24 evaluations" in bash(folder / "array.sh", "2")
    out = bash(folder / "collect.sh")
    assert "2 runs: 2 ended" in out
    assert json.loads((folder / "models.json").read_text())["models"]
    assert "cell-2" in (folder / "comparison.html").read_text()
    assert not list((folder / "runs").glob("*-arXive.json"))
