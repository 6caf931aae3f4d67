"""JSON files whose end is missing: what an interrupted program left, read as far as it goes.

Earlier programs wrote their result files record by record. Where one was stopped, the file ends in
the middle of a record, or behind one without the closing brackets; gzipped, it may end in the
middle of a block.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._bounded import Allowance, allowance_of, parse_json, read_bytes
from pyneuronautofit._types import Json
from pyneuronautofit.errors import DatabaseError

# A string, perhaps without its end, or a bracket.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # what zlib calls a gzip header before the largest window


@dataclass(frozen=True)
class Salvaged:
    """What could be read of a file.

    Attributes
    ----------
    content
        The object, with the complete members of the list that was cut off.
    loss
        What was lost, in words.
    """

    content: dict[str, Json]
    loss: str


def salvage(path: Path) -> Salvaged:
    """Read a JSON file that was cut off in the middle of its list of records.

    Raises
    ------
    DatabaseError
        If it cannot be read, or there is no complete record in it.
    """
    try:
        raw = read_bytes(path, DatabaseError)
    except OSError as error:
        raise DatabaseError(f"cannot read {path}: {error.strerror or error}") from error
    allowed = allowance_of(path, len(raw), DatabaseError)
    text = _unzipped(raw, allowed) if raw[:2] == _GZIP else raw
    end = _end_of_records(text)
    try:
        content = parse_json(text[:end] + b"]}", allowed) if end else None
    except ValueError as error:
        raise DatabaseError(f"{path} is not a JSON file: {error}") from error
    if not isinstance(content, dict):
        raise DatabaseError(f"{path} ends before its first complete record")
    n_record = len(next(reversed(content.values())))
    loss = (
        f"{path} has no end, as an interrupted program leaves it: its {n_record} complete records "
        f"are read; {len(text) - end} byte(s) behind them are lost"
    )
    return Salvaged(content, loss)


def _unzipped(raw: bytes, allowed: Allowance) -> bytes:
    """Return what can be unpacked of a gzip file, member after member."""
    parts, size = [], 0
    while raw:
        member = zlib.decompressobj(wbits=_GZIP_WINDOW)
        # Piece by piece, so that what comes before a damaged one is kept, and nothing is taken
        # before it is known how much it is.
        for at in range(0, len(raw), 1 << 16):
            try:
                parts.append(member.decompress(raw[at : at + (1 << 16)]))
            except zlib.error:
                return b"".join(parts)
            size += len(parts[-1])
            allowed.check(size, "what it unpacks to (or more)")
            if member.eof:
                raw = member.unused_data + raw[at + (1 << 16) :]
                break
        else:
            return b"".join(parts)
    return b"".join(parts)


def _end_of_records(text: bytes) -> int:
    """Return where the last complete object of a list of the outermost object ends; 0: nowhere."""
    open_brackets: list[bytes] = []
    end = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in {b"[", b"{"}:
            open_brackets.append(token)
        elif token in {b"]", b"}"}:
            if not open_brackets:
                return 0
            open_brackets.pop()
            if token == b"}" and open_brackets == [b"{", b"["]:
                end = match.end()
            elif open_brackets == [b"{"]:
                end = 0  # the list was closed: it is not the one that was cut off
    return end
