"""What is read of a cache is whole, and nobody else's; what is written is there as a whole."""

from __future__ import annotations

import logging
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit._native import sealed
from pyneuronautofit.errors import ModelError

from .foreign import make_foreign


def test_a_seal_fits_one_name_and_one_content():
    seals = {
        sealed.seal_of(*each)
        for each in (("a", b"bc"), ("ab", b"c"), ("a", b"bd"), ("b", b"bc"), ("", b"abc"))
    }
    assert len(seals) == 5
    assert sealed.seal_of("a", b"bc") == sealed.seal_of("a", b"bc")
    assert len(sealed.seal_of("\udcff", b"")) == 32


@given(st.lists(st.binary(max_size=3), max_size=4), st.lists(st.binary(max_size=3), max_size=4))
def test_names_tell_apart_what_reads_the_same_when_joined(one, other):
    assert (sealed.digest(one) == sealed.digest(other)) == (one == other)


def test_what_is_the_users_own_is_read(tmp_path):
    path = tmp_path / "own"
    sealed.put_in_place(b"content", path, mode=0o644)
    assert sealed.read_own(path) == (b"content", "")
    assert sealed.read_own(tmp_path / "nothing") == (None, "")


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o620, 0o602])
def test_what_others_can_write_is_not_read(tmp_path, mode):
    path = tmp_path / "open"
    path.write_bytes(b"content")
    path.chmod(mode)
    assert sealed.read_own(path) == (None, "can be changed by others")


def test_what_belongs_to_somebody_else_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "theirs"
    sealed.put_in_place(b"content", path)
    make_foreign(path, monkeypatch)
    content, wrong = sealed.read_own(path)
    assert content is None
    assert wrong.startswith("belongs to somebody else (the user with the number ")


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe", mode=0o600)
    assert sealed.read_own(tmp_path / "pipe") == (None, "is no file")
    (tmp_path / "folder").mkdir()
    assert sealed.read_own(tmp_path / "folder")[0] is None
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "cannot be read" in sealed.read_own(tmp_path / "loop")[1]


def test_the_content_is_on_the_disk_before_its_name(tmp_path, monkeypatch):
    done = []

    def noting(name):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *words: (done.append(name), real(*words)))

    noting("fsync")
    noting("replace")
    sealed.put_in_place(b"content", tmp_path / "file", mode=0o751)
    assert done == ["fsync", "replace"]
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o751
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_file_is_put_in_place_as_a_whole(tmp_path):
    path = tmp_path / "library.so"
    sealed.put_in_place(b"old", path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    sealed.put_in_place(b"new and longer", path, mode=0o644)
    assert path.read_bytes() == b"new and longer"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [each.name for each in tmp_path.iterdir()] == ["library.so"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path, monkeypatch, step):
    path = tmp_path / "library.so"
    sealed.put_in_place(b"old", path)

    def refuse(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, refuse)
    with pytest.raises(OSError, match="No space left"):
        sealed.put_in_place(b"new", path)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["library.so"]


def make_own(folder):
    sealed.make_own(folder, "kernels", "Name another.")


def test_a_folder_of_the_users_that_is_open_is_closed(tmp_path, caplog):
    tmp_path.chmod(0o775)
    caplog.set_level(logging.INFO)
    make_own(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert f"others could write in {tmp_path}, where kernels are kept; now they cannot" in (
        caplog.text
    )
    caplog.clear()
    make_own(tmp_path)
    make_own(tmp_path / "nothing")
    assert not caplog.records


def test_a_folder_that_stays_open_is_refused(tmp_path, monkeypatch):
    """There are file systems in which everybody may do everything, and no right can be changed."""
    tmp_path.chmod(0o777)
    monkeypatch.setattr(type(tmp_path), "chmod", lambda _path, _mode: None)
    with pytest.raises(ModelError, match=r"others can write there.*chmod go-w.*Name another"):
        make_own(tmp_path)


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    make_foreign(tmp_path, monkeypatch)
    with pytest.raises(
        ModelError, match=r"^kernels are not taken from .*belongs to somebody else.*Name another"
    ):
        make_own(tmp_path)
