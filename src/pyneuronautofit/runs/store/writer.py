"""Writing a run store: one transaction per generation."""

from __future__ import annotations

import contextlib
import glob
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._text import writable
from pyneuronautofit._types import FloatArray, IntArray, Json
from pyneuronautofit.errors import OutputError
from pyneuronautofit.runs.store import schema
from pyneuronautofit.runs.store.content import Evaluations, RunInfo
from pyneuronautofit.runs.store.disk import JournalMode, journal_for
from pyneuronautofit.runs.store.encoding import encode, rows_in
from pyneuronautofit.runs.store.head import FINER, write_info
from pyneuronautofit.runs.store.reader import RunReader
from pyneuronautofit.runs.store.references import RowIndex


@dataclass(frozen=True)
class NewGeneration:
    """A generation to be stored.

    Attributes
    ----------
    number
        0 is the initial population.
    evaluations
        Of its candidates.
    state
        The strategy's, after it was told the scores.
    population : FloatArray, shape (n_member, n_param), search coordinates
        The population after it, best first.
    population_scores : FloatArray, shape (n_member, n_score)
    archive : IntArray, shape (n_archive,)
        Rows of the non-dominated evaluations, ascending.
    seconds
        Time of computing since the run began, s.
    """

    number: int
    evaluations: Evaluations
    state: Any
    population: FloatArray
    population_scores: FloatArray
    archive: IntArray
    seconds: float


class RunWriter:
    """Appends to a store.

    Parameters
    ----------
    path
        A store that `create_store` has made. Whoever writes holds its lock.
    info
        What it holds.
    journal
        How SQLite writes it; None: as the file system wants it.

    Raises
    ------
    OutputError
        If it cannot be opened for writing.
    """

    def __init__(self, path: Path, info: RunInfo, journal: JournalMode | None = None) -> None:
        self._path = path
        n_param, n_score = len(info.header.parameters), len(info.header.markers)
        self._index = RowIndex(n_param, n_score)
        self._searched = info.searched
        self._statuses = {name: code for code, name in enumerate(info.statuses)}
        self._n_row = 0
        self._archive: IntArray = np.empty(0, dtype=np.int64)
        self._session = -1
        with self._writing("opened"):
            journal = journal or journal_for(path)
            self._connection = schema.connect(path, mode="rw", **journal.connection)
            journal.use(self._connection)
            found = schema.check_kind(self._connection, path)
            if found < schema.SCHEMA:
                schema.migrate(self._connection, found)

    def close(self) -> None:
        """Close the store; nothing that was appended is lost."""
        self._connection.close()

    def publish(self) -> None:
        """Make what was appended visible to everybody; here it is."""

    def go_on(self, run: RunReader) -> None:
        """Take up a run where it was left; `run` is what was read of this store."""
        last = run.last
        if last is None:
            return
        self._n_row = run.n_evaluation
        self._archive = run.archive()
        used = [(each.kind, each.numbers) for each in rows_in(run.state(last.number))]
        for kind, rows in [*used, ("both", last.population)]:
            known = run.evaluations(rows)
            self._index.add(rows, known.coordinates, known.scores, [kind])

    def begin_session(self, content: Mapping[str, Json]) -> None:
        """Note that a session begins.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        with self._writing("a session"), schema.transaction(self._connection):
            (number,) = self._connection.execute("SELECT count(*) FROM session").fetchone()
            row = (int(number), _now(), json.dumps(content))
            self._connection.execute(
                "INSERT INTO session (number, began, content, crc) VALUES (?, ?, ?, ?)",
                (*row, schema.checksum(row)),
            )
            self._session = int(number)

    def end_session(self, outcome: str) -> None:
        """Note how the session ended; raises as `begin_session`."""
        with self._writing("the end of the session"), schema.transaction(self._connection):
            self._connection.execute(
                "UPDATE session SET ended = ?, outcome = ? WHERE number = ?",
                (_now(), writable(outcome), self._session),
            )

    def note_finer(self, finer: Mapping[str, Json]) -> None:
        """Note what the best models score with finer steps, instead of what was noted before.

        Parameters
        ----------
        finer
            As `kinds.FINER` has it; raises as `begin_session`.
        """
        row = (FINER, json.dumps(finer))
        with self._writing("finer sums"), schema.transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO run VALUES (?, ?, ?)", (*row, schema.checksum(row))
            )

    def append(self, new: NewGeneration) -> None:
        """Store a generation, all of it or nothing.

        Raises
        ------
        OutputError
            If it cannot be written: the disk is full, for instance. The store is as it was.
        """
        evaluations = new.evaluations
        rows = np.arange(self._n_row, self._n_row + len(evaluations), dtype=np.int64)
        self._index.add(rows, evaluations.coordinates, evaluations.scores)
        # Only new rows can enter an archive, and what has left it does not come back.
        stayed = new.archive[new.archive < self._n_row]
        removed = np.ones(len(self._archive), dtype=bool)
        removed[np.searchsorted(self._archive, stayed)] = False
        generation = (
            new.number, self._n_row, len(rows), _now(), new.seconds,
            _blob(self._index.members(new.population, new.population_scores)),
            _blob(new.archive[len(stayed) :]),
            _blob(self._archive[removed]),
            encode(new.state, self._index.find),
        )  # fmt: skip
        with self._writing(f"generation {new.number}"), schema.transaction(self._connection):
            self._insert("generation", generation)
            self._insert("evaluation", (new.number, *self._columns(evaluations)))
        self._index.forget()
        self._n_row += len(rows)
        self._archive = new.archive

    def _columns(self, evaluations: Evaluations) -> tuple[bytes | str, ...]:
        coordinates, parameters = evaluations.coordinates, evaluations.parameters
        others = ~self._searched
        # Usually the coordinates of the others are the values themselves, to the last bit.
        if _blob(coordinates[:, others]) == _blob(parameters[:, others]):
            coordinates = coordinates[:, self._searched]
        messages = {place: text for place, text in enumerate(evaluations.messages) if text}
        return (
            _blob(parameters),
            _blob(coordinates),
            _blob(evaluations.scores),
            _blob(evaluations.fitness),
            bytes(self._statuses[name] for name in evaluations.status),
            _blob(evaluations.seconds),
            json.dumps(messages),
        )

    def _insert(self, table: str, row: tuple[Any, ...]) -> None:
        places = ", ".join("?" * (len(row) + 1))
        # `table` is a word of this module, never of a user's.
        self._connection.execute(
            f"INSERT INTO {table} VALUES ({places})", (*row, schema.checksum(row))
        )

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        with _explaining(self._path, what):
            yield


@contextmanager
def _explaining(path: Path, what: str) -> Iterator[None]:
    """Turn what SQLite says about a store that is being written into an error of this package."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise OutputError(
            f"the run's store {path} cannot be written ({what}): {error}. What was stored before "
            "is safe. Check that the disk is not full and that you may write there; then go on "
            f"with --resume {path}"
        ) from error


def create_store(path: Path, info: RunInfo) -> None:
    """Make a store without generations; it is there as a whole, or not at all.

    Raises
    ------
    OutputError
        If it cannot be written there.
    """
    # Whoever makes a store holds its lock, so this is nobody else's.
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.unlink(missing_ok=True)
        # A connection's `with` would end its transaction, but not close it.
        journal = journal_for(path)
        opened = schema.connect(temporary, mode="rwc", **journal.connection)
        with contextlib.closing(opened) as connection:
            journal.use(connection)
            _fill(connection, info)
        temporary.rename(path)
    except (sqlite3.Error, OSError) as error:
        raise OutputError(
            f"cannot write the run's store {path}: {error}. Check that the folder exists, that you "
            "may write to it and that the disk is not full, or choose another with --output"
        ) from error
    finally:
        for left in path.parent.glob(f"{glob.escape(temporary.name)}*"):
            left.unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection, info: RunInfo) -> None:
    connection.executescript(
        f"BEGIN; PRAGMA application_id = {schema.APPLICATION_ID:d};"
        f"PRAGMA user_version = {schema.SCHEMA:d}; {schema.TABLES} COMMIT;"
    )
    with schema.transaction(connection):
        write_info(connection, info)


def _blob(array: Any) -> bytes:
    """Return an array's elements, little-endian, row by row."""
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    return bytes(little.tobytes())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
