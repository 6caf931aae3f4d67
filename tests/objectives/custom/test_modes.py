"""Functions and classes of plug-ins as modes of the table."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from objectives._made import candidates, suite, target
from pyneuronautofit._options import taken_as_far
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives import (
    ALL_MODES,
    OBJECTIVES,
    BoundObjective,
    EvaluationSettings,
    Mask,
    modes_that_read,
)
from pyneuronautofit.objectives.custom.functions import objective
from pyneuronautofit.objectives.custom.modes import made_mode
from pyneuronautofit.objectives.residuals import mode_weights
from pyneuronautofit.plugins import active_plugins

VOLTAGE = np.array([[-65.0, -60.0, 10.0, -70.0], [-65.0, -64.0, -63.0, -62.0]])


@objective(unit="mV", scale=5.0)
def peak(voltage_mV, spike_threshold_mV):
    """Highest voltage above the threshold."""
    return voltage_mV.max(axis=1) - spike_threshold_mV


@dataclass(frozen=True)
class Last:
    """Voltage at the end."""

    spike_count: int
    n_last: int = 2

    def bind(self, target):
        wanted = target.voltage_mV[:, -self.n_last :].mean(axis=1)

        def score(candidates):
            return np.abs(candidates.traces_mV[..., -self.n_last :].mean(axis=2) - wanted)

        return BoundObjective.averaged(score)


def test_a_function_has_the_settings_that_it_asks_for():
    mode = made_mode(peak, "{peak}", "a.py")
    assert (mode.code, mode.title) == ("{peak}", "Highest voltage above the threshold")
    assert mode.unit == "mV"
    assert (mode.scale, mode.traced) == (5.0, False)
    made = taken_as_far(mode, EvaluationSettings("{peak}", spike_threshold_mV=-20.0))
    assert made.spike_threshold_mV == -20.0
    bound = made.bind(target(VOLTAGE))
    assert bound.score(candidates(VOLTAGE, VOLTAGE + 2)).tolist() == [[0, 0], [2, 2]]
    assert bound.collapsed(candidates(VOLTAGE + 2)).tolist() == [[4]]


def test_a_class_gets_what_it_lacks_and_keeps_its_own_settings():
    mode = made_mode(Last, "{last}", "a.py")
    assert (mode.code, mode.title, mode.unit) == ("{last}", "Voltage at the end", "1")
    assert (mode.scale, mode.traced) == (None, False)
    made = taken_as_far(mode, EvaluationSettings("{last}", spike_count=4))
    assert (made.spike_count, made.n_last) == (4, 2)
    bound = made.bind(target(VOLTAGE))
    assert bound.score(candidates(VOLTAGE + 2)).tolist() == [[2, 2]]
    assert bound.collapsed(candidates(VOLTAGE + 2)).tolist() == [[2]]
    assert not hasattr(Last, "title")


def test_in_a_suite_beside_built_in_modes():
    with active_plugins(objectives=[peak, Last]):
        mask = Mask(by_mode={"{peak}": [1]})
        bound = suite(VOLTAGE, "V{peak}O{Last}", mask=mask, spike_threshold_mV=0.0)
        assert bound.markers == ("V", "V", "{peak}", "O", "O", "{Last}", "{Last}")
        scores = bound.score(VOLTAGE[None] + 2)
        assert {c: s.tolist() for c, s in bound.mode_sums(scores).items()} == {
            "V": [8.0], "{peak}": [2.0], "O": [0.0], "{Last}": [4.0],
        }  # fmt: skip
        weights = mode_weights(bound, {"{Last}": 0.5})
        assert weights[2] == 1 / 5
        assert weights[-1] == 0.5
        assert "{peak}" in modes_that_read("spike_threshold_mV")
        assert "{Last}" in modes_that_read("spike_count")
        assert ALL_MODES["{Last}"] == "Voltage at the end"


def test_a_free_letter_may_be_claimed_and_one_that_is_taken_not():
    @dataclass(frozen=True)
    class Lettered(Last):
        """Another one."""

        code: ClassVar[str] = "B"

    with active_plugins(objectives=[Lettered]):
        assert suite(VOLTAGE, "OB").markers == ("O", "O", "B", "B")
        assert list(OBJECTIVES)[-1] == "B"
    taken = objective(name="V")(lambda voltage_mV: voltage_mV.max())
    with (
        pytest.raises(UsageError, match=r"V is built in, and another one is in test_modes\.py"),
        active_plugins(objectives=[taken]),
    ):
        pass


def test_what_is_no_mode():
    with pytest.raises(UsageError, match=r"the evaluation mode \{x\} is int: expected a func"):
        made_mode(3, "{x}", "a.py")

    class Bare:
        pass

    with pytest.raises(UsageError, match=r"\{x\}, Bare of a.py: expected a frozen dataclass with"):
        made_mode(Bare, "{x}", "a.py")


def test_a_field_that_nobody_knows():
    @dataclass(frozen=True)
    class Unknown:
        other: int

        def bind(self, target): ...

    with pytest.raises(UsageError, match="nobody knows its field other: expected a default value"):
        made_mode(Unknown, "{x}", "a.py")


@pytest.mark.parametrize(
    ("bind", "expected"),
    [
        (lambda self, target: 1 / 0, r"failed for the recording: .*test_modes\.py:.*ZeroDivision"),
        (lambda self, target: sys.exit(7), "failed for the recording: .*SystemExit: 7"),
        (
            lambda self, target: BoundObjective.summed(lambda c: sys.exit(7)),
            r"test_modes\.py:.*SystemExit: 7",
        ),
        (
            lambda self, target: BoundObjective.summed(lambda c: np.full((1, 1), 1j)),
            "it returned complex numbers: expected real ones",
        ),
        (lambda self, target: 3, "its bind returned 3: expected a BoundObjective"),
        (
            lambda self, target: BoundObjective.summed(lambda c: np.zeros(2)),
            r"array of shape \(2,\) for 1 candidates: expected \(1, n_score\)",
        ),
        (
            lambda self, target: BoundObjective.summed(lambda c: c.nothing),
            r"test_modes\.py:.*AttributeError",
        ),
    ],
)
def test_errors_of_a_class_say_whose_they_are(bind, expected):
    mode = made_mode(dataclass(frozen=True)(type("Mine", (), {"bind": bind})), "{x}", "a.py")
    with pytest.raises(UsageError, match=rf"\{{x\}}, Mine of a\.py: .*{expected}"):
        mode().bind(target(VOLTAGE))


def test_as_many_components_for_candidates_as_for_the_recording():
    def bind(self, target):
        return BoundObjective.summed(lambda c: np.zeros((c.shape[0], c.shape[0])))

    mode = made_mode(dataclass(frozen=True)(type("Mine", (), {"bind": bind})), "{x}", "a.py")
    bound = mode().bind(target(VOLTAGE))
    with pytest.raises(UsageError, match=r"shape \(2, 2\) for 2 candidates: expected \(2, 1\)"):
        bound.score(candidates(VOLTAGE, VOLTAGE))


def test_components_of_a_class_below_0_are_warned_of_once(caplog):
    def bind(self, target):
        return BoundObjective.summed(lambda c: np.full((c.shape[0], 1), -2.0))

    mode = made_mode(dataclass(frozen=True)(type("Mine", (), {"bind": bind})), "{x}", "a.py")
    bound = mode().bind(target(VOLTAGE))
    bound.score(candidates(VOLTAGE))
    bound.collapsed(candidates(VOLTAGE))
    (warned,) = (each.message for each in caplog.records)
    assert "{x}, Mine of a.py: it returned -2: lower is better, and 0 is equal" in warned
