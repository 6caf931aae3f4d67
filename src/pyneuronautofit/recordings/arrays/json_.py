"""JSON recordings: `{"voltage": [[..], ..], "current": [[..], ..], "dt": 0.05}`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._bounded import allowance_of, parse_json, read_bytes
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings._base import ChannelChoice
from pyneuronautofit.recordings.arrays import shared
from pyneuronautofit.recordings.selection import RawRecording

#: Keys of the files that the original program exported: conditions, but no voltages.
_CONDITIONS = frozenset({"mode", "nrec", "cond", "currents"})
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class JsonReader:
    """Reads `.json` files."""

    name: str = "JSON"
    suffixes: tuple[str, ...] = (".json",)

    def recognises(self, head: bytes) -> bool:
        """Whether the file starts with an opening brace."""
        return head.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"{")

    def read(self, path: Path, channels: ChannelChoice) -> RawRecording:
        """Read the lists of the file."""
        shared.refuse_channels(channels, path.name)
        values = _load(path)
        if values.keys() >= _CONDITIONS and "voltage" not in values:
            raise RecordingError(
                f"{path.name}: a recording was expected, but this file (keys mode, nrec, cond, "
                "currents) holds the conditions of one, without voltages. Give the recording "
                "itself: the .abf, .npz, .nwb or .json file it was made from."
            )
        shared.require_keys(values, path.name)
        for key in ("voltage", "current"):
            values[key] = _rows(values[key], key, path.name)
        return shared.recording_from(values, path.name)


def _load(path: Path) -> dict[str, Json]:
    try:
        text = read_bytes(path, RecordingError).removeprefix(_BYTE_ORDER_MARK)
        values = parse_json(text, allowance_of(path, len(text), RecordingError))
    except OSError as error:
        raise RecordingError(f"{path}: the file cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise RecordingError(
            f"{path}: a JSON object was expected, but the file is not valid JSON ({error}). Is it "
            "complete?"
        ) from error
    if not isinstance(values, dict):
        raise RecordingError(
            f"{path}: a JSON object with the keys voltage, current and dt was expected, but the "
            f"file holds a {type(values).__name__}."
        )
    return values


def _rows(value: Json, what: str, name: str) -> FloatArray:
    """Return the lists of one key as a matrix, in which what shorter ones lack is nan."""
    if not isinstance(value, list) or not value:
        raise RecordingError(
            f"{name}: the {what} must be a list of sweeps, each a list of numbers, but it is "
            f"{'an empty list' if value == [] else 'a ' + type(value).__name__}."
        )
    rows = [_row(row, sweep, what, name) for sweep, row in enumerate(value)]
    found = np.full((len(rows), max(map(len, rows))), np.nan)
    for sweep, row in enumerate(rows):
        found[sweep, : len(row)] = row
    return found


def _row(row: Any, sweep: int, what: str, name: str) -> list[float]:
    if not isinstance(row, list):
        raise RecordingError(
            f"{name}: the {what} must be a list of sweeps, each a list of numbers, but sweep "
            f"{sweep} is {row!r:.40}. A single sweep is written [[..]]."
        )
    return [_number(value, sweep, sample, what, name) for sample, value in enumerate(row)]


def _number(value: Any, sweep: int, sample: int, what: str, name: str) -> float:
    if value is None:
        return float("nan")
    # Python reads whole numbers of any size, also those that no float can hold.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or abs(value) > sys.float_info.max:
        raise RecordingError(
            f"{name}: the {what} must be finite numbers, but sweep {sweep} has {value!r:.40} at "
            f"sample {sample} (both from 0). Repair the file; a missing sample is null."
        )
    return float(value)
