"""Cluster files: what each key may be, and what is said of one that means nothing."""

from __future__ import annotations

import dataclasses
import re
from importlib.resources import files

import pytest

from pyneuronautofit.cli.clusters.cluster_file import ClusterSettings, read_cluster_file
from pyneuronautofit.errors import UsageError


def read(tmp_path, text):
    path = tmp_path / "c.toml"
    path.write_text(text)
    return read_cluster_file(path)


def test_an_empty_file_says_nothing(tmp_path):
    assert read(tmp_path, "# nothing\n") == ClusterSettings()


def test_the_example_is_comments_that_work_without_their_signs(tmp_path, monkeypatch):
    text = files("pyneuronautofit.cli.clusters").joinpath("templates/cluster.toml").read_text()
    assert read(tmp_path, text) == ClusterSettings()
    monkeypatch.setenv("HOME", "/home/me")
    bare = re.sub(r"^# (?=\w+ = |    \"|\])", "", text, flags=re.MULTILINE)
    found = read(tmp_path, bare)
    unset = [name for name, value in dataclasses.asdict(found).items() if not value]
    assert unset == []
    assert found.stores == "/home/me/fits"
    assert found.setup == ("module load gcc", "source ~/venv/bin/activate")


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("90", "90"),
        ('"90"', "90"),
        ("04:00:00", "04:00:00"),
        ('"4:00:00"', "4:00:00"),
        ('"1-12"', "1-12"),
        ('"1-12:00:00"', "1-12:00:00"),
    ],
)
def test_times_as_slurm_has_them(tmp_path, written, time):
    assert read(tmp_path, f"time = {written}\n").time == time


def test_folders_begin_at_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("SCRATCH", "/scratch/me")
    assert read(tmp_path, 'stores = "far"').stores == str(tmp_path / "far")
    assert read(tmp_path, 'stores = "${SCRATCH}/a b"').stores == "/scratch/me/a b"


@pytest.mark.parametrize("folder", ["/tmp/me", "$TMPDIR", "${TMPDIR:-/tmp}/$USER/a.b"])
def test_a_folder_of_the_node_is_read_by_the_job(tmp_path, folder):
    assert read(tmp_path, f'scratch = "{folder}"').scratch == folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('\npartitoin = "a"', "line 2: partitoin is no key; did you mean partition? All keys: "),
        ("zzz = 1", "line 1: zzz is no key. All keys: partition, "),
        ("[job]\ntime = 1", "line 1: job is no key"),
        ("partition = 3", "partition = 3: expected a name"),
        ('account = "a\\n#SBATCH --uid=0"', "expected a name"),
        ('account = "a b"', "expected a name"),
        ('time = "4h"', "time = '4h': expected a time as SLURM has it"),
        ("time = true", "time = True: expected a time"),
        ('memory = "2 GB"', "memory = '2 GB': expected an amount of memory"),
        ("cores = 0", "cores = 0: expected a whole number of at least 1"),
        ("cores = true", "expected a whole number"),
        ("at_once = 1.5", "expected a whole number"),
        ('setup = "module load gcc"', "expected a list of lines"),
        ('setup = ["a\\nb"]', "expected a text of one line"),
        ('options = ["-p short"]', "expected options of sbatch by their long names"),
        ('options = ["--array=1-3"]', "--array is what the scripts say themselves"),
        ('options = ["--time=1"]', "there is a key of its own for --time"),
        ('options = ["--mem=1G"]', "there is a key of its own for --mem"),
        ('stores = "$NOT_SET_HERE/x"', "names the variable NOT_SET_HERE, which is not set here"),
        ('scratch = "$(reboot)"', "expected a folder on a disk of the node, such as"),
        ("scratch = '\"; reboot'", "expected a folder on a disk of the node"),
        ('scratch = "a b"', "expected a folder on a disk of the node"),
        ('python = ""', "expected a text of one line"),
        ("cores = ", "this is no TOML"),
    ],
)
def test_what_means_nothing_is_refused(tmp_path, text, said):
    with pytest.raises(UsageError) as raised:
        read(tmp_path, text)
    assert said in str(raised.value)
    assert str(tmp_path / "c.toml") in str(raised.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="slurm fit --cluster-example"):
        read_cluster_file(tmp_path / "none.toml")
    (tmp_path / "latin").write_bytes(b'partition = "\xe4"')
    with pytest.raises(UsageError, match="expected a TOML file in UTF-8"):
        read_cluster_file(tmp_path / "latin")
    (tmp_path / "large").write_bytes(b"#" * 200_000)
    with pytest.raises(UsageError, match="more than 100000 bytes"):
        read_cluster_file(tmp_path / "large")
