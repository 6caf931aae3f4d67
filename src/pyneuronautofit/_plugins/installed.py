"""Plug-ins of installed packages, by their entry points.

Which there are is read from the packages' metadata; a package is imported when its plug-in is
needed, and not before.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable
from functools import lru_cache, partial
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from pyneuronautofit._plugins.codes import EXPECTED_NAME, is_name
from pyneuronautofit._plugins.plug_in import Kind, PlugIn
from pyneuronautofit._text import told
from pyneuronautofit.errors import UsageError


def installed(kind: Kind) -> tuple[PlugIn, ...]:
    """Return the plug-ins of a kind that packages have; none of them is imported."""
    return _found(kind, tuple(sys.path))


@lru_cache(maxsize=16)
def _found(kind: Kind, _places: tuple[str, ...]) -> tuple[PlugIn, ...]:
    # The same package may be found twice: installed, and in the working directory.
    points = {(p.name, p.value): p for p in importlib.metadata.entry_points(group=kind.group)}
    return tuple(_plug_in(kind, point) for point in points.values())


def _plug_in(kind: Kind, point: EntryPoint) -> PlugIn:
    owner = point.dist
    origin = point.module if owner is None else f"{owner.name} {owner.version}"
    return PlugIn(kind, point.name, origin, _loading(kind, point, origin), partial(_source, point))


def _loading(kind: Kind, point: EntryPoint, origin: str) -> Callable[[], Any]:
    where = f"{origin} has the entry point {point.name} = {point.value} in {kind.group}"

    def load() -> Any:
        if len(point.name) > 1 and not is_name(point.name):
            raise UsageError(f"{where}: its name cannot stand in braces: expected {EXPECTED_NAME}")
        try:
            return point.load()
        except (Exception, SystemExit) as error:  # somebody else's code
            raise UsageError(
                f"{where}, which cannot be loaded: {told(error)}. Mend or uninstall that package"
            ) from error

    return load


def _source(point: EntryPoint) -> bytes | None:
    """Return the source of a plug-in's module."""
    # The version of a package that is being written may stay the same.
    module = sys.modules.get(point.module)
    try:
        return Path(str(getattr(module, "__file__", None))).read_bytes()
    except OSError:
        return None
