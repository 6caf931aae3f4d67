"""Locks on files of their own, which end with their process, however that ends.

Where the file system has locks (flock), the system itself frees those of a dead process. Where it
has none, or where they are known to one computer alone, the file is the lock while it is there. It
says who has it; that of a process that is known to be dead is taken over. Of a process on another
computer nothing is known: its lock has to be removed by a person.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
import platform
import re
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from pyneuronautofit._mounts import file_system_of

_log = logging.getLogger(__name__)

# How a file system says that it has no such locks.
_NO_LOCKS = frozenset({errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOLCK, errno.EINVAL})
_POLL_S = 0.05
_HOST = re.compile(r"[\w.-]{1,255}", re.ASCII)
_LARGEST_RECORD = 4096
# A pipe of that name is not waited for.
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
# Files that are there for a moment.
_PREFIX = ".lock-"


@dataclass(frozen=True)
class Owner:
    """Who has a lock.

    Attributes
    ----------
    host
        The name of the computer.
    process
        The number of the process there.
    life
        What tells the process from others of this number: which start of the computer it belongs
        to, where its number counts, and when it began. Empty where that is not known.
    since
        When it took the lock (ISO 8601, UTC).
    soft
        Whether the file itself is the lock. Two processes may see this differently, as they may
        have come to one folder by different ways: what counts is what its owner saw.
    """

    host: str
    process: int
    life: tuple[str, str, str]
    since: str
    soft: bool = False

    @property
    def is_dead(self) -> bool:
        """Whether the process is known to have ended."""
        if self.host != platform.node() or not all(self.life):
            return False
        boot, numbers, began = self.life
        if boot != _boot():
            # Many computers are called "localhost": it may be another one.
            return not self.host.startswith("localhost")
        return numbers == _numbers() and _has_ended(self.process, began)

    def __str__(self) -> str:
        return f"process {self.process} on {self.host}"


#: Somebody who cannot be read.
UNKNOWN = Owner("an unknown computer", 0, ("", "", ""), "")


class Taken(Exception):  # noqa: N818 - it is no error of anybody's
    """Somebody else has the lock.

    Attributes
    ----------
    owner
        Who, where that can be read.
    soft
        Whether the file itself is the lock, so that a person may have to remove it.
    """

    def __init__(self, owner: Owner | None, *, soft: bool) -> None:
        super().__init__(str(owner))
        self.owner = owner
        self.soft = soft


class PathLock:
    """A lock on a file of its own, which is removed when the lock is given back.

    Parameters
    ----------
    path
        The file. Its folder has to be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1
        self._record: bytes | None = None

    @property
    def held(self) -> bool:
        """Whether this object has the lock."""
        return self._record is not None

    def acquire(self, patience_s: float | None = None) -> None:
        """Take the lock.

        Parameters
        ----------
        patience_s
            How long to wait for it; None: until it is free.

        Raises
        ------
        Taken
            If somebody else has it all that time.
        OSError
            If the file cannot be made.
        """
        folder = self.path.parent
        soft = not file_system_of(folder).has_common_locks or not has_locks(folder)
        attempt = self._try_softly if soft else self._try
        until = None if patience_s is None else time.monotonic() + patience_s
        record = _new_record(soft=soft)
        while not attempt(record):
            if until is not None and time.monotonic() >= until:
                owner = read_owner(self.path)
                raise Taken(owner, soft=soft or (owner is not None and owner.soft))
            time.sleep(_POLL_S)
        self._record = record

    def release(self) -> None:
        """Give the lock back; nothing happens where it is not held."""
        if self._record is None:
            return
        # A person may have removed it, and somebody else have one of this name by now.
        if _content_of(self.path) == self._record:
            with contextlib.suppress(OSError):
                self.path.unlink()
        self._record = None
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.release()

    def _try(self, record: bytes) -> bool:
        # What a link leads to is not ours to be written over.
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self.path, flags, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Else its owner has given it back in the meantime, and so removed the file.
            if _is_at(descriptor, self.path) and _soft_owner_of(self.path) is None:
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, record, 0)
                self._descriptor, descriptor = descriptor, -1
                return True
        except BlockingIOError:
            return False
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        return False

    def _try_softly(self, record: bytes) -> bool:
        return self._link(record) or (self._took_from_the_dead() and self._link(record))

    def _link(self, record: bytes) -> bool:
        """Make the file at one moment with all that is in it; False if it is there already."""
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=self.path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(record)
            temporary.chmod(0o644)
            os.link(temporary, self.path)
        except FileExistsError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def _took_from_the_dead(self) -> bool:
        """Remove the file if its process is known to be dead; tell whether it was removed."""
        content = _content_of(self.path)
        owner = None if content is None else _owner_in(content)
        if owner is None or not owner.is_dead:
            return False
        aside = self.path.with_name(f"{_PREFIX}{uuid.uuid4().hex}")
        try:
            self.path.rename(aside)
        except FileNotFoundError:
            return True  # somebody else was faster
        same = _content_of(aside) == content
        if same:
            _log.warning("%s, which had the lock %s, is dead: it is taken over", owner, self.path)
        else:
            # Somebody else was faster, and has it now.
            with contextlib.suppress(FileExistsError):
                os.link(aside, self.path)
        aside.unlink()
        return same


def owner_of(path: Path) -> Owner | None:
    """Return who has a lock at this moment; None if nobody has. The lock is left as it is.

    Where it cannot be read who has it, the number of the process is 0.
    """
    try:
        descriptor = os.open(path, _READ)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        free = file_system_of(path).has_common_locks
    except BlockingIOError:
        return read_owner(path) or UNKNOWN
    except OSError:
        free = False  # a file system without such locks
    finally:
        os.close(descriptor)
    if free:
        return _soft_owner_of(path)
    owner = read_owner(path) or UNKNOWN
    return None if owner.is_dead else owner


def _soft_owner_of(path: Path) -> Owner | None:
    """Return who has a lock that is its file alone; None if nobody who is not known to be dead."""
    owner = read_owner(path)
    return owner if owner is not None and owner.soft and not owner.is_dead else None


def read_owner(path: Path) -> Owner | None:
    """Return whom a lock's file names, whether he has it or had it; None if nobody."""
    content = _content_of(path)
    return None if content is None else _owner_in(content)


def has_locks(folder: Path) -> bool:
    """Find out whether a folder's file system has locks at all.

    Raises
    ------
    OSError
        If nothing can be written there.
    """
    with tempfile.TemporaryFile(prefix=_PREFIX, dir=folder) as stream:
        return _can_lock(stream.fileno(), folder)


def is_locked_by_the_system(path: Path) -> bool:
    """Find out whether who has a lock could lock other files there, too; true where nobody has."""
    if _soft_owner_of(path) is not None:
        return False
    try:
        descriptor = os.open(path, _READ)
    except OSError:
        return True
    try:
        return _can_lock(descriptor, path)
    finally:
        os.close(descriptor)


def _can_lock(descriptor: int, path: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError as error:
        if error.errno in _NO_LOCKS:
            _log.debug("there are no locks for %s: %s", path, error)
            return False
        raise
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _new_record(*, soft: bool) -> bytes:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    process = os.getpid()
    owner = Owner(platform.node(), process, (_boot(), _numbers(), _began(process)), since, soft)
    return (json.dumps(asdict(owner)) + "\n").encode("ascii")


def _content_of(path: Path) -> bytes | None:
    try:
        descriptor = os.open(path, _READ)
    except OSError:
        return None
    try:
        return os.read(descriptor, _LARGEST_RECORD)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _owner_in(content: bytes) -> Owner | None:
    try:
        fields: Any = json.loads(content)
        boot, numbers, began = map(str, fields["life"])
        host = fields["host"]
        if not _HOST.fullmatch(host):
            return None
        process = max(int(fields["process"]), 0)
        # The number 0 would be this process's own group.
        life = (boot, numbers, began) if process else ("", "", "")
        return Owner(host, process, life, str(fields["since"]), fields.get("soft") is True)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None


def _boot() -> str:
    """Return which start of the computer this is; empty where that is not known."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _numbers() -> str:
    """Return where numbers of processes count: containers have their own."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _began(process: int) -> str:
    """Return when a process began, in ticks since the computer's start; empty if not known."""
    fields = _fields_of(process)
    return fields[19] if len(fields) > 19 else ""


def _has_ended(process: int, began: str) -> bool:
    """Tell whether the process that began then is known to have ended."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        pass  # it is another user's
    fields = _fields_of(process)
    # What is dead has a number until somebody asks for its exit code.
    return bool(fields) and (fields[0] in ("Z", "X") or _began(process) != began)


def _fields_of(process: int) -> list[str]:
    """Return what Linux tells of a process, from its state on; nothing where it does not."""
    try:
        text = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    except OSError:
        return []
    # Its name, which stands in brackets before, may hold anything.
    return text.rpartition(")")[2].split()
