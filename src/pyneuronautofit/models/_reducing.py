"""A project's downsampler, called in a process of its own.

It is the user's code, which may end the process that calls it, crash or hang. That costs a process
that may be lost, and the command lives on to say what happened.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

import numpy as np

from pyneuronautofit._programs import Finished, ProgramGroup, python_environment
from pyneuronautofit._text import shortened, told
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models._asking import ending
from pyneuronautofit.models._project import read_project
from pyneuronautofit.models.mechanisms import load_mechanisms

# As long as the whole file may take to be loaded: the first call has to wait for that, too.
_LIMIT_S = 600.0
_ENDING_S = 5.0
_MOST_OF_MESSAGE = 4000
# What it prints is kept for messages; one that prints in every call must not fill the disk.
_PRINTED_BYTES = 1 << 16
_CODE = (
    "import sys; from pyneuronautofit.models._reducing import serve; "
    "serve(int(sys.argv[1]), *sys.argv[2:])"
)


class ProjectDownsampler:
    """The downsampler of a project file, as if it were a function of this process.

    The process begins at the first call and ends with this object, at the latest with this process.

    Parameters
    ----------
    path
        The project file.
    mods, library
        As `load_mechanisms` takes them: the file may make a cell while it is imported.
    name
        What result files call it.
    """

    def __init__(self, path: Path, mods: Path | None, library: Path | None, name: str) -> None:
        self.__name__ = name
        self._words = ["" if each is None else str(each) for each in (path, mods, library)]
        self._process: _Process | None = None
        # Models are simulated ahead by a thread, while another one draws.
        self._lock = threading.Lock()

    def __call__(self, what: Any) -> Any:
        """Return what it makes of a step in ms, a number, or of a trace, an array of numbers.

        Raises
        ------
        ModelError
            If it raises something, ends its process, or does not return.
        """
        with self._lock:
            if self._process is None:
                self._process = _Process(self._words)
            try:
                said, value = self._process.ask(what)
            except BaseException:
                # An answer that nobody has waited for would be taken for that of the next question.
                self._process.close()
                self._process = None
                raise
        if said:
            raise ModelError(said)
        return value


class _Process:
    """One process that answers question after question."""

    def __init__(self, words: list[str]) -> None:
        self._printed: IO[bytes] = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (see `close`)
        ours, theirs = socket.socketpair()
        with theirs:
            self._group = ProgramGroup(
                [sys.executable, "-P", "-c", _CODE, str(theirs.fileno()), *words],
                pass_fds=[theirs.fileno()],
                stdout=self._printed,
                stderr=self._printed,
                env=python_environment(),
            )
        self._connection = Connection(ours.detach())
        self.close = weakref.finalize(self, _end, self._connection, self._group, self._printed)

    def ask(self, what: Any) -> tuple[str, Any]:
        """Return what went wrong, in words, or "", and the answer; raises ModelError."""
        try:
            self._connection.send_bytes(pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL))
            if not self._connection.poll(_LIMIT_S):
                raise ModelError(f"it did not return within {_LIMIT_S:g} s")
            said, value = pickle.loads(self._connection.recv_bytes())
        except (EOFError, OSError):
            raise ModelError(f"it ended the process that called it ({self._ending()})") from None
        if os.fstat(self._printed.fileno()).st_size > _PRINTED_BYTES:
            os.ftruncate(self._printed.fileno(), 0)
            os.lseek(self._printed.fileno(), 0, os.SEEK_SET)
        return said, value

    def _ending(self) -> str:
        """Return how the process ended, and what it printed."""
        self._group.wait(_ENDING_S)
        size = os.fstat(self._printed.fileno()).st_size
        tail = os.pread(self._printed.fileno(), _PRINTED_BYTES, max(size - _PRINTED_BYTES, 0))
        self._group.kill()
        return ending(Finished(self._group.process.returncode, tail.decode("utf-8", "replace")))


def _end(connection: Connection, group: ProgramGroup, printed: IO[bytes]) -> None:
    connection.close()
    group.kill()
    printed.close()


def serve(descriptor: int, *words: str) -> None:
    """Answer what comes through a socket until it is closed; what the process does."""
    connection = Connection(descriptor)
    path, mods, library = (Path(word) if word else None for word in words)
    downsampler: Callable[[Any], Any] | None = None
    while True:
        try:
            question = connection.recv_bytes()
        except (EOFError, OSError):
            # Whatever threads or handlers the user's code has left are not waited for.
            os._exit(0)
        said, value = "", None
        try:
            if downsampler is None:
                downsampler = _load(path, mods, library)
            value = _as_numbers(downsampler, pickle.loads(question))
        except BaseException as error:  # noqa: BLE001 (it is the user's code)
            text = str(error) if isinstance(error, ModelError) else told(error)
            said = shortened(text, _MOST_OF_MESSAGE)
        connection.send_bytes(pickle.dumps((said, value), protocol=pickle.HIGHEST_PROTOCOL))


def _load(path: Path | None, mods: Path | None, library: Path | None) -> Callable[[Any], Any]:
    load_mechanisms(mods, library)
    found = None if path is None else read_project(path).downsampler
    if found is None:
        raise ModelError(f"{path} has no downsampler any more")
    return found


def _as_numbers(downsampler: Callable[[Any], Any], what: Any) -> Any:
    """Return what it makes of something, as numbers: another process may not know its classes."""
    found = downsampler(what)
    return np.asarray(found, dtype=np.float64) if isinstance(what, np.ndarray) else float(found)
