"""The package has few names, all of which are what the library has."""

from __future__ import annotations

import doctest
import importlib
import inspect

import pytest

import pyneuronautofit
from pyneuronautofit.library import names


def test_the_names_are_there():
    assert set(pyneuronautofit.__all__) == {"__version__", *names.__all__}
    for name in names.__all__:
        assert getattr(pyneuronautofit, name) is getattr(names, name)
    assert set(pyneuronautofit.__all__) == set(dir(pyneuronautofit))


def test_another_name_is_none():
    with pytest.raises(AttributeError, match="no attribute 'fitt'"):
        _ = pyneuronautofit.fitt


def public():
    """Every public name, and every public method of the classes."""
    for name in names.__all__:
        thing = getattr(names, name)
        yield name, thing
        if inspect.isclass(thing):
            for inner, value in vars(thing).items():
                if not inner.startswith("_") and callable(getattr(thing, inner)):
                    yield f"{name}.{inner}", getattr(value, "__func__", value)


@pytest.mark.parametrize(("name", "thing"), list(public()))
def test_every_argument_is_described(name, thing):
    told = inspect.getdoc(thing)
    assert told
    if inspect.isclass(thing):
        return
    for argument in inspect.signature(thing).parameters:
        if argument not in ("self", "cls"):
            assert argument in told, f"{name}: {argument}"


@pytest.mark.parametrize("module", ["library.cell_model", "recordings._base"])
def test_the_examples_of_docstrings_are_true(module):
    found = importlib.import_module(f"pyneuronautofit.{module}")
    outcome = doctest.testmod(found)
    assert outcome.attempted > 0
    assert outcome.failed == 0
