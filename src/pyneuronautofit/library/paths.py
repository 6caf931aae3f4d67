"""Paths that somebody gives, before anything is done with them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pyneuronautofit._text import shortened
from pyneuronautofit._words import unusable_name
from pyneuronautofit.errors import UsageError

_PAGES = (".html", ".htm")


def path_of(given: Any, what: str) -> Path:
    """Return what was given as a path.

    Parameters
    ----------
    what
        What it is, for messages: `output`.

    Raises
    ------
    UsageError
        If no file can be called so.
    """
    if not isinstance(given, str | os.PathLike):
        raise UsageError(f"{what}={shortened(repr(given))}: expected a path")
    text = os.fspath(given)
    why = unusable_name(text) if isinstance(text, str) else "expected text"
    if why:
        raise UsageError(f"{what}={shortened(repr(given))}: {why}")
    return Path(text)


def page_path(given: Any) -> Path:
    """Return where a page is written: never over something that is no page.

    Raises
    ------
    UsageError
        If it does not end in .html.
    OutputError
        If its folder is not there.
    """
    path = path_of(given, "path")
    if path.suffix.lower() not in _PAGES:
        raise UsageError(
            f"report({shortened(str(path))!r}): expected a name that ends in .html; whatever has "
            "another name is not written over by a page"
        )
    if not path.absolute().parent.is_dir():
        raise UsageError(f"report({shortened(str(path))!r}): the folder {path.parent} is not there")
    return path


def paths_of(given: Any, what: str) -> tuple[str, ...]:
    """Return what was given as paths; one by itself is one."""
    if isinstance(given, str | os.PathLike):
        given = (given,)
    if not isinstance(given, list | tuple):
        raise UsageError(f"{what}={shortened(repr(given))}: expected a list of paths")
    return tuple(str(path_of(each, what)) for each in given)
