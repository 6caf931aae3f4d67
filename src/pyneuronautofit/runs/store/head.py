"""The head of a run's store: what does not change in a run."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._bounded import allowance_of, parse_json
from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.errors import ParameterError, RunError
from pyneuronautofit.runs.export import Header, numbers
from pyneuronautofit.runs.store import kinds, schema
from pyneuronautofit.runs.store.content import RunInfo
from pyneuronautofit.space import ParameterSpace

# There are ten; what later versions may add is ignored.
_MOST_KEYS = 100


#: The key of what is noted at the end of a search: see `RunInfo.finer`.
FINER = "finer"


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
    if info.floor is not None:
        values["floor"] = dict(info.floor)
    for key, value in values.items():
        row = (key, json.dumps(value))
        connection.execute("INSERT INTO run VALUES (?, ?, ?)", (*row, schema.checksum(row)))


def read_info(connection: sqlite3.Connection, path: Path) -> RunInfo:
    """Read the head of a store; raises RunError if it is damaged or incomplete."""
    try:
        select = f"SELECT key, value, crc FROM run LIMIT {_MOST_KEYS:d}"
        rows = connection.execute(select).fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise RunError(f"the head of the run's store {path} is damaged: {error}") from error
    damaged = [key for key, value, crc in rows if schema.checksum((key, value)) != crc]
    if damaged:
        raise RunError(
            f"the head of the run's store {path} is damaged ({quoted(map(str, damaged))}); restore "
            "it from a copy, or use the run's JSON files"
        )
    values = _values(rows, path)
    missing = [key for key in kinds.HEAD if key not in values]
    if missing:
        raise RunError(f"the run's store {path} lacks {quoted(map(repr, missing))} in its head")
    wrong = kinds.wrong_in_head(values)
    try:
        if wrong:
            raise ValueError(wrong)  # noqa: TRY301 - one message for all that is wrong
        rows_of_space = values["header"]["parameters"]
        ParameterSpace.from_rows(rows_of_space, log_search=values["log_search"])
        return RunInfo(
            header=Header.from_json(values["header"]),
            settings=values["settings"],
            identity=values["identity"],
            places=values["places"],
            mode_sizes=tuple((code, size) for code, size in values["mode_sizes"]),
            log_search=values["log_search"],
            statuses=values["statuses"],
            initial=_array_or_none(values["initial"]),
            floor=values.get("floor"),
            finer=values.get(FINER),
        )
    except (ParameterError, TypeError, ValueError) as error:
        raise RunError(
            f"the head of the run's store {path} is not what this program writes: {error}. Restore "
            "it from a copy, or use the run's JSON files"
        ) from error


def _values(rows: Sequence[tuple[Any, ...]], path: Path) -> dict[str, Json]:
    """Return the values of the rows of a head; raises RunError if one is no JSON."""
    allowed = allowance_of(path, sum(len(str(value)) for _key, value, _crc in rows), RunError)
    found: dict[str, Json] = {}
    for key, value, _crc in rows:
        try:
            found[str(key)] = parse_json(str(value).encode(), allowed)
        except ValueError as error:
            raise RunError(
                f"the head of the run's store {path} has no JSON as {key!r:.40}: {error}"
            ) from error
    return found


def _array_or_none(rows: Json) -> FloatArray | None:
    return None if rows is None else np.array(rows, dtype=np.float64)
