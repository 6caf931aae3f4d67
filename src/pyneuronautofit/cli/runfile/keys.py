"""Which keys a run file has: those of the options of a command."""

from __future__ import annotations

import typing
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyneuronautofit._options import GROUPS, Option, options_of

#: The key of the command that a file is for, and the table of what counts how much.
COMMAND, WEIGHTS = "command", "weights"
#: The table of several cells, and the options that stand in it instead of in their groups.
CELLS, OF_CELLS = "cells", ("cells", "shared", "private", "pull")
#: Options whose text is a list with commas: a list says it as well.
LISTED = frozenset({"sweeps", "hold_out", "selection"})


@dataclass(frozen=True)
class RunKey:
    """A key of a run file.

    Attributes
    ----------
    section
        Its table, a group of the help in small letters; "": it stands before all tables.
    name
        The long name of its flag, or the name of its argument.
    field
        The option's field.
    option
        The option.
    default
        What it is without the key.
    hint
        The type of the field.
    """

    section: str
    name: str
    field: str
    option: Option
    default: Any
    hint: Any

    @property
    def is_repeated(self) -> bool:
        """Whether its flag may be given several times: it is a list here."""
        return bool(self.option.flags) and self.default == ()

    @property
    def path(self) -> str:
        """What messages call it."""
        return f"{self.section}.{self.name}" if self.section else self.name

    @property
    def aliases(self) -> Iterator[str]:
        """Yield what it is called elsewhere, for whoever writes that instead."""
        yield from (flag.lstrip("-") for flag in self.option.flags)
        yield from self.option.flags
        yield self.field


def keys_of(config: type[Any]) -> dict[tuple[str, str], RunKey]:
    """Return the keys of a command's run file, in the order of its help: (section, name) -> key.

    Further recordings have no key of their own: the first one's is a list then. What is said about
    several cells is in a table of its own.
    """
    hints = typing.get_type_hints(config)
    found = {}
    for field, (option, default) in in_order(config):
        if (not option.flags and default == ()) or field in OF_CELLS:
            continue
        name = max(option.flags, key=len).lstrip("-") if option.flags else field
        section = option.group.lower() if option.flags else ""
        found[section, name] = RunKey(section, name, field, option, default, hints[field])
    return found


def option_keys(config: type[Any], names: Collection[str]) -> dict[str, RunKey]:
    """Return keys of options that stand in a table of their own: field -> key."""
    hints = typing.get_type_hints(config)
    return {
        field: RunKey(
            "", max(option.flags, key=len).lstrip("-"), field, option, default, hints[field]
        )
        for field, (option, default) in options_of(config).items()
        if field in names
    }


def in_order(config: Any) -> list[tuple[str, tuple[Option, Any]]]:
    """Return the options of a command as its help has them: field -> (option, default)."""
    groups = ["", *GROUPS]
    return sorted(
        options_of(config).items(),
        key=lambda item: (groups.index(item[1][0].group), item[1][0].place),
    )


def further_of(config: type[Any]) -> str | None:
    """Return the field of the arguments behind the recording; None where there can be none."""
    options = options_of(config).items()
    return next(
        (name for name, (each, default) in options if not each.flags and default == ()), None
    )


def sections_of(keys: Mapping[tuple[str, str], RunKey]) -> list[str]:
    """Return the names of the tables that keys are in, in their order."""
    return list(dict.fromkeys(section for section, _name in keys if section))
