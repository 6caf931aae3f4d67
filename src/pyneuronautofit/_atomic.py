"""Files that are either the old ones or the new ones, never half of the new.

What is no file is no file afterwards, either: devices, pipes and standard output are written into,
and a link stays a link, whose file is replaced.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pyneuronautofit.errors import OutputError

#: Names of what this process has open already, by its number.
_STREAMS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_NUMBERED = re.compile(r"/(?:dev|proc/self)/fd/(\d+)")

# As many links after each other as the system follows.
_MOST_LINKS = 40
# A file's name may have 255 bytes, and the temporary one is longer.
_MOST_OF_NAME = 60


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path`; at the end of the block it takes the place of `path`.

    Whatever ends the block early (an exception, a signal, a full disk) leaves `path` as it was and
    removes the temporary file. The new file has the rights of the one that it replaces. Devices,
    pipes and streams are not replaced: at the end of the block all is written into them.

    Raises
    ------
    OutputError
        If the file cannot be written there.
    """
    try:
        with _replaced(path) if is_replaceable(path) else _written_into(path) as stream:
            yield stream
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _stream_of(path) is not None:
            raise  # as where something is printed: who read it has left
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}. Check that the folder exists, that "
            "you may write to it and that the disk is not full, or choose another with --output."
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write `text` (UTF-8) to `path`, atomically; bytes of names that are not UTF-8 as escapes."""
    with replacing(path) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))


def is_replaceable(path: Path) -> bool:
    """Tell whether `path` is a file, or would be one: no device, pipe, stream or folder."""
    if _stream_of(path) is not None:
        return False
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def is_standard_output(path: Path) -> bool:
    """Tell whether a path or a link names what this process prints to."""
    return _stream_of(path) == _STREAMS["/dev/stdout"]


@contextlib.contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of another, or of what a link points to."""
    target = Path(os.path.realpath(path))
    before = target.stat() if target.exists() else None
    if before is not None and not os.access(target, os.W_OK):
        raise PermissionError(0, "it is write-protected")
    temporary: str | None = None
    try:
        prefix = f".{target.name[:_MOST_OF_NAME]}."
        descriptor, temporary = tempfile.mkstemp(prefix=prefix, dir=target.parent)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _take_rights(temporary, before)
        os.replace(temporary, target)
        temporary = None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


@contextlib.contextmanager
def _written_into(path: Path) -> Iterator[IO[bytes]]:
    """Open a file whose content goes into what is no file, once there is all of it."""
    stream = _stream_of(path)
    mode = 0 if stream is not None else path.stat().st_mode
    if stat.S_ISBLK(mode):
        raise PermissionError(0, "it is a disk, which nothing but a file system belongs on")
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(0, "it is a folder")
    # Some formats are not written from the first byte to the last.
    with tempfile.TemporaryFile() as content:
        yield content
        content.seek(0)
        # What was printed before comes before.
        sys.stdout.flush()
        flags = os.O_WRONLY | os.O_NOCTTY
        descriptor = os.open(path, flags) if stream is None else os.dup(stream)
        with os.fdopen(descriptor, "wb") as target:
            shutil.copyfileobj(content, target)


def _stream_of(path: Path) -> int | None:
    """Return the number of what this process has open, if that is what a path or a link names."""
    text = os.path.abspath(path)
    for _ in range(_MOST_LINKS):
        numbered = _NUMBERED.fullmatch(text)
        if text in _STREAMS or numbered:
            return int(numbered[1]) if numbered else _STREAMS[text]
        try:
            text = os.path.join(os.path.dirname(text), os.readlink(text))
        except OSError:  # no link
            break
    return None


def _take_rights(temporary: str, before: os.stat_result | None) -> None:
    """Give a new file the rights and the owner of the one before it."""
    if before is None:
        # mkstemp makes files that only their owner can read; a result is an ordinary file.
        os.chmod(temporary, 0o666 & ~_umask())
        return
    os.chmod(temporary, stat.S_IMODE(before.st_mode) & 0o777)
    if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(OSError):  # who may give files away decides the system
            os.chown(temporary, before.st_uid, before.st_gid)


def _umask() -> int:
    # The process's umask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
