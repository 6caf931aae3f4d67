"""Opening what may be a pipe: the one place that decides how long one is waited for.

A named pipe that nobody writes has no content and no end: whoever opens it as a file waits for
ever, without a word. One that somebody writes (`<(...)` of a shell, or a program that is slow) is
read to its end.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import select
import stat
import sys
import time
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

# So long somebody has time to begin writing into a pipe.
_PATIENCE_S = 10.0
# After so long it is said that a pipe is waited for.
_SILENT_S = 2.0
_TICK_S = 0.1


def open_input(path: Path) -> io.BufferedReader:
    """Open a file, a pipe or a device for reading.

    Raises
    ------
    OSError
        If it cannot be opened. Reading a pipe raises it, too, if nobody begins to write.
    """
    # Without this flag the system would wait here for who writes a pipe.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))  # noqa: TRY301
        if stat.S_ISFIFO(mode):
            return io.BufferedReader(_Pipe(descriptor, path))
        os.set_blocking(descriptor, True)
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


class _Pipe(io.RawIOBase):
    """A pipe that waits for its writer, but not for ever for there to be one."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path
        self._has_writer = False
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        os.set_blocking(descriptor, False)

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()

    def readinto(self, buffer: Any, /) -> int:
        began, said = time.monotonic(), False
        while True:
            try:
                n_byte = os.readv(self._descriptor, [buffer])
            except BlockingIOError:  # there is a writer, who has written nothing yet
                self._has_writer = True
            else:
                # Nothing comes where a writer has left, and where there was none yet.
                if n_byte or self._has_writer or self._was_written():
                    self._has_writer = True
                    return n_byte
            waited_s = time.monotonic() - began
            if waited_s >= _PATIENCE_S and not self._has_writer:
                raise TimeoutError(
                    errno.ETIMEDOUT,
                    f"it is a pipe, and nobody began to write into it within {_PATIENCE_S:g} s: "
                    "start what writes it first, or name a file",
                    str(self._path),
                )
            if waited_s >= _SILENT_S and not said:
                said = True
                _log.info(
                    "waiting for what is written into the pipe %s", self._path,
                    extra={"notice": True},
                )  # fmt: skip
            if self._has_writer:
                self._poll.poll(1000 * _TICK_S)
            else:
                # Some systems say of a pipe without a writer that it has ended, and do not wait.
                time.sleep(_TICK_S)

    def _was_written(self) -> bool:
        """Tell whether there was a writer who has left; Linux alone knows that."""
        if sys.platform != "linux":
            return False
        return any(found & select.POLLHUP for _descriptor, found in self._poll.poll(0))
