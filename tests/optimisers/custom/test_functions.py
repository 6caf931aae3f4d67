"""Functions as searches: what they are called, and what they may ask for."""

from __future__ import annotations

import doctest

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.optimisers.custom import functions
from pyneuronautofit.optimisers.custom.functions import strategy


def test_the_examples():
    assert doctest.testmod(functions).failed == 0


def test_with_and_without_settings():
    def walk(x, rng, size):
        """Steps from members.

        And more.
        """
        return x

    bare, full = strategy(walk), strategy(name="other", about="it strolls")(walk)
    assert (bare.name, bare.about) == ("walk", "Steps from members")
    assert (full.name, full.about) == ("other", "it strolls")
    assert bare(3, None, None) == 3
    assert bare.where == f"walk ({__file__}:{walk.__code__.co_firstlineno})"
    assert bare.asks_for() == ("x", "rng", "size")


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda xs: 0, "nobody knows what its parameter xs is: expected x, scores, .*Is x meant"),
        (lambda x, /: 0, "nobody knows what its parameter x is"),
        (min, "parameters cannot be found out|nobody knows"),
    ],
)
def test_what_cannot_be_called(function, expected):
    with pytest.raises(UsageError, match=expected):
        strategy(function).asks_for()
