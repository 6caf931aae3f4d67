"""Stores made by hand: anything stands in their cells, and the checksums are right."""

from __future__ import annotations

import contextlib
import json
import sqlite3

from pyneuronautofit.runs.store import schema

#: Table -> the columns that its checksum is of, and the one that tells its rows apart.
TABLES = {
    "run": (("key", "value"), "key"),
    "session": (("number", "began", "content"), "number"),
    "generation": (
        (
            "number", "first_row", "n_row", "finished", "seconds", "population", "entered",
            "removed", "state",
        ),
        "number",
    ),
    "evaluation": (
        (
            "generation", "parameters", "coordinates", "scores", "fitness", "status", "seconds",
            "messages",
        ),
        "generation",
    ),
}  # fmt: skip


def cell(path, table, key, column):
    """Return what stands in a cell."""
    _columns, name = TABLES[table]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        select = f"SELECT {column} FROM {table} WHERE {name} = ?"
        return connection.execute(select, (key,)).fetchone()[0]


def rewrite(path, table, key, column, value):
    """Put a value into a cell, and make the checksum of its row right."""
    columns, name = TABLES[table]
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {name} = ?", (value, key))
        key = value if column == name else key
        select = f"SELECT rowid, {', '.join(columns)} FROM {table} WHERE {name} = ?"
        select = select.replace("rowid", name) if table == "run" else select
        row = connection.execute(select, (key,)).fetchone()
        crc = schema.checksum(row[1:])
        connection.execute(f"UPDATE {table} SET crc = ? WHERE {name} = ?", (crc, key))


def rewrite_json(path, table, key, column, change):
    """Put what a function makes of the JSON of a cell into its place."""
    content = change(json.loads(cell(path, table, key, column)))
    rewrite(path, table, key, column, json.dumps(content))
