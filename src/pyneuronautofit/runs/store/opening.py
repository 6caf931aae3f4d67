"""Finding a run's store, and opening it for reading without disturbing whoever writes it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

from pyneuronautofit._locks import is_locked_by_the_system, owner_of
from pyneuronautofit._text import quoted, shortened
from pyneuronautofit.errors import RunError
from pyneuronautofit.runs.store import schema
from pyneuronautofit.runs.store.disk import ALONE

SUFFIX = ".sqlite"
# How the names of the other files of a run end: those that nobody can make again, and those that
# are made of the store.
_LOG = ".log.gz"
_PARTS = (f"{SUFFIX}-wal", f"{SUFFIX}-shm", f"{SUFFIX}-journal", ".lock", ".stop", _LOG)
_RESULTS = (
    "-final.json",
    "-arXive.json",
    "-chpnt.json",
    "-KrWtLg.json",
    "-evaluations.csv",
    "-evaluations.parquet",
)
# How often a store is copied that is being written, and how long is waited between.
_MOST_COPIES, _PAUSE_S = 5, 0.2
_MAGIC = b"SQLite format 3\0"


def find_store(run: str, folder: Path) -> Path:
    """Return the store of a run; of a link the file that it leads to, beside which the lock is.

    Parameters
    ----------
    run
        A stamp, or the path of the store, or of another file of the run.
    folder
        Where relative paths begin, and where a stamp is sought.

    Raises
    ------
    RunError
        If there is none.
    """
    given = folder / run
    for path in (given, given.with_name(f"{given.name}{SUFFIX}"), *_sibling(given)):
        if path.suffix == SUFFIX and _is_file(path):
            return real_store(path)
    folder = given if os.path.isdir(given) else given.parent
    there = sorted(path.name for path in folder.glob(f"*{SUFFIX}"))
    raise RunError(
        f"there is no run {shortened(run)}{_but(given)}: expected a run's stamp, or the path of "
        f"its store (<stamp>{SUFFIX}); {folder} has {quoted(there)}"
    )


def real_store(path: Path) -> Path:
    """Return the file that a link leads to; what is no link as it is.

    A store has one lock, whatever it is called by. That is beside the file, and has its name. Links
    to folders change nothing in that.

    Raises
    ------
    RunError
        If the file has a name that no store has, so that its lock would have none.
    """
    if not path.is_symlink():
        return path
    real = Path(os.path.realpath(path))
    if real.suffix != SUFFIX:
        raise RunError(
            f"{path} is a link to {real}: expected one to the store of a run (<stamp>{SUFFIX}), as "
            "its lock is called after it. Copy the file, or rename it"
        )
    return real


def _but(given: Path) -> str:
    """Say what is there where a run was expected; nothing where nothing is."""
    if os.path.isdir(given):
        if _is_file(given / "array.json"):
            return (
                ", but an array of runs ('status' takes its folder; give one of its runs, or its "
                "models.json where the models of a file will do)"
            )
        return ", but a folder of this name"
    if not _is_file(given):
        return ""
    holds = " (models of a file are for 'info', 'evaluate', 'polish' and -I)"
    return f", but a file of this name{holds if '.json' in given.suffixes else ''}"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no file can have so long a name
        return False


def is_store(path: Path) -> bool:
    """Tell whether a file looks like a store."""
    if not _is_file(path):  # what is a pipe would be waited for
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def belonging_to(path: Path, remade: Path | None = None) -> str | None:
    """Return the stamp of the run that a file belongs to; None if it is no run's.

    That is SQLite's own beside the store, which hold what was written last, the lock, the log, and
    the results. Links are followed: whoever writes to one replaces what it points to.

    Parameters
    ----------
    remade
        The store of the run whose results are made anew, which do not count then.
    """
    path = Path(os.path.realpath(path))
    for ending in (*_PARTS, *_RESULTS):
        stamp = path.name.removesuffix(ending)
        store = path.with_name(f"{stamp}{SUFFIX}")
        if stamp == path.name or not is_store(store):
            continue
        if ending in _PARTS or remade is None or not store.samefile(remade):
            return stamp
    return None


class Source:
    """A store that is open for reading.

    Attributes
    ----------
    connection
        Cannot write.
    losses
        What is wrong with the file as a whole, for people.
    n_byte
        The size of the store, with what is not yet in it for good.
    at_rest
        Whether nobody wrote the store when it was opened. Then it is read without SQLite's locks,
        which would leave files of their own behind.
    """

    def __init__(self, path: Path) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.losses: list[str] = []
        unfinished = any(other.exists() for other in beside(path))
        self.at_rest = not unfinished and owner_of(path.with_suffix(".lock")) is None
        _check_head(path)
        try:
            self.connection = self._open(path)
            self.n_byte = _size_of(self.connection)
        except sqlite3.Error as error:
            self.close()
            raise RunError(
                f"the run's store {path} cannot be read: {error}. It was damaged after it was "
                "written; restore it from a copy, or use the run's JSON files"
            ) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(AttributeError):
            self.connection.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _open(self, path: Path) -> sqlite3.Connection:
        connection, found = None, 0
        # Where there are no locks, a store is not to be read while it is written.
        if self.at_rest or is_locked_by_the_system(path.with_suffix(".lock")):
            connection, found = _try_to_open(path, mode="ro", immutable=str(int(self.at_rest)))
        if connection is None:
            # A folder in which nothing can be made, or a generation that was not finished, or a
            # file without its end.
            self._folder = tempfile.TemporaryDirectory(prefix="pyneuronautofit-")
            copy = _copy(path, Path(self._folder.name))
            connection, found = _try_to_open(copy, mode="rw", **ALONE.connection)
        if connection is None:
            connection = schema.connect(copy, mode="rw", **ALONE.connection)
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            # SQLite refuses a file that is shorter than its head says, unless told to repair it.
            connection.execute("PRAGMA writable_schema = ON")
            found = schema.check_kind(connection, path)
            self.losses.append("the file is shorter than it was")
        if found < schema.SCHEMA:
            connection = self._migrated(connection, found)
        return connection

    def _migrated(self, connection: sqlite3.Connection, found: int) -> sqlite3.Connection:
        """Return a copy in the memory that has the present schema: the file is only read."""
        copy = sqlite3.connect(":memory:", isolation_level=None)
        with contextlib.closing(connection):
            connection.backup(copy)
        schema.migrate(copy, found)
        return copy


def _size_of(connection: sqlite3.Connection) -> int:
    (n_page,) = connection.execute("PRAGMA page_count").fetchone()
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    return int(n_page) * int(page_bytes)


def _check_head(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            head = stream.read(len(_MAGIC))
    except OSError as error:
        raise RunError(f"cannot read the run's store {path}: {error.strerror}") from error
    if head != _MAGIC:
        what = "is empty" if not head else f"begins with {head!r}"
        raise RunError(f"{path} {what}: expected the store of a run, an SQLite file")


def _try_to_open(path: Path, **mode: str) -> tuple[sqlite3.Connection | None, int]:
    connection = schema.connect(path, **mode)
    try:
        if mode.keys() >= ALONE.connection.keys():
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        return connection, schema.check_kind(connection, path)
    except sqlite3.Error:
        connection.close()
        return None, 0
    except BaseException:
        connection.close()
        raise


def _copy(path: Path, folder: Path) -> Path:
    """Copy a store with what is not yet in it for good, which lies in a file of its own."""
    copy = folder / path.name
    try:
        for _attempt in range(_MOST_COPIES):
            before = _signatures(path)
            for one, other in zip((path, *beside(path)), (copy, *beside(copy)), strict=True):
                other.unlink(missing_ok=True)
                if one == path or one.exists():
                    shutil.copyfile(one, other)
            if _signatures(path) == before:
                break
            time.sleep(_PAUSE_S)  # it was written in the meantime
    except OSError as error:
        raise RunError(f"cannot read the run's store {path}: {error.strerror}") from error
    return copy


def beside(path: Path) -> tuple[Path, Path]:
    """Return where SQLite keeps what was written last, and what was there before."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-journal")


def _signatures(path: Path) -> list[tuple[int, int] | None]:
    """Return what changes when a store is written."""
    found: list[tuple[int, int] | None] = []
    for each in (path, *beside(path)):
        try:
            status = each.stat()
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((status.st_size, status.st_mtime_ns))
    return found


def _sibling(path: Path) -> list[Path]:
    """Return the store that another file of the run (`-final.json`, `.log.gz`) lies beside."""
    return [
        path.with_name(path.name.removesuffix(ending) + SUFFIX)
        for ending in (*_RESULTS, _LOG)
        if path.name.endswith(ending)
    ]
