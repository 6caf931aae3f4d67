"""Lists of names on a command line."""

from __future__ import annotations

from collections.abc import Sequence

from pyneuronautofit._text import nearest, shortened
from pyneuronautofit.errors import UsageError


def chosen_names(word: str, known: Sequence[str], flag: str) -> tuple[str, ...]:
    """Return the names that a word with commas has, in the order of the known ones.

    Letters may be large or small.

    Raises
    ------
    UsageError
        If there is none, or one is not known.
    """
    by_small = {name.lower(): name for name in known}
    words = [each.strip() for each in word.split(",") if each.strip()]
    unknown = [each for each in words if each.lower() not in by_small]
    if unknown or not words:
        found = shortened(unknown[0], 60) if unknown else "no name"
        like = nearest(unknown[0].lower(), tuple(by_small)) if unknown else None
        hint = f"; did you mean {by_small[like]}?" if like else ""
        raise UsageError(f"{flag}: expected names of {', '.join(known)}, found {found}{hint}")
    chosen = {by_small[each.lower()] for each in words}
    return tuple(name for name in known if name in chosen)
