"""The commands as their modules declare them, whichever there are."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from pyneuronautofit._options import Option, options_of
from pyneuronautofit._words import FileWord
from pyneuronautofit.cli.commands import COMMANDS, module_of
from pyneuronautofit.fitting import FitOptions


def config_of(*words: str) -> type[Any]:
    """Return the record that the options of a command, or of a part of one, are read into."""
    if words == ("fit",):
        return FitOptions
    module = import_module(module_of(*words))
    (config,) = (
        each
        for _name, each in inspect.getmembers(module, inspect.isclass)
        if each.__module__ == module.__name__ and dataclasses.is_dataclass(each)
    )
    return config


#: By what words each command is called, or each part of one that has parts.
CALLED: Mapping[str, tuple[str, ...]] = {
    " ".join(words): words
    for name, command in COMMANDS.items()
    for words in ([(name, part) for part in command.parts] or [(name,)])
}
CONFIGS: Mapping[str, type[Any]] = {name: config_of(*words) for name, words in CALLED.items()}


def options() -> Iterator[tuple[str, str, Option]]:
    """Yield every option of every command: command, field, option."""
    for command, config in CONFIGS.items():
        for field, (described, _default) in options_of(config).items():
            yield command, field, described


def words_of(command: str, values: Mapping[str, str]) -> list[str]:
    """Return the command line that gives options their values; others are as they are needed."""
    positional, flagged = [], []
    described = sorted(options_of(CONFIGS[command]).items(), key=lambda item: item[1][0].place)
    for field, (option, default) in described:
        if option.flags and field in values:
            n_value = 0 if option.parse is None else option.count
            flagged += [option.flags[0], *[values[field]] * n_value]
        elif not option.flags and field in values:
            positional.append(values[field])
        elif not option.flags and isinstance(option.parse, FileWord):
            # Whoever stands before another one is needed.
            positional += [f"no-{field}"] if default in ("", None) else []
        elif not option.flags:
            positional.append("1")
    return [*CALLED[command], *flagged, *positional]
