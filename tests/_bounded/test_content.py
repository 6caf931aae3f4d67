"""The bytes of a file, and what they unpack to."""

from __future__ import annotations

import gzip
import os
import threading
from pathlib import Path

import pytest

from pyneuronautofit._bounded import Allowance, read_bytes, unpacked
from pyneuronautofit._bounded.sizes import VARIABLE
from pyneuronautofit.errors import DatabaseError

ALLOWED = Allowance(Path("x.json.gz"), 1000, 2_000_000, DatabaseError)


def test_a_file_is_read_as_it_is(tmp_path):
    content = os.urandom(3_000_000)
    (tmp_path / "x").write_bytes(content)
    assert read_bytes(tmp_path / "x", DatabaseError) == content


def test_what_has_no_end_is_refused(monkeypatch):
    monkeypatch.setenv(VARIABLE, "3")
    with pytest.raises(DatabaseError, match=r"its content would take .* at most 3 MB"):
        read_bytes(Path("/dev/zero"), DatabaseError)


def test_a_pipe_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"abc",))
    writer.start()
    assert read_bytes(tmp_path / "pipe", DatabaseError) == b"abc"
    writer.join()


def test_gzip_files_of_several_members_are_unpacked():
    content = gzip.compress(b"abc") + gzip.compress(b"def")
    assert unpacked(content, ALLOWED) == b"abcdef"
    assert unpacked(b"{}", ALLOWED) == b"{}"


def test_a_small_file_that_unpacks_to_much_is_refused():
    most = gzip.compress(b" " * 2_000_000)
    assert len(unpacked(most, ALLOWED)) == 2_000_000
    bomb = gzip.compress(b" " * 50_000_000)
    with pytest.raises(DatabaseError, match=r"what it unpacks to .* at most 2 MB"):
        unpacked(bomb, ALLOWED)


def test_a_damaged_gzip_file_is_noticed():
    with pytest.raises(EOFError):
        unpacked(gzip.compress(b"abc" * 100)[:-9], ALLOWED)
