"""Libraries that are compiled once and kept in a cache, which all processes of a user share.

What is compiled, and with what, is the business of whoever asks; here is where the results lie,
how several processes, one of which may be killed at any moment, keep out of each other's way, and
what is loaded: libraries that are whole, and the user's own (see `sealed`). A library is called
KEY-SEAL.so, so that both come into being at one moment.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from threading import Event

import platformdirs

from pyneuronautofit._locks import UNKNOWN, PathLock, Taken
from pyneuronautofit._native import sealed
from pyneuronautofit.errors import ModelError

_log = logging.getLogger(__name__)

#: Makes a name for what something is made from.
digest = sealed.digest

#: How a shared library's name ends on this system.
LIBRARY_SUFFIX = ".dylib" if sys.platform == "darwin" else ".so"

#: A compiler that takes longer than this hangs; those of the largest cells take some minutes.
COMPILING_LIMIT_S = 1800.0

# Of another process that compiles the same: how often its lock is looked at, when it is said that
# it is waited for, and when it is not waited for any longer.
_LOOK_S = 0.2
_SILENT_S = 1.0
_PATIENCE_S = 600.0
# What a process that was killed had not yet put in its place.
_UNFINISHED = f"{sealed.UNFINISHED}*"
_UNFINISHED_S = 3600.0

#: The compilers that are looked for where the environment variable names none, and the remedy.
CXX_NAMES = ("g++", "c++", "clang++")
INSTALL_ADVICE = (
    "Install with 'apt install g++ make' (Debian, Ubuntu) or 'xcode-select --install' (macOS)"
)


def cache_folder(name: str) -> Path:
    """Return the folder `name` of the cache; it need not exist.

    The cache is `platformdirs.user_cache_path("pyneuronautofit")`, or the folder that the
    environment variable PYNEURONAUTOFIT_CACHE names.
    """
    chosen = _chosen()
    base = Path(chosen) if chosen else platformdirs.user_cache_path("pyneuronautofit")
    return base.absolute() / name


def find_library(folder: Path, key: str, what: str) -> Path | None:
    """Return the library that was made of what `key` says; None if there is none that is whole.

    Parameters
    ----------
    folder
        As of `cache_folder`.
    key
        Its name; it may end in `*`, for the newest of several.
    what
        What is kept there, in the plural, for messages.

    Raises
    ------
    ModelError
        If somebody else could have put anything there.
    """
    _make_own(folder, what)
    found = folder.glob(f"{key}-*{LIBRARY_SUFFIX}")
    for path in sorted(found, key=lambda path: (_age(path), path.name)):
        content, wrong = sealed.read_own(path)
        made_of, _, seal = path.stem.rpartition("-")
        if content is not None and sealed.seal_of(made_of, content) != seal:
            wrong = "is damaged"
        if not wrong and content is not None:
            return path
        _log.warning("%s %s, so it is not used", path, wrong or "is not there any more")
        with contextlib.suppress(OSError):
            path.unlink()
    return None


def keep_library(folder: Path, key: str, content: bytes, what: str) -> Path:
    """Keep a library that was made of what `key` says, and return where.

    Raises
    ------
    ModelError
        If it cannot be written there.
    """
    path = folder / f"{key}-{sealed.seal_of(key, content)}{LIBRARY_SUFFIX}"
    with writing(folder, what):
        sealed.put_in_place(content, path)
    return path


@contextlib.contextmanager
def locked(folder: Path, key: str, what: str, stop: Event | None = None) -> Iterator[None]:
    """Keep other processes from compiling the same library; a dead one's lock is free.

    One that has the lock for very long is not waited for any longer: then both compile, which costs
    time and nothing else, for a library is put in its place at one moment.

    Parameters
    ----------
    folder
        Where the library will be; it is made.
    key
        Its name.
    what
        What is kept there, in the plural, for messages.
    stop
        Ends the waiting when it is set.

    Raises
    ------
    ModelError
        If nothing can be written there, or somebody else could write there, too.
    concurrent.futures.CancelledError
        If it was stopped.
    """
    lock = PathLock(folder / f"{key}.lock")
    with writing(folder, what):
        for each in (folder.parent, folder):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
    _make_own(folder, what)
    with writing(folder, what):
        _wait_for(lock, what, stop)
    try:
        _tidy_up(folder)
        yield
    finally:
        lock.release()


def _wait_for(lock: PathLock, what: str, stop: Event | None) -> None:
    """Take a lock, or go on without one that somebody has for too long."""
    began, said = time.monotonic(), False
    while True:
        try:
            lock.acquire(patience_s=_LOOK_S)
        except Taken as taken:
            waited_s = time.monotonic() - began
            owner = taken.owner or UNKNOWN
        else:
            return
        if stop is not None and stop.is_set():
            raise CancelledError
        if waited_s >= _PATIENCE_S:
            _log.warning(
                "%s has had the lock %s for more than %.0f s: the %s are made here, too. If it is "
                "not at work any more, remove that file.", owner, lock.path, waited_s, what,
            )  # fmt: skip
            return
        if waited_s >= _SILENT_S and not said:
            said = True
            _log.info(
                "waiting for %s, which makes the same %s", owner, what, extra={"notice": True}
            )


def _tidy_up(folder: Path) -> None:
    """Remove what processes that were killed have left half-written, under names of its own."""
    for path in folder.glob(_UNFINISHED):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _UNFINISHED_S:
                path.unlink()


def _make_own(folder: Path, what: str) -> None:
    """Make sure that nobody else can write where compiled code is kept; raises ModelError."""
    advice = "Or name another folder in the environment variable PYNEURONAUTOFIT_CACHE."
    # A folder that the user has chosen may have other purposes: only what is in it is ours.
    (sealed.check_parent if _chosen() else sealed.make_own)(folder.parent, what, advice)
    sealed.make_own(folder, what, advice)


def _chosen() -> str | None:
    return os.environ.get("PYNEURONAUTOFIT_CACHE")


def _age(path: Path) -> float:
    """Return how long ago a file was written, to compare it with others; s."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


@contextlib.contextmanager
def writing(cache: Path, what: str) -> Iterator[None]:
    """Turn what the system says against writing in `cache` into an error that names a remedy."""
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"{what} cannot be kept in {cache}: {error.strerror or error}. Free space or rights "
            "there, or name another folder in the environment variable PYNEURONAUTOFIT_CACHE."
        ) from error


def compiler(variable: str, names: tuple[str, ...]) -> str | None:
    """Return the compiler the user has chosen, or the first that is installed."""
    installed = (name for name in names if shutil.which(name) is not None)
    return os.environ.get(variable) or next(installed, None)
