"""Labels of parameters."""

from __future__ import annotations

import pytest

from pyneuronautofit.database.labels import find_units, label_of
from pyneuronautofit.space import parse_parameters

MOD = """
: g2 = 1 (not this)
COMMENT PARAMETER { g3 = 1 (nor this) } ENDCOMMENT
NEURON { SUFFIX mine RANGE g, e, n, k }
PARAMETER {
    g = 1e-3 (S/cm2) : as in (mho)
    e = -70 (mV)
    k = .5 (/mM2)
    n = 4
}
"""


def label(names, units):
    (parameter,) = parse_parameters([[names, "lin", 0.0, 1.0]])
    return label_of(parameter, units)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("soma.L", "soma L (µm)"),
        ("soma(0.5).mine.g", "soma mine g (S/cm²)"),
        ("dend[3](0.25).mine.e", "dend[3](0.25) mine e (mV)"),
        ("soma(0.5).mine.k", "soma mine k (/mM²)"),
        ("soma(0.5).mine.n", "soma mine n"),
        ("soma(0.5).other.x", "soma other x"),
        ("soma.Ra", "soma Ra (Ω cm)"),
        ("soma.cai", "soma cai (mM)"),
        ("soma.nseg", "soma nseg"),
        ("soma(0.5).pas.g", "soma pas g (S/cm²)"),
        (["soma.ek", "axon.ek"], "soma, axon ek (mV)"),
        ("soma(0.5).TC_HH.vtraub", "soma TC_HH vtraub (mV)"),
    ],
)
def test_labels_are_readable_and_have_units(names, expected, tmp_path):
    (tmp_path / "mine.mod").write_text(MOD)
    assert label(names, find_units([tmp_path / "none", tmp_path])) == expected


def test_the_users_channels_come_before_ours(tmp_path):
    (tmp_path / "a.mod").write_text("NEURON { SUFFIX TC_HH }\nPARAMETER { gk_max = 1 (uS) }\n")
    assert label("soma(0.5).TC_HH.gk_max", find_units([tmp_path])) == "soma TC_HH gk_max (uS)"
