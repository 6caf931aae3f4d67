"""The tables of a run store, and how connections to it are opened.

One SQLite file per run, in WAL mode: a reader never waits for the writer, nor the writer for it.
Numbers of a generation are kept together, as blobs of little-endian doubles row by row: that is
written and read in a fraction of the time that a row per evaluation takes
(`benchmarks/run_store.py`). Rows are never changed, and every row has a checksum of its own
(CRC-32 of the columns before it, in their order), because SQLite does not notice a flipped byte
within a blob. Only how a session ended is added later.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from pyneuronautofit._text import printable
from pyneuronautofit.errors import RunError

#: Marks the file as a run store ("pNAF").
APPLICATION_ID = 0x704E4146
#: The number of the schema. A change of the tables raises it and adds a migration.
SCHEMA = 1

TABLES = """
CREATE TABLE run (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE session (
    number INTEGER PRIMARY KEY, began TEXT NOT NULL, content TEXT NOT NULL, crc INTEGER NOT NULL,
    ended TEXT, outcome TEXT
);
CREATE TABLE generation (
    number INTEGER PRIMARY KEY, first_row INTEGER NOT NULL, n_row INTEGER NOT NULL,
    finished TEXT NOT NULL, seconds REAL NOT NULL,
    population BLOB NOT NULL, entered BLOB NOT NULL, removed BLOB NOT NULL,
    state BLOB NOT NULL, crc INTEGER NOT NULL
);
CREATE TABLE evaluation (
    generation INTEGER PRIMARY KEY REFERENCES generation,
    parameters BLOB NOT NULL, coordinates BLOB NOT NULL, scores BLOB NOT NULL,
    fitness BLOB NOT NULL, status BLOB NOT NULL, seconds BLOB NOT NULL,
    messages TEXT NOT NULL, crc INTEGER NOT NULL
);
"""

#: Schema number -> what turns such a store into one of the next number.
MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], None]] = MappingProxyType({})

# How many steps of SQLite's machine a statement may take: a look at a sound store takes hundreds, a
# list of ten thousand sittings a few hundred thousand. Tables of a store that was made by hand can
# be without an end.
_MOST_STEPS, _STEPS_AT_ONCE = 20_000_000, 100_000

_MOST_TABLES = 100

# How long a connection waits for another one, s: a reader's look at a live run takes milliseconds.
_PATIENCE_S = 30.0


def checksum(columns: Iterable[Any]) -> int:
    """Return the CRC-32 of a row's columns."""
    crc = 0
    for value in columns:
        crc = zlib.crc32(value if isinstance(value, bytes) else str(value).encode(), crc)
    return crc


class BoundedConnection(sqlite3.Connection):
    """A connection to a file that may be from anybody: it runs nothing that is in there.

    A statement that takes more steps than any on a sound store is interrupted.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._left = 0
        self.set_progress_handler(self._go_on, _STEPS_AT_ONCE)
        # Views, triggers and columns that are computed are refused, too; see `check_tables`.
        super().execute("PRAGMA trusted_schema = OFF")
        super().execute("PRAGMA cell_size_check = ON")

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute a statement, for as long as that may take."""
        self._left = _MOST_STEPS
        return super().execute(*arguments)

    def _go_on(self) -> bool:
        """Count steps; return whether it is to be interrupted."""
        self._left -= _STEPS_AT_ONCE
        return self._left < 0


def connect(path: Path, **mode: str) -> sqlite3.Connection:
    """Open a connection to a file; transactions are begun and ended by whoever has it.

    Parameters
    ----------
    mode
        Parameters of SQLite's URI, such as mode="ro".
    """
    query = "&".join(f"{key}={value}" for key, value in mode.items())
    # Of bytes: a file's name need not be UTF-8.
    uri = f"file:{quote(os.fsencode(path.absolute()))}?{query}"
    return sqlite3.connect(
        uri, uri=True, isolation_level=None, timeout=_PATIENCE_S, factory=BoundedConnection
    )


def check_kind(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema number of a store.

    Raises
    ------
    RunError
        If the file is no run store, or one of a later version.
    """
    found = connection.execute("PRAGMA application_id").fetchone()[0]
    schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found != APPLICATION_ID:
        raise RunError(
            f"{path} is an SQLite file, but no run store of pyneuronautofit; a run's store is "
            "named <stamp>.sqlite"
        )
    if schema > SCHEMA:
        raise RunError(
            f"{path} has schema {schema}, but this version reads schemas up to {SCHEMA}: it was "
            "written by a later version of pyneuronautofit; use that one"
        )
    if schema < SCHEMA and schema not in MIGRATIONS:
        raise RunError(f"{path} has schema {schema}, which no version of pyneuronautofit wrote")
    if schema == SCHEMA:
        check_tables(connection, path)
    return schema


def check_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Make sure that a store has the tables of the present schema, and nothing else.

    What else SQLite knows can compute without an end, or something else than was written: views,
    triggers, columns that are computed, tables that a library makes.

    Raises
    ------
    RunError
        If it has others.
    """
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(TABLES)
        expected = _tables_in(empty)
    found = _tables_in(connection)
    for key in (*found, *expected):
        if found.get(key) != expected.get(key):
            kind, name = (printable(str(part), in_a_line=True) for part in key)
            what = "lacks" if key not in found else "has"
            how = "" if key not in found or key not in expected else " otherwise than this program"
            raise RunError(
                f"{path} {what} the {kind:.20} {name:.40}{how}: expected the tables of a run's "
                "store, and nothing else. It was made or changed by another program: restore it "
                "from a copy, or use the run's JSON files"
            )


def _tables_in(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """Return (kind, name) -> what made it, of everything that a schema has."""
    select = f"SELECT type, name, sql FROM sqlite_master LIMIT {_MOST_TABLES:d}"
    try:
        rows = connection.execute(select).fetchall()
    except UnicodeDecodeError as error:
        raise sqlite3.DatabaseError(f"a name in it is no text: {error}") from error
    return {(str(kind), str(name)): " ".join(str(sql).split()) for kind, name, sql in rows}


def migrate(connection: sqlite3.Connection, schema: int) -> None:
    """Turn a store of an earlier schema into one of the present, in one transaction."""
    with transaction(connection):
        while schema < SCHEMA:
            MIGRATIONS[schema](connection)
            schema += 1
        connection.execute(f"PRAGMA user_version = {schema:d}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Any:
    """All of the block, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
