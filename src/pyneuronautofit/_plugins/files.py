"""Plug-ins of a file that the user names: `--plugin FILE.py`.

The file is executed as a module, from its source and from nothing else. Plug-ins are what stands in
its lists `OBJECTIVES`, `STRATEGIES` and `READERS`, and what is decorated there.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.abc import SourceLoader
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from pyneuronautofit._bounded import read_bytes
from pyneuronautofit._plugins.plug_in import Kind, PlugIn, place_of
from pyneuronautofit._text import told
from pyneuronautofit.errors import UsageError

ThingT = TypeVar("ThingT")

_PREFIX = "pyneuronautofit_plugin_"


def plug_ins_of_file(path: Path, kinds: Sequence[Kind]) -> tuple[PlugIn, ...]:
    """Execute a file, and return what plug-ins it has.

    Raises
    ------
    UsageError
        If it cannot be read or executed, or has none.
    """
    flag = f"--plugin {path}"
    if path.is_dir():
        raise UsageError(f"{flag}: expected a Python file, but this is a folder; install a package")
    if path.suffix != ".py":
        # A recording or a database that was named by mistake is not to be executed.
        raise UsageError(
            f"{flag}: expected a Python file, whose name ends with .py; this one was not looked at"
        )
    try:
        source = read_bytes(path, UsageError)
    except OSError as error:
        raise UsageError(f"{flag}: cannot be read: {error.strerror or error}") from error
    module = _executed(path.absolute(), source, flag)
    found = [
        PlugIn(
            kind,
            kind.name_of(thing),
            path.name,
            partial(_itself, thing),
            partial(_itself, source),
            path.absolute(),
        )
        for kind in kinds
        for thing in _things(module, kind, flag)
    ]
    if not found:
        lists = ", ".join(kind.listed for kind in kinds)
        raise UsageError(
            f"{flag}: there is no plug-in in it: expected a function under @objective, or one of "
            f"the lists {lists}"
        )
    return tuple(found)


def _itself(thing: ThingT) -> ThingT:
    return thing


class _OfBytes(SourceLoader):
    """Makes a module of a text that was read already: that text is what the digest is of."""

    def __init__(self, path: Path, source: bytes) -> None:
        self._path = path
        self._source = source

    def get_filename(self, _fullname: str) -> str:
        """Return the file that messages name."""
        return str(self._path)

    def get_data(self, path: str) -> bytes:
        """Return the text; there is no file of bytecode."""
        if Path(path) != self._path:
            raise OSError(path)
        return self._source


def _executed(path: Path, source: bytes, flag: str) -> ModuleType:
    digest = hashlib.sha256(bytes(path) + b"\0" + source).hexdigest()
    name = f"{_PREFIX}{path.stem}_{digest[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_loader(name, _OfBytes(path, source), origin=str(path))
    if spec is None or spec.loader is None:
        raise UsageError(f"{flag}: expected a Python file")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look for their module there.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise UsageError(f"{flag}: {place_of(error, str(path))}: {told(error)}") from error
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _things(module: ModuleType, kind: Kind, flag: str) -> Iterator[Any]:
    """Yield what a module lists, and what is decorated, of one kind."""
    listed = getattr(module, kind.listed, ())
    if not isinstance(listed, list | tuple):
        raise UsageError(
            f"{flag}: {kind.listed} is {type(listed).__name__}: expected a list of {kind.title}s"
        )
    for number, each in enumerate(listed):
        if not callable(each) and not isinstance(getattr(each, "name", None), str):
            raise UsageError(
                f"{flag}: {kind.listed}[{number}] is {each!r:.60} ({type(each).__name__}), which "
                f"is no {kind.title}: expected a function, or a class"
            )
    yield from listed
    for thing in vars(module).values():
        decorated = getattr(type(thing), "plug_in_kind", None) == kind.listed
        if decorated and not any(thing is each for each in listed):
            yield thing
