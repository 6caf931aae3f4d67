"""The inside of a worker process: make the handler once, then answer message after message.

A message is a list of tasks, its answer the list of their answers. A handler that has a method
`prepare` is shown the tasks of a message of several first, and returns the answers that it has by
then, by the position of the task; it is called with each of the others.
"""

from __future__ import annotations

import contextlib
import pickle
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from pyneuronautofit.errors import ModelError, PyNeuronAutofitError
from pyneuronautofit.simulators._base import RunStatus


def main(descriptor: int) -> None:
    """Serve the pool at the other end of a socket until it closes it."""
    connection = Connection(descriptor)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        handler = _set_up(connection)
        if handler is None:
            return
        while True:
            tasks = pickle.loads(connection.recv_bytes())
            connection.send_bytes(_dump(_answers(handler, tasks)))


def _set_up(connection: Connection) -> Callable[[Any], Any] | None:
    job = pickle.loads(connection.recv_bytes())
    try:
        handler: Callable[[Any], Any] = job.make(job.setup)
    except PyNeuronAutofitError as error:
        connection.send_bytes(_dump(error))
        return None
    except Exception as error:  # noqa: BLE001 (the user's model can raise anything)
        traceback.print_exc()
        connection.send_bytes(_dump(ModelError(f"the model cannot be built: {describe(error)}")))
        return None
    connection.send_bytes(_dump(None))
    return handler


def _answers(
    handler: Callable[[Any], Any], tasks: Sequence[Any]
) -> list[tuple[RunStatus, str, Any]]:
    prepare = getattr(handler, "prepare", None)
    ready = {} if prepare is None or len(tasks) == 1 else prepare(tasks)
    return [
        (RunStatus.OK, "", ready[place]) if place in ready else _answer(handler, task)
        for place, task in enumerate(tasks)
    ]


def _answer(handler: Callable[[Any], Any], task: object) -> tuple[RunStatus, str, Any]:
    try:
        return RunStatus.OK, "", handler(task)
    except Exception as error:  # noqa: BLE001 (one candidate's failure is a result, not an end)
        traceback.print_exc()
        return RunStatus.FAILED, describe(error), None


def describe(error: BaseException) -> str:
    """Return an error of user code in one line, with the place where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    text = " ".join(str(error).split()) or "no message"
    where = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {text}{where}"


def _dump(value: object) -> bytes:
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
