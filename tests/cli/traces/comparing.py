"""Whether two runs are the same to the last bit, but for the time that they took."""

from __future__ import annotations

import contextlib
import json

from pyneuronautofit.runs.store import schema

_GENERATION = "number, first_row, n_row, population, entered, removed, state"
_EVALUATION = "generation, parameters, coordinates, scores, fitness, status, messages"


def content(path):
    """Everything that a store says about its generations, but for when and how fast."""
    with contextlib.closing(schema.connect(path, mode="ro")) as connection:
        return {
            table: connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()
            for table, columns in (("generation", _GENERATION), ("evaluation", _EVALUATION))
        }


def results(path):
    """A result file, but for the command line that stands in its head."""
    stored = json.loads(path.read_text())
    del stored["cmd"]
    return stored


def assert_same_run(one, other):
    """Compare the stores and the result files of two runs (RunFiles)."""
    stored, again = content(one.store), content(other.store)
    assert [row[0] for row in stored["generation"]] == [row[0] for row in again["generation"]]
    for table, rows in stored.items():
        for row, copy in zip(rows, again[table], strict=True):
            assert row == copy, f"{table} {row[0]} differs"
    for name in ("final", "evaluations", "checkpoint"):
        assert results(getattr(one, name)) == results(getattr(other, name)), name
