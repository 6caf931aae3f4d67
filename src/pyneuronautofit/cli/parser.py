"""Argument parsers made from config records."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

from pyneuronautofit._options import GROUPS, Option, check_options, options_of
from pyneuronautofit._text import shortened
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import readers_of

ConfigT = TypeVar("ConfigT")

_NOT_GIVEN = object()
_MOST_SHOWN = 500
_NUMBER = re.compile(r"-[\d.].*")


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are this package's errors."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of printing half a page and leaving the program."""
        raise UsageError(f"{shortened(message, _MOST_SHOWN)}. See {self.prog} --help")


def parse_config(
    config: type[ConfigT], argv: Sequence[str], prog: str, description: str, epilog: str = ""
) -> ConfigT:
    """Read a command line into a frozen config.

    Raises
    ------
    UsageError
        If a flag is unknown or has a value that cannot be used.
    """
    parser = make_parser(config, prog, description, epilog)
    values = vars(parser.parse_args(_with_negative_numbers(config, argv)))
    filled = config(**{name: _as_field(value) for name, value in values.items()})
    check_options(filled)
    check_outputs(filled)
    return filled


def given_options(
    config: type[Any], argv: Sequence[str], prog: str, description: str, epilog: str = ""
) -> dict[str, Any]:
    """Read a command line and return only what stands on it: field -> value.

    Raises
    ------
    UsageError
        If a flag is unknown or has a value that cannot be used.
    """
    parser = make_parser(config, prog, description, epilog)
    parser.set_defaults(**dict.fromkeys(options_of(config), _NOT_GIVEN))
    values = vars(parser.parse_args(_with_negative_numbers(config, argv)))
    given = {n: _as_field(value) for n, value in values.items() if value is not _NOT_GIVEN}
    check_options(config(**given))
    check_outputs(config(**given))
    return given


def make_parser(config: Any, prog: str, description: str, epilog: str = "") -> Parser:
    """Make the parser of a config class."""
    parser = Parser(
        prog=prog,
        description=description,
        epilog=epilog,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    groups: dict[str, Any] = {"": parser}
    options = options_of(config)
    used = {option.group for option, _default in options.values()}
    for title, described in GROUPS.items():
        if title in used:
            groups[title] = parser.add_argument_group(title, described)
    for name, (option, default) in sorted(options.items(), key=lambda item: item[1][0].place):
        _add(groups[option.group], name, option, default, readers_of(config, name))
    return parser


def _add(group: Any, name: str, option: Option, default: Any, readers: str) -> None:
    described: dict[str, Any] = {"help": _help(option, default, readers)}
    if option.parse is not None:
        described |= {"metavar": option.metavar, "type": option.parse}
    if not option.flags:
        # A tuple takes all that is left.
        many: str | int | None = "*" if default == () else "?" if default is None else None
        group.add_argument(name, nargs=many, **described)
    elif option.parse is None:
        group.add_argument(*option.flags, dest=name, action="store_true", **described)
    elif default == ():
        # A flag that may be given several times.
        group.add_argument(*option.flags, dest=name, action="append", default=[], **described)
    else:
        many = None if option.count == 1 else option.count
        group.add_argument(*option.flags, dest=name, nargs=many, default=default, **described)


def _help(option: Option, default: Any, readers: str) -> str:
    """Say what an option does, who reads it where not all do, and its default where it has one."""
    text = f"{option.text}; read by {readers}" if readers else option.text
    has_default = option.flags and option.parse is not None and default not in (None, ())
    if has_default and "default" not in text:
        text = f"{text} (default {default})"
    # argparse formats help texts with %.
    return text.replace("%", "%%")


def _as_field(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _with_negative_numbers(config: Any, argv: Sequence[str]) -> list[str]:
    """Join flags with negative values in any notation, which argparse would take for flags."""
    taking = {
        flag
        for option, _default in options_of(config).values()
        if option.parse is not None and option.count == 1
        for flag in option.flags
    }
    joined: list[str] = []
    for word in argv:
        for flag in taking:
            # argparse would drop it, and then look for it.
            if word in {f"{flag}=--", f"{flag}--"}:
                raise UsageError(f"{flag} --: expected a value; -- ends the flags")
        previous = joined[-1] if joined else ""
        if previous in taking and _NUMBER.fullmatch(word):
            joined[-1] = f"{previous}={word}" if previous.startswith("--") else previous + word
        else:
            joined.append(word)
    return joined
