"""A kernel is generated anew when something that its source depends on has changed."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

import pyneuronautofit
from pyneuronautofit import codegen
from pyneuronautofit.codegen import source_key as module
from pyneuronautofit.codegen.generate import GenerateKernel
from pyneuronautofit.codegen.kinds import IonUse, NodeKind
from pyneuronautofit.codegen.source_key import code_files, source_key

CODE = Path(codegen.__file__).parent
PACKAGE = Path(pyneuronautofit.__file__).parent
KIND = NodeKind(("pas", "leak"), ())
TASK = GenerateKernel((KIND,), "double")


@pytest.fixture
def mods(tmp_path):
    """A folder with one mechanism that includes a file, which includes another."""
    folder = tmp_path / "mods"
    (folder / "parts").mkdir(parents=True)
    (folder / "leak.mod").write_text('NEURON { SUFFIX leak }\n  INCLUDE "parts/one.inc"\n')
    (folder / "other.mod").write_text("NEURON { SUFFIX other }\n")
    (folder / "parts" / "one.inc").write_text('INCLUDE "two.txt"\n')
    (folder / "two.txt").write_text("PARAMETER { g = 1 }\n")
    (folder / "unused.inc").write_text("")
    return folder


@pytest.fixture
def copied(tmp_path):
    """A copy of the package that generates code."""
    return shutil.copytree(CODE, tmp_path / "codegen")


def changed(path):
    """Add a line to a file."""
    with path.open("a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    return path


def test_every_module_of_the_package_counts_wherever_it_lies(mods, copied):
    keys = [source_key(TASK, mods)]
    assert source_key(TASK, mods, copied) == keys[0]
    modules = [path for path in copied.rglob("*") if path.suffix == ".py"]
    assert len(modules) > 20
    for path in modules:
        changed(path)
        keys.append(source_key(TASK, mods, copied))
    (copied / "ir" / "graph.py").rename(copied / "ir" / "graphs.py")
    keys.append(source_key(TASK, mods, copied))
    assert len(set(keys)) == len(keys)


def test_what_lies_elsewhere_does_not_count(mods, copied):
    # A comment in the lanes, or in the runtime, which what is compiled has in a name of its own.
    assert all(path.is_relative_to(CODE) for path in code_files())
    key = source_key(TASK, mods, copied)
    changed(next(copied.rglob("*.hpp")))
    assert source_key(TASK, mods, copied) == key


def test_nothing_is_imported_from_elsewhere_that_would_have_to_count():
    """Whoever imports more has to ask whether generated code depends on it."""
    imported = set()
    for path in code_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module)
    own = {name for name in imported if name.startswith("pyneuronautofit.")}
    assert {name for name in own if not name.startswith("pyneuronautofit.codegen.")} == {
        "pyneuronautofit._native",  # where things are kept
        "pyneuronautofit._programs",  # runs the compiler
        "pyneuronautofit._registry",  # refuses duplicates
        "pyneuronautofit._text",  # words of errors
        "pyneuronautofit.errors",
        "pyneuronautofit.models",  # which files are read
    }


def test_what_is_asked_for_counts(mods):
    ions = NodeKind(("pas", "leak"), (IonUse("k", 1.0, 1, 0, 1, 0, 0),))
    tasks = [
        TASK,
        GenerateKernel((KIND,), "single"),
        GenerateKernel((KIND,), "double", "adaptive"),
        GenerateKernel((KIND,), "double", "probe"),
        GenerateKernel((KIND,), "double", "probe", "leak"),
        GenerateKernel((ions,), "double"),
        GenerateKernel((KIND, ions), "double"),
        GenerateKernel((ions, KIND), "double"),
    ]
    keys = [source_key(task, mods) for task in tasks]
    assert len(set(keys)) == len(keys)


def test_mechanisms_that_are_used_count_with_what_they_include(mods):
    keys = [source_key(TASK, mods)]
    for name in ("leak.mod", "parts/one.inc", "two.txt"):
        changed(mods / name)
        keys.append(source_key(TASK, mods))
    assert len(set(keys)) == len(keys)
    for name in ("other.mod", "unused.inc"):
        changed(mods / name)
        assert source_key(TASK, mods) == keys[-1]


def test_neuron_counts(mods, monkeypatch):
    key = source_key(TASK, mods)
    monkeypatch.setattr(module, "neuron_version", lambda: "another")
    assert source_key(TASK, mods) != key
