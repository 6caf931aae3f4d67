"""Defines things as a notebook or script does: in `__main__`, from a text that has a file."""

from __future__ import annotations

import ast
import itertools
import linecache
import textwrap

_NUMBERS = itertools.count()


def defined(text, **given):
    """Execute a text as a cell of a notebook, and return its names."""
    text = textwrap.dedent(text)
    file = f"<cell {next(_NUMBERS)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace = {"__name__": "__main__", **given}
    exec(compile(text, file, "exec", dont_inherit=True), namespace)  # noqa: S102 (the test's own text)
    return namespace


def defined_by_statements(text):
    """Execute a text as IPython does: statement by statement, each compiled by itself."""
    text = textwrap.dedent(text)
    file = f"<cell {next(_NUMBERS)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace = {"__name__": "__main__"}
    for statement in ast.parse(text).body:
        code = compile(ast.Module([statement], []), file, "exec", dont_inherit=True)
        exec(code, namespace)  # noqa: S102 (the test's own text)
    return namespace


def executed(text, folder=None, monkeypatch=None):
    """Execute a text that was gathered, where nothing of ours is defined."""
    if folder is not None:
        monkeypatch.syspath_prepend(str(folder))
    namespace = {"__name__": "elsewhere"}
    exec(compile(text, "gathered.py", "exec", dont_inherit=True), namespace)  # noqa: S102 (made from the test's own)
    return namespace
