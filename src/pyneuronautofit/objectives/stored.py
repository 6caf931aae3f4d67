"""Evaluation settings as result files, model databases and the stores of runs hold them.

What was written when masks could have rules of modes that are not evaluated is read as it was
meant: those rules say nothing.
"""

from __future__ import annotations

import ast
import types
import typing
from collections.abc import Mapping
from typing import Any

from pyneuronautofit._options import json_keys_of, options_of
from pyneuronautofit._plugins import is_code, split_modes
from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.objectives.settings import EvaluationSettings
from pyneuronautofit.objectives.sweeps.mask import Mask, Rule
from pyneuronautofit.objectives.table import ALL_MODES

#: The only key of a mask that is a range; see `Mask.as_json`.
_RANGE = "range"
_IN_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def settings_from_json(
    stored: Mapping[str, Json], where: str, *, pairs_are_ranges: bool
) -> EvaluationSettings:
    """Return the settings that the key `evaluation` of a file holds; others are at their defaults.

    Parameters
    ----------
    where
        The file, for messages.
    pairs_are_ranges
        Whether a list of two numbers in the mask means a range: it does in files of programs that
        had no other way to write one.

    Raises
    ------
    DatabaseError
        If there is no mode string, or something is no value of its setting.
    """
    if not isinstance(stored.get("mode"), str):
        raise DatabaseError(
            f"{where}: the evaluation has no 'mode': expected the mode letters, found the keys "
            f"{quoted(stored)}"
        )
    kinds = typing.get_type_hints(EvaluationSettings)
    values: dict[str, Any] = {}
    for name, key in json_keys_of(EvaluationSettings).items():
        if kinds[name] is Mask:
            values[name] = _mask(stored.get(key), where, pairs_are_ranges=pairs_are_ranges)
        elif key in stored:
            values[name] = _value(
                stored[key], name, kinds[name], f"{where}: the evaluation's {key!r}"
            )
    return EvaluationSettings(**values)


def used_mask(text: str | None, modes: str) -> str | None:
    """Return a mask that a run's settings hold, without rules of modes that are not evaluated."""
    try:
        literal = ast.literal_eval(text or "")
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return text  # whoever reads it says what is wrong with it
    if not isinstance(literal, dict):
        return text
    # What is not made of letters of modes is the name of a recording.
    used = {
        key: rule
        for key, rule in literal.items()
        if key in split_modes(modes) or not _are_modes(key)
    }
    return repr(used)


def used_evaluation(stored: Mapping[str, Json]) -> dict[str, Json]:
    """Return a head's evaluation without rules of modes that are not evaluated."""
    mask, modes = stored.get("mask"), stored.get("mode")
    if not isinstance(mask, dict) or not isinstance(modes, str) or set(mask) == {_RANGE}:
        return dict(stored)
    return {
        **stored,
        "mask": {key: rule for key, rule in mask.items() if key in split_modes(modes)},
    }


def _value(found: Json, name: str, kind: Any, what: str) -> Any:
    """Return a value of a file as that of a setting whose type is `kind`."""
    kinds = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    if found is None and types.NoneType in kinds:
        return None
    (kind,) = (each for each in kinds if each is not types.NoneType)
    value = _converted(found, kind)
    if value is None:
        raise DatabaseError(f"{what} is {found!r}: expected {_IN_WORDS[kind]}")
    described, _default = options_of(EvaluationSettings).get(name, (None, None))
    expected = described.check(value) if described and described.check else None
    if expected:
        raise DatabaseError(f"{what} is {found!r}: expected {expected}")
    return value


def _converted(found: Json, kind: type) -> Any:
    """Return a value in a type; None if it is none of it. JSON has one type of numbers."""
    if kind is float and isinstance(found, int) and not isinstance(found, bool):
        try:
            return float(found)
        except OverflowError:
            return None
    if kind is int and isinstance(found, float) and found.is_integer():
        return int(found)
    is_switch = isinstance(found, bool)
    return found if isinstance(found, kind) and is_switch == (kind is bool) else None


def _mask(stored: Json, where: str, *, pairs_are_ranges: bool) -> Mask:
    if isinstance(stored, dict) and set(stored) != {_RANGE}:
        # Keys that are no letters of modes were notes to oneself.
        known = {key: value for key, value in stored.items() if _is_mode(key)}
        rules = {k: _rule(v, where, pairs_are_ranges=pairs_are_ranges) for k, v in known.items()}
        return Mask(by_mode={key: rule for key, rule in rules.items() if rule is not None})
    return Mask(rule=_rule(stored, where, pairs_are_ranges=pairs_are_ranges))


def _are_modes(key: object) -> bool:
    return isinstance(key, str) and all(map(_is_mode, split_modes(key) or (key,)))


def _is_mode(code: str) -> bool:
    """Tell whether something is a mode, or the name of one whose plug-in is not there."""
    return is_code(code) if len(code) > 1 else code in ALL_MODES


def _rule(stored: Json, where: str, *, pairs_are_ranges: bool) -> Rule | None:
    if stored is None or (isinstance(stored, int) and not isinstance(stored, bool)):
        return stored
    is_range = isinstance(stored, dict)
    numbers = stored.get(_RANGE) if is_range else stored
    if not isinstance(numbers, list) or not all(isinstance(number, int) for number in numbers):
        raise DatabaseError(
            f"{where}: the evaluation's mask has {stored!r}; expected a number, a list of sweeps "
            'or {"range": [first, last]}'
        )
    if len(numbers) == 2 and (is_range or pairs_are_ranges):
        return numbers[0], numbers[1]
    return numbers
