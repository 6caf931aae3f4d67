"""A store that is written on a disk of this computer, and copied to where it belongs.

On file systems that computers share every transaction waits for the server, and locks are known to
fail. So the store is written elsewhere. Where it belongs there is a copy, made now and then and in
the end, and each replaces the one before it at one moment: whoever looks sees a whole store. What a
kill costs is the time since the last copy. A run goes on from there with the same bits.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pyneuronautofit._types import Json
from pyneuronautofit.errors import OutputError
from pyneuronautofit.runs.store import schema
from pyneuronautofit.runs.store.content import RunInfo
from pyneuronautofit.runs.store.disk import JournalMode, journal_for
from pyneuronautofit.runs.store.opening import beside
from pyneuronautofit.runs.store.scratch import ScratchFolder
from pyneuronautofit.runs.store.writer import NewGeneration, RunWriter

_log = logging.getLogger(__name__)

#: So long after a copy the next one is due, at the earliest, s.
EVERY_S = 60.0
# Copies take at most one part in so many of the time.
_SHARE = 10.0
# Nobody else reads it, and after a loss of power nobody will.
_IN_SCRATCH = JournalMode("MEMORY", "OFF")

_Signature = tuple[int, int, int]


class SnapshotWriter(RunWriter):
    """Appends to a store in a folder of its own, and copies that to where the store belongs.

    Parameters
    ----------
    path
        The store, which `create_store` has made. Whoever writes holds its lock.
    info
        What it holds.
    scratch
        The folder.
    every_s
        The time between two copies, at least.

    Raises
    ------
    OutputError
        If it cannot be copied there.
    """

    def __init__(
        self, path: Path, info: RunInfo, scratch: ScratchFolder, *, every_s: float = EVERY_S
    ) -> None:
        self._target = path
        self._scratch = scratch
        self._every_s = every_s
        self._took_s = 0.0
        self._copied_at = -math.inf
        self._changed = False
        own = scratch.path / path.name
        with self._copying("it cannot be copied from there"):
            self._known = _signature(path)
            # What a killed process has begun in it is undone, or finished, by SQLite.
            journal = journal_for(path)
            with (
                contextlib.closing(schema.connect(path, mode="rw", **journal.connection)) as source,
                contextlib.closing(schema.connect(own, mode="rwc")) as copy,
            ):
                if journal.connection:
                    source.execute("PRAGMA locking_mode = EXCLUSIVE")
                source.backup(copy)
            self._known = _signature(path)
        super().__init__(own, info, _IN_SCRATCH)

    def begin_session(self, content: Mapping[str, Json]) -> None:
        """As of `RunWriter`; it is copied at once, so that everybody sees where the run is."""
        super().begin_session({**content, "scratch": str(self._scratch.path)})
        self._changed = True
        self.publish()
        # The first generation of a session is, too.
        self._copied_at = -math.inf

    def end_session(self, outcome: str) -> None:
        """As of `RunWriter`; it is copied."""
        super().end_session(outcome)
        self._changed = True
        self.publish()

    def append(self, new: NewGeneration) -> None:
        """As of `RunWriter`; it is copied if that is due, and later if it cannot be."""
        if not self._path.exists():
            raise OutputError(
                f"the run's store is written in {self._path}, which is gone. {self._remedy}"
            )
        super().append(new)
        self._changed = True
        due_s = max(self._every_s, _SHARE * self._took_s)
        if time.monotonic() - self._copied_at < due_s:
            return
        try:
            self.publish()
        except OutputError as error:
            self._copied_at = time.monotonic()
            _log.warning("%s. The run goes on, and tries again", error)

    def publish(self) -> None:
        """Copy the store to where it belongs, if it is another one by now.

        Raises
        ------
        OutputError
            If it cannot be written there, or somebody else has.
        """
        if not self._changed:
            return
        began = time.monotonic()
        temporary = self._target.with_name(f".{self._target.name}.new")
        with self._copying("it cannot be copied there"):
            self._refuse_others()
            try:
                self._copy_to(temporary)
                self._put_in_order()
                self._refuse_others()
                temporary.replace(self._target)
                _sync(self._target.parent)
            finally:
                temporary.unlink(missing_ok=True)
            self._known = _signature(self._target)
        self._changed = False
        self._copied_at = time.monotonic()
        self._took_s = self._copied_at - began
        _log.debug("copied the store to %s in %.3f s", self._target, self._took_s)

    def close(self) -> None:
        """Close the store; what could not be copied is kept where it is."""
        try:
            self.publish()
        except OutputError as error:
            kept = self._scratch.keep() / self._path.name
            _log.warning("%s. The whole store is kept: %s", error, kept)
        super().close()

    # --- copying

    def _copy_to(self, temporary: Path) -> None:
        for left in (temporary, *beside(temporary)):
            left.unlink(missing_ok=True)
        # As whoever makes a store on that file system.
        connection = journal_for(self._target).connection
        with contextlib.closing(schema.connect(temporary, mode="rwc", **connection)) as copy:
            if connection:
                copy.execute("PRAGMA locking_mode = EXCLUSIVE")
            # It is put on the disk as a whole below, before it has its name.
            copy.execute("PRAGMA journal_mode = OFF")
            copy.execute("PRAGMA synchronous = OFF")
            self._connection.backup(copy)
        _sync(temporary)

    def _put_in_order(self) -> None:
        """Let SQLite finish what lies beside the last store: it would go into the new one."""
        if not any(path.exists() for path in beside(self._target)):
            return
        journal = journal_for(self._target)
        opened = schema.connect(self._target, mode="rw", **journal.connection)
        with contextlib.closing(opened) as last:
            if journal.connection:
                last.execute("PRAGMA locking_mode = EXCLUSIVE")
            last.execute("PRAGMA journal_mode = DELETE")
            last.execute("SELECT count(*) FROM session").fetchone()
        self._known = _signature(self._target)
        for path in beside(self._target):
            if path.exists():
                raise sqlite3.OperationalError(f"{path} is used by another process")

    def _refuse_others(self) -> None:
        """Make sure that what is replaced is what was copied there: never a newer one by an older.

        Raises
        ------
        sqlite3.OperationalError
            If it is not.
        """
        if _signature(self._target) != self._known:
            raise sqlite3.OperationalError(
                "somebody else has written it since, who may have taken the run over; what is "
                "there is left as it is"
            )

    # --- messages

    @property
    def _remedy(self) -> str:
        return (
            f"{self._target} has what was copied there last. Make room on that disk, choose "
            f"another folder with --scratch, or leave it out; then go on with --resume "
            f"{self._target}"
        )

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise OutputError(
                f"the run's store cannot be written in the folder of --scratch, "
                f"{self._scratch.path} ({what}): {error}. {self._remedy}"
            ) from error

    @contextmanager
    def _copying(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise OutputError(
                f"the run's store {self._target}: {what}: {error}. Check that the disk is not full "
                "and that you may write there"
            ) from error


def _signature(path: Path) -> _Signature:
    """Return what is another where a file was written or replaced."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _sync(path: Path) -> None:
    """Have the system put a file, or the names in a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
