"""One process at a time changes what stands beside or in a database."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import filelock

from pyneuronautofit._atomic import is_replaceable
from pyneuronautofit.errors import OutputError

_log = logging.getLogger(__name__)

#: Files are read and written in moments; who holds a lock for longer than this is stuck, s.
PATIENCE_S = 60.0
# Shorter waits are not worth a message.
_SILENT_S = 0.5


def lock_path(path: Path) -> Path:
    """Return where the lock of a file is: beside the file that a link points to."""
    target = Path(os.path.realpath(path))
    return target.with_name(f"{target.name}.lock")


@contextlib.contextmanager
def locked(path: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Keep other processes from changing a file; the system frees a dead one's lock.

    The lock is a file of its own beside it, which is there while somebody holds it. What is no
    file, such as a pipe, has none.

    Raises
    ------
    OutputError
        If another process has held the lock for so long.
    OSError
        If there can be no lock.
    """
    if not is_replaceable(path):
        yield
        return
    beside = lock_path(path)
    if not beside.parent.is_dir():
        # The library would make it.
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(beside.parent))
    lock = filelock.FileLock(beside, mode=0o644)
    _acquire(lock, path, patience_s)
    try:
        yield
    finally:
        # As long as it is locked, so that it is nobody else's that is removed. Who waits for a lock
        # that has no name any more begins anew.
        with contextlib.suppress(OSError):
            beside.unlink()
        lock.release()


def _acquire(lock: filelock.BaseFileLock, path: Path, patience_s: float) -> None:
    try:
        try:
            lock.acquire(timeout=min(_SILENT_S, patience_s))
        except filelock.Timeout:
            _log.info(
                "waiting for %s, which another process is writing", path, extra={"notice": True}
            )
            lock.acquire(timeout=max(patience_s - _SILENT_S, 0.0))
    except filelock.Timeout as error:
        raise OutputError(
            f"{path} has been held by another process for {patience_s:g} s (the lock is "
            f"{lock.lock_file}). Wait until that has ended, or stop it; then give the same command "
            "again"
        ) from error
