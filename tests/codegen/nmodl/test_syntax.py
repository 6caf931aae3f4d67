"""What is read from .mod files."""

from __future__ import annotations

import pytest

from codegen.written import read
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.models import neuron_files

TEXT = """\
TITLE A channel that has everything
COMMENT
POINTER, VERBATIM and other words
ENDCOMMENT
DEFINE N 3
NEURON {
    THREADSAFE
    SUFFIX all
    USEION ca READ cai, cao WRITE ica
    USEION hcn READ ehcn WRITE ihcn VALENCE 1
    NONSPECIFIC_CURRENT i
    NONSPECIFIC_CURRENT il, im
    RANGE g, m0
    GLOBAL q, inf
}
UNITS { (mV) = (millivolt) F = (faraday) (coulomb) k = 2.5 (mV) }
INDEPENDENT { t FROM 0 TO 1 WITH 1 (ms) }
PARAMETER { g = 1e-3 (S/cm2) <0, 1> q = -2 n = N shift[N] none }
CONSTANT { c = -4 (mV) }
ASSIGNED { v (mV) ica ihcn i inf w[N] }
STATE { m FROM 0 TO 1 x[N] }
LOCAL fast
UNITSOFF
INITIAL { m = 0.5 }
BREAKPOINT { SOLVE states METHOD cnexp i = g * m * v ica = 0 ihcn = 0 }
DERIVATIVE states { m' = -m : no POINTER
}
FUNCTION f(u (mV)) (mV) { TABLE FROM 0 TO 1 WITH 10
    f = u }
UNITSON
"""


@pytest.fixture
def everything(tmp_path):
    return read(tmp_path, TEXT, head="")


def test_declarations(everything):
    m = everything
    assert m.suffix == "all"
    assert m.ions == (
        tree.UsedIon("ca", ("cai", "cao"), ("ica",)),
        tree.UsedIon("hcn", ("ehcn",), ("ihcn",)),
    )
    assert m.currents == ("i", "il", "im")
    assert not m.is_process
    assert m.ranges == {"g", "m0"}
    assert m.globals_ == {"q", "inf"}
    assert m.parameters == {"g": 1e-3, "q": -2.0, "n": 3.0, "shift": 0.0, "none": 0.0}
    assert {"N", "F", "k", "c"} == set(m.constants)
    assert (m.constants["N"], m.constants["k"], m.constants["c"]) == (3.0, 2.5, -4.0)
    assert m.lengths == {"shift": 3, "w": 3, "x": 3}
    assert m.assigned == {"v", "ica", "ihcn", "i", "inf", "w"}
    assert m.states == ("m", "x")
    assert m.file_locals == {"fast"}


def test_blocks(everything):
    one, variable = tree.Number, tree.Variable
    assert set(everything.blocks) == {"states", "f"}
    assert everything.initial == (tree.Assign(variable("m"), one(0.5)),)
    assert everything.breakpoint[0] == tree.Solve("states", "cnexp", False)
    assert everything.blocks["f"] == tree.Block(
        "FUNCTION",
        "f",
        ("u",),
        (tree.Assign(variable("f"), variable("u")),),
        tree.Table(frozenset(), one(0.0), one(1.0), 10),
    )
    decay = tree.Differential(variable("m"), tree.Unary("-", variable("m")))
    assert everything.blocks["states"] == tree.Block("DERIVATIVE", "states", (), (decay,))


def test_included_files_belong_to_the_file(tmp_path):
    (tmp_path / "more.inc").write_text("FUNCTION f(u) { f = u }\nDEFINE N 4\n")
    found = read(tmp_path, 'INCLUDE "more.inc"\nASSIGNED { w[N] }')
    assert "f" in found.blocks
    assert found.lengths == {"w": 4}


def test_neurons_own_channels(tmp_path):
    own = neuron_files() / "share" / "modfile"
    assert read_mechanism(own / "hh.mod").blocks["rates"].table.intervals == 200
    assert read_mechanism(own / "passive.mod").suffix == "pas"


def test_a_file_that_is_no_nmodl(tmp_path):
    with pytest.raises(ModelError) as caught:
        read(tmp_path, "BREAKPOINT { i = = 2 }")
    text = str(caught.value)
    assert text.startswith(f"{tmp_path / 'written.mod'}: NEURON's parser does not understand")
    assert "2." in text  # the parser says where
    assert not isinstance(caught.value, UnsupportedModel)


def test_a_point_process_is_one(tmp_path):
    found = read(tmp_path, "", head="NEURON { POINT_PROCESS Syn RANGE x }\n")
    assert (found.suffix, found.is_process) == ("Syn", True)


def test_a_file_without_suffix_is_refused(tmp_path):
    with pytest.raises(UnsupportedModel, match=r"written\.mod, line 1: NEURON .*no SUFFIX"):
        read(tmp_path, "", head="NEURON { RANGE x }\n")
