"""The compressed log: a file that is a valid gzip file at every moment.

A gzip file may consist of several members. Each flush appends one complete member in a single
write, so `zcat` reads the log of a run in progress, or of one that was killed, to its last flush.
"""

from __future__ import annotations

import contextlib
import gzip
import logging
import os
import time
import zlib
from pathlib import Path

from pyneuronautofit.errors import OutputError

_FLUSH_BYTES = 1 << 16
_FLUSH_SECONDS = 5.0
# What zlib calls a gzip header before the largest window.
_GZIP_WINDOW = 31


class GzipLogHandler(logging.Handler):
    """Writes log records into a gzip file.

    Parameters
    ----------
    path
        A new file; or, with `go_on`, the log of a run that is taken up again.
    go_on
        Append to the log where there is one.

    Raises
    ------
    OutputError
        If it cannot be made.
    """

    def __init__(self, path: Path, *, go_on: bool = False) -> None:
        super().__init__()
        self._pending: list[bytes] = []
        self._size = 0
        self._end = 0
        self._flushed_at = time.monotonic()
        try:
            sound = _sound_bytes(path) if go_on and path.is_file() else None
            new = os.O_EXCL if sound is None else 0
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | new, 0o666)
            if sound is not None:
                # The end of a member that was cut off would spoil all that come after it.
                os.ftruncate(self._file, sound)
                self._end = sound
        except OSError as error:
            raise OutputError(
                f"cannot write the log {path}: {error.strerror}. Check that you may write to that "
                "folder and that the disk is not full, or choose another with --output"
            ) from error
        self._append(gzip.compress(b""))  # without a member it were no gzip file yet

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record; warnings are written at once, the others soon."""
        try:
            line = (self.format(record) + "\n").encode("utf-8", "replace")
        except (TypeError, ValueError, LookupError):
            self.handleError(record)  # a wrong message must not end the run
            return
        self._pending.append(line)
        self._size += len(line)
        due = time.monotonic() - self._flushed_at > _FLUSH_SECONDS
        if due or self._size > _FLUSH_BYTES or record.levelno >= logging.WARNING:
            self.flush()

    def flush(self) -> None:
        """Append what is pending as one gzip member."""
        self.acquire()
        try:
            if self._pending:
                self._append(gzip.compress(b"".join(self._pending)))
        finally:
            self.release()

    def _append(self, member: bytes) -> None:
        self._pending, self._size = [], 0
        self._flushed_at = time.monotonic()
        written = 0
        try:
            while written < len(member):  # a disk that is nearly full takes a part first
                written += os.write(self._file, member[written:])
            self._end += written
        except OSError:
            # Half a member would spoil all that come after it.
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._end)
            # A full disk ends the log, not the run; results report it when they are written.
            self.handleError(logging.makeLogRecord({"msg": "the log cannot be written"}))

    def close(self) -> None:
        """Write what is pending and close the file."""
        if self._file >= 0:
            self.flush()
            os.close(self._file)
            self._file = -1
        super().close()


def _sound_bytes(path: Path) -> int:
    """Return the size of the complete members at the beginning of a gzip file."""
    sound = 0
    with path.open("rb") as stream:
        while True:
            stream.seek(sound)
            member, n_read = zlib.decompressobj(wbits=_GZIP_WINDOW), 0
            while not member.eof:
                part = stream.read(_FLUSH_BYTES)
                n_read += len(part)
                try:
                    member.decompress(part)
                except zlib.error:
                    return sound
                if not part:
                    return sound
            sound += n_read - len(member.unused_data)
