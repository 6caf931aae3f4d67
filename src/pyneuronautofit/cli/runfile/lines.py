"""In which lines of a TOML file its keys stand: the standard library's reader does not say that."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

# Of longer statements each line would be read as often as there are more.
_MOST_LINES = 400


def lines_of_keys(text: str) -> dict[tuple[str, ...], int]:
    """Return the line in which each key of a sound TOML text begins, and each table's own.

    Parameters
    ----------
    text
        What `tomllib` can read.

    Returns
    -------
    dict
        Names of tables and key -> number of the line, from 1.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    begin, statement = 1, ""
    for number, line in enumerate(text.split("\n"), start=1):
        begin = number if not statement else begin
        statement += f"{line}\n"
        if number - begin > _MOST_LINES:
            return found
        try:
            content = tomllib.loads(statement)
        except (ValueError, RecursionError):
            continue  # it goes on in the next line
        paths = list(_paths(content))
        if statement.lstrip().startswith("["):
            table = paths[-1]
            paths = [()]
        for path in paths:
            found.setdefault((*table, *path), begin)
        statement = ""
    return found


def _paths(content: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of all keys, of tables before what is in them."""
    for name, value in content.items():
        yield (name,)
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            yield from ((name, *path) for path in _paths(inner))
