"""Tables of plug-ins that refuse duplicates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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


class View(Mapping[str, T]):
    """A read-only table that is made from its list whenever it is looked at.

    So the list is the only place where an entry stands, and nothing that was computed from it can
    be out of date.

    Parameters
    ----------
    make
        Returns the table; called once here, so that mistakes in the list are found at import.
    """

    def __init__(self, make: Callable[[], Mapping[str, T]]) -> None:
        self._make = make
        make()

    def __getitem__(self, name: str) -> T:
        return self._make()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._make())

    def __len__(self) -> int:
        return len(self._make())

    def __repr__(self) -> str:
        return f"View({dict(self)!r})"
