"""The one way in which functions are compiled."""

from __future__ import annotations

import contextlib
import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.runtime import rtsys

from pyneuronautofit._native import sealed

_log = logging.getLogger(__name__)

# As `sealed.seal_of` writes it.
_SEAL_BYTES = 32

# What unpickling raises where something that was pickled by its name is another, or gone.
_UNREADABLE = (AttributeError, EOFError, ImportError, pickle.UnpicklingError, TypeError)

# Another version may need more to load what it has compiled: it does that as it does by itself.
_IS_KNOWN = numba.version_info.short == (0, 68)

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    # Dividing by zero gives inf or nan, as in arrays, and needs no test in inner loops.
    "error_model": "numpy",
    # Sums may be added up in several lanes. Nothing is assumed about nan and inf: they survive.
    "fastmath": {"reassoc", "contract"},
}


class _SealedFiles(IndexDataCacheFile):  # type: ignore[misc]
    """numba's files, but each with a seal before its content: they hold machine code, and pickles.

    numba itself would run whatever is in them. What is not whole, or not the user's own, is as if
    it were not there.
    """

    def _load_index(self) -> dict[Any, str]:
        """Return which file holds what was compiled for a signature."""
        content = self._read(self._index_name)
        if content is None:
            return {}
        version, stamp, overloads = pickle.loads(content)
        if (version, stamp) != (self._version, self._source_stamp):
            return {}  # what another version wrote need not be readable
        found: dict[Any, str] = pickle.loads(overloads)
        return found

    def _save_index(self, overloads: dict[Any, str]) -> None:
        content = (self._version, self._source_stamp, self._dump(overloads))
        self._write(self._index_name, content)

    def _load_data(self, name: str) -> Any:
        content = self._read(name)
        if content is None:
            # What numba takes for "it is not there any more".
            raise FileNotFoundError(name)
        return pickle.loads(content)

    def _save_data(self, name: str, data: Any) -> None:
        self._write(name, data)

    def _read(self, name: str) -> bytes | None:
        path = Path(self._data_path(name))
        found, wrong = sealed.read_own(path)
        if found is not None:
            content = found[_SEAL_BYTES:]
            if sealed.seal_of(name, content).encode() == found[:_SEAL_BYTES]:
                return content
            wrong = "is damaged"
        if wrong:
            _log.info("%s %s, so it is not used", path, wrong)
        return None

    def _write(self, name: str, value: Any) -> None:
        content = self._dump(value)
        seal = sealed.seal_of(name, content).encode()
        sealed.put_in_place(seal + content, Path(self._data_path(name)), mode=0o644)


class _Cache(FunctionCache):  # type: ignore[misc]
    """numba's cache, which also forgets what it cannot read.

    It holds what was compiled by the types of its arguments, a named tuple's class by its name. It
    would look up those of former code before it sees that the code is another, and fail where a
    class is gone.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        locator = self._impl.locator
        self._cache_file = _SealedFiles(
            self._cache_path, self._impl.filename_base, locator.get_source_stamp()
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the function that was compiled for a signature, or None.

        numba itself first loads all that it could compile with, in half a second. What is compiled
        already needs the run time system alone; where there is nothing, the compiler loads the
        rest.
        """
        try:
            if not _IS_KNOWN:
                return super().load_overload(sig, target_context)
            rtsys.initialize(target_context)
            return self._load_overload(sig, target_context)
        except _UNREADABLE:
            with contextlib.suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the function that was compiled for a signature, where that is possible."""
        try:
            super().save_overload(sig, data)
        except (OSError, *_UNREADABLE) as error:
            _log.info("what was compiled cannot be kept in %s: %s", self._cache_path, error)


def compiled(function: F) -> F:
    """Compile a function when it is first called, and keep the result on disk where possible.

    The machine code lies beside the source or, where that cannot be written, in the user's cache;
    where neither can, every process compiles anew.
    """
    made = numba.njit(**_OPTIONS)(function)
    try:
        # What `cache=True` does, with a cache of our own.
        made._cache = _Cache(function)
    except RuntimeError as error:
        _log.info("%s is compiled anew in every process: %s", function.__name__, error)
    kept: F = made
    return kept
