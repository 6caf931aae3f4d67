"""Small pieces of text that several messages share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import timedelta

_CENTURY_S = 3.2e9


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the entry of `known` that is spelt most like `word`, or None if none is like it."""
    # Case decides nothing between a typo and its cure: `gk_Max` should find `gk_max`.
    by_folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[found[0]] if found else None


def quoted(names: Iterable[str], most: int = 12) -> str:
    """Return the names as `a, b, c`, cut after `most` of them."""
    listed = list(names)
    shown = ", ".join(listed[:most])
    return f"{shown}, ... ({len(listed)} in all)" if len(listed) > most else shown or "none"


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
