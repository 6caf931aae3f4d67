"""The scripts: what SLURM and the shell make of them, whatever names are in them."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from pyneuronautofit.cli.clusters.array_folder import ArrayFolder
from pyneuronautofit.cli.clusters.cluster_file import ClusterSettings
from pyneuronautofit.cli.clusters.scripts import SCRIPTS, ArrayPlan, in_lines
from pyneuronautofit.errors import UsageError

EVIL = """it's $(touch evil) `touch evil` "a" \\ ; & * {{ name }} %a"""


def plan(tmp_path, *words, name="cell", n_run=12, cores=2, folder="array", **cluster):
    array = ArrayFolder(tmp_path / folder, name, n_run, tmp_path / "runs", "the command")
    return ArrayPlan(array, words, str(tmp_path), cores, ClusterSettings(**cluster))


def options_of(script):
    head = "#SBATCH --"
    lines = [line[len(head) :] for line in script.splitlines() if line.startswith(head)]
    return dict(line.partition("=")[::2] for line in lines)


def executed(script, tmp_path, *words, **environment):
    """Run a script with a program that notes how it was called, and return that."""
    path = tmp_path / "script.sh"
    path.write_text(script)
    called = tmp_path / "called"
    called.unlink(missing_ok=True)
    done = subprocess.run(
        ["bash", str(path), *words],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLED": str(called), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    calls = called.read_text().split("\0\0")
    return [call.split("\0") for call in calls[:-1]]


@pytest.fixture
def noting(tmp_path):
    program = tmp_path / "noting"
    program.write_text(
        '#!/bin/bash\nprintf "%s\\0" "$PWD" "$@" >>"$CALLED"\nprintf "\\0" >>"$CALLED"\n'
    )
    program.chmod(0o755)


def test_what_slurm_is_told(tmp_path):
    found = plan(
        tmp_path, "cell.abf", partition="short", account="lab", time="04:00:00", memory="2G",
        at_once=3, qos="q", constraint="avx512", options=("--mail-type=FAIL",),
    ).scripts()  # fmt: skip
    assert list(found) == list(SCRIPTS) == ["prepare", "array", "collect"]
    for name, script in found.items():
        said = options_of(script)
        assert script.startswith("#!/bin/bash\n#SBATCH ")
        assert said["job-name"] == f"cell-{name}"
        assert said["cpus-per-task"] == ("1" if name == "collect" else "2")
        assert (said["partition"], said["account"], said["qos"]) == ("short", "lab", "q")
        assert (said["time"], said["mem"], said["constraint"]) == ("04:00:00", "2G", "avx512")
        assert (said["mail-type"], said["open-mode"]) == ("FAIL", "append")
        assert "requeue" in said
    said = options_of(found["array"])
    assert (said["array"], said["signal"]) == ("1-12%3", "B:TERM@120")
    assert said["output"] == f'"{tmp_path}/array/logs/array-%A_%a.log"'
    assert "array" not in options_of(found["prepare"])


def test_without_a_cluster_file_slurm_decides(tmp_path):
    said = options_of(plan(tmp_path, "cell.abf").scripts()["array"])
    assert {"partition", "account", "time", "mem", "qos", "constraint"} & set(said) == set()
    assert said["array"] == "1-12"


@pytest.mark.usefixtures("noting")
def test_what_the_array_runs(tmp_path):
    script = plan(tmp_path, "-A", "Auto", EVIL, python="noting", name=EVIL[:9]).scripts()["array"]
    (called,) = executed(script, tmp_path, SLURM_ARRAY_TASK_ID="7", SLURM_CPUS_PER_TASK="4")
    assert called[:4] == [str(tmp_path), "-m", "pyneuronautofit", "fit"]
    assert called[4:] == [
        "--resume-or-start", "-a", f"{EVIL[:9]}-07", "--seed", "7", "-n", "4",
        "--output", str(tmp_path / "runs"), "-A", "Auto", EVIL,
    ]  # fmt: skip
    # By hand: the cores that it was written for, the first run or another one.
    (called,) = executed(script, tmp_path)
    assert called[6:11] == [f"{EVIL[:9]}-01", "--seed", "1", "-n", "2"]
    (called,) = executed(script, tmp_path, "11")
    assert called[6:11] == [f"{EVIL[:9]}-11", "--seed", "11", "-n", "2"]
    assert not (tmp_path / "evil").exists()


@pytest.mark.usefixtures("noting")
def test_a_run_writes_on_a_disk_of_its_node(tmp_path):
    found = plan(tmp_path, "x.abf", python="noting", scratch="${TMPDIR:-/tmp}/a").scripts()
    (called,) = executed(found["array"], tmp_path, TMPDIR="/local/job 7")
    assert called[-3:] == ["--scratch", "/local/job 7/a", "x.abf"]
    (called,) = executed(found["array"], tmp_path)
    assert called[-3:] == ["--scratch", "/tmp/a", "x.abf"]
    assert "--scratch" not in found["prepare"] + found["collect"]


@pytest.mark.usefixtures("noting")
def test_the_program_takes_the_place_of_the_shell(tmp_path):
    (tmp_path / "noting").write_text('#!/bin/bash\nprintf "%s\\0\\0" "$$" >>"$CALLED"\n')
    script = plan(tmp_path, "x", python="noting", setup=('echo "$$" >shell',)).scripts()["array"]
    ((process,),) = executed(script, tmp_path)
    assert process == (tmp_path / "shell").read_text().strip()


@pytest.mark.usefixtures("noting")
def test_what_the_others_run(tmp_path):
    found = plan(tmp_path, "-P", "8", EVIL, python="noting", setup=("export SEEN=1",)).scripts()
    (called,) = executed(found["prepare"], tmp_path)
    assert called[3:] == ["fit", "--prepare", "-n", "2", "-P", "8", EVIL]
    assert "export SEEN=1\n" in found["prepare"]
    (tmp_path / "runs").mkdir()
    stores = [str(tmp_path / "runs" / f"cell-{number:02d}.sqlite") for number in (1, 2, 10)]
    for store in [*stores, str(tmp_path / "runs" / "cell-other.sqlite")]:
        Path(store).touch()
    status, collect, report = (call[3:] for call in executed(found["collect"], tmp_path))
    folder = tmp_path / "array"
    assert status == ["status", str(folder)]
    assert collect == ["collect", *stores, "-o", str(folder / "models.json")]
    assert report == ["report", "--best", "12", *stores, "-o", str(folder / "comparison.html")]


def test_a_folder_that_is_gone_ends_a_job_before_it_does_anything(tmp_path):
    script = plan(tmp_path / "gone", "x").scripts()["array"]
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "No such file or directory" in done.stderr


def test_logs_are_where_slurm_can_name_them(tmp_path):
    said = options_of(plan(tmp_path, "x", folder="50 %a").scripts()["array"])
    assert said["output"] == f'"{tmp_path}/50 %%a/logs/array-%A_%a.log"'
    for name in ('a"b', "a\\b", "a\nb"):
        with pytest.raises(UsageError, match="choose one without quotes and backslashes"):
            plan(tmp_path, "x", folder=name).scripts()


def test_a_name_that_is_no_text_is_refused(tmp_path):
    with pytest.raises(UsageError, match="rename that file"):
        plan(tmp_path, os.fsdecode(b"cell\xff.abf")).scripts()


def test_words_in_lines():
    words = ["-A", "Auto", "a b", *(f"word{n}" for n in range(40)), "it's", "\n"]
    text = in_lines(words)
    assert shlex.split(text.replace(" \\\n", " ")) == words
    assert all(len(line) < 100 for line in text.split(" \\\n"))
