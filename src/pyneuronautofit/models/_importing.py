"""Importing a project's modules from their sources, whatever caches of bytecode say.

Python takes the bytecode in `__pycache__` where it names the size and the time of the source. A
file there that somebody has made, or that is left over from a source of the same second, would be
executed without being a part of what a run knows of its model. So nothing in such folders is read,
and nothing is written there. Libraries elsewhere are imported as always.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from pyneuronautofit.models._files import is_passed_over

if TYPE_CHECKING:
    from importlib.abc import PathEntryFinder


class SourceLoader(SourceFileLoader):
    """Compiles a source each time it is imported."""

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of a module."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class OwnImports:
    """Imports from a folder, until `end`.

    The folder is put at the front of `sys.path`.

    Parameters
    ----------
    folder
        Absolute.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before = frozenset(sys.modules)
        self._hook = self._make_hook()
        sys.path_hooks.insert(0, self._hook)
        self._forget_finders()
        sys.path.insert(0, str(folder))

    def end(self) -> None:
        """Undo it, so that `import cell` finds that of the next project."""
        for name, module in list(sys.modules.items()):
            if name not in self._before and any(map(self._is_own, _places(module))):
                del sys.modules[name]
        with contextlib.suppress(ValueError):
            sys.path.remove(str(self._folder))
        with contextlib.suppress(ValueError):
            sys.path_hooks.remove(self._hook)
        self._forget_finders()

    def _make_hook(self) -> Callable[[str], PathEntryFinder]:
        find = FileFinder.path_hook(
            (ExtensionFileLoader, EXTENSION_SUFFIXES),
            (SourceLoader, SOURCE_SUFFIXES),
            (SourcelessFileLoader, BYTECODE_SUFFIXES),
        )

        def hook(place: str) -> PathEntryFinder:
            if not self._is_own(Path(place)):
                raise ImportError(f"{place} is not in {self._folder}", path=place)
            return find(place)

        return hook

    def _is_own(self, place: Path) -> bool:
        """Say whether a folder is the project's or lies in it, and is not passed over."""
        if not place.is_relative_to(self._folder):
            return False
        inner = (place, *place.parents)[: len(place.parts) - len(self._folder.parts)]
        return not any(map(is_passed_over, inner))

    def _forget_finders(self) -> None:
        for place in list(sys.path_importer_cache):
            if Path(place).is_relative_to(self._folder):
                sys.path_importer_cache.pop(place, None)


def _places(module: ModuleType) -> list[Path]:
    """Return the folders that a module was found in."""
    file = getattr(module, "__file__", None)
    # A folder without __init__.py is a package that has no file.
    places = [Path(file).parent] if file else list(map(Path, getattr(module, "__path__", ())))
    return [place for place in places if place.is_absolute()]
