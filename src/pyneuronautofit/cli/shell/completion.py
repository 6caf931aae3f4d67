"""`completion SHELL`: a script with which a shell completes commands, options and files."""

from __future__ import annotations

import dataclasses
import inspect
from argparse import Action
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import shtab

from pyneuronautofit._options import OneOf, Option, one_of
from pyneuronautofit._words import FileWord, Use, text
from pyneuronautofit.cli.commands import COMMANDS, module_of
from pyneuronautofit.cli.parser import Parser, add_options, all_options, parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.fitting import FitOptions, option
from pyneuronautofit.optimisers import ALGORITHMS

_SHELLS = ("bash", "zsh", "fish", "tcsh")
_NAME = "pyneuronautofit"

DESCRIPTION = """Writes a script with which a shell completes commands, options and names of files.

For bash, in ~/.bashrc:  eval "$(pyneuronautofit completion bash)"
or, once and faster:     pyneuronautofit completion bash \\
                             > ~/.local/share/bash-completion/completions/pyneuronautofit
For zsh, into a folder of its $fpath:
                         pyneuronautofit completion zsh > ~/.zfunc/_pyneuronautofit
For fish:                pyneuronautofit completion fish \\
                             > ~/.config/fish/completions/pyneuronautofit.fish
For tcsh, in ~/.tcshrc:  eval "`pyneuronautofit completion tcsh`"
"""


@dataclass(frozen=True, kw_only=True)
class CompletionConfig:
    """For which shell."""

    shell: str = option(
        "",
        group="",
        metavar="SHELL",
        parse=text,
        check=one_of(*_SHELLS),
        help=f"one of {', '.join(_SHELLS)}",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Write the script to the standard output and return the exit code."""
    config = parse_config(CompletionConfig, argv, prog, DESCRIPTION)
    Screen().print_lines(shtab.complete(whole_parser(), config.shell))
    return 0


def whole_parser() -> Parser:
    """Return a parser of all commands, which knows how words are completed; it parses nothing."""
    parser = Parser(prog=_NAME, allow_abbrev=False)
    _fill(parser, FitOptions, flags_only=True)
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, command in COMMANDS.items():
        described = commands.add_parser(name, help=command.does, allow_abbrev=False)
        if not command.parts:
            _fill(described, _config_of(name))
            continue
        parts = described.add_subparsers(metavar="WHAT")
        for part in command.parts:
            _fill(parts.add_parser(part, allow_abbrev=False), _config_of(name, part))
    return parser


def _config_of(name: str, part: str | None = None) -> type[Any]:
    """Return the record that a command's options are read into, the only one of its module."""
    if name == "fit":
        return FitOptions
    module = import_module(module_of(name, part))
    (config,) = (
        each
        for _name, each in inspect.getmembers(module, inspect.isclass)
        if each.__module__ == module.__name__ and dataclasses.is_dataclass(each)
    )
    return config


def _fill(parser: Parser, config: type[Any], *, flags_only: bool = False) -> None:
    options = all_options(config)
    for action in add_options(parser, config, flags_only=flags_only):
        _complete(action, options[action.dest][0])


def _complete(action: Action, described: Option) -> None:
    """Say what an option's value may be."""
    if isinstance(described.check, OneOf):
        action.choices = described.check.allowed
    elif action.dest == "algorithm":
        action.choices = tuple(ALGORITHMS.values())
    elif isinstance(described.parse, FileWord):
        folder = described.parse.use is Use.FOLDER
        # What shtab looks for.
        action.complete = shtab.DIRECTORY if folder else shtab.FILE  # type: ignore[attr-defined]
