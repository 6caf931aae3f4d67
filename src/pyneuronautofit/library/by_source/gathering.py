"""All that some classes and functions need, as the text of one module."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from pyneuronautofit._text import shortened
from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.by_source.definition import Definition, definition_of
from pyneuronautofit.library.by_source.modules import (
    INTERACTIVE,
    check_loaded,
    exported_from,
    files_of,
    is_installed,
    local_modules_of,
)
from pyneuronautofit.library.by_source.sameness import additions
from pyneuronautofit.library.by_source.values import literal


@dataclass(frozen=True)
class Gathered:
    """A module in the making.

    Attributes
    ----------
    text
        Imports, values and definitions, in an order in which they can be executed.
    files
        Files that have to lie beside it, by their names there.
    names
        What the things that were asked for are called in it, in their order.
    defined
        All names that it has.
    """

    text: str
    files: Mapping[str, Path]
    names: tuple[str, ...]
    defined: frozenset[str] = frozenset()


def gather(things: Mapping[str, Any]) -> Gathered:
    """Return classes and functions with all that they use.

    Parameters
    ----------
    things
        By what they are called where somebody has no name of their own.

    Raises
    ------
    UsageError
        If something of it cannot be given to other processes.
    """
    gathering = _Gathering()
    names = tuple(gathering.add_root(called, thing) for called, thing in things.items())
    return Gathered(gathering.text(), dict(gathering.files), names, gathering.defined())


@dataclass
class _Gathering:
    """What has been found so far."""

    imports: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    _meant: dict[str, Any] = field(default_factory=dict)
    _copied: set[str] = field(default_factory=set)

    def add_root(self, called: str, thing: Any) -> str:
        name = getattr(thing, "__name__", called)
        name = name if name.isidentifier() else called
        self._add(name, thing, called)
        return name

    def defined(self) -> frozenset[str]:
        return frozenset([*self.imports, *self.values, *self.definitions])

    def text(self) -> str:
        parts = []
        if any(each.annotations_are_text for each in self.definitions.values()):
            parts.append("from __future__ import annotations\n")
        defined = [each.source for each in self.definitions.values()]
        used = "\n".join([*self.values.values(), *defined])
        lines = dict(self.imports)
        for name in ("numpy", "pathlib"):
            if f"{name}." in used and name not in self.values:
                lines.setdefault(name, f"import {name}")
        if lines:
            parts.append("\n".join(sorted(lines.values())) + "\n")
        if self.values:
            parts.append("\n".join(f"{name} = {v}" for name, v in self.values.items()) + "\n")
        parts.extend(f"\n{each.source.rstrip()}\n" for each in self.definitions.values())
        return "\n".join(parts)

    def _add(
        self, name: str, thing: Any, user: str, space: Mapping[str, Any] | None = None
    ) -> None:
        if name in self._meant:
            if self._meant[name] is not thing:
                raise UsageError(
                    f"{user} uses another {name} than other parts of the model do, and one module "
                    "cannot have both. Give one of them another name"
                )
            return
        self._meant[name] = thing
        if isinstance(thing, ModuleType):
            self._add_module(name, thing)
        elif isinstance(thing, type | FunctionType | BuiltinFunctionType) and self._imports(
            name, thing
        ):
            return
        elif isinstance(thing, type | FunctionType):
            self._add_definition(name, thing, space)
        else:
            self._add_value(name, thing, user)

    def _add_module(self, name: str, module: ModuleType) -> None:
        full = module.__name__
        self._need(module)
        if full == name:
            self.imports[name] = f"import {name}"
        elif "." not in full:
            self.imports[name] = f"import {full} as {name}"
        else:
            folder, _, own = full.rpartition(".")
            renamed = "" if own == name else f" as {name}"
            self.imports[name] = f"from {folder} import {own}{renamed}"

    def _imports(self, name: str, thing: Any) -> bool:
        """Import a class or function from its module, if it has one that can be imported."""
        full = thing.__module__ or "builtins"
        own = thing.__qualname__
        if full in INTERACTIVE or "." in own or getattr(sys.modules.get(full), own, 0) is not thing:
            return False
        self._need(sys.modules[full])
        renamed = "" if own == name else f" as {name}"
        self.imports[name] = f"from {full} import {own}{renamed}"
        return True

    def _need(self, module: ModuleType) -> None:
        """See to it that a module can be imported from beside the file."""
        if is_installed(module.__name__) or module.__name__ in self._copied:
            return
        self._copied.add(module.__name__)
        check_loaded(module)
        self.files |= files_of(module)
        for other in local_modules_of(module):
            self._need(other)

    def _need_by_name(self, full: str) -> None:
        """See to a module that a function imports when it is called."""
        if is_installed(full):
            return
        try:
            self._need(import_module(full))
        except ImportError as error:
            raise UsageError(
                f"the model imports {full} where it is used, but it cannot be imported: {error}"
            ) from error

    def _add_definition(self, name: str, thing: Any, space: Mapping[str, Any] | None) -> None:
        found = definition_of(thing, space)
        if found.name != name:
            # `Other = MyCell` in a notebook: both names are needed.
            self._add(found.name, thing, name, space)
            alias = f"{name} = {found.name}"
            self.definitions[name] = replace(found, name=name, source=alias, uses=frozenset())
            return
        for full in sorted(found.imports):
            self._need_by_name(full)
        for used in sorted(found.uses):
            if used not in found.namespace:
                raise UsageError(
                    f"{name} uses the name {used}, which is not defined here. Define or import it "
                    "before"
                )
            self._add(used, found.namespace[used], name, found.namespace)
        more = additions(thing, name, found.source, found.namespace)
        source = "\n".join([found.source.rstrip(), *([""] if more else []), *more, ""])
        self.definitions[name] = replace(found, source=source)

    def _add_value(self, name: str, value: Any, user: str) -> None:
        text = literal(value)
        if text is not None:
            self.values[name] = text
            return
        module = exported_from(name, value)
        if module is None:
            raise UsageError(
                f"{user} uses {name}, {_article(type(value).__name__)} ({shortened(repr(value))}): "
                "other processes can be given numbers, texts and collections of these, classes, "
                "functions, and what is imported, but not that. Make it within the class, or write "
                "the model as a project file (a project.py), and give its path"
            )
        own = module[1]
        renamed = "" if own == name else f" as {name}"
        self.imports[name] = f"from {module[0]} import {own}{renamed}"


def _article(kind: str) -> str:
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"
