import os
import stat

import pytest

from pyneuronautofit._atomic import replacing, write_text
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
