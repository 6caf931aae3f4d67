"""Small pieces of text that several messages share, and what is done to the text of others."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

_CENTURY_S = 3.2e9
# A message that is longer than a screen says no more.
_MOST_OF_ERROR = 2000
# What a terminal takes for an order and not for text: control characters, what turns the direction
# of writing, and other ends of lines. Half characters stand for bytes of file names that are not
# UTF-8, and cannot be written at all.
_ORDERS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_NOT_PRINTABLE = re.compile(f"[{_ORDERS}]")
_SPELT = {"\n": "\\n", "\t": "\\t"}
_NOT_IN_A_LINE = re.compile(f"[\n\t{_ORDERS}]")


def nearest(word: str, known: Iterable[str], likeness: float = 0.5) -> str | None:
    """Return the entry of `known` that is spelt most like `word`, or None if none is like it.

    Parameters
    ----------
    likeness
        The least that counts as alike: 0 is nothing in common, 1 the same.
    """
    # Case decides nothing between a typo and its cure: `gk_Max` should find `gk_max`.
    by_folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=likeness)
    return by_folded[found[0]] if found else None


def quoted(names: Iterable[str], most: int = 12) -> str:
    """Return the names as `a, b, c`, cut after `most` of them."""
    listed = list(names)
    shown = ", ".join(listed[:most])
    return f"{shown}, ... ({len(listed)} in all)" if len(listed) > most else shown or "none"


def listed_numbers(numbers: Iterable[int]) -> str:
    """Return ascending numbers such as 0, 7, 8, 9 as `0, 7-9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in runs)


def clock_time(seconds: float) -> str:
    """Return a time as hours:minutes:seconds, also one that nobody waits for."""
    # In the end it is no time that can be spelt.
    if not seconds < _CENTURY_S:
        return "more than a century"
    return str(timedelta(seconds=round(seconds)))


def shortened(text: str, most: int = 60) -> str:
    """Return a text that may be of any length as a message can show it."""
    if len(text) <= most:
        return text
    return f"{text[: most - 20]}...{text[-10:]} ({len(text)} characters)"


def told(error: BaseException) -> str:
    """Return what an error of somebody else's code says, in one line that is not too long."""
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 (that is their code, too)
        text = "what it says cannot be said"
    # Most of it is cut before it is looked through: it may be any amount.
    line = " ".join(shortened(text, _MOST_OF_ERROR).split())
    return f"{shortened(type(error).__name__)}: {line or 'no message'}"


def printable(text: str, *, in_a_line: bool = False) -> str:
    r"""Return a text for terminals and logs: what is no text in it is written as `\u001b`.

    Names come from files of others, and a name can hold what a terminal obeys. JSON stays the same
    JSON.

    Parameters
    ----------
    in_a_line
        Whether ends of lines and tabulators are escaped, too.
    """
    pattern = _NOT_IN_A_LINE if in_a_line else _NOT_PRINTABLE
    return pattern.sub(lambda found: _SPELT.get(found[0]) or f"\\u{ord(found[0]):04x}", text)


def writable(value: Any) -> Any:
    """Return a value whose texts, in lists and dictionaries at any depth, are all Unicode.

    What is not is a byte of a file's name that is not UTF-8; it is written as its escape.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {writable(key): writable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [writable(each) for each in value]
    return value
