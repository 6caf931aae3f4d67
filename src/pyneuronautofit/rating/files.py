"""Where ratings are kept: a JSON file for each rater beside the database.

A file for each rater, and not one for all: two people who rate at the same time, even on two
computers that share a folder, never write the same file.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pyneuronautofit._atomic import replacing
from pyneuronautofit._bounded import allowance_of, parse_json, read_bytes
from pyneuronautofit._locks import PathLock, Taken
from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.errors import DatabaseError, OutputError
from pyneuronautofit.rating.sheet import MOST_CHANGES, Change, Key, Rating, Sheet, Verdict

_FORMAT, _VERSION = "pyneuronautofit ratings", 1
_CURE = "It is left as it is: mend it, or move it away to begin anew"


def ratings_path(database: Path, rater: str | None) -> Path:
    """Return where a rater's sheet is: `<name>-ratings.json`, or `<name>-ratings-RATER.json`."""
    whose = "" if rater is None else f"-{rater}"
    return database.with_name(f"{_name(database)}-ratings{whose}.json")


def accepted_name(database: Path) -> str:
    """Return what a database of accepted models is called: `<name>-accepted.json`."""
    return f"{_name(database)}-accepted.json"


def read_sheets(database: Path) -> list[Sheet]:
    """Return the sheets of all raters of a database, in the order of their names.

    Raises
    ------
    DatabaseError
        If one cannot be read.
    """
    return [read_sheet(path) for path in sheet_paths(database)]


def sheet_paths(database: Path) -> list[Path]:
    """Return where the sheets of all raters of a database are; raises as `read_sheets`."""
    first = f"{_name(database)}-ratings"
    names = sorted(path.name for path in _files_of(database.parent))
    found = [n for n in names if n == f"{first}.json" or n.startswith(f"{first}-")]
    return [database.with_name(n) for n in found if n.endswith(".json")]


def read_sheet(path: Path) -> Sheet:
    """Read a rater's sheet.

    Raises
    ------
    DatabaseError
        If it cannot be read, or is none.
    """
    try:
        text = read_bytes(path, DatabaseError)
        content = parse_json(text, allowance_of(path, len(text), DatabaseError))
    except OSError as error:
        raise DatabaseError(f"cannot read the ratings {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise DatabaseError(f"the ratings {path} are no JSON: {error}. {_CURE}") from error
    try:
        return _sheet_of(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
        raise DatabaseError(f"{path} holds no ratings: {what}. {_CURE}") from error


class SheetFile:
    """A rater's file, while they rate: nobody else can write it.

    Parameters
    ----------
    path
        Where it is; it is made when the first thing is kept.
    database
        The file name of the database, which is written into it.
    """

    def __init__(self, path: Path, database: str) -> None:
        self.path = path
        self._database = database
        self._lock = PathLock(path.with_name(f"{path.name}.lock"))
        self._written: tuple[int, int, int] | None = None

    def open(self, new: Sheet) -> Sheet:
        """Take the file and return what is in it, or the new sheet where there is no file.

        Raises
        ------
        OutputError
            If somebody else has it, or there can be no file.
        DatabaseError
            If it cannot be read, or is another rater's.
        """
        try:
            self._lock.acquire(patience_s=0)
        except Taken as error:
            raise OutputError(
                f"the ratings {self.path} are being written by another process: end that one, or "
                "rate under another name with --rater"
            ) from error
        except OSError as error:
            raise OutputError(
                f"cannot write beside {self.path}, where ratings are kept: "
                f"{error.strerror or error}. Check that you may write to that folder, or copy the "
                "database to one of yours"
            ) from error
        if not self.path.exists():
            return new
        self._written = _signature(self.path)
        sheet = read_sheet(self.path)
        if sheet.rater != new.rater:
            raise DatabaseError(
                f"{self.path} holds the ratings of {sheet.rater or 'somebody without a name'}, and "
                f"not of {new.rater or 'somebody without a name'}: rename it as it was"
            )
        return sheet

    def save(self, sheet: Sheet) -> None:
        """Write the sheet: it is on the disk when this returns.

        Raises
        ------
        OutputError
            If it cannot be written, or if somebody else has changed it.
        """
        found = _signature(self.path)
        if found is not None and found != self._written:
            raise OutputError(
                f"{self.path} was changed by another program, so it is not written any more. "
                "Restart final-check to go on with what is in it now"
            )
        text = json.dumps(_content_of(sheet, self._database), indent=1, ensure_ascii=False)
        with replacing(self.path) as stream:
            stream.write(text.encode("utf-8", "backslashreplace") + b"\n")
        _sync_folder(self.path.parent)
        self._written = _signature(self.path)

    def close(self) -> None:
        """Give the file back."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def _name(database: Path) -> str:
    return database.name.removesuffix(".gz").removesuffix(".json")


def _files_of(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise DatabaseError(f"cannot read {folder}: {error.strerror or error}") from error


def _signature(path: Path) -> tuple[int, int, int] | None:
    """Return what tells one state of a file from another; None: there is no file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _sync_folder(folder: Path) -> None:
    """Make sure that a renamed file is still renamed after a power cut."""
    # Some network disks cannot; the file itself is safe there, too.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# --- values and JSON


def _content_of(sheet: Sheet, database: str) -> Json:
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "database": database,
        "rater": sheet.rater,
        "blind": sheet.blind,
        "at": None if sheet.at is None else _model(sheet.at),
        "ratings": [{**_model(key), **_said(rating)} for key, rating in sheet.ratings.items()],
        "history": [{**_model(each.key), "before": _said(each.before)} for each in sheet.history],
    }


def _model(key: Key) -> dict[str, Json]:
    return {"id": key.number, "digest": key.digest}


def _said(rating: Rating) -> dict[str, Json]:
    verdict = None if rating.verdict is None else str(rating.verdict)
    return {"verdict": verdict, "note": rating.note, "time": rating.time}


def _sheet_of(content: Json) -> Sheet:
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        found = quoted(content) if isinstance(content, dict) else type(content).__name__
        raise ValueError(f"expected the format {_FORMAT!r}, found {found}")
    if content["version"] != _VERSION:
        raise ValueError(
            f"its version is {content['version']!r}, and this program knows version {_VERSION}"
        )
    rater, blind, at = content["rater"], content["blind"], content["at"]
    history = [Change(_key(each), _rating(each["before"])) for each in content["history"]]
    return Sheet(
        rater=None if rater is None else _typed(rater, str, "rater"),
        blind=None if blind is None else _typed(blind, int, "blind"),
        at=None if at is None else _key(at),
        ratings={_key(each): _rating(each) for each in content["ratings"]},
        history=tuple(history[-MOST_CHANGES:]),
    )


def _key(entry: Mapping[str, Json]) -> Key:
    return Key(_typed(entry["id"], int, "id"), _typed(entry["digest"], str, "digest"))


def _rating(entry: Mapping[str, Json]) -> Rating:
    verdict = entry["verdict"]
    return Rating(
        None if verdict is None else Verdict(verdict),
        _typed(entry["note"], str, "note"),
        _typed(entry["time"], str, "time"),
    )


def _typed(value: Json, kind: type, name: str) -> Json:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{name} is {str(value)[:40]!r}, expected {kind.__name__}")
    return value
