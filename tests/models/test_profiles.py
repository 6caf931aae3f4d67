"""How parameters depend on the distance, as a project file says it."""

from __future__ import annotations

import math
import re

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.models._profiles import read_profiles

NAMES = {"apic[*](*).g", "dend[*](*).g"}


def one(described):
    return read_profiles("project.py", {"apic[*](*).g": described}, NAMES)["apic[*](*).g"]


@pytest.mark.parametrize(
    ("described", "at_0", "at_100"),
    [
        ({"kind": "linear", "slope_per_um": 0.01}, 1.0, 2.0),
        ({"kind": "linear", "slope_per_um": -0.5, "offset": 3}, 3.0, -47.0),
        ({"kind": "exponential", "length_um": 50}, 1.0, math.exp(2.0)),
        (
            {"kind": "exponential", "length_um": 322.58, "offset": -0.8696, "scale": 2.087},
            1.2174,
            -0.8696 + 2.087 * math.exp(100 / 322.58),
        ),
        (
            {"kind": "sigmoid", "half_um": 100, "width_um": 20},
            1 / (1 + math.exp(5.0)),
            0.5,
        ),
        ({"kind": "sigmoid", "half_um": 100, "width_um": 1e-3, "near": 2, "far": 4}, 2.0, 3.0),
        (lambda um: um**2, 0.0, 1e4),
    ],
)
def test_kinds(described, at_0, at_100):
    profile = one(described)
    assert profile(0.0) == pytest.approx(at_0, rel=1e-12, abs=1e-12)
    assert profile(100.0) == pytest.approx(at_100, rel=1e-12)


def test_none_is_none():
    assert read_profiles("project.py", None, NAMES) == {}


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([1], "project.py: 'profiles' is [1]; expected a dictionary"),
        ({"apic[*](*).h": {}}, "'apic[*](*).h', which is no name in 'param_nslh'; did you mean"),
        ({"apic[*](*).g": 3}, "the profile of 'apic[*](*).g' is 3; expected a function"),
        ({"apic[*](*).g": {"kind": "cubic"}}, "has the kind 'cubic'; expected one of linear"),
        ({"apic[*](*).g": {"kind": "linear"}}, "lacks slope_per_um; the kind 'linear' needs"),
        (
            {"apic[*](*).g": {"kind": "linear", "slope_per_um": 1, "slope": 1}},
            "has slope; the kind 'linear' needs slope_per_um, and may have offset",
        ),
        (
            {"apic[*](*).g": {"kind": "exponential", "length_um": 0}},
            "length_um is 0; expected a finite number, and no 0",
        ),
        ({"apic[*](*).g": {"kind": "linear", "slope_per_um": "1"}}, "'1'; expected a number"),
        ({"apic[*](*).g": lambda um: 1 / um}, "at 0 um it raised ZeroDivisionError"),
        ({"apic[*](*).g": lambda um: float("nan")}, "at 0 um it is nan; expected a finite"),
    ],
)
def test_mistakes(found, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        read_profiles("project.py", found, NAMES)
