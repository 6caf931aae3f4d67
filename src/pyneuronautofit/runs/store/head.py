"""The head of a run's store: what does not change in a run."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.errors import RunError
from pyneuronautofit.runs.export import Header, numbers
from pyneuronautofit.runs.store import schema
from pyneuronautofit.runs.store.content import RunInfo


def write_info(connection: sqlite3.Connection, info: RunInfo) -> None:
    """Write the head into a store that has none."""
    initial = None if info.initial is None else [numbers(row) for row in info.initial]
    values: dict[str, Json] = {
        "header": info.header.as_json(),
        "settings": dict(info.settings),
        "identity": dict(info.identity),
        "places": dict(info.places),
        "mode_sizes": [list(pair) for pair in info.mode_sizes],
        "log_search": info.log_search,
        "statuses": dict(info.statuses),
        "initial": initial,
    }
    for key, value in values.items():
        row = (key, json.dumps(value))
        connection.execute("INSERT INTO run VALUES (?, ?, ?)", (*row, schema.checksum(row)))


def read_info(connection: sqlite3.Connection, path: Path) -> RunInfo:
    """Read the head of a store; raises RunError if it is damaged or incomplete."""
    try:
        rows = connection.execute("SELECT key, value, crc FROM run").fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise RunError(f"the head of the run's store {path} is damaged: {error}") from error
    damaged = [key for key, value, crc in rows if schema.checksum((key, value)) != crc]
    if damaged:
        raise RunError(
            f"the head of the run's store {path} is damaged ({quoted(map(str, damaged))}); restore "
            "it from a copy, or use the run's JSON files"
        )
    values: dict[str, Json] = {key: json.loads(value) for key, value, _crc in rows}
    try:
        return RunInfo(
            header=Header.from_json(values["header"]),
            settings=values["settings"],
            identity=values["identity"],
            places=values["places"],
            mode_sizes=tuple((code, size) for code, size in values["mode_sizes"]),
            log_search=values["log_search"],
            statuses=values["statuses"],
            initial=_array_or_none(values["initial"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"the run's store {path} lacks {error} in its head") from error


def _array_or_none(rows: Json) -> FloatArray | None:
    return None if rows is None else np.array(rows, dtype=np.float64)
