"""How SQLite keeps what it writes, where the store is.

In WAL mode readers and the writer share memory, which computers that share a file system do not.
There a rollback journal is used, which needs nothing but locks. Where there are none, the lock of
the run (`lock.py`) keeps other writers out, and readers read a copy.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyneuronautofit._locks import has_locks
from pyneuronautofit._mounts import file_system_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JournalMode:
    """A way of writing.

    Attributes
    ----------
    mode, synchronous
        What SQLite calls them.
    connection
        Parameters of the connection's URI, see `schema.connect`.
    """

    mode: str
    synchronous: str
    connection: Mapping[str, str] = field(default_factory=dict)

    def use(self, connection: sqlite3.Connection) -> None:
        """Let a connection write so."""
        if self.connection:
            # Without locks there is no shared memory, which a store in WAL mode would want.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        # Words of this module.
        connection.execute(f"PRAGMA journal_mode = {self.mode}")
        connection.execute(f"PRAGMA synchronous = {self.synchronous}")


#: For disks of this computer: a reader never waits for the writer, nor the writer for it.
WRITE_AHEAD = JournalMode("WAL", "NORMAL")
#: For disks that computers share.
ROLLBACK = JournalMode("DELETE", "FULL")
#: For those that have no locks.
ALONE = JournalMode("DELETE", "FULL", {"vfs": "unix-none"})


def journal_for(store: Path) -> JournalMode:
    """Return how a store is to be written.

    Raises
    ------
    OSError
        If nothing can be written in its folder.
    """
    if not has_locks(store.parent):
        return ALONE
    found = file_system_of(store)
    if not found.is_shared:
        return WRITE_AHEAD
    _log.info(
        "%s is on a file system that computers share (%s); --scratch DIR would write it elsewhere",
        store.parent, found.kind,
    )  # fmt: skip
    return ROLLBACK
