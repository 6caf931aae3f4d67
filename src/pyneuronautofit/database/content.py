"""JSON files of models as they are: read, and written back in the layout that they had.

Files may be gzipped, whatever they are called. Numbers that are not finite, which are no JSON but
which Python writes, are read; they are written as null.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import shlex
import zlib
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._atomic import replacing
from pyneuronautofit._bounded import allowance_of, parse_json, read_bytes, unpacked
from pyneuronautofit._types import Json
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.recordings import is_recording

#: The keys under which a file may hold its list of models, in the order in which they are sought.
LIST_NAMES = ("models", "final", "records", "unique", "model", "population")

_GZIP = b"\x1f\x8b"
# A file this large is looked at before it is read: it may be a recording, or a disk image.
_LARGE_BYTES = 1 << 24
_HEAD_BYTES = 256
_FIRST_KEY = re.compile(rb'\s*\{(\s*)"(?:[^"\\]|\\.)*"\s*:(\s*)')


# How files of SQLite begin.
_STORE = b"SQLite format 3\x00"


@dataclass(frozen=True)
class JsonLayout:
    r"""How a file is written, so that it can be written so again.

    Attributes
    ----------
    indent
        Columns of each level; None: everything in one line.
    spaced
        Whether a blank follows commas and colons.
    newline
        Whether a line end is the last character.
    plain
        Whether characters beyond ASCII are written as `\uXXXX`.
    """

    indent: int | None = None
    spaced: bool = True
    newline: bool = False
    plain: bool = True


def read_content(path: Path) -> tuple[dict[str, Json], JsonLayout]:
    """Read a JSON file that holds an object, plain or gzipped.

    Raises
    ------
    DatabaseError
        If the file cannot be read, or is no such file.
    """
    raw = b""
    try:
        _check_head(path)
        raw = read_bytes(path, DatabaseError)
        allowed = allowance_of(path, len(raw), DatabaseError)
        text = unpacked(raw, allowed)
        content = parse_json(text, allowed)
    except OSError as error:
        cure = ""
        if path.is_dir():
            cure = ". Name a file: a model database, or a result file of a run"
        raise DatabaseError(f"cannot read {path}: {error.strerror or error}{cure}") from error
    except EOFError as error:
        raise DatabaseError(f"{path} is a gzip file that ends too early") from error
    except zlib.error as error:
        raise DatabaseError(f"{path} is a damaged gzip file: {error}") from error
    except ValueError as error:
        if raw.startswith(_STORE) or _is_store(path):
            raise DatabaseError(_instead_of_store(path)) from error
        if is_recording(path):
            raise DatabaseError(
                f"{path} is a recording, but models were expected: a model database, or a result "
                "file of a run. Where a command takes both, models are named first"
            ) from error
        if path.suffix.lower() == ".py":
            raise DatabaseError(
                f"{path} is a Python file, but models were expected: a model database, or a "
                f"result file of a run. A project file is named by --project {path}"
            ) from error
        raise DatabaseError(f"{path} is not a JSON file: {error}") from error
    except MemoryError as error:
        raise DatabaseError(f"{path} does not fit into the memory") from error
    if not isinstance(content, dict):
        raise DatabaseError(
            f"{path} holds a JSON {type(content).__name__}; expected an object with a list of "
            f"models ({', '.join(LIST_NAMES)})"
        )
    return content, _layout_of(text)


def write_content(path: Path, content: Json, layout: JsonLayout) -> None:
    """Write a JSON file, atomically; gzipped where its name ends in `.gz`.

    Raises
    ------
    OutputError
        If it cannot be written there.
    """
    # In JSON the escape of half a character is that half again.
    raw = format_content(content, layout).encode("utf-8", "backslashreplace")
    # Without a date, so that equal content is an equal file.
    raw = gzip.compress(raw, mtime=0) if path.suffix == ".gz" else raw
    with replacing(path) as stream:
        stream.write(raw)


def format_content(content: Json, layout: JsonLayout) -> str:
    """Return the text of a JSON file."""
    item = "," if layout.indent is not None or not layout.spaced else ", "
    separators = (item, ": " if layout.spaced else ":")

    def dump(value: Json) -> str:
        return json.dumps(
            value,
            indent=layout.indent,
            separators=separators,
            ensure_ascii=layout.plain,
            allow_nan=False,
        )

    try:
        text = dump(content)
    except ValueError:  # a number that is not finite
        text = dump(_finite(content))
    return text + "\n" if layout.newline else text


def _is_store(path: Path) -> bool:
    """Tell whether a large file, of which nothing was read, is the store of a run."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(_STORE)) == _STORE
    except OSError:
        return False


def _instead_of_store(path: Path) -> str:
    """Say which file has the models of a run whose store was given."""
    final = path.with_name(f"{path.stem}-final.json")
    if final.is_file():
        return f"{path} is the store of a run: give {final}, which has its models"
    return (
        f"{path} is the store of a run: give the run's -final.json or -arXive.json, which "
        f"'pyneuronautofit export {shlex.quote(str(path))}' writes"
    )


def _check_head(path: Path) -> None:
    """Refuse a large file that is no JSON object before all of it is read."""
    if path.stat().st_size < _LARGE_BYTES:
        return
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    # Behind a byte order mark, and between the zeros of wide characters.
    first = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    if head[:2] != _GZIP and first != b"{":
        raise ValueError(f"it begins with {head[:12]!r}, and not with '{{'")


def _layout_of(text: bytes) -> JsonLayout:
    match = _FIRST_KEY.match(text)
    if match is None:
        return JsonLayout()
    before, after = match[1].decode(), match[2]
    indent = len(before) - before.rfind("\n") - 1 if "\n" in before else None
    return JsonLayout(indent, after == b" ", text.endswith(b"\n"), text.isascii())


def _finite(value: Json) -> Json:
    """Return a value with null for every number that is not finite."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
