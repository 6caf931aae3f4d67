"""The bytes of a file, and what they unpack to, up to what is allowed."""

from __future__ import annotations

import gzip
import io
import os
import stat
from pathlib import Path
from typing import Protocol

from pyneuronautofit._bounded.opening import open_input
from pyneuronautofit._bounded.sizes import Allowance, allowance_of
from pyneuronautofit.errors import PyNeuronAutofitError

_GZIP = b"\x1f\x8b"
# A pipe has no size; it may hold as much as a small file.
_NO_SIZE = 0
_CHUNK = 1 << 20


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_bytes(path: Path, error: type[PyNeuronAutofitError]) -> bytes:
    """Return the content of a file, which may be a pipe.

    Raises
    ------
    OSError
        If it cannot be read, or is a pipe that nobody writes.
    PyNeuronAutofitError
        Of the class `error`: if it is larger than is allowed, or has no end.
    """
    with open_input(path) as stream:
        status = os.fstat(stream.fileno())
        size = status.st_size if stat.S_ISREG(status.st_mode) else _NO_SIZE
        allowed = allowance_of(path, size, error)
        allowed.check(size, "its content")
        content = _up_to(stream, allowed.most_bytes)
    allowed.check(len(content), "its content")
    return content


def unpacked(content: bytes, allowed: Allowance) -> bytes:
    """Return what the bytes of a gzip file unpack to, or the bytes where they are none.

    Raises
    ------
    OSError, EOFError, zlib.error
        If it is damaged.
    PyNeuronAutofitError
        Of the class of the allowance: if it would be more than is allowed.
    """
    if not content.startswith(_GZIP):
        return content
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
        found = _up_to(stream, allowed.most_bytes)
    # It was not read further, so nobody knows how much it is.
    allowed.check(len(found), "what it unpacks to (or more)")
    return found


def _up_to(stream: _Readable, most: int) -> bytes:
    """Return what is left of a stream, or a little more than so many bytes of it."""
    parts, size = [], 0
    # A single call would ask for all of the memory that may be taken.
    while size <= most and (part := stream.read(_CHUNK)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
