"""A function is called with what it asks for, and told what it cannot ask for."""

from __future__ import annotations

import pytest

from pyneuronautofit._plugins import asked_for, place_of_function
from pyneuronautofit.errors import UsageError

KNOWN = ("voltage_mV", "step_ms")


def test_what_it_asks_for():
    def wanting(voltage_mV, *rest, step_ms, own=3, **others):
        pass

    assert asked_for(wanting, KNOWN, "w") == ("voltage_mV", "step_ms")
    assert asked_for(lambda own=3: own, KNOWN, "w") == ()


def test_what_nobody_knows():
    def wrong(voltage_mv):
        pass

    with pytest.raises(UsageError, match=r"its parameter voltage_mv is: .* Is voltage_mV meant\?"):
        asked_for(wrong, KNOWN, "here")
    with pytest.raises(UsageError, match="here: its parameters cannot be found out"):
        asked_for(3, KNOWN, "here")


def test_where_it_stands():
    def own():
        pass

    assert place_of_function(own, "own").endswith(f"test_asking.py:{own.__code__.co_firstlineno})")
    assert place_of_function(print, "print") == "print"
