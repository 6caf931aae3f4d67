"""Factors between units, against the prefixes of the International System."""

from __future__ import annotations

import pytest

from pyneuronautofit.units import MS_PER_S, PA_PER_NA, TO_MV, TO_PA

# Powers of ten; both signs for a millionth that keyboards and instruments have.
PREFIXES = {"": 0, "m": -3, "u": -6, "\u00b5": -6, "\u03bc": -6, "n": -9, "p": -12, "f": -15}


@pytest.mark.parametrize(("factors", "letter", "base"), [(TO_MV, "V", -3), (TO_PA, "A", -12)])
def test_a_prefix_is_a_power_of_ten(factors, letter, base):
    assert len(factors) >= 5
    for unit, factor in factors.items():
        assert unit.endswith(letter)
        power = PREFIXES[unit.removesuffix(letter)] - base
        assert factor == pytest.approx(10.0**power, rel=1e-15), unit


def test_what_the_package_computes_with_needs_no_factor():
    assert (TO_MV["mV"], TO_PA["pA"]) == (1.0, 1.0)
    assert (MS_PER_S, PA_PER_NA) == (1000.0, 1000.0)


@pytest.mark.parametrize("factors", [TO_MV, TO_PA])
def test_factors_cannot_be_changed(factors):
    with pytest.raises(TypeError, match="does not support item assignment"):
        factors["kV"] = 1.0
