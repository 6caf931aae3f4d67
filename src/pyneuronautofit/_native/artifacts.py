"""Libraries that are compiled once and kept in a cache, which all processes of a user share.

What is compiled, and with what, is the business of whoever asks; here is where the results lie and
how several processes, one of which may be killed at any moment, keep out of each other's way.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import filelock
import platformdirs

from pyneuronautofit.errors import ModelError

#: How a shared library's name ends on this system.
LIBRARY_SUFFIX = ".dylib" if sys.platform == "darwin" else ".so"

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
    chosen = os.environ.get("PYNEURONAUTOFIT_CACHE")
    base = Path(chosen) if chosen else platformdirs.user_cache_path("pyneuronautofit")
    return base.absolute() / name


def digest(parts: Iterable[bytes]) -> str:
    """Return a name for what `parts` say, in this order."""
    made = hashlib.sha256()
    for part in parts:
        # With the lengths, ("ab", "c") and ("a", "bc") have different names.
        made.update(f"{len(part)}\0".encode() + part)
    return made.hexdigest()[:32]


@contextlib.contextmanager
def locked(library: Path, what: str) -> Iterator[None]:
    """Keep other processes from compiling the same library; the system frees a dead one's lock.

    Parameters
    ----------
    library
        Where the library will be; the folder is made.
    what
        What is kept there, in the plural, for the message of the error.

    Raises
    ------
    ModelError
        If nothing can be written there.
    """
    lock = filelock.FileLock(library.with_suffix(".lock"))
    with writing(library.parent, what):
        library.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


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


def put_in_place(content: bytes, path: Path, mode: int = 0o755) -> None:
    """Write `path` in one step, so that no process ever sees a part of it."""
    descriptor, temporary = tempfile.mkstemp(prefix=".building-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def compiler(variable: str, names: tuple[str, ...]) -> str | None:
    """Return the compiler the user has chosen, or the first that is installed."""
    installed = (name for name in names if shutil.which(name) is not None)
    return os.environ.get(variable) or next(installed, None)
