"""A project's modules come from their sources, and go with the project."""

from __future__ import annotations

import importlib
import os
import py_compile
import sys

import pytest

from pyneuronautofit.models._importing import OwnImports


@pytest.fixture
def imports(tmp_path):
    """Return a function: names and texts of files -> imports from their folder."""
    begun = []

    def begin(**texts):
        for name, text in texts.items():
            path = (tmp_path / name.replace("__in__", "/")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        begun.append(OwnImports(tmp_path))
        return begun[-1]

    yield begin
    for each in begun:
        each.end()


def forge(path, text):
    """Give a file the bytecode of another text."""
    before, was = path.stat(), path.read_text()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    py_compile.compile(str(path), doraise=True)
    path.write_text(was)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_caches_are_neither_read_nor_written(imports, tmp_path):
    imports(ownmod="x = 1\n", ownpack__in__inner="x = 1\n")
    for name in ("ownmod.py", "ownpack/inner.py"):
        forge(tmp_path / name, "x = 2\n")
    caches = sorted(tmp_path.rglob("*.pyc"))
    written = [path.stat().st_mtime_ns for path in caches]
    assert importlib.import_module("ownmod").x == 1
    assert importlib.import_module("ownpack.inner").x == 1
    assert sorted(tmp_path.rglob("*.pyc")) == caches
    assert [path.stat().st_mtime_ns for path in caches] == written


def test_nothing_is_written(imports, tmp_path):
    imports(ownmod="x = 1\n")
    importlib.import_module("ownmod")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ownmod.py"]


def test_folders_that_a_project_adds_to_the_path(imports, tmp_path, monkeypatch):
    imports(lib__in__ownmod="x = 1\n")
    forge(tmp_path / "lib" / "ownmod.py", "x = 2\n")
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    assert importlib.import_module("ownmod").x == 1


def test_environments_in_the_folder_are_libraries(imports, tmp_path, monkeypatch):
    """Those are large, and Python's caches are for them."""
    (tmp_path / ".venv").mkdir()
    imports()
    (tmp_path / ".venv" / "ownlib.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path / ".venv"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    importlib.import_module("ownlib")
    assert list((tmp_path / ".venv" / "__pycache__").glob("ownlib.*.pyc"))
    del sys.modules["ownlib"]


def test_what_ends_is_forgotten(imports, tmp_path):
    hooks, path = list(sys.path_hooks), list(sys.path)
    own = imports(ownmod="x = 1\n", ownpack__in__inner="x = 1\n")
    assert sys.path[0] == str(tmp_path)
    for name in ("ownmod", "ownpack.inner"):
        importlib.import_module(name)
    own.end()
    assert sys.path_hooks == hooks
    assert sys.path == path
    assert not {"ownmod", "ownpack", "ownpack.inner"} & set(sys.modules)
    assert "pytest" in sys.modules
