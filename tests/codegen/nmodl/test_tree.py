"""What the records of a .mod file say about its variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit.codegen.nmodl.tree import Mechanism, UsedIon, is_concentration

ALL = Mechanism(
    Path("all.mod"),
    "",
    "all",
    ranges=frozenset({"g", "inf"}),
    globals_=frozenset({"q", "g"}),
    parameters={"g": 1.0, "p": 2.0},
    states=("m",),
    assigned=frozenset({"hidden", "q", "inf"}),
)


@pytest.mark.parametrize(
    ("name", "readable", "everywhere"),
    [
        ("g", True, False),  # RANGE, also where it is a parameter
        ("inf", True, False),
        ("m", True, False),
        ("p", False, True),
        ("q", False, True),
        ("hidden", False, False),
    ],
)
def test_where_neuron_shows_a_variable(name, readable, everywhere):
    assert ALL.is_readable(name) is readable
    assert ALL.is_global(name) is everywhere


@pytest.mark.parametrize(
    ("name", "found"), [("cai", True), ("cao", True), ("ica", False), ("eca", False), ("ki", False)]
)
def test_concentrations_are_those_of_the_ion(name, found):
    assert is_concentration("ca", name) is found


@pytest.mark.parametrize(
    ("ions", "found"),
    [
        ((UsedIon("ca", ("cai",), ("ica",)), UsedIon("k", (), ("ik",))), False),
        ((UsedIon("k", (), ("ik",)), UsedIon("ca", (), ("ica", "cao"))), True),
        ((), False),
    ],
)
def test_what_writes_a_concentration(ions, found):
    assert Mechanism(Path("x.mod"), "", "x", ions=ions).writes_concentration is found
