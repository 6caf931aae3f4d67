"""Tables of plug-ins that refuse duplicates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

T = TypeVar("T")


def table_by(key: Callable[[T], str], entries: Iterable[T]) -> Mapping[str, T]:
    """Return a read-only table of `entries`, in their order, by `key(entry)`.

    Raises
    ------
    ValueError
        If two entries have the same key: a programmer's mistake, found at import.
    """
    table: dict[str, T] = {}
    for entry in entries:
        name = key(entry)
        if name in table:
            raise ValueError(f"{name!r} is registered twice: {table[name]!r} and {entry!r}")
        table[name] = entry
    return MappingProxyType(table)
