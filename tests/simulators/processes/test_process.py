"""One worker process from the outside: what it is given, what becomes of it."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
from contextlib import contextmanager

import pytest

from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.processes import process as module
from pyneuronautofit.simulators.processes.pool import Job
from pyneuronautofit.simulators.processes.process import Outcome, WorkerProcess


@contextmanager
def started():
    worker = WorkerProcess(pickle.dumps(Job(evaluator, None)))
    try:
        assert pickle.loads(worker.connection.recv_bytes()) == []
        yield worker
    finally:
        worker.kill()


@pytest.fixture(scope="module")
def kept():
    """One that several tests use: they leave nothing to do."""
    with started() as worker:
        yield worker


def answers(worker):
    return pickle.loads(worker.connection.recv_bytes()).answers


def evaluator(_setup):
    """Return a handler of Python expressions."""
    return eval


def printed_size(worker):
    return os.fstat(worker._printed.fileno()).st_size


def test_outcomes_are_of_the_tasks_that_were_given_in_their_order(kept):
    kept.since = time.monotonic() - 1000.0
    before = kept.n_done
    assert kept.give([7, 3], ["'a'", "1 / 0"])
    assert kept.tasks == [7, 3]
    first, second = kept.outcomes(answers(kept))
    # The time is from when they were given, not from the start.
    assert first == Outcome(7, RunStatus.OK, "", "a", pytest.approx(0.0, abs=100.0))
    assert (second.task, second.status, second.value) == (3, RunStatus.FAILED, None)
    assert second.message.startswith("ZeroDivisionError")
    assert kept.tasks == []
    assert kept.n_done == before + 2


def test_tasks_that_travelled_together_share_their_time(kept):
    kept.give([0, 1, 2, 3], ["0"] * 4)
    found = answers(kept)
    kept.since = time.monotonic() - 8.0
    assert [o.seconds for o in kept.outcomes(found)] == pytest.approx([2.0] * 4, rel=0.05)


@pytest.mark.parametrize(
    ("end", "how"),
    [
        ("__import__('os')._exit(3)", "exit code 3"),
        ("__import__('os').abort()", f"signal {signal.SIGABRT:d}"),
        (
            "[print('on', 'its', '\\n way', flush=True), __import__('os')._exit(0)]",
            "exit code 0; it printed: on its way",
        ),
    ],
)
def test_last_words_say_how_it_ended_and_what_it_printed(end, how):
    with started() as worker:
        worker.give([0], [end])
        with pytest.raises((EOFError, ConnectionResetError)):
            answers(worker)
        assert worker.last_words() == how
        assert not worker.give([1], ["1"]), "there is nobody to give it to"
        assert worker.tasks == [0], "what it had stays known"


def test_only_the_end_of_what_was_printed_is_told():
    with started() as worker:
        worker.give([0], ["[print('x' * 1000 + 'the end', flush=True), __import__('os')._exit(1)]"])
        with pytest.raises((EOFError, ConnectionResetError)):
            answers(worker)
        printed = worker.last_words().removeprefix("exit code 1; it printed: ")
    assert printed == "x" * 392 + "the end"


def test_what_is_printed_does_not_fill_the_disk(kept, monkeypatch):
    monkeypatch.setattr(module, "_PRINTED_BYTES", 1000)
    kept._printed.truncate(0)
    kept._printed.seek(0)
    sizes = []
    for number in range(6):
        kept.give([number], [f"print('{number}' * 399, flush=True)"])
        kept.outcomes(answers(kept))
        sizes.append(printed_size(kept))
    # Given up when a task is given, and more than so much is there.
    # When exactly depends on what the process printed when it began.
    assert max(sizes) <= 1400
    assert sizes != sorted(sizes), "from the beginning again"


def test_it_has_the_modules_that_we_have_and_one_thread(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", ["", str(tmp_path)])
    for name in ("OMP_NUM_THREADS", "NEURON_MODULE_OPTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    monkeypatch.setenv("OF_THE_USER", "kept")
    environment = module._environment()
    assert environment["PYTHONPATH"] == os.pathsep.join((os.getcwd(), str(tmp_path)))
    assert environment["OMP_NUM_THREADS"] == "1"
    assert environment["OPENBLAS_NUM_THREADS"] == "3", "who sets it decides"
    assert environment["NEURON_MODULE_OPTIONS"] == "-nogui"
    assert environment["OF_THE_USER"] == "kept"


def test_it_is_no_child_of_the_keyboard_and_reads_nothing(kept):
    kept.give([0], ["(__import__('os').getsid(0), __import__('sys').stdin.read())"])
    (outcome,) = kept.outcomes(answers(kept))
    session, read = outcome.value
    assert session == kept._process.pid != os.getsid(0)
    assert read == ""


def test_to_kill_it_ends_it_whatever_it_does():
    with started() as worker:
        worker.give([0], ["__import__('time').sleep(1000)"])
        worker.kill()
        assert worker._process.returncode == -signal.SIGKILL
        assert worker._printed.closed
        assert not worker.give([1], ["1"])
