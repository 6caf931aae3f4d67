"""The inside of a worker process: make the handler once, then answer message after message.

A message is a list of tasks, its answer the list of their answers. A handler that has a method
`prepare` is shown the tasks of a message of several first, and returns the answers that it has by
then, by the position of the task; it is called with each of the others. What it puts into a list
`notes` goes into the log of the caller.
"""

from __future__ import annotations

import contextlib
import pickle
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from pyneuronautofit._text import told
from pyneuronautofit.errors import ModelError, PyNeuronAutofitError
from pyneuronautofit.simulators._base import RunStatus
from pyneuronautofit.simulators.processes.memory import limit_memory
from pyneuronautofit.simulators.processes.parent import end_with

# Enough to say that there is no more.
_RESERVE_BYTES = 1 << 22
# Of an error's calls, the last ones are printed: a recursion has a thousand.
_MOST_CALLS = 20


@dataclass(frozen=True)
class OutOfMemory:
    """The answer of a worker that has no memory left for its tasks, and ends.

    Attributes
    ----------
    message
        What it was doing.
    """

    message: str


def begin(descriptor: int, parent: int, memory_bytes: int) -> None:
    """Run a worker process of its own; what `WorkerProcess` starts."""
    end_with(parent)
    if memory_bytes:
        limit_memory(memory_bytes)
    main(descriptor)


def main(descriptor: int) -> None:
    """Serve the pool at the other end of a socket until it closes it."""
    connection = Connection(descriptor)
    reserve = bytearray(_RESERVE_BYTES)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        handler = _set_up(connection)
        if handler is None:
            return
        while True:
            tasks = pickle.loads(connection.recv_bytes())
            try:
                answers = _answers(handler, tasks)
                answer = _dump(Answers(answers, _taken_notes(handler)))
            except MemoryError as error:
                del reserve
                connection.send_bytes(_dump(OutOfMemory(describe(error))))
                return
            connection.send_bytes(answer)


def _set_up(connection: Connection) -> Callable[[Any], Any] | None:
    job = pickle.loads(connection.recv_bytes())
    try:
        handler: Callable[[Any], Any] = job.make(job.setup)
    except PyNeuronAutofitError as error:
        connection.send_bytes(_dump(error))
        return None
    except BaseException as error:  # noqa: BLE001 (the user's model can raise anything)
        _print(error)
        connection.send_bytes(_dump(ModelError(f"the model cannot be built: {describe(error)}")))
        return None
    connection.send_bytes(_dump(_taken_notes(handler)))
    return handler


def _taken_notes(handler: object) -> list[str]:
    """Return what a handler has to say that is nobody's answer, once."""
    notes = getattr(handler, "notes", None)
    if not isinstance(notes, list):
        return []
    taken = [str(note) for note in notes]
    notes.clear()
    return taken


def _answers(
    handler: Callable[[Any], Any], tasks: Sequence[Any]
) -> list[tuple[RunStatus, str, Any]]:
    prepare = getattr(handler, "prepare", None)
    ready = {} if prepare is None or len(tasks) == 1 else prepare(tasks)
    return [
        (RunStatus.OK, "", ready[place]) if place in ready else _answer(handler, task)
        for place, task in enumerate(tasks)
    ]


@dataclass(frozen=True)
class Answers:
    """The answer to a message.

    Attributes
    ----------
    answers
        Of every task: status, message, value.
    notes
        What the handler has to say besides.
    """

    answers: list[tuple[RunStatus, str, Any]]
    notes: list[str]


def _answer(handler: Callable[[Any], Any], task: object) -> tuple[RunStatus, str, Any]:
    try:
        return RunStatus.OK, "", handler(task)
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001 (one candidate's failure is a result, not an end)
        _print(error)
        return RunStatus.FAILED, describe(error), None


def describe(error: BaseException) -> str:
    """Return an error of user code in one line, with the place where it was raised.

    An error of ours says itself what is meant: where it is raised is no place of the user's.
    """
    if isinstance(error, PyNeuronAutofitError):
        return told(error)
    last = traceback.extract_tb(error.__traceback__, limit=-1)
    where = f" ({last[0].filename}, line {last[0].lineno})" if last else ""
    return f"{told(error)}{where}"


def _print(error: BaseException) -> None:
    """Print an error where a worker's last words are kept."""
    calls = traceback.format_tb(error.__traceback__, limit=-_MOST_CALLS)
    sys.stderr.write(f"Traceback (most recent call last):\n{''.join(calls)}{told(error)}\n")


def _dump(value: object) -> bytes:
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
