"""The one way in which functions are compiled."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba.core.caching import FunctionCache

_log = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    # Dividing by zero gives inf or nan, as in arrays, and needs no test in inner loops.
    "error_model": "numpy",
    # Sums may be added up in several lanes. Nothing is assumed about nan and inf: they survive.
    "fastmath": {"reassoc", "contract"},
}


class _Cache(FunctionCache):  # type: ignore[misc]
    """numba's cache, which also forgets what it cannot read.

    It holds what was compiled by the types of its arguments, a named tuple's class by its name. It
    would look up those of former code before it sees that the code is another, and fail where a
    class is gone.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the function that was compiled for a signature, or None."""
        try:
            return super().load_overload(sig, target_context)
        except (AttributeError, EOFError, ImportError, pickle.UnpicklingError, TypeError):
            self.flush()
            return None


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
