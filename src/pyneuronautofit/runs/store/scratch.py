"""Folders on a disk of this computer alone, in which a store is while it is written.

Whoever is killed leaves such a folder behind. Each has a lock that ends with its process, so the
next run that uses the same disk finds out, and removes it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Self

from pyneuronautofit._locks import PathLock, Taken, owner_of
from pyneuronautofit._mounts import file_system_of
from pyneuronautofit.errors import OutputError, UsageError

_log = logging.getLogger(__name__)

_PREFIX, _KEPT = "pyneuronautofit-run-", "pyneuronautofit-kept-"
_MAKING = ".pyneuronautofit-making-"
_LOCK = "owner.lock"
# What is not finished after so long was begun by somebody who is dead, s.
_UNFINISHED_S = 3600.0


class ScratchFolder:
    """A folder of one run, which ends with its process.

    Parameters
    ----------
    parent
        A folder on a disk of this computer. What dead processes have left there is removed.
    name
        What the folder's name tells a person.

    Raises
    ------
    UsageError
        If it is no folder, or computers share it.
    OutputError
        If nothing can be written there.
    """

    def __init__(self, parent: Path, name: str) -> None:
        check_scratch(parent)
        remove_left(parent)
        self._keep = False
        try:
            making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=parent))
            # Before it has its name, so that nobody takes it for a dead one's.
            self._lock = PathLock(making / _LOCK)
            self._lock.acquire(0.0)
            ending = making.name.removeprefix(_MAKING)
            self.path = parent / f"{_PREFIX}{name[:150]}-{ending}"
            making.rename(self.path)
        except (OSError, Taken) as error:
            raise OutputError(
                f"--scratch {parent}: cannot write there: {error}. Choose another folder, or leave "
                "--scratch out"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        if not self._keep:
            shutil.rmtree(self.path, ignore_errors=True)
        self._lock.release()

    def keep(self) -> Path:
        """Let the folder be there when its process has ended; return where it is then."""
        if not self._keep:
            kept = self.path.with_name(self.path.name.replace(_PREFIX, _KEPT, 1))
            with contextlib.suppress(OSError):
                self.path = self.path.rename(kept)
            self._keep = True
        return self.path


def check_scratch(parent: Path) -> None:
    """Make sure that stores can be written in a folder.

    Raises
    ------
    UsageError
        If it is no folder, or one that other computers may have, too.
    """
    if not parent.is_dir():
        raise UsageError(
            f"--scratch {str(parent)!r}: expected a folder on a disk of this "
            "computer, such as $TMPDIR of a job; there is none of this name"
        )
    found = file_system_of(parent)
    if found.is_shared:
        raise UsageError(
            f"--scratch {parent}: it is on a file system that computers share ({found.kind}): "
            "expected a folder on a disk of this computer, or leave --scratch out"
        )


def remove_left(parent: Path) -> None:
    """Remove what processes that are dead have left in a folder; what is in it was theirs alone."""
    for path in [*parent.glob(f"{_PREFIX}*"), *parent.glob(f"{_MAKING}*")]:
        try:
            found = path.lstat()
            lock = path / _LOCK
            if found.st_uid != os.geteuid() or path.is_symlink() or not path.is_dir():
                continue
            unfinished = path.name.startswith(_MAKING) or not lock.exists()
            if time.time() - found.st_mtime < _UNFINISHED_S if unfinished else owner_of(lock):
                continue
            shutil.rmtree(path)
            _log.info("removed %s, which a process that was killed has left", path)
        except OSError as error:
            _log.info("%s cannot be removed: %s", path, error)
