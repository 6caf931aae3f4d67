"""The inside of a worker, in a thread of this process: what it answers to what."""

from __future__ import annotations

import operator
import pickle
import socket
import threading
from contextlib import contextmanager
from multiprocessing.connection import Connection

import pytest

from pyneuronautofit.errors import ModelError, UsageError
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.processes import worker
from pyneuronautofit.simulators.processes.pool import Job


class Prepared:
    """A handler that has the even tasks of a message ready, and notes what it was shown."""

    def __init__(self, shown):
        self.shown = shown

    def prepare(self, tasks):
        self.shown.append(list(tasks))
        return {place: -task for place, task in enumerate(tasks) if task % 2 == 0}

    def __call__(self, task):
        return task


def usage(_setup):
    raise UsageError("not so")


def fail(setup):
    raise ValueError(setup)


@contextmanager
def served(make, setup=None):
    """Give the connection to a worker in a thread; it has ended when the connection is closed."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=worker.main, args=(theirs.detach(),), daemon=True)
    thread.start()
    with Connection(ours.detach()) as connection:
        connection.send_bytes(pickle.dumps(Job(make, setup)))
        yield connection
    thread.join(10)
    assert not thread.is_alive()


def told(connection):
    assert connection.poll(10), "no answer"
    return pickle.loads(connection.recv_bytes())


def asked(connection, *tasks):
    connection.send_bytes(pickle.dumps(list(tasks)))
    return told(connection).answers


def test_it_is_made_once_and_answers_message_after_message():
    with served(operator.itemgetter, 1) as connection:
        assert told(connection) == []
        ok = (RunStatus.OK, "")
        assert asked(connection, "abc") == [(*ok, "b")]
        assert asked(connection, "de", [1, 2]) == [(*ok, "e"), (*ok, 2)]


def test_a_task_that_raises_is_its_own_failure(capsys):
    with served(operator.itemgetter, 1) as connection:
        told(connection)
        first, failed, last = asked(connection, "ab", "a", "cd")
    assert (first[2], last[2]) == ("b", "d")
    assert failed[0] is RunStatus.FAILED
    assert failed[1].startswith("IndexError: string index out of range (")
    assert failed[2] is None
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("make", "kind", "said"),
    [
        (usage, UsageError, "not so"),
        (fail, ModelError, r"^the model cannot be built: ValueError: of the setup \(.*line \d+\)$"),
    ],
)
def test_an_error_of_the_set_up_is_told_and_ends_it(make, kind, said, capsys):
    with served(make, "of the setup") as connection:
        error = told(connection)
        assert type(error) is kind
        with pytest.raises(kind, match=said):
            raise error
        with pytest.raises((EOFError, ConnectionResetError)):
            told(connection)
    # What the user's code did is shown in full; our own errors say it all.
    assert ("Traceback" in capsys.readouterr().err) == (make is fail)


def test_what_is_prepared_is_answered_in_its_place(capsys):
    handler = Prepared([])
    assert worker._answers(handler, [4, 1, 2, 3]) == [
        (RunStatus.OK, "", value) for value in (-4, 1, -2, 3)
    ]
    assert handler.shown == [[4, 1, 2, 3]]


def test_one_task_alone_is_not_prepared():
    handler = Prepared([])
    assert worker._answers(handler, [4]) == [(RunStatus.OK, "", 4)]
    assert handler.shown == []


def test_an_error_is_described_in_one_line_with_its_place():
    def inner():
        raise KeyError("a\n  long   story")

    with pytest.raises(KeyError) as caught:
        inner()
    line = inner.__code__.co_firstlineno + 1
    assert worker.describe(caught.value) == (
        f"KeyError: 'a\\n long story' ({__file__}, line {line})"
    )
    assert worker.describe(ValueError("two\n  lines")) == "ValueError: two lines"
    assert worker.describe(ValueError()) == "ValueError: no message"


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit, BaseException])
def test_whatever_a_task_raises_is_its_own_failure(kind, capsys):
    def handler(task):
        raise kind("x" * 5_000_000)

    ((status, message, value),) = worker._answers(handler, [1])
    assert (status, value) == (RunStatus.FAILED, None)
    assert message.startswith(f"{kind.__name__}: xxx")
    assert "(5000000 characters) (" in message
    # Neither a message nor what is printed grows with it.
    assert len(message) + len(capsys.readouterr().err) < 10_000


def exhausted(_setup):
    def handler(task):
        raise MemoryError(task)

    return handler


def test_a_worker_without_memory_says_so_and_ends():
    with served(exhausted) as connection:
        assert told(connection) == []
        connection.send_bytes(pickle.dumps(["much"]))
        answer = told(connection)
        assert isinstance(answer, worker.OutOfMemory)
        assert answer.message.startswith("MemoryError: much (")
        with pytest.raises((EOFError, ConnectionResetError)):
            told(connection)


def leaving(_setup):
    raise SystemExit(0)


def test_a_set_up_that_leaves_is_an_error():
    with served(leaving) as connection, pytest.raises(ModelError, match="built: SystemExit: 0"):
        raise told(connection)


def test_it_watches_its_parent_and_its_memory_first(monkeypatch):
    done = []
    monkeypatch.setattr(worker, "end_with", lambda parent: done.append(("parent", parent)))
    monkeypatch.setattr(worker, "limit_memory", lambda limit: done.append(("memory", limit)))
    monkeypatch.setattr(worker, "main", lambda descriptor: done.append(("main", descriptor)))
    worker.begin(7, 1, 0)
    worker.begin(7, 1, 100)
    assert done == [
        *[("parent", 1), ("main", 7)],
        *[("parent", 1), ("memory", 100), ("main", 7)],
    ]


class Noting:
    """A handler that has something to say from time to time."""

    def __init__(self, _setup):
        self.notes = ["begun"]

    def __call__(self, task):
        if task > 2:
            self.notes.append(f"{task} is much")
        return task


def test_what_a_handler_notes_comes_with_the_answers_once():
    with served(Noting) as connection:
        assert told(connection) == ["begun"]
        notes = []
        for tasks in ([1, 2], [3, 1], [1]):
            connection.send_bytes(pickle.dumps(tasks))
            notes.append(told(connection).notes)
        assert notes == [[], ["3 is much"], []]
