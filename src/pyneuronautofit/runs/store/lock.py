"""One process writes a run's store at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pyneuronautofit._locks import UNKNOWN, PathLock, Taken, owner_of
from pyneuronautofit.errors import OutputError

# Somebody who looks whether it is taken holds it for a moment.
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
        self._lock = PathLock(path)

    def acquire(self) -> None:
        """Take the lock.

        Raises
        ------
        OutputError
            If another process has it, or the file cannot be made.
        """
        try:
            self._lock.acquire(_PATIENCE_S)
        except Taken as taken:
            owner = taken.owner or UNKNOWN
            known = f" (its number is {owner.process}, on {owner.host})" if owner.process else ""
            remedy = (
                # Nothing tells whether a process of another computer is dead.
                f"; if it has ended without a word, remove {self._path}" if taken.soft else ""
            )
            raise OutputError(
                f"the run {self._path.stem} is being written by another process{known}. Wait until "
                f"it has ended, or stop it{remedy}"
            ) from taken
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
        self._lock.release()


def is_locked(path: Path) -> bool:
    """Tell whether a process has the lock of a run; leaves the lock as it is."""
    return owner_of(path) is not None
