"""Pipes that somebody writes, and pipes that nobody does."""

from __future__ import annotations

import logging
import os
import threading
import time

import pytest

from pyneuronautofit._bounded import opening
from pyneuronautofit._bounded.opening import open_input

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@pytest.fixture
def writing(pipe):
    """Writes into the pipe in the background, part after part."""
    threads = []

    def write(*parts, before_s=0.0, between_s=0.0):
        def run():
            time.sleep(before_s)
            with pipe.open("wb", buffering=0) as stream:
                for part in parts:
                    time.sleep(between_s)
                    stream.write(part)

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield write
    for thread in threads:
        thread.join()


def content_of(path):
    with open_input(path) as stream:
        return stream.read()


def test_nobody_writes(pipe, monkeypatch):
    monkeypatch.setattr(opening, "_PATIENCE_S", 0.3)
    with pytest.raises(
        TimeoutError, match=r"nobody began to write into it within 0\.3 s"
    ) as caught:
        content_of(pipe)
    assert caught.value.filename == str(pipe)


def test_somebody_begins_late(pipe, writing):
    writing(b"abc", before_s=0.5)
    assert content_of(pipe) == b"abc"


def test_somebody_is_slow(pipe, writing, monkeypatch, caplog):
    """However long it takes: there is somebody."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(opening, "_PATIENCE_S", 0.2)
    monkeypatch.setattr(opening, "_SILENT_S", 0.1)
    writing(b"abc", b"d" * 200_000, between_s=0.7)
    assert content_of(pipe) == b"abc" + b"d" * 200_000
    assert f"waiting for what is written into the pipe {pipe}" in caplog.text


def test_somebody_writes_nothing(pipe, writing, monkeypatch):
    monkeypatch.setattr(opening, "_PATIENCE_S", 0.5)
    writing()
    try:
        assert content_of(pipe) == b""
    except TimeoutError:
        # Only where the system does not tell that there was somebody.
        assert not os.path.exists("/proc/self")


def test_a_pipe_without_a_name_that_is_empty():
    """As that of `<(true)`."""
    ours, theirs = os.pipe()
    os.close(theirs)
    began = time.monotonic()
    assert content_of(f"/dev/fd/{ours}") == b""
    os.close(ours)
    assert time.monotonic() - began < opening._PATIENCE_S


def test_files_and_others(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    with open_input(tmp_path / "file") as stream:
        assert os.get_blocking(stream.fileno())
        assert stream.seek(1) == 1
        assert stream.read() == b"bc"
    assert content_of("/dev/null") == b""
    with pytest.raises(IsADirectoryError):
        open_input(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_input(tmp_path / "nothing")


def test_no_descriptor_is_left(pipe, tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_PATIENCE_S", 0.0)
    before = set(os.listdir("/dev/fd"))
    for path in (pipe, tmp_path):
        with pytest.raises(OSError):
            content_of(path)
    assert len(os.listdir("/dev/fd")) == len(before)
