"""The checks of modes find what is wrong; that the built-in ones pass is tested with them."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from pyneuronautofit.plugins import BoundObjective, objective
from pyneuronautofit.recordings import Recording
from pyneuronautofit.testing import check_objective, made_recording
from pyneuronautofit.testing import objectives as checks


def peak(voltage_mV):
    """Highest voltage."""
    return voltage_mV.max(axis=1)


def test_the_examples():
    assert doctest.testmod(checks).failed == 0


def test_good_ones_pass():
    check_objective(peak)
    check_objective(objective(name="top", batched=True)(lambda voltage_mV: voltage_mV.max(axis=2)))
    check_objective(lambda_of_both)
    made, _window = made_recording()
    check_objective(peak, made, (80, 220), spike_threshold_mV=-10.0)


def lambda_of_both(model_mV, recording_mV):
    """Largest difference."""
    return np.abs(model_mV - recording_mV).max(axis=1)


def test_a_recording_needs_its_stimulus():
    with pytest.raises(ValueError, match="a recording needs stimulus_ms"):
        check_objective(peak, Recording("a", np.zeros((1, 9)), np.zeros((1, 9)), 0.1))


class _Mode:
    """A class that is wrong in some way."""

    def bind(self, target):
        return BoundObjective.summed(self.scored)


def mode(scored, **more):
    from dataclasses import dataclass

    own = {"scored": lambda _self, candidates: scored(candidates), "code": "wrong", **more}
    return dataclass(frozen=True)(type("Wrong", (_Mode,), own))


def ones(candidates, value=1.0):
    return np.full((candidates.shape[0], 2), value)


def modifying(candidates):
    candidates.traces_mV[:] = 0.0
    return ones(candidates, 0.0)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (mode(ones), "the recording itself scores zero: the recording's own voltage scores 1, and"),
        (mode(lambda c: ones(c, 0.0)), "scores are not negative: no model differs from the rec"),
        (mode(lambda c: -np.abs(c.traces_mV).max(axis=2)), "scores are not negative: a score is -"),
        (mode(lambda c: ones(c) * c.shape[0]), "the candidate alone decides: model 3 scores"),
        (mode(lambda c: ones(c, 0.0)), "a failed candidate is nan and spoils no other: nan in"),
        (mode(lambda c: ones(c) * np.random.rand()), "the global generator has no say"),  # noqa: NPY002
        (mode(lambda c: ones(c, np.inf)), "odd voltages are no trouble|others of the batch"),
        (mode(ones, title=""), "describes itself: its title is '': expected a text"),
        (mode(ones, scale=-1.0), "describes itself: its scale is -1"),
        (
            objective(name="off")(lambda model_mV, recording_mV: 1.0),
            "the recording's own voltage scores",
        ),
    ],
)
def test_what_is_wrong_is_found(wrong, expected):
    with pytest.raises(AssertionError, match=expected):
        check_objective(wrong)


def test_one_that_changes_voltages_is_found():
    with pytest.raises(AssertionError, match=r"fails \d of 9 checks"):
        check_objective(mode(modifying))
