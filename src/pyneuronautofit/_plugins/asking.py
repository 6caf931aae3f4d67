"""What a function of somebody else wants to be called with: its parameters, by their names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from typing import Any

from pyneuronautofit._text import nearest, quoted
from pyneuronautofit.errors import UsageError

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_MOST_NAMED = 20


def place_of_function(function: Callable[..., Any], name: str) -> str:
    """Return what a function is called, and where it stands, for messages."""
    code = getattr(function, "__code__", None)
    return name if code is None else f"{name} ({code.co_filename}:{code.co_firstlineno})"


def asked_for(function: Callable[..., Any], known: Collection[str], where: str) -> tuple[str, ...]:
    """Return the names of a function's parameters that it is called with.

    Parameters
    ----------
    known
        All that it may ask for.
    where
        Which function it is, for messages.

    Raises
    ------
    UsageError
        If nobody knows what one of them is.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        raise UsageError(f"{where}: its parameters cannot be found out") from error
    named = [each for each in parameters if each.kind in _NAMED and each.name in known]
    for each in parameters:
        needed = each.default is inspect.Parameter.empty and each.kind not in _REST
        if needed and each not in named:
            meant = nearest(each.name, known)
            raise UsageError(
                f"{where}: nobody knows what its parameter {each.name} is: expected "
                f"{quoted(known, _MOST_NAMED)}, or a default value"
                + (f". Is {meant} meant?" if meant else "")
            )
    return tuple(each.name for each in named)
