"""Whether other processes can import a module, or have to be given its files."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.by_source.sameness import meaning, nested
from pyneuronautofit.library.by_source.values import literal

#: Modules whose definitions have no file that could be imported again.
INTERACTIVE = frozenset({"__main__", "__mp_main__", "builtins"})


def is_installed(name: str) -> bool:
    """Tell whether any process of this Python can import a module of this name."""
    root = name.partition(".")[0]
    if root in sys.builtin_module_names or root in sys.stdlib_module_names:
        return True
    if root in _distributed():
        return True
    module = sys.modules.get(root)
    file = getattr(module, "__file__", None)
    if file is None:
        return False
    places = {sysconfig.get_path(each) for each in ("purelib", "platlib", "stdlib")}
    return any(Path(file).is_relative_to(place) for place in places if place)


@cache
def _distributed() -> frozenset[str]:
    return frozenset(importlib.metadata.packages_distributions())


def files_of(module: ModuleType) -> dict[str, Path]:
    """Return the files of a module that is not installed, by their names beside a project file.

    Of a package all .py files are given.

    Raises
    ------
    UsageError
        If there are none.
    """
    root = module.__name__.partition(".")[0]
    top = sys.modules.get(root, module)
    file = getattr(top, "__file__", None)
    if file is None or not Path(file).is_file() or Path(file).suffix != ".py":
        raise UsageError(
            f"the module {module.__name__}, which the model uses, has no file that could be given "
            "to other processes. Install it, or write the model as a project file (a project.py)"
        )
    path = Path(file)
    if path.name != "__init__.py":
        return {path.name: path}
    folder = path.parent
    return {
        f"{root}/{each.relative_to(folder)}": each
        for each in sorted(folder.rglob("*.py"))
        if "__pycache__" not in each.parts
    }


def local_modules_of(module: ModuleType) -> Iterator[ModuleType]:
    """Yield the modules that a module has got names from, as far as they are not installed."""
    for value in list(vars(module).values()):
        name = value.__name__ if isinstance(value, ModuleType) else _module_of(value)
        found = sys.modules.get(name or "")
        if found is None or name in INTERACTIVE or found is module or is_installed(name or ""):
            continue
        yield found


def _module_of(value: Any) -> str | None:
    name = getattr(value, "__module__", None)
    return name if isinstance(name, str) else None


def exported_from(name: str, value: Any) -> tuple[str, str] | None:
    """Return an installed module that has a thing, as `neuron` has `h`, and its name there.

    None: there is none. The name by which it is known here is sought first.
    """
    found = [
        (own != name, module_name.count("."), len(module_name), module_name, own)
        for module_name, module in list(sys.modules.items())
        if isinstance(module, ModuleType) and module_name not in INTERACTIVE
        for own, each in list(vars(module).items())
        if each is value
        and not any(part.startswith("_") for part in [*module_name.split("."), own])
        and is_installed(module_name)
    ]
    return min(found)[3:] if found else None


def check_loaded(module: ModuleType) -> None:
    """Refuse a module whose file is not any more what was loaded.

    Raises
    ------
    UsageError
        If a function or a plain value of it is another.
    """
    file = getattr(module, "__file__", None)
    if file is None:
        return
    try:
        text = Path(file).read_text(encoding="utf-8")
        tree = ast.parse(text)
        known = [meaning(code) for code in nested(compile(text, file, "exec", dont_inherit=True))]
    except (OSError, SyntaxError, ValueError):
        known, tree = [], ast.Module([], [])
    for name, value in vars(module).items():
        own = isinstance(value, FunctionType) and value.__module__ == module.__name__
        if own and meaning(value.__code__) not in known:
            raise UsageError(_changed(module, name))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            try:
                written = ast.literal_eval(node.value)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                continue
            if literal(vars(module).get(name)) != literal(written):
                raise UsageError(_changed(module, name))


def _changed(module: ModuleType, name: str) -> str:
    return (
        f"{module.__name__}.{name} is not what its file {getattr(module, '__file__', '')} says: it "
        "was changed after it was imported. Start again, so that both are the same"
    )
