"""A worker does not outlive the process that it works for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ending import ended

# Its worker hangs in C code that keeps Python's lock, or in Python that ignores what it can.
MAIN = """
import sys
from pyneuronautofit import _programs
from pyneuronautofit.simulators.processes.pool import Job, WorkerPool

if sys.argv[1] == "untied":
    _programs._kill_when_closed = lambda *_words: None

if __name__ == "__main__":
    pool = WorkerPool(Job(eval, "eval"), 1, 1000.0, 10)
    pool.check()
    (worker,) = pool._workers
    print(worker._process.pid, flush=True)
    list(pool.map([sys.argv[2]]))
"""
IN_C = "__import__('ctypes').PyDLL(None).sleep(1000)"
IN_PYTHON = (
    "[__import__('signal').pthread_sigmask(0, range(1, 60)), __import__('time').sleep(1000)]"
)


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell workers elsewhere")
@pytest.mark.parametrize(
    ("how", "task"), [("tied", IN_C), ("tied", IN_PYTHON), ("untied", IN_PYTHON)]
)
def test_a_worker_that_hangs_ends_with_a_killed_process(how, task, tmp_path):
    main = subprocess.Popen(
        [sys.executable, "-c", MAIN, how, task], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    worker = int(main.stdout.readline())
    os.kill(worker, 0)
    main.kill()
    main.communicate()
    assert ended(worker)


def test_a_worker_whose_process_is_gone_already_ends_at_once():
    """It was killed before the worker could look: it is nobody's child, or another's."""
    code = (
        "import time; from pyneuronautofit.simulators.processes.parent import end_with\n"
        "end_with(1234567890)\n"
        "time.sleep(1000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], start_new_session=True, timeout=120, check=False
    )
    assert done.returncode == -9
