"""A run that is called from Python; that it is the command's is in test_fitting.py."""

from __future__ import annotations

import signal

import pytest

from pyneuronautofit.errors import OutputError, RunError
from pyneuronautofit.library.results.fit_result import Fit
from pyneuronautofit.library.running import resume_run


def test_only_ctrl_c_is_taken_from_the_program(found, tmp_path):
    """A kernel that is told to end has to end."""
    from pyneuronautofit.sessions.interrupt import Interruption

    before = signal.getsignal(signal.SIGTERM)
    with Interruption((signal.SIGINT,)):
        assert signal.getsignal(signal.SIGTERM) is before


def test_a_run_that_is_damaged_does_not_go_on(found, tmp_path):
    copy = tmp_path / found.path.name
    content = bytearray(found.path.read_bytes())
    content[-6000:-5000] = b"x" * 1000
    copy.write_bytes(content)
    with pytest.raises(RunError, match=r"damaged|cannot be"):
        resume_run(copy, {}, progress=False)


def test_a_run_that_somebody_writes_does_not_go_on(found):
    from pyneuronautofit.runs import RunLock

    lock = RunLock(Fit(found.path).path.with_suffix(".lock"))
    lock.acquire()
    try:
        with pytest.raises(OutputError, match="written by another process"):
            resume_run(found.path, {}, progress=False)
    finally:
        lock.release()
