"""Reading a run's store: finished or not, sound or not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from pyneuronautofit._bounded import allowance_of, parse_json
from pyneuronautofit._bounded.kinds import mapped, text
from pyneuronautofit._locks import Owner, owner_of
from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.errors import RunError
from pyneuronautofit.optimisers.weighting import Weights
from pyneuronautofit.runs.export import Header
from pyneuronautofit.runs.stamp import RunFiles
from pyneuronautofit.runs.store import kinds, schema
from pyneuronautofit.runs.store.content import Evaluations, Generation, Session
from pyneuronautofit.runs.store.encoding import Record, Rows, decode, restore
from pyneuronautofit.runs.store.head import read_info
from pyneuronautofit.runs.store.opening import Source, find_store, real_store

T = TypeVar("T")

_SESSION = ("number", "began", "content")
_GENERATION = "number, first_row, n_row, finished, seconds, population, entered, removed, state"
_EVALUATION = "generation, parameters, coordinates, scores, fitness, status, seconds, messages"

_MESSAGES = mapped(text)


class DamagedRowError(RunError):
    """A row of a store is not what was written."""


class RunReader:
    """A run, as its store has it at the moment of opening.

    Parameters
    ----------
    path
        The store.
    check
        Read everything once, and take only the generations before the first damaged one. Without,
        only what is asked for is looked at: `status` should not read gigabytes.

    Attributes
    ----------
    path
        The store.
    info
        What does not change in the run.
    generations
        The complete generations, in order.
    losses
        What was lost of the run, in words; empty for a sound store.
    """

    def __init__(self, path: Path, *, check: bool = True) -> None:
        path = real_store(path)
        self.path = path
        self._source = Source(path)
        self._connection = self._source.connection
        self.losses = list(self._source.losses)
        try:
            self.info = read_info(self._connection, path)
            self._searched = self.info.searched
            self._names = tuple(self.info.statuses)
            self._n_byte = self._source.n_byte
            self.generations = tuple(self._sound_generations(check=check))
            if check:
                self._check_sessions()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self._source.close()

    # --- the run

    @property
    def files(self) -> RunFiles:
        """The names of the run's files."""
        return RunFiles(self.path.parent, self.path.stem)

    @property
    def header(self) -> Header:
        """The head of the result files."""
        return self.info.header

    @property
    def running(self) -> bool:
        """Whether a process writes the store at this moment."""
        return owner_of(self.files.lock) is not None

    @property
    def writer(self) -> Owner | None:
        """The process that writes the store at this moment, or is about to; None: nobody."""
        return owner_of(self.files.lock)

    @property
    def sessions(self) -> tuple[Session, ...]:
        """All sittings of the run.

        Raises
        ------
        RunError
            If what is stored of them is damaged.
        """
        try:
            rows = self._connection.execute(
                "SELECT number, began, content, crc, ended, outcome FROM session ORDER BY number"
            ).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise DamagedRowError(f"{self.path} is damaged: {error}") from error
        if any(schema.checksum(row[:3]) != row[3] for row in rows):
            raise DamagedRowError(f"{self.path}: what it says about its sessions is damaged")
        return tuple(self._session(row) for row in rows)

    def _session(self, row: Sequence[Any]) -> Session:
        number, began, said, _crc, ended, outcome = row
        wrong = kinds.wrong_in(row[:3], kinds.SESSION, _SESSION)
        wrong = wrong or kinds.wrong_in((ended, outcome), kinds.ENDED, ("ended", "outcome"))
        if wrong:
            raise DamagedRowError(f"{self.path}, session: {wrong}")
        content = self._json(said)
        expected = kinds.CONTENT(content)
        if expected:
            raise DamagedRowError(f"{self.path}, session {number}: expected {expected}")
        return Session(number, began, content, ended, outcome)

    def _json(self, said: str) -> Any:
        """Return the value of a text in a row."""
        content = said.encode("utf-8", "surrogatepass")
        try:
            return parse_json(content, allowance_of(self.path, len(content), RunError))
        except ValueError as error:
            raise DamagedRowError(f"{self.path}: a text in it is no JSON: {error}") from error

    # --- generations

    @property
    def last(self) -> Generation | None:
        """The last complete generation."""
        return self.generations[-1] if self.generations else None

    @property
    def n_evaluation(self) -> int:
        """Number of evaluations of all complete generations."""
        return 0 if self.last is None else self.last.first_row + self.last.n_row

    def archive(self, number: int | None = None) -> IntArray:
        """Return the rows of the archive after a generation, or after the last; ascending."""
        rows: set[int] = set()
        for generation in self.generations:
            if number is not None and generation.number > number:
                break
            rows.update(generation.entered.tolist())
            rows.difference_update(generation.removed.tolist())
        return np.array(sorted(rows), dtype=np.int64)

    def state(self, number: int) -> Record:
        """Return the strategy's state after a generation, as it was stored."""
        (data,) = self._row("generation", "state", "number", number)
        decoded = decode(data, self.path)
        if not isinstance(decoded, Record):
            raise RunError(f"{self.path}: the state of generation {number} is no record")
        return decoded

    def restored_state(self, number: int, kind: type[T]) -> T:
        """Return the strategy's state after a generation as an object of its class."""
        return restore(self.state(number), kind, self.look_up)

    def weights(self, number: int) -> Weights | None:
        """Return the weights of the components after a generation; None if there are none."""
        stored = self.state(number).fields.get("weights")
        if not isinstance(stored, Record):
            return None
        weights = restore(stored, Weights, self.look_up)
        n_score = self._shape[1]
        if not weights.values.shape == weights.active.shape == (n_score,):
            raise RunError(
                f"{self.path}: the weights of generation {number} are not those of {n_score} "
                "components"
            )
        return weights

    def look_up(self, rows: Rows) -> FloatArray:
        """Return the array that rows in a state stand for."""
        found = self.evaluations(rows.numbers)
        return found.coordinates if rows.kind == "coordinates" else found.scores

    # --- evaluations

    def evaluations(self, rows: IntArray | Sequence[int] | None = None) -> Evaluations:
        """Return evaluations by their row numbers, in that order; or all of them.

        Raises
        ------
        RunError
            If there are no such rows, or they are damaged.
        """
        if rows is None:
            return _joined([block for _g, block in self.blocks()], self._shape)
        wanted = np.asarray(rows, dtype=np.int64)
        if len(wanted) and not 0 <= wanted.min() <= wanted.max() < self.n_evaluation:
            raise RunError(
                f"{self.path} has the evaluations 0 to {self.n_evaluation - 1}, not all of "
                f"{wanted.min()} to {wanted.max()}"
            )
        firsts = np.array([generation.first_row for generation in self.generations])
        owners = np.searchsorted(firsts, wanted, side="right") - 1
        parts, places = [], []
        for owner in np.unique(owners).tolist():
            chosen = np.flatnonzero(owners == owner)
            block = self._block(self.generations[owner])
            parts.append(block.take(wanted[chosen] - firsts[owner]))
            places.append(chosen)
        order = np.argsort(np.concatenate(places)) if places else wanted
        return _joined(parts, self._shape).take(order)

    def blocks(self) -> Iterator[tuple[Generation, Evaluations]]:
        """Yield the evaluations generation by generation: a long run may not fit into memory."""
        for generation in self.generations:
            yield generation, self._block(generation)

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.header.parameters), len(self.header.markers)

    def _block(self, generation: Generation) -> Evaluations:
        columns = _EVALUATION.removeprefix("generation, ")
        row = self._row("evaluation", columns, "generation", generation.number)
        return self._evaluations_of(row, generation.n_row)

    def _evaluations_of(self, row: Sequence[Any], n_row: int) -> Evaluations:
        parameters, coordinates, scores, fitness, status, seconds, messages = row
        n_param, n_score = self._shape
        try:
            values = _floats(parameters).reshape(n_row, n_param)
            given = _floats(coordinates).reshape(n_row, -1)
            whole = values.copy()
            whole[:, self._searched if given.shape[1] < n_param else slice(None)] = given
            said = self._json(messages)
            if _MESSAGES(said):
                raise ValueError(f"expected {_MESSAGES(said)} in messages")  # noqa: TRY301
            if len(status) != n_row:
                raise ValueError(f"{len(status)} of {n_row} statuses")  # noqa: TRY301
            found = Evaluations(
                values,
                whole,
                _floats(scores).reshape(n_row, n_score),
                _floats(fitness).reshape(n_row),
                tuple(self._names[code] for code in status),
                tuple(said.get(str(place), "") for place in range(n_row)),
                _floats(seconds).reshape(n_row),
            )
            wrong = kinds.wrong_in_evaluations(found)
            if wrong:
                raise ValueError(wrong)  # noqa: TRY301
            return found  # noqa: TRY300
        except (ValueError, IndexError) as error:
            raise DamagedRowError(f"{self.path} is damaged: {error}") from error

    # --- rows and their checksums

    def _sound_generations(self, *, check: bool) -> Iterator[Generation]:
        """Yield generations up to the first that is not there or not what was written."""
        expected_row, number = 0, 0
        try:
            # Not their count, for which SQLite would go through all of them.
            select = "SELECT max(number) FROM generation"
            last = self._connection.execute(select).fetchone()[0]
            n_stored = 0 if last is None else int(last) + 1
        except sqlite3.Error:
            n_stored = None
        while n_stored is None or number < n_stored:
            try:
                generation = self._generation(number, expected_row)
                if check:
                    self._check_evaluations(generation)
            except DamagedRowError:
                break
            yield generation
            expected_row += generation.n_row
            number += 1
        if n_stored is None or number < n_stored or self.losses:
            stored = "an unknown number" if n_stored is None else str(n_stored)
            self.losses.append(
                f"generations 0 to {number - 1} of {stored} can be read"
                if number
                else f"none of {stored} generations can be read"
            )

    def _check_sessions(self) -> None:
        try:
            _ = self.sessions
        except DamagedRowError:
            self.losses.append("when it was computed, and by what, cannot be read")

    def _generation(self, number: int, expected_row: int) -> Generation:
        row = self._row("generation", _GENERATION, "number", number)
        first_row, n_row, finished, seconds, *blobs = row[1:-1]
        population, entered, removed = (_integers(blob) for blob in blobs)
        if first_row != expected_row:
            raise DamagedRowError(
                f"{self.path}: generation {number} does not follow the one before"
            )
        generation = Generation(
            number, first_row, n_row, finished, seconds, population, entered, removed
        )
        wrong = kinds.wrong_in_generation(generation, self._n_byte)
        if wrong:
            raise DamagedRowError(f"{self.path}, generation {number}: {wrong}")
        return generation

    def _check_evaluations(self, generation: Generation) -> None:
        row = self._row("evaluation", _EVALUATION, "generation", generation.number)
        self._evaluations_of(row[1:], generation.n_row)

    def _row(self, table: str, columns: str, key: str, number: int) -> tuple[Any, ...]:
        """Return some columns of a row whose checksum is right."""
        full = _GENERATION if table == "generation" else _EVALUATION
        try:
            # All of these are words of this module, but for the number.
            found = self._connection.execute(
                f"SELECT {full}, crc FROM {table} WHERE {key} = ?", (number,)
            ).fetchone()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self._refuse_changed()
            raise DamagedRowError(f"{self.path} is damaged: {error}") from error
        if found is None or schema.checksum(found[:-1]) != found[-1]:
            self._refuse_changed()
            raise DamagedRowError(f"{self.path}: generation {number} is damaged or missing")
        expected = kinds.GENERATION if table == "generation" else kinds.EVALUATION
        wrong = kinds.wrong_in(found[:-1], expected, full.split(", "))
        if wrong:
            raise DamagedRowError(f"{self.path}, generation {number}: {wrong}")
        by_name = dict(zip(full.split(", "), found[:-1], strict=True))
        return tuple(by_name[name] for name in columns.split(", "))

    def _refuse_changed(self) -> None:
        """Raise RunError if the store is no damaged one, but one that has begun to change."""
        if self._source.at_rest and self.running:
            raise RunError(f"the run {self.path.stem} was taken up while it was read: try again")


def open_run(run: str | Path, folder: Path | None = None, *, check: bool = True) -> RunReader:
    """Open a run for reading: by its stamp, or by the path of its store.

    Parameters
    ----------
    folder
        Where a stamp is sought, and relative paths begin; None: the working directory.
    check
        See `RunReader`.

    Raises
    ------
    RunError
        If there is no such run, or its store is no store or too damaged.
    """
    return RunReader(find_store(str(run), folder or Path.cwd()), check=check)


def _floats(blob: bytes) -> FloatArray:
    return np.frombuffer(blob, "<f8").astype(np.float64)


def _integers(blob: bytes) -> IntArray:
    return np.frombuffer(blob, "<i8").astype(np.int64)


def _joined(parts: Sequence[Evaluations], shape: tuple[int, int]) -> Evaluations:
    n_param, n_score = shape
    if not parts:
        nothing = np.empty((0, n_param))
        none = np.empty(0)
        return Evaluations(nothing, nothing, np.empty((0, n_score)), none, (), (), none)
    return Evaluations(
        np.concatenate([part.parameters for part in parts]),
        np.concatenate([part.coordinates for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.fitness for part in parts]),
        tuple(status for part in parts for status in part.status),
        tuple(message for part in parts for message in part.messages),
        np.concatenate([part.seconds for part in parts]),
    )
