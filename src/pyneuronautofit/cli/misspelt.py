"""Words of a command line that nobody knows: which ones were meant."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence

from pyneuronautofit._text import nearest, quoted, shortened
from pyneuronautofit.errors import UsageError

# Less alike is more likely to be the name of a file.
_LIKE_A_COMMAND = 0.6
_LIKE_A_FLAG = 0.6
_MOST_BEGUN = 6
_NUMBER = re.compile(r"-[\d.].*")


def refuse_misspelt_command(words: Sequence[str], commands: Collection[str]) -> None:
    """Refuse a first word that can only be a command which there is not.

    Without a command the first word is a recording: a file, of which this is no name.

    Raises
    ------
    UsageError
        If it is like the name of a command.
    """
    if not words or not re.fullmatch(r"[A-Za-z_-]+", words[0]) or words[0].startswith("-"):
        return
    word = words[0]
    meant = nearest(word.replace("_", "-"), commands, _LIKE_A_COMMAND)
    if meant is not None and not os.path.exists(word):
        raise UsageError(
            f"{word}: there is no command of this name, did you mean {meant}? (A recording, which "
            "is fitted where no command is named, is not called so either: there is no such file.) "
            "All commands: pyneuronautofit --help"
        )


def refuse_misspelt_flags(words: Sequence[str], flags: Collection[str], prog: str) -> None:
    """Refuse flags that a command does not have.

    Parameters
    ----------
    words
        The command line; negative numbers are joined to their flags.
    flags
        All that there are.
    prog
        What the command is called.

    Raises
    ------
    UsageError
        At the first of them, with those that may be meant.
    """
    for word in words:
        if word == "--":
            return
        flag = word.partition("=")[0]
        if not flag.startswith("-") or flag == "-" or " " in word or _NUMBER.fullmatch(word):
            continue
        meant = _meant(flag, flags)
        if meant is not None:
            guess = f"; did you mean {meant}?" if meant else "."
            raise UsageError(
                f"there is no option {shortened(flag)}{guess} All options: {prog} --help"
            )


def _meant(flag: str, flags: Collection[str]) -> str | None:
    """Return which flag is meant; None where it is one, empty where it is like none."""
    if flag in flags:
        return None
    long = [each for each in flags if each.startswith("--")]
    if not flag.startswith("--"):
        if f"-{flag}" in flags:  # one dash is missing: it would be taken for several short flags
            return f"-{flag}"
        if flag[:2] in flags:  # a short one with its value
            return None
        if len(flag) == 2:
            return flag.swapcase() if flag.swapcase() in flags else ""
        flag = f"-{flag}"
    begun = [each for each in long if each.startswith(flag)]
    if 0 < len(begun) <= _MOST_BEGUN:
        return quoted(begun)
    # Without the dashes, which make any two of them alike.
    bare = {each.lstrip("-"): each for each in long}
    found = nearest(flag.lstrip("-"), bare, _LIKE_A_FLAG)
    return bare[found] if found else ""
