"""Options: dataclass fields that know the flags they are set by.

The command line, its help, its checks and the documentation's tables are all made from the fields,
so a default or a help text exists once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyneuronautofit.errors import UsageError

#: Returns what is expected where a value is not allowed, and None where it is.
Check = Callable[[Any], str | None]


@dataclass(frozen=True)
class Option:
    """How a field is set from the command line.

    Attributes
    ----------
    flags
        Its short and long names; a positional argument has none.
    group
        The group of the help that it is in.
    metavar
        The name of its value in the help.
    parse
        Turns one word into the value; None for switches.
    help
        What it does.
    count
        Number of words: 1, or more, which make a tuple.
    check
        What values are allowed.
    place
        Positional arguments are taken in the order of their places.
    """

    flags: tuple[str, ...]
    group: str
    metavar: str
    parse: Callable[[str], Any] | None
    help: str
    count: int = 1
    check: Check | None = None
    place: int = 0


def option(
    default: Any,
    *flags: str,
    group: str,
    help: str,  # noqa: A002 (what every argument parser calls it)
    metavar: str = "",
    parse: Callable[[str], Any] | None = None,
    count: int = 1,
    check: Check | None = None,
    place: int = 0,
) -> Any:
    """Declare a dataclass field that is an option."""
    described = Option(flags, group, metavar, parse, help, count, check, place)
    return dataclasses.field(default=default, metadata={"option": described})


def options_of(config: Any) -> dict[str, tuple[Option, Any]]:
    """Return the options of a config class or object: field name -> (option, default)."""
    return {
        field.name: (field.metadata["option"], field.default)
        for field in dataclasses.fields(config)
        if "option" in field.metadata
    }


def check_options(config: Any) -> None:
    """Check every option of a config object.

    Raises
    ------
    UsageError
        If a value is not allowed; names the flag, what was expected and what was found.
    """
    for name, (described, default) in options_of(config).items():
        value = getattr(config, name)
        flag = "/".join(described.flags) or described.metavar
        if value == default:
            continue
        expected = described.check(value) if described.check and value is not None else None
        if expected:
            raise UsageError(f"{flag} {value}: expected {expected}")


def at_least(low: float) -> Check:
    """Allow numbers from `low` on."""
    return lambda value: None if value >= low else f"a number of at least {low:g}"


def above(low: float) -> Check:
    """Allow numbers above `low`."""
    return lambda value: None if value > low else f"a number above {low:g}"


def between(low: float, high: float) -> Check:
    """Allow numbers from `low` to `high`."""
    return lambda value: None if low <= value <= high else f"a number from {low:g} to {high:g}"


def one_of(*allowed: str) -> Check:
    """Allow some words."""
    return lambda value: None if value in allowed else f"one of {', '.join(allowed)}"


def not_zero(value: Any) -> str | None:
    """Allow every number but zero."""
    return None if value != 0 else "a number other than 0 (negative: never)"


def file_name(value: str) -> str | None:
    """Allow what can be a part of a file's name."""
    usable = value and "/" not in value and "\0" not in value
    return None if usable else "a part of a file's name: some text without '/'"
