"""Constants from units against the numbers that NEURON's translator writes into its C++."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from pyneuronautofit.codegen.nmodl import units
from pyneuronautofit.codegen.nmodl.units import factor
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models._neuron import neuron_files

DEFINITIONS = {
    "mV": "millivolt",
    "mA": "milliamp",
    "nA": "nanoamp",
    "molar": "1/liter",
    "mM": "millimolar",
    "uM": "micro molar",
    "um": "micron",
    "S": "siemens",
}
#: What stands in published files, and what the rules of a unit's text allow besides.
CONSTANTS = (
    ("faraday", "coulomb"),
    ("faraday", "kilocoulombs"),
    ("faraday", "10000 coulomb"),
    ("2 faraday", "coulombs"),
    ("k-mole", "joule/degC"),
    ("k-mole", "joule/K"),
    ("mole k", "mV-coulomb/degC"),
    ("gasconstant", "joule/K"),
    ("boltzmann", "joule/degC"),
    ("pi", "1"),
    ("1", "1"),
    ("mole", "1"),
    ("e", "coulomb"),
    ("c", "m/s"),
    ("hbar", "joule-sec"),
    ("mM", "/m3"),
    ("uM", "mole/m3"),
    ("mM-liter", "1"),
    ("nA/um2", "mA/cm2"),
    ("um/s", "mm/ms"),
    ("um3", "liter"),
    ("10000 cm2", "m2"),
    ("100/m", "/cm"),
    ("1-9 m", "um"),
    ("1.5+2 m", "cm"),
    (".5 m", "inch"),
    ("1|180 rev", "radian"),
    ("degree", "radian"),
    ("inch", "um"),
    ("foot", "cm"),
    ("kilohm cm", "ohm m"),
    ("pico curie", "1/s"),
    ("attofarads", "farad"),
    ("megohm", "ohm"),
    ("megwatt", "watt"),
    ("meg watts", "megabyte watt"),
    ("", "kilo"),
    ("m / s-m", "1/s"),
    *((f"{prefix}watt", "watt") for prefix in units._PREFIXES),
)


@pytest.fixture(scope="module")
def translated(tmp_path_factory):
    """What NEURON makes of the constants: their values in order."""
    folder = tmp_path_factory.mktemp("units")
    defined = [f"({name}) = ({text})" for name, text in DEFINITIONS.items()]
    constants = [f"K{i} = ({left}) ({right})" for i, (left, right) in enumerate(CONSTANTS)]
    lines = ["NEURON { SUFFIX constants }", "UNITS {", *defined, *constants, "}"]
    (folder / "constants.mod").write_text("\n".join(lines))
    files = neuron_files()
    table = files / "share" / "nrn" / "lib" / "nrnunits.lib"
    subprocess.run(
        [str(files / "bin" / "nocmodl"), "constants.mod", "-o", "."],
        cwd=folder,
        env={**os.environ, "MODLUNIT": str(table)},
        check=True,
        capture_output=True,
    )
    found = re.findall(r"static double K\d+ = (\S+);", (folder / "constants.cpp").read_text())
    return [float.fromhex(number) for number in found]


def test_constants_are_neurons_to_the_last_bit(translated):
    ours = [factor(left, right, DEFINITIONS, "constants.mod:1") for left, right in CONSTANTS]
    assert len(translated) == len(CONSTANTS)
    assert ours == translated


def test_constants_of_physics():
    # CODATA 2018, where e, k and the number of Avogadro are exact.
    assert factor("faraday", "coulomb", {}, "") == pytest.approx(96485.33212331001, rel=1e-15)
    assert factor("k-mole", "joule/degC", {}, "") == pytest.approx(8.31446261815324, rel=1e-15)
    assert factor("pi", "1", {}, "") == 3.141592653589793


def test_a_definition_may_use_those_above_it():
    definitions = {"molar": "1/liter", "mM": "millimolar", "uM": "milli mM"}
    assert factor("uM", "mole/m3", definitions, "") == pytest.approx(1e-3 / 6.02214076e23)
    with pytest.raises(ModelError, match=r"^a.mod:3: the unit 'millimolar' of"):
        factor("mM", "/liter", {"mM": "millimolar", "molar": "1/liter"}, "a.mod:3")


def test_definitions_of_one_file_are_not_those_of_the_next():
    assert factor("mV", "volt", {"mV": "millivolt"}, "") == 1e-3
    with pytest.raises(ModelError, match="the unit 'mV'"):
        factor("mV", "volt", {}, "b.mod:1")


def test_an_unknown_unit_is_named_with_its_place():
    with pytest.raises(ModelError) as error:
        factor("jole/degC", "1", {}, "pump.mod:12")
    assert str(error.value) == (
        "pump.mod:12: the unit 'jole' of (jole/degC) is not known; did you mean 'joule'? Expected "
        "one of NEURON's units, or one that the UNITS block defines above, as in "
        "(jole) = (millivolt)."
    )


def test_different_dimensions_are_refused():
    with pytest.raises(ModelError) as error:
        factor("k-mole", "joule", {}, "ghk.mod:7")
    assert str(error.value) == (
        "ghk.mod:7: (k-mole) cannot be expressed in (joule): expected units of the same dimension, "
        "but the first is of m2 kg sec-2 K-1 and the second of m2 kg sec-2. Correct one of them, "
        "or write the constant as a number."
    )
    with pytest.raises(ModelError, match=r"the first is of none \(a number\)"):
        factor("mole", "m", {}, "ghk.mod:8")


def test_a_table_that_cannot_be_read_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr(units, "neuron_files", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"nrnunits.lib cannot be read: No such file"):
        factor("pi", "1", {}, "")
