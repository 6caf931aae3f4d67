"""The command line that has given options."""

from __future__ import annotations

import shlex
from typing import Any

from pyneuronautofit._options import options_of


def command_of(config: Any, prog: str = "pyneuronautofit") -> str:
    """Return a command line that a shell takes, and that gives just these options.

    Parameters
    ----------
    config
        A record of options; those at their defaults are left out.
    """
    return shlex.join([prog, *words_of(config)])


def words_of(config: Any) -> list[str]:
    """Return the words of a command line that gives the options of a record."""
    positional: list[tuple[int, list[str]]] = []
    flags: list[str] = []
    for name, (described, default) in options_of(config).items():
        value = getattr(config, name)
        if not described.flags:
            words = list(value) if isinstance(value, tuple) else [value] if value else []
            positional.append((described.place, [str(word) for word in words]))
        elif value != default and value is not None:
            # The longest name says most.
            flag = max(described.flags, key=len)
            flags += _words(flag, value, is_pair=described.count > 1)
    files = [word for _place, words in sorted(positional) for word in words]
    # A name may begin with a hyphen, which would make it a flag.
    if any(file.startswith("-") for file in files):
        return [*flags, "--", *files]
    return [*files, *flags]


def _words(flag: str, value: Any, *, is_pair: bool) -> list[str]:
    if value is True:
        return [flag]
    if is_pair:
        return [flag, *map(_word, value)]
    if isinstance(value, tuple):
        return [part for each in value for part in (flag, _word(each))]
    word = _word(value)
    return [f"{flag}={word}"] if word.startswith("-") else [flag, word]


def _word(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)
