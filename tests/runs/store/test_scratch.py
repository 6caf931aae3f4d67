"""Folders on a disk of this computer, which end with their processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pyneuronautofit._mounts import FileSystem
from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.runs.store import scratch
from pyneuronautofit.runs.store.scratch import ScratchFolder, check_scratch, remove_left

#: Makes a folder, and is killed.
KILLED = """
import os, pathlib, sys
from pyneuronautofit.runs.store.scratch import ScratchFolder
folder = ScratchFolder(pathlib.Path(sys.argv[1]), "other")
(folder.path / "other.sqlite").write_bytes(b"x" * 1000)
os.kill(os.getpid(), 9)
"""


def test_a_folder_goes_with_its_process(tmp_path):
    with ScratchFolder(tmp_path, "run") as folder:
        assert folder.path.parent == tmp_path
        assert folder.path.name.startswith("pyneuronautofit-run-run-")
        (folder.path / "run.sqlite").touch()
        # Another run on this disk leaves it alone.
        with ScratchFolder(tmp_path, "run") as other:
            assert other.path != folder.path
        assert folder.path.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_one_has_left_is_removed(tmp_path):
    mine = [tmp_path / name for name in ("pyneuronautofit-run-mine", "elsewhere")]
    for path in mine:
        path.mkdir()
    subprocess.run([sys.executable, "-c", KILLED, tmp_path], check=False)
    (left,) = set(tmp_path.iterdir()) - set(mine)
    assert (left / "other.sqlite").stat().st_size == 1000
    with ScratchFolder(tmp_path, "run") as folder:
        # One without a lock has just been made, or is none of ours.
        assert set(tmp_path.iterdir()) == {*mine, folder.path}
    os.utime(mine[0], (0, 0))
    remove_left(tmp_path)
    assert list(tmp_path.iterdir()) == mine[1:]


def test_what_is_kept_stays(tmp_path):
    with ScratchFolder(tmp_path, "run") as folder:
        (folder.path / "run.sqlite").write_bytes(b"all")
        kept = folder.keep()
        assert kept == folder.keep() == folder.path
    assert kept.name.startswith("pyneuronautofit-kept-run-")
    remove_left(tmp_path)
    assert (kept / "run.sqlite").read_bytes() == b"all"


def test_links_and_what_belongs_to_others_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "owner.lock").touch()
    scratches = tmp_path / "scratch"
    scratches.mkdir()
    link = scratches / "pyneuronautofit-run-a"
    link.symlink_to(tmp_path / "precious")
    remove_left(scratches)
    assert link.exists()
    link.unlink()
    (tmp_path / "precious").rename(link)
    monkeypatch.setattr(scratch.os, "geteuid", lambda: 12345)
    remove_left(scratches)
    assert link.is_dir()
    monkeypatch.undo()
    remove_left(scratches)
    assert not link.exists()


def test_folders_that_cannot_be_used(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match=r"--scratch '.*/no': expected a folder on a disk"):
        check_scratch(tmp_path / "no")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="expected a folder"):
        check_scratch(tmp_path / "file")
    monkeypatch.setattr(scratch, "file_system_of", lambda _path: FileSystem("lustre"))
    with pytest.raises(UsageError, match=r"computers share \(lustre\): expected a folder on a"):
        check_scratch(tmp_path)
    monkeypatch.undo()

    def refuse(**_words):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(scratch.tempfile, "mkdtemp", refuse)
    with pytest.raises(OutputError, match=r"cannot write there: .*Permission denied"):
        ScratchFolder(tmp_path, "run")


def test_a_long_stamp_has_a_folder(tmp_path):
    with ScratchFolder(tmp_path, "x" * 250) as folder:
        assert folder.path.is_dir()
