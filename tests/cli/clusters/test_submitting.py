"""Submitting, with an sbatch that notes how it is called."""

from __future__ import annotations

import subprocess

import pytest

from pyneuronautofit.cli.clusters.array_folder import ArrayFolder
from pyneuronautofit.cli.clusters.submitting import check_sbatch, shell_lines, submit
from pyneuronautofit.errors import NotAvailableError, OutputError

SBATCH = """#!/bin/bash
printf '%s ' "$@" >>"{folder}/called"; echo >>"{folder}/called"
n=$(wc -l <"{folder}/called")
[ "$n" != "{refused}" ] || {{ echo "sbatch: error: invalid partition"; exit 1; }}
echo "$((40 + n));the-cluster"
"""


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    def make(refused=0):
        for name, text in (
            ("sbatch", SBATCH.format(folder=tmp_path, refused=refused)),
            ("scancel", f'#!/bin/bash\necho "$@" >"{tmp_path}/cancelled"\n'),
        ):
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return make


@pytest.fixture
def array(tmp_path):
    folder = tmp_path / "an {array}"
    return ArrayFolder(folder, "cell", 3, folder / "runs", "c")


def expected(array):
    kill = "--kill-on-invalid-dep=yes"
    return [
        f"--parsable {array.folder}/prepare.sh ",
        f"--parsable --dependency=afterok:41 {kill} {array.folder}/array.sh ",
        f"--parsable --dependency=afterany:42 {kill} {array.folder}/collect.sh ",
    ]


def test_each_waits_for_the_one_before_it(slurm, array, tmp_path):
    slurm()
    check_sbatch()
    assert submit(array) == {"prepare": "41", "array": "42", "collect": "43"}
    assert (tmp_path / "called").read_text().splitlines() == expected(array)


def test_by_hand_it_is_the_same(slurm, array, tmp_path):
    slurm()
    (tmp_path / "sbatch").write_text((tmp_path / "sbatch").read_text().replace(";the-cluster", ""))
    subprocess.run(["bash", "-euc", "\n".join(shell_lines(array))], check=True)
    assert (tmp_path / "called").read_text().splitlines() == expected(array)


def test_what_slurm_refuses_cancels_what_was_submitted(slurm, array, tmp_path):
    slurm(refused=3)
    with pytest.raises(
        OutputError, match=r"collect\.sh: sbatch: error: invalid partition\. Nothing"
    ):
        submit(array)
    assert (tmp_path / "cancelled").read_text() == "41 42\n"


def test_where_there_is_no_slurm(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotAvailableError, match="there is no sbatch here"):
        check_sbatch()
