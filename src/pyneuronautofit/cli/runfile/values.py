"""Values of TOML as those of options, and as they are written again."""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from argparse import ArgumentTypeError
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyneuronautofit._text import shortened
from pyneuronautofit._words import LARGEST_WHOLE, FileWord
from pyneuronautofit.cli.runfile.keys import LISTED, RunKey
from pyneuronautofit.cli.runfile.places import from_file, to_file

#: How sweeps are called in the table of weights.
OF_SWEEPS = "sweeps"
_IN_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


class UnusableValue(ValueError):  # noqa: N818 (it says what is expected, and becomes an error)
    """A value that its option cannot have; the message is what is expected instead."""


def option_value(key: RunKey, value: Any, folder: Path) -> Any:
    """Return a value of a run file as its option's.

    Parameters
    ----------
    folder
        The run file's, where relative paths begin.

    Raises
    ------
    UnusableValue
        If the option cannot have it.
    """
    if key.is_repeated:
        many = value if isinstance(value, list) else [value]
        if not many or not all(isinstance(each, str) for each in many):
            raise UnusableValue(expected_of(key))
        single = dataclasses.replace(key, default=None)
        return tuple(option_value(single, each, folder) for each in many)
    found = _of_kind(key, value)
    option = key.option
    if isinstance(found, str):
        found = _read(key, found)
        if isinstance(option.parse, FileWord):
            found = from_file(found, option.parse, folder)
    # A channel is a number or a name, as on the command line.
    expected = option.check(found) if option.check is not None else None
    if expected:
        raise UnusableValue(expected)
    return found


def recordings_value(key: RunKey, value: Any, folder: Path, *, several: bool) -> list[str]:
    """Return one recording, or all of a list where several are allowed; see `option_value`."""
    many = value if isinstance(value, list) else [value]
    if not many or not all(isinstance(each, str) for each in many):
        raise UnusableValue(expected_of(key))
    if len(many) > 1 and not several:
        raise UnusableValue("one recording here: name it on the command line")
    return [option_value(key, each, folder) for each in many]


def weights_value(table: Any) -> str:
    """Return the table of weights as --weights has it.

    Raises
    ------
    UnusableValue
        If it is no such table.
    """
    parts = []
    if not isinstance(table, dict):
        raise UnusableValue("a table, such as V = 2.0 and sweeps = {3 = 0.5} below [weights]")
    for name, value in table.items():
        if name == OF_SWEEPS:
            if not isinstance(value, dict) or not all(map(_is_number, value.values())):
                raise UnusableValue(
                    'numbers by sweeps, such as sweeps = {3 = 0.5, "0:5" = 2, "cell.abf:3" = 2}'
                )
            parts += [f"@{sweep}={spelt(weight)}" for sweep, weight in value.items()]
        elif _is_number(value):
            parts.append(f"{name}={spelt(value)}")
        else:
            raise UnusableValue(f"a number for {shortened(repr(name))}, such as {name} = 2.0")
    if not parts:
        raise UnusableValue("something in it, or no such table")
    return ",".join(parts)


def weights_table(given: Mapping[str, float], sweeps: Mapping[str, float]) -> list[str]:
    """Return the lines of a table of weights."""
    lines = [f"{toml_key(name)} = {as_toml(weight)}" for name, weight in given.items()]
    if sweeps:
        inner = ", ".join(
            f"{toml_key(name)} = {as_toml(weight)}" for name, weight in sweeps.items()
        )
        lines.append(f"{OF_SWEEPS} = {{{inner}}}")
    return lines


def file_value(key: RunKey, value: Any, folder: Path) -> Any:
    """Return an option's value as a run file in a folder has it."""
    if isinstance(value, tuple) and key.is_repeated:
        return [file_value(key, each, folder) for each in value]
    if isinstance(key.option.parse, FileWord):
        return to_file(value, key.option.parse, folder)
    return list(value) if isinstance(value, tuple) else value


def as_toml(value: Any) -> str:
    """Return a value in TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, str):
        # TOML escapes as JSON does, and one character more.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return repr(value)


def spelt(value: Any) -> str:
    """Return a value as a word of the command line."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value if isinstance(value, str) else repr(value)


def kinds_of(key: RunKey) -> tuple[type, ...]:
    """Return the types that one word of an option has."""
    if key.option.parse is None:
        return (bool,)
    hint = key.hint
    if isinstance(hint, typing.TypeVar):  # the mask, which is a text here
        return (str,)
    hints = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    found = [each for each in hints if each is not types.NoneType]
    return tuple(typing.get_args(each)[0] if typing.get_origin(each) else each for each in found)


def expected_of(key: RunKey) -> str:
    """Say what values an option has."""
    kinds = kinds_of(key)
    words = " or ".join(_IN_WORDS[kind] for kind in kinds)
    if key.option.count > 1:
        return f"a list of {key.option.count} {_IN_WORDS[kinds[0]].split()[-1]}s"
    if _is_mask(key):
        return "a mask as a text, a whole number, a list of sweeps, or a table of these by mode"
    if key.field == "recording" or key.is_repeated:
        return "the name of a file, or a list of such names"
    if isinstance(key.option.parse, FileWord):
        return "the name of a file or a folder"
    return f"{words}, or a list of sweeps" if key.field in LISTED else words


def _of_kind(key: RunKey, value: Any) -> Any:
    """Return a value in the type of its option; raise UnusableValue if it has another."""
    kinds = kinds_of(key)
    if key.option.count > 1:
        if not isinstance(value, list) or len(value) != key.option.count:
            raise UnusableValue(expected_of(key))
        return tuple(_single(key, each, kinds) for each in value)
    if _is_mask(key):
        return _mask(key, value)
    if key.field in LISTED and not isinstance(value, str):
        words = value if isinstance(value, list) else [value]
        good = all(isinstance(w, int | str) and not isinstance(w, bool) for w in words)
        if not words or not good:
            raise UnusableValue(expected_of(key))
        return ",".join(map(str, words))
    return _single(key, value, kinds)


def _single(key: RunKey, value: Any, kinds: tuple[type, ...]) -> Any:
    if isinstance(value, bool) != (bool in kinds):
        raise UnusableValue(expected_of(key))
    if float in kinds and _is_number(value):
        return float(value)
    if not isinstance(value, kinds) or isinstance(value, float):
        raise UnusableValue(expected_of(key))
    if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
        raise UnusableValue(f"a whole number of at most {LARGEST_WHOLE}")
    return value


def _read(key: RunKey, text: str) -> Any:
    try:
        return key.option.parse(text) if key.option.parse is not None else text
    except ArgumentTypeError as error:
        # What it is about stands before it anyway.
        _shown, _colon, expected = str(error).rpartition(": ")
        raise UnusableValue(expected.removeprefix("expected ")) from None


def _mask(key: RunKey, value: Any) -> str:
    if isinstance(value, str):
        return value
    if not _is_rule(value) and not (
        isinstance(value, dict)
        and value
        and all(_is_rule(rule) or isinstance(rule, dict) for rule in value.values())
    ):
        raise UnusableValue(expected_of(key))
    return repr(value)


def _is_rule(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(map(_is_whole, value))
    return _is_whole(value)


def _is_mask(key: RunKey) -> bool:
    return isinstance(key.option.parse, FileWord) and key.option.parse.or_literal


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    """Tell whether a value is a number that a float can hold."""
    if isinstance(value, float):
        return math.isfinite(value)
    return _is_whole(value) and abs(value) <= LARGEST_WHOLE


def toml_key(name: str) -> str:
    """Return a key of TOML, quoted where it has to be."""
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else as_toml(name)
