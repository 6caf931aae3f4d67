"""The options of a run as its store has them: values of the kinds that the command line makes."""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyneuronautofit._options import check_options
from pyneuronautofit._types import Json
from pyneuronautofit._words import LARGEST_WHOLE
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.fitting.options import FitOptions


def options_from(settings: Mapping[str, Json], path: Path) -> FitOptions:
    """Return the options whose values a store has, by the names of their fields.

    Parameters
    ----------
    path
        The store, for messages.

    Raises
    ------
    RunError
        If one of them is of another kind than the option is, or one that is not allowed.
    """
    # The record is shared with others, whose masks are read already.
    hints = {**typing.get_type_hints(FitOptions), "mask": str | None}
    values: dict[str, Any] = {
        n: tuple(v) if isinstance(v, list) else v for n, v in settings.items()
    }
    wrong = [name for name, value in values.items() if not is_of(value, hints[name])]
    if wrong:
        raise RunError(
            f"{path}: its option {wrong[0]} has the value {settings[wrong[0]]!r:.60}, which is "
            "none of that option. The store was changed; restore it from a copy"
        )
    config = FitOptions(**values)
    try:
        check_options(config)
    except UsageError as error:
        raise RunError(f"{path}: an option of the run is not allowed: {error}") from error
    return config


def is_of(value: Any, hint: Any) -> bool:
    """Tell whether a value is of the type of a field."""
    if isinstance(hint, types.UnionType):
        return any(is_of(value, each) for each in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        kinds = typing.get_args(hint)
        kinds = kinds[:1] * len(value) if kinds[1:] == (...,) and _is_tuple(value) else kinds
        return _is_tuple(value) and len(value) == len(kinds) and all(map(is_of, value, kinds))
    if hint in (int, float):
        number = isinstance(value, int if hint is int else int | float)
        number = number and not isinstance(value, bool)
        most = LARGEST_WHOLE if hint is int else sys.float_info.max
        return number and abs(value) <= most
    return isinstance(value, hint)


def _is_tuple(value: Any) -> bool:
    return isinstance(value, tuple)
