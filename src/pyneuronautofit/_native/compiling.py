"""The one way in which functions are compiled."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import numba

_log = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    # Dividing by zero gives inf or nan, as in arrays, and needs no test in inner loops.
    "error_model": "numpy",
    # Sums may be added up in several lanes. Nothing is assumed about nan and inf: they survive.
    "fastmath": {"reassoc", "contract"},
}


def compiled(function: F) -> F:
    """Compile a function when it is first called, and keep the result on disk where possible.

    The machine code lies beside the source or, where that cannot be written, in the user's cache;
    where neither can, every process compiles anew.
    """
    try:
        made: F = numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError as error:
        _log.info("%s is compiled anew in every process: %s", function.__name__, error)
        made = numba.njit(cache=False, **_OPTIONS)(function)
    return made
