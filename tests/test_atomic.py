from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit._atomic import is_replaceable, replacing, write_text
from pyneuronautofit.errors import OutputError


def _names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_writes_a_new_file_and_replaces_an_old_one(tmp_path):
    path = tmp_path / "result.txt"
    for text in ("first", "second \N{GREEK SMALL LETTER MU}"):
        write_text(path, text)
        assert path.read_text(encoding="utf-8") == text
    assert _names(tmp_path) == ["result.txt"]


def test_nothing_is_seen_before_the_end_of_the_block(tmp_path):
    path = tmp_path / "result.txt"
    write_text(path, "old")
    with replacing(path) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_ends_the_block_leaves_the_old_file_and_no_other(tmp_path, error):
    path = tmp_path / "result.txt"
    write_text(path, "old")
    with pytest.raises(error), replacing(path) as stream:  # noqa: PT012
        stream.write(b"half of the ne")
        raise error
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["result.txt"]


def test_a_full_disk_is_an_output_error_that_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "result.txt"
    write_text(path, "old")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"cannot write .*result\.txt: No space left.*--output"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["result.txt"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write .*folder exists"):
        write_text(tmp_path / "nowhere" / "result.txt", "text")
    assert not _names(tmp_path)


def test_a_folder_in_the_place_of_the_file(tmp_path):
    (tmp_path / "result.txt" / "inside").mkdir(parents=True)
    with pytest.raises(OutputError, match="cannot write"):
        write_text(tmp_path / "result.txt", "text")
    assert _names(tmp_path) == ["result.txt"]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_the_file_has_the_rights_of_an_ordinary_one(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        write_text(tmp_path / "result.txt", "text")
        assert os.umask(mask) == mask, "the process keeps its umask"
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "result.txt").stat().st_mode) == mode


@pytest.mark.parametrize("before", [0o600, 0o640, 0o755])
def test_the_file_keeps_the_rights_of_the_one_before(tmp_path, before):
    path = tmp_path / "result.txt"
    path.write_text("old")
    path.chmod(before)
    write_text(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == before


def test_a_file_that_is_write_protected_stays(tmp_path, monkeypatch):
    path = tmp_path / "result.txt"
    path.write_text("old")
    # Root may write everywhere.
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(OutputError, match=r"cannot write .*result\.txt: it is write-protected"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["result.txt"]


def test_a_long_name(tmp_path):
    path = tmp_path / ("x" * 251 + ".txt")
    write_text(path, "text")
    assert _names(tmp_path) == [path.name]
    with pytest.raises(OutputError, match="too long"):
        write_text(tmp_path / ("x" * 300), "text")


# --- links: the file that they point to is replaced


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("depth", [1, 3])
def test_a_link_stays_a_link(tmp_path, there, depth):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here").mkdir()
    target = tmp_path / "elsewhere" / "result.txt"
    if there:
        target.write_text("old")
    link = target
    for number in range(depth):
        before, link = link, tmp_path / "here" / f"link-{number}"
        link.symlink_to(os.path.relpath(before, link.parent))
    assert is_replaceable(link)
    write_text(link, "new")
    assert target.read_text() == link.read_text() == "new"
    assert not target.is_symlink()
    assert all(path.is_symlink() for path in (tmp_path / "here").iterdir())
    assert _names(tmp_path / "elsewhere") == ["result.txt"]
    assert len(_names(tmp_path / "here")) == depth


def test_a_link_to_itself(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match=r"cannot write .*loop"):
        write_text(tmp_path / "loop", "text")
    assert _names(tmp_path) == ["loop"]


def test_another_name_of_the_same_file_keeps_the_old_one(tmp_path):
    (tmp_path / "old.txt").write_text("old")
    os.link(tmp_path / "old.txt", tmp_path / "result.txt")
    write_text(tmp_path / "result.txt", "new")
    assert (tmp_path / "old.txt").read_text() == "old"


# --- what is no file is written into, and is what it was


def device(path, kind=stat.S_IFCHR, major=1, minor=3):
    """Make a device of its own: as /dev/null, whose place nothing must take."""
    try:
        os.mknod(path, kind | 0o666, os.makedev(major, minor))
        if kind == stat.S_IFCHR:
            path.write_bytes(b"")
    except PermissionError:
        pytest.skip("only root may make devices, and not on every file system")
    return path


def test_a_device_is_written_into(tmp_path):
    null = device(tmp_path / "null")
    assert not is_replaceable(null)
    write_text(null, "text")
    assert stat.S_ISCHR(null.stat().st_mode)
    assert _names(tmp_path) == ["null"]
    link = tmp_path / "link"
    link.symlink_to("null")
    write_text(link, "text")
    assert link.is_symlink()
    assert stat.S_ISCHR(null.stat().st_mode)


def test_a_device_that_is_full(tmp_path):
    full = device(tmp_path / "full", minor=7)
    with pytest.raises(OutputError, match=r"cannot write .*full: No space left"):
        write_text(full, "text")
    assert stat.S_ISCHR(full.stat().st_mode)


def test_a_disk_is_not_written_over(tmp_path):
    # A number that no driver has.
    disk = device(tmp_path / "disk", kind=stat.S_IFBLK, major=4000, minor=1)
    with pytest.raises(OutputError, match="disk: it is a disk"):
        write_text(disk, "text")
    assert stat.S_ISBLK(disk.stat().st_mode)


def _read_all(path, found):
    with path.open("rb") as stream:
        found.append(stream.read())


@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_written_into(tmp_path, linked):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    name = pipe
    if linked:
        name = tmp_path / "link"
        name.symlink_to("pipe")
    found: list[bytes] = []
    reader = threading.Thread(target=_read_all, args=(pipe, found))
    reader.start()
    with replacing(name) as stream:
        # Archives are written with jumps back.
        np.savez(stream, voltage=np.arange(100_000.0))
    reader.join()
    (tmp_path / "read.npz").write_bytes(found[0])
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    with np.load(tmp_path / "read.npz") as arrays:
        assert arrays["voltage"].tolist() == list(range(100_000))


def test_nothing_goes_into_a_pipe_where_the_block_ends_early(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    # Opening the pipe would wait for its reader for ever.
    with pytest.raises(KeyError), replacing(tmp_path / "pipe") as stream:  # noqa: PT012
        stream.write(b"half")
        raise KeyError
    assert _names(tmp_path) == ["pipe"]


_PRINTING = """
import sys
from pathlib import Path
from pyneuronautofit._atomic import write_text
print("before", end=" ")
write_text(Path(sys.argv[1]), "the text")
print(" after")
"""


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "a link"])
@pytest.mark.parametrize("into", ["a pipe", "a file", "the end of a file"])
def test_standard_output_is_written_into(tmp_path, name, into):
    links = tmp_path / "links"
    links.mkdir()
    (links / "a link").symlink_to("/dev/stdout")
    words = [sys.executable, "-c", _PRINTING, str(links / name)]
    path = tmp_path / "out.txt"
    if into == "a pipe":
        path.write_bytes(subprocess.run(words, capture_output=True, check=True).stdout)
    else:
        path.write_text("old ")
        with path.open("ab" if into == "the end of a file" else "wb") as stream:
            subprocess.run(words, stdout=stream, check=True)
    expected = "old " if into == "the end of a file" else ""
    assert path.read_text() == f"{expected}before the text after\n"
    assert _names(tmp_path) == ["links", "out.txt"]
    assert (links / "a link").is_symlink()


def test_a_stream_that_is_not_open():
    with pytest.raises(OutputError, match=r"cannot write /dev/fd/987: Bad file descriptor"):
        write_text(Path("/dev/fd/987"), "text")
