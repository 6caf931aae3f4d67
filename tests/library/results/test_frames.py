"""Tables say what their columns are."""

from __future__ import annotations

import builtins

import pytest

from pyneuronautofit.errors import NotAvailableError
from pyneuronautofit.library.results.frames import frame


def test_a_table():
    table = frame({"a": [1.0, 2.0]}, [4, 7], "evaluation", units={"a": "mV"})
    assert table.loc[7, "a"] == 2.0
    assert (table.index.name, table.attrs) == ("evaluation", {"units": {"a": "mV"}})


def test_without_pandas(monkeypatch):
    found = builtins.__import__

    def without(name, *rest, **others):
        if name == "pandas":
            raise ImportError(name)
        return found(name, *rest, **others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NotAvailableError, match=r"pip install 'pyneuronautofit\[notebook\]'"):
        frame({}, [], "i")
