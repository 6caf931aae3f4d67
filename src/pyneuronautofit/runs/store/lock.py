"""One process writes a run's store at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Self

import filelock

from pyneuronautofit.errors import OutputError

_PATIENCE_S = 0.5


class RunLock:
    """A lock that ends with its process, however that ends.

    Parameters
    ----------
    path
        A file of its own beside the store: closing any descriptor of the store itself would end
        the locks that SQLite has on it. It is removed when the lock is given back.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Somebody who looks whether it is taken holds it for a moment.
        self._lock = filelock.FileLock(path, timeout=_PATIENCE_S, mode=0o644)

    def acquire(self) -> None:
        """Take the lock.

        Raises
        ------
        OutputError
            If another process has it, or the file cannot be made.
        """
        try:
            self._lock.acquire()
            self._path.write_text(f"{os.getpid()}\n", encoding="ascii")
        except filelock.Timeout as error:
            raise OutputError(
                f"the run {self._path.stem} is being written by another process{self._owner()}. "
                "Wait until it has ended, or stop it"
            ) from error
        except OSError as error:
            raise OutputError(
                f"cannot write {self._path}: {error.strerror or error}. Check that you may write "
                "to that folder, or choose another with --output"
            ) from error

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.release()

    def release(self) -> None:
        """Give the lock back."""
        with contextlib.suppress(OSError):
            self._path.unlink()
        self._lock.release()

    def _owner(self) -> str:
        try:
            return f" (its number is {int(self._path.read_text(encoding='ascii'))})"
        except (OSError, ValueError):
            return ""


def is_locked(path: Path) -> bool:
    """Tell whether a process has the lock of a run; leaves the lock as it is."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without such locks
        return False
    finally:
        os.close(descriptor)
    return False
