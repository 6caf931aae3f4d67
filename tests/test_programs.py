"""Programs end when they should, with all that they have started, and say only so much."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError

import pytest

from ending import HANGS_IN_S, ended
from pyneuronautofit import _programs
from pyneuronautofit._programs import ProgramGroup, python_environment, run_program

# Says the number of a process that it has started, and hangs; neither hears what it is asked.
DEAF = """trap '' TERM
sh -c "trap '' TERM; echo \\$\\$ >child; while :; do sleep 100; done" &
wait
"""


def child_in(folder):
    """Wait for the number of the process that `DEAF` has started."""
    until = time.monotonic() + HANGS_IN_S
    file = folder / "child"
    while time.monotonic() < until:
        if file.exists() and file.read_text().strip():
            return int(file.read_text())
        time.sleep(0.02)
    pytest.fail("it has not begun")


def test_what_a_program_says_and_how_it_ends(tmp_path):
    script = "pwd; echo wrong >&2; cat; echo $GIVEN; exit 3"
    environment = {**os.environ, "GIVEN": "there"}
    done = run_program(["sh", "-c", script], 60, folder=tmp_path, environment=environment)
    assert (done.code, done.late) == (3, False)
    assert done.output.split() == [str(tmp_path), "wrong", "there"]
    assert done.how == "exit code 3"
    assert run_program(["sh", "-c", "kill -9 $$"], 60).how == "signal 9"


def test_what_cannot_be_started_is_said():
    done = run_program(["no-such-program", "-x"], 60)
    assert done.code == 127
    assert done.output.startswith("error: no-such-program: ")


def test_of_much_the_beginning_and_the_end_are_kept(monkeypatch):
    monkeypatch.setattr(_programs, "_KEPT_BYTES", 1000)
    script = "print('first'); print('x' * 3_000_000); print('\\udcff last')"
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:surrogateescape"}
    done = run_program([sys.executable, "-c", script], 60, environment=environment)
    assert done.code == 0
    assert done.output.startswith("first\n" + "x" * 900)
    assert done.output.endswith("x" * 900 + "\n\ufffd last\n")
    assert len(done.output) < 2100
    assert "bytes left out" in done.output


def test_little_is_kept_as_it_is(monkeypatch):
    monkeypatch.setattr(_programs, "_KEPT_BYTES", 10)
    assert run_program(["printf", "0123456789abcdefghij"], 60).output == "0123456789abcdefghij"


def test_what_takes_too_long_is_ended_with_its_children(tmp_path):
    done = run_program(["sh", "-c", DEAF], 1.0, folder=tmp_path)
    assert done.late
    assert done.code < 0
    assert ended(child_in(tmp_path))


def test_what_returns_leaves_nothing_behind(tmp_path):
    # The child has what is printed open, which nobody waits for.
    done = run_program(["sh", "-c", "sleep 1000 & echo $!"], 60, folder=tmp_path)
    assert (done.code, done.late) == (0, False)
    assert ended(int(done.output))


def test_an_interruption_ends_it(tmp_path):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def interrupt():
        child_in(tmp_path)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run_program(["sh", "-c", DEAF], HANGS_IN_S, folder=tmp_path)
    finally:
        thread.join()
        signal.signal(signal.SIGINT, before)
    assert ended(child_in(tmp_path))


def test_it_is_stopped_in_whatever_thread_it_is_waited_for(tmp_path):
    stop, raised = threading.Event(), []

    def run():
        try:
            run_program(["sh", "-c", DEAF], HANGS_IN_S, folder=tmp_path, stop=stop)
        except CancelledError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    child = child_in(tmp_path)
    stop.set()
    thread.join(HANGS_IN_S)
    assert len(raised) == 1
    assert ended(child)


def test_whoever_waits_long_hears_it(monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(_programs, "_SILENT_S", 0.3)
    run_program(["true"], 60, waiting="still at it")
    assert not caplog.records
    run_program(["sleep", "1"], 60, waiting="still at it")
    assert [record.getMessage() for record in caplog.records] == ["still at it"]
    assert hasattr(caplog.records[0], "notice")


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell programs elsewhere")
def test_it_ends_when_this_process_is_killed(tmp_path):
    """Whatever it is doing, and with all that it has started."""
    code = (
        "import sys; from pyneuronautofit._programs import run_program\n"
        "run_program(['sh', '-c', sys.argv[1]], 1000)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, DEAF], cwd=tmp_path)
    child = child_in(tmp_path)
    assert os.getpgid(child) != os.getpgid(process.pid)
    process.kill()
    process.wait()
    assert ended(child)


def test_a_group_that_has_been_killed_is_left_alone():
    group = ProgramGroup(["sleep", "1000"])
    assert not group.has_ended
    group.kill()
    assert group.has_ended
    assert group.process.returncode == -signal.SIGKILL
    group.kill()
    group.terminate()


def test_descriptors_are_given_back(tmp_path):
    def count():
        # Other tests of this process have left files that nobody has closed yet.
        gc.collect()
        return len(os.listdir("/dev/fd"))

    before = count()
    for _ in range(3):
        run_program(["true"], 60)
        run_program(["no-such-program"], 60)
    assert count() <= before


def test_python_finds_there_what_it_finds_here(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", ["", str(tmp_path)])
    monkeypatch.setenv("OF_THE_USER", "kept")
    environment = python_environment()
    assert environment["PYTHONPATH"] == os.pathsep.join((os.getcwd(), str(tmp_path)))
    assert environment["OF_THE_USER"] == "kept"
