"""Tolerances for which the adaptive integrator is made."""

from __future__ import annotations

import math

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.simulators import Adaptive, finer_tolerances


@pytest.mark.parametrize("tolerance_mV", [1e-5, 0.003, 1.0])
def test_a_tolerance_within_the_range(tolerance_mV):
    assert Adaptive(tolerance_mV).tolerance_mV == tolerance_mV


def test_the_usual_tolerance():
    assert Adaptive().tolerance_mV == 0.003


@pytest.mark.parametrize("tolerance_mV", [9.9e-6, 1.01, 5.0, 0.0, -0.003, math.nan, math.inf])
def test_a_tolerance_out_of_the_range_is_refused(tolerance_mV):
    with pytest.raises(UsageError) as caught:
        Adaptive(tolerance_mV)
    assert str(caught.value) == (
        f"--tolerance {tolerance_mV:g}: expected 1e-05 to 1 mV; 0.003 is nearer to the truth than "
        "NEURON's fixed step of 0.025 ms"
    )


def test_finer_tolerances():
    assert finer_tolerances(0.003) == pytest.approx((3e-5, 3e-4))
    assert finer_tolerances(5e-5) == (1e-5,)
    assert finer_tolerances(2e-4) == pytest.approx((1e-5, 2e-5))
    assert finer_tolerances(1e-5) == ()
