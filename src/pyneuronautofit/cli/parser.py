"""Argument parsers made from config records."""

from __future__ import annotations

import argparse
import itertools
import re
from collections.abc import Sequence
from functools import partial
from typing import Any, NoReturn, TypeVar

from pyneuronautofit._options import GROUPS, Option, check_options, options_of
from pyneuronautofit._text import shortened
from pyneuronautofit._words import unusable_name
from pyneuronautofit.cli.misspelt import refuse_misspelt_flags
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.cli.runfile import expanded, run_file_options
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import readers_of
from pyneuronautofit.plugins import use_files

ConfigT = TypeVar("ConfigT")

_NOT_GIVEN = object()
_MOST_SHOWN = 500
_NUMBER = re.compile(r"-[\d.].*")


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are this package's errors."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of printing half a page and leaving the program."""
        raise UsageError(f"{shortened(message, _MOST_SHOWN)}. See {self.prog} --help")

    @property
    def flags(self) -> tuple[str, ...]:
        """All flags, -h among them."""
        return tuple(self._option_string_actions)


def parse_config(
    config: type[ConfigT], argv: Sequence[str], prog: str, description: str, epilog: str = ""
) -> ConfigT:
    """Read a command line into a frozen config.

    Raises
    ------
    UsageError
        If a flag is unknown or has a value that cannot be used.
    """
    argv = with_run_file(config, argv, prog)
    use_files(_plug_ins_in(config, argv))
    parser = make_parser(config, prog, description, epilog, described=_asks_for_help(argv))
    values = _parsed(config, parser, argv)
    filled = config(**{n: _as_field(v) for n, v in values.items() if n in options_of(config)})
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
    argv = with_run_file(config, argv, prog)
    use_files(_plug_ins_in(config, argv))
    parser = make_parser(config, prog, description, epilog, described=_asks_for_help(argv))
    given = _given(config, parser, argv)
    given = {name: value for name, value in given.items() if name in options_of(config)}
    check_options(config(**given))
    check_outputs(config(**given))
    return given


def with_run_file(config: type[Any], argv: Sequence[str], prog: str) -> list[str]:
    """Return a command line with what is in its run file in place of --run FILE.

    Raises
    ------
    UsageError
        If the file, or something in it, cannot be used.
    """
    return expanded(config, argv, prog, partial(_read, config, prog))


def run_files_of(
    config: type[Any], argv: Sequence[str], prog: str
) -> tuple[str | None, str | None]:
    """Return the files that --run and --write-run name on a command line; None: it has no such."""
    given, _words = _read(config, prog, argv)
    return given.get("run_file"), given.get("write_run")


def _read(config: type[Any], prog: str, argv: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the flags of a command line, and its arguments, of which some may be missing."""
    parser = Parser(prog=prog, allow_abbrev=False)
    add_options(parser, config, flags_only=True, described=False)
    parser.add_argument("words", nargs="*")
    given = _given(config, parser, argv)
    return given, list(given.pop("words", ()))


def _given(config: type[Any], parser: Parser, argv: Sequence[str]) -> dict[str, Any]:
    """Return what a parser finds on a command line, without what it does not have."""
    parser.set_defaults(**{name: _unset(*each) for name, each in all_options(config).items()})
    values = _parsed(config, parser, argv)
    return {n: _as_field(value) for n, value in values.items() if value not in (_NOT_GIVEN, None)}


def _parsed(config: Any, parser: Parser, argv: Sequence[str]) -> dict[str, Any]:
    words = _with_negative_numbers(config, argv)
    refuse_misspelt_flags(words, parser.flags, parser.prog)
    found, left = parser.parse_known_args(words)
    if not left:
        return vars(found)
    if any(word.startswith("-") for word in left) or "--" in words:
        parser.error(f"unrecognized arguments: {' '.join(left)}")
    # Names and files on both sides of flags; argparse looks for them on one side only.
    return vars(parser.parse_intermixed_args(words))


def all_options(config: type[Any]) -> dict[str, tuple[Option, Any]]:
    """Return the options of a config class, and those about run files."""
    return {**options_of(config), **run_file_options(config)}


def _unset(described: Option, default: Any) -> Any:
    """Return the value of an option that is not given."""
    # What may be given several times is a list, which the parser appends to.
    return None if default == () and described.flags else _NOT_GIVEN


def _plug_ins_in(config: type[Any], argv: Sequence[str]) -> list[str]:
    """Return the files of --plugin: what is in them is a part of the help, and of its checks."""
    if "plugins" not in options_of(config):
        return []
    words = list(argv)
    found = [word.partition("=")[2] for word in words if word.startswith("--plugin=")]
    pairs = itertools.pairwise(words)
    found += [value for word, value in pairs if word == "--plugin" and value[:2] != "--"]
    # What no file can be called, the parser refuses.
    return [file for file in found if not unusable_name(file)]


def _asks_for_help(argv: Sequence[str]) -> bool:
    return "--help" in argv or "-h" in argv


def make_parser(
    config: Any, prog: str, description: str, epilog: str = "", *, described: bool = True
) -> Parser:
    """Make the parser of a config class.

    Parameters
    ----------
    described
        Whether options say what they do; for that, all plug-ins are loaded.
    """
    parser = Parser(
        prog=prog,
        description=description,
        epilog=epilog,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_options(parser, config, described=described)
    return parser


def add_options(
    parser: Parser, config: Any, *, flags_only: bool = False, described: bool = True
) -> list[argparse.Action]:
    """Add the options of a config class to a parser, in their groups, and return them.

    Parameters
    ----------
    flags_only
        Positional arguments are left out.
    described
        Whether options say what they do.
    """
    groups: dict[str, Any] = {"": parser}
    options = {
        name: each for name, each in all_options(config).items() if each[0].flags or not flags_only
    }
    used = {option.group for option, _default in options.values()}
    for title, about in GROUPS.items():
        if title in used:
            groups[title] = parser.add_argument_group(title, about)
    return [
        _add(
            groups[option.group],
            name,
            option,
            default,
            _help(option, default, readers_of(config, name)) if described else "",
        )
        for name, (option, default) in sorted(options.items(), key=lambda item: item[1][0].place)
    ]


def _add(group: Any, name: str, option: Option, default: Any, text: str) -> argparse.Action:
    described: dict[str, Any] = {"help": text}
    if option.parse is not None:
        described |= {"metavar": option.metavar, "type": option.parse}
    action: argparse.Action
    if not option.flags:
        # A tuple takes all that is left.
        many: str | int | None = "*" if default == () else "?" if default is None else None
        action = group.add_argument(name, nargs=many, **described)
    elif option.parse is None:
        action = group.add_argument(*option.flags, dest=name, action="store_true", **described)
    elif default == ():
        # A flag that may be given several times.
        action = group.add_argument(
            *option.flags, dest=name, action="append", default=[], **described
        )
    else:
        many = None if option.count == 1 else option.count
        described |= {"nargs": many, "default": default}
        action = group.add_argument(*option.flags, dest=name, **described)
    return action


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
        for option, _default in all_options(config).values()
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
