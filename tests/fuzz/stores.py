"""Stores of runs: damaged ones, and such that somebody made, whose checksums are right."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import shutil
import sqlite3
import struct
from pathlib import Path
from typing import Any

from fuzz.case import Case, command
from fuzz.mutations import (
    REAL,
    TEXTS,
    WHOLE,
    json_bytes,
    mutated_bytes,
    mutated_json,
    mutated_text,
)
from runs.store import crafted

_RUNS = ("run-N", "run-K", "run-K")
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n)"
_STATEMENTS = (
    f"DROP TABLE evaluation; CREATE VIEW evaluation AS {_ENDLESS} SELECT i FROM n",
    f"DROP TABLE run; CREATE VIEW run AS {_ENDLESS} SELECT i AS key, i AS value, i AS crc FROM n",
    f"DROP TABLE generation; CREATE VIEW generation AS {_ENDLESS} SELECT i AS number FROM n",
    "CREATE TRIGGER t AFTER INSERT ON session BEGIN DELETE FROM run; END",
    "ALTER TABLE session ADD COLUMN x AS (zeroblob(1000000000))",
    "DROP TABLE session", "CREATE TABLE sqlitex (x)", "DELETE FROM run", "DELETE FROM session",
    "DELETE FROM generation WHERE number = 0", "DELETE FROM evaluation", "VACUUM",
    "UPDATE run SET crc = 'x'", "UPDATE session SET ended = 'x', outcome = x'ff'",
    "UPDATE session SET ended = zeroblob(5000000)", "PRAGMA user_version = -1",
    "PRAGMA application_id = 0", "PRAGMA journal_mode = WAL", "PRAGMA encoding = 'UTF-16'",
    "INSERT INTO session SELECT number + 100, began, content, crc, ended, outcome FROM session",
)  # fmt: skip


def _asked(rng: random.Random, sound: Path, path: Path) -> Case:
    """Return a case that uses a store as one of the commands does."""
    out = path.parent / "out"
    out.mkdir(exist_ok=True)
    table = rng.choice(("csv", "csv", "json", "parquet", "csv,json"))
    ways: tuple[tuple[object, ...], ...] = (
        ("status", path),
        ("status", path, "--json"),
        ("status", "--output", path.parent),
        ("report", path, "--no-traces", "-o", out / "page.html"),
        ("export", path, "--output", out, "--formats", table),
        ("collect", path, "-o", out / "db.json"),
        ("collect", path, sound / "run-N.sqlite", "-o", out / "db.json", "--max", "O=9"),
        ("collect", path, "-o", out / "db.json", "--best", "2"),
    )
    way = rng.random()
    if way < 0.96:
        return command(*rng.choice(ways))
    if way < 0.98:
        words = ("--resume", path, "--project", sound / "model", "-G", "4", "-n", "1", "--dry-run")
        return command(*words, may_run=True)
    words = ("-A", "N", "-m", "OV", "-P", "12", "--dry-run", "-n", "1", "-I", path)
    words = (*words, "--project", sound / "model", "--output", out, sound / "cell.npz")
    return command(*words, may_run=True)


def _copied(rng: random.Random, sound: Path, folder: Path) -> Path:
    path = folder / f"{rng.choice(_RUNS)}.sqlite"
    shutil.copyfile(sound / path.name, path)
    return path


def damaged(rng: random.Random, sound: Path, folder: Path) -> Case:
    path = _copied(rng, sound, folder)
    path.write_bytes(mutated_bytes(rng, path.read_bytes()))
    if rng.random() < 0.1:
        path.with_name(f"{path.name}-wal").write_bytes(rng.randbytes(5000))
    if rng.random() < 0.1:
        text = rng.choice((b'{"process": 1e999}', b"[[", b'{"process": []}', b"\xff", b"{}"))
        path.with_suffix(".lock").write_bytes(text)
    if rng.random() < 0.2:
        log = gzip.compress(b"2024 x WARNING y: z\n" * 50)
        path.with_suffix(".log.gz").write_bytes(mutated_bytes(rng, log))
    return _asked(rng, sound, path)


def other_tables(rng: random.Random, sound: Path, folder: Path) -> Case:
    path = _copied(rng, sound, folder)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for _statement in range(rng.choice((1, 1, 2))):
            with contextlib.suppress(sqlite3.Error):
                connection.executescript(rng.choice(_STATEMENTS))
    return _asked(rng, sound, path)


def other_cells(rng: random.Random, sound: Path, folder: Path) -> Case:
    """A cell or two hold something else; the checksums are right."""
    path = _copied(rng, sound, folder)
    for _change in range(rng.choice((1, 1, 1, 2))):
        table = rng.choice(("run", "run", "session", "generation", "generation", "evaluation"))
        columns, name = crafted.TABLES[table]
        with contextlib.closing(sqlite3.connect(path)) as connection:
            keys = connection.execute(f"SELECT {name} FROM {table}").fetchall()
        column = "value" if table == "run" else rng.choice(columns)
        (key,) = rng.choice(keys)
        value = _other(rng, column, crafted.cell(path, table, key, column))
        with contextlib.suppress(sqlite3.Error, OverflowError, TypeError, UnicodeError):
            crafted.rewrite(path, table, key, column, value)
    return _asked(rng, sound, path)


def _other(rng: random.Random, column: str, value: Any) -> Any:
    if rng.random() < 0.15:
        cells = (*WHOLE[:12], *REAL, *TEXTS, b"", b"\xff" * 8, bytes(80_000))
        return rng.choice(cells)
    if column in {"value", "content", "messages"}:
        return json_bytes(rng, mutated_json(rng, json.loads(value))).decode("utf-8", "replace")
    if column == "state":
        return _other_state(rng, value)
    if isinstance(value, bytes):
        return _other_numbers(rng, column, value)
    if isinstance(value, str):
        return mutated_text(rng, value)
    return rng.choice((*WHOLE[:12], *REAL, value + 1, -value))


def _other_state(rng: random.Random, data: bytes) -> bytes:
    end = 4 + int.from_bytes(data[:4], "little")
    if rng.random() < 0.2:
        return mutated_bytes(rng, data)
    text = json_bytes(rng, mutated_json(rng, json.loads(data[4:end])))
    return len(text).to_bytes(4, "little") + text + data[end:]


def _other_numbers(rng: random.Random, column: str, value: bytes) -> bytes:
    """Return a blob of numbers with some others, or another number of them."""
    if rng.random() < 0.3 or len(value) < 8:
        return mutated_bytes(rng, value)
    changed = bytearray(value)
    for _number in range(rng.choice((1, 3))):
        at = rng.randrange(len(changed) // 8) * 8
        if column in {"population", "entered", "removed"}:
            struct.pack_into("<q", changed, at, rng.choice((-1, 0, 1, 5, 11, 40, 2**62, -(2**63))))
        else:
            struct.pack_into("<d", changed, at, rng.choice(REAL))
    return bytes(changed)
