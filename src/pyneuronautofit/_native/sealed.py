"""Files of a cache that are whole, and that nobody but their owner can have written.

What is in a cache is executed, or decides what is. A file may be cut off, by a full disk or a loss
of power; a disk may have lost a part of it; it may have been put there by somebody else. So each
has a seal, a digest of its name and content, and is used only if it belongs to the user (or to the
system's administrator), nobody else can write in it, and the seal fits. As ssh does with its keys,
whatever is not so is left alone; the caller makes it again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pyneuronautofit.errors import ModelError

_log = logging.getLogger(__name__)

#: How the names of files begin that are not yet in their place.
UNFINISHED = ".building-"

_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def digest(parts: Iterable[bytes]) -> str:
    """Return a name for what `parts` say, in this order."""
    made = hashlib.sha256()
    for part in parts:
        # With the lengths, ("ab", "c") and ("a", "bc") have different names.
        made.update(f"{len(part)}\0".encode() + part)
    return made.hexdigest()[:32]


def seal_of(name: str, content: bytes) -> str:
    """Return the seal of a file: it fits no other content, and no other name."""
    return digest([os.fsencode(name), content])


def is_own(found: os.stat_result) -> bool:
    """Tell whether a file or folder is the user's own, or the system's."""
    return found.st_uid in (os.geteuid(), 0)


def others_may_write(found: os.stat_result) -> bool:
    """Tell whether anybody but its owner can write in a file or folder."""
    return bool(found.st_mode & _OTHERS_MAY_WRITE)


def read_own(path: Path) -> tuple[bytes | None, str]:
    """Read a file that nobody else can have written.

    Returns
    -------
    bytes or None
        Its content; None if there is no such file, or it is not the user's own.
    str
        Why it cannot be used; empty if it can, or is not there.
    """
    try:
        # What is looked at is what is read, whatever becomes of the name in the meantime; and a
        # pipe that nobody writes is not waited for.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                return None, "is no file"
            if not is_own(found):
                return None, f"belongs to somebody else (the user with the number {found.st_uid})"
            if others_may_write(found):
                return None, "can be changed by others"
            return stream.read(), ""
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"cannot be read ({error.strerror or error})"


def put_in_place(content: bytes, path: Path, mode: int = 0o755) -> None:
    """Write `path` in one step, so that nobody ever sees a part of it, not even after a crash."""
    descriptor, temporary = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            # A name that is on the disk before its content would be a file that is cut off.
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def check_parent(folder: Path, what: str, advice: str) -> None:
    """Make sure that in a folder, if it is there, nobody else can replace what the user has in it.

    It is left as it is: the user has chosen it, and may share it on purpose. Where it is sticky, as
    /tmp is, others can write there, but each has only his own.

    Parameters
    ----------
    what, advice
        As of `make_own`.

    Raises
    ------
    ModelError
        If somebody else can: he could put a folder of this name there, or move the user's own.
    """
    try:
        found = folder.stat()
    except OSError:
        return  # there is nothing; whoever writes will hear why
    if not is_own(found):
        raise _foreign(folder, found, what, advice)
    if others_may_write(found) and not found.st_mode & stat.S_ISVTX:
        raise _open_to_others(
            folder, what, f"(chmod go-w), or let each have only his own (chmod +t). {advice}"
        )


def make_own(folder: Path, what: str, advice: str) -> None:
    """Make sure that a folder, if it is there, is one in which only the user can write.

    One of his own in which others can write is closed to them.

    Parameters
    ----------
    what
        What is kept there, in the plural, for the message of the error.
    advice
        What to do instead, a sentence.

    Raises
    ------
    ModelError
        If it is somebody else's, or remains open to others.
    """
    try:
        found = folder.stat()
    except OSError:
        return  # there is nothing; whoever writes will hear why
    if not is_own(found):
        raise _foreign(folder, found, what, advice)
    if not others_may_write(found):
        return
    try:
        folder.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS_MAY_WRITE)
        closed = not others_may_write(folder.stat())
    except OSError:
        closed = False
    if not closed:
        raise _open_to_others(folder, what, f"(chmod go-w). {advice}")
    _log.warning("others could write in %s, where %s are kept; now they cannot", folder, what)


def _foreign(folder: Path, found: os.stat_result, what: str, advice: str) -> ModelError:
    return ModelError(
        f"{what} are not taken from {folder}: it belongs to somebody else (the user with the "
        f"number {found.st_uid}), who could put anything there. {advice}"
    )


def _open_to_others(folder: Path, what: str, cure: str) -> ModelError:
    return ModelError(
        f"{what} are not taken from {folder}: others can write there, and could put anything "
        f"there. Take that right from them {cure}"
    )
