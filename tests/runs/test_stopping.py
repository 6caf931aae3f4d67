"""A request to stop reaches whoever computes the run, and nobody else."""

from __future__ import annotations

import contextlib
import json

import pytest

from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import RunFiles, RunLock, ask_to_stop, forget_request, heeding
from pyneuronautofit.runs.stopping import is_asked_to_stop


@pytest.fixture
def files(tmp_path):
    return RunFiles(tmp_path, "run")


def test_whoever_has_the_lock_is_asked(files):
    with RunLock(files.lock):
        assert not is_asked_to_stop(files)
        assert ask_to_stop(files).process > 0
        assert is_asked_to_stop(files)
        forget_request(files)
        forget_request(files)
        assert not is_asked_to_stop(files)


def test_where_nobody_computes_nobody_is_asked(files):
    with pytest.raises(RunError, match="run cannot be asked to stop: nobody computes it"):
        ask_to_stop(files)
    assert not files.stop.exists()


def test_who_takes_the_run_up_again_is_not_meant(files):
    with RunLock(files.lock):
        ask_to_stop(files)
        record = json.loads(files.stop.read_text())
    assert not is_asked_to_stop(files)
    with RunLock(files.lock):
        # As of a process before this one.
        files.stop.write_text(json.dumps({**record, "since": "2001-01-01T00:00:00+00:00"}))
        assert not is_asked_to_stop(files)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 9000])
def test_what_is_no_request(files, content):
    files.stop.write_bytes(content)
    with RunLock(files.lock):
        assert not is_asked_to_stop(files)


def test_a_generation_is_not_begun(files):
    entered = []

    @contextlib.contextmanager
    def guard():
        entered.append(1)
        yield

    guarded = heeding(files, guard)
    with RunLock(files.lock):
        with guarded():
            pass
        ask_to_stop(files)
        with pytest.raises(KeyboardInterrupt), guarded():
            entered.append("never")
    assert entered == [1]
