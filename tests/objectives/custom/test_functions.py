"""Functions as evaluation modes: what they are called, and what they may ask for."""

from __future__ import annotations

import doctest

import pytest

from pyneuronautofit._options import field_names
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives import EvaluationSettings
from pyneuronautofit.objectives.custom import functions
from pyneuronautofit.objectives.custom.functions import SETTINGS, objective


def test_the_examples():
    assert doctest.testmod(functions).failed == 0


def test_with_and_without_settings():
    def plain(voltage_mV):
        """Highest voltage.

        And more.
        """
        return voltage_mV.max()

    bare = objective(plain)
    assert (bare.name, bare.title, bare.unit, bare.scale) == ("plain", "Highest voltage", "1", None)
    full = objective(name="top", title="the top", unit="mV", scale=2.0, batched=True)(plain)
    assert (full.name, full.title, full.unit, full.scale) == ("top", "the top", "mV", 2.0)
    assert full.batched
    assert objective(lambda voltage_mV: 1).title == "<lambda>"


def test_it_can_be_called_as_before():
    assert objective(lambda voltage_mV, n=3: voltage_mV * n)(2, n=4) == 8


def test_settings_are_those_of_the_evaluation():
    names = set(field_names(EvaluationSettings)) - {"modes", "mask", "hold_out", "collapse"}
    assert set(SETTINGS) <= names


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda voltage_mV, stimulus: 0, ("voltage_mV", "stimulus")),
        (lambda model_mV, recording_mV, step_ms: 0, ("model_mV", "recording_mV", "step_ms")),
        (lambda voltage_mV, spike_count, own=3: 0, ("voltage_mV", "spike_count")),
        (lambda voltage_mV, **_rest: 0, ("voltage_mV",)),
    ],
)
def test_what_it_asks_for(function, expected):
    assert objective(function).asks_for() == expected


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda voltage: 0, "nobody knows what its parameter voltage is: .*Is voltage_mV meant"),
        (lambda voltage_mV, xyz: 0, "nobody knows what its parameter xyz is: expected voltage_mV"),
        (lambda step_ms: 0, "expected a parameter voltage_mV, .* or model_mV and recording_mV"),
        (lambda model_mV: 0, "expected a parameter voltage_mV"),
        (lambda model_mV, recording_mV, voltage_mV: 0, "and not both"),
        (lambda voltage_mV, /: 0, "nobody knows what its parameter voltage_mV is"),
        (min, "parameters cannot be found out|nobody knows|expected a parameter"),
    ],
)
def test_what_cannot_be_called(function, expected):
    with pytest.raises(UsageError, match=expected):
        objective(function).asks_for()


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_is_a_positive_number(scale):
    with pytest.raises(UsageError, match=r"the scale is .*: expected a number above 0, or None"):
        objective(scale=scale)(lambda voltage_mV: 0)


def test_messages_say_where_it_is():
    def mine(voltage_mV):
        return 0

    line = mine.__code__.co_firstlineno
    assert objective(mine).where == f"mine ({__file__}:{line})"
