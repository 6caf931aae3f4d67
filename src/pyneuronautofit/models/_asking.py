"""Asking a Python of its own about files that may do anything when they are loaded.

What is asked loads the user's libraries, or runs the user's code. In a process of its own it may
end that process, crash or hang, and all that comes of it is a message.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pyneuronautofit._programs import Finished, python_environment, run_program
from pyneuronautofit._text import printable, shortened, told
from pyneuronautofit.errors import ModelError

_MOST_OF_MESSAGE = 4000
_MOST_PRINTED = 400
_CODE = (
    "import sys; from importlib import import_module; "
    "import_module(sys.argv[1]).answer(sys.argv[2:])"
)


def ask(
    module: str,
    arguments: Sequence[str],
    limit_s: float,
    *,
    folder: Path | None = None,
    without: Sequence[str] = (),
    waiting: str = "",
) -> tuple[Any, Finished]:
    """Have a fresh Python answer a question, and return what it answered.

    Parameters
    ----------
    module
        Its function `answer` is called with the arguments, behind the name of a file. It calls
        `reply` with that.
    arguments
        Words.
    limit_s
        How long the answer may take.
    folder
        Where it runs; None: where this process does.
    without
        Environment variables that it does not get.
    waiting
        What is said where it takes some seconds; empty: nothing.

    Returns
    -------
    Any
        The answer, what JSON can hold; None if the process ended without one.
    Finished
        How it ended.

    Raises
    ------
    ModelError
        If that is the answer.
    """
    environment = python_environment()
    for name in without:
        environment.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="pyneuronautofit-") as place:
        file = Path(place) / "answer.json"
        done = run_program(
            [sys.executable, "-P", "-c", _CODE, module, str(file), *arguments],
            limit_s,
            folder=folder,
            environment=environment,
            waiting=waiting,
        )
        try:
            said = json.loads(file.read_bytes())
        except (OSError, ValueError):
            return None, done
    if "error" in said:
        raise ModelError(said["error"])
    return said["answer"], done


def reply(file: Path, find: Callable[[], Any], doing: str) -> None:
    """Give the answer that a function finds, or what went wrong, and end this process.

    Parameters
    ----------
    file
        Where the answer goes.
    find
        Returns what JSON can hold; the user's code may raise in it.
    doing
        What it does, for the message where something is raised.
    """
    said: dict[str, Any]
    try:
        said = {"answer": find()}
    except ModelError as error:
        said = {"error": shortened(str(error), _MOST_OF_MESSAGE)}
    except BaseException as error:  # noqa: BLE001 (it is the user's code, and this is where it ends)
        said = {"error": f"{doing}: {told(error)}"}
    written = file.with_suffix(".part")
    written.write_text(json.dumps(said), encoding="ascii")
    written.replace(file)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # Whatever threads or handlers the user's code has left are not waited for.
    os._exit(0)


def ending(done: Finished) -> str:
    """Return how a process ended that did not answer, with the end of what it printed."""
    printed = " ".join(done.output[-_MOST_PRINTED:].split())
    return f"{done.how}; it printed: {printable(printed)}" if printed else done.how
