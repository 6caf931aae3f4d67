"""Writes the pages about the library's names: what `pyneuronautofit` exports, and its packages.

Which names are public is read from the packages themselves: what `__all__` lists, or else what
`__init__.py` imports under its own name (`from .. import Name as Name`) and defines. What is said
about them are their docstrings.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_origin

#: The packages with a page, in the order of the navigation, and what they are for.
PACKAGES = (
    "pyneuronautofit",
    "pyneuronautofit.plugins",
    "pyneuronautofit.testing",
    "pyneuronautofit.recordings",
    "pyneuronautofit.models",
    "pyneuronautofit.space",
    "pyneuronautofit.objectives",
    "pyneuronautofit.optimisers",
    "pyneuronautofit.simulators",
    "pyneuronautofit.fitting",
    "pyneuronautofit.runs",
    "pyneuronautofit.report",
    "pyneuronautofit.database",
    "pyneuronautofit.importers",
    "pyneuronautofit.errors",
)


def public_names(module: ModuleType) -> list[str]:
    """Return the names that a module offers to others, in the order in which it has them."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    return [name for name in dict.fromkeys(_named(tree)) if not name.startswith("_")]


def write_pages(folder: Path) -> None:
    """Write a page for each package that is there, and one that leads to them, into `folder`."""
    folder.mkdir(exist_ok=True)
    described: dict[int, str] = {}
    written = {f"{name}.md": _page(name, described) for name in PACKAGES if _is_there(name)}
    names = [name.removesuffix(".md") for name in written]
    pages = "\n".join(f"{name.removeprefix('pyneuronautofit.')} <{name}>" for name in names)
    written["index.md"] = f"{_HEAD}\n```{{toctree}}\n:maxdepth: 1\n\n{pages}\n```\n"
    for path in folder.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        path = folder / name
        # Sphinx reads again what is newer than its last build.
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


_HEAD = """\
# Reference

The names that each package offers, made from their docstrings. Arrays are described by shape and
unit; the words of shapes are those of `_types.py`: candidates, sweeps, samples, parameters, scores.
Other modules are the program's own affair and may change.
"""


def _is_there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _page(name: str, described: dict[int, str]) -> str:
    """Return a package's page; `described` holds what has been described, and under which name."""
    module = importlib.import_module(name)
    about = inspect.getdoc(module) or ""
    entries = "\n\n".join(_entry(module, entry, described) for entry in public_names(module))
    return f"# {name}\n\n```{{eval-rst}}\n{about}\n\n.. py:module:: {name}\n\n{entries}\n```\n"


def _entry(module: ModuleType, name: str, described: dict[int, str]) -> str:
    value = getattr(module, name)
    target = f"{module.__name__}.{name}"
    if inspect.isclass(value) or inspect.isfunction(value):
        first = described.setdefault(id(value), target)
        if first != target:
            return f"``{name}`` is :py:obj:`{first}`."
    if inspect.isclass(value):
        kind = "exception" if issubclass(value, BaseException) else "class"
        return f".. auto{kind}:: {target}\n   :members:"
    if inspect.isfunction(value):
        return f".. autofunction:: {target}"
    if inspect.ismodule(value):
        return f"``{name}``: a module, see its own page or docstring."
    if get_origin(value) is not None:
        return f"``{name}`` is short for the type ``{value}``."
    return f".. autodata:: {target}\n   :no-value:"


def _named(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.ImportFrom(names=names):
                yield from (each.name for each in names if each.asname == each.name)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
