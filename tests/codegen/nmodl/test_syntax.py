"""What is read from .mod files."""

from __future__ import annotations

import pytest

from codegen.written import read
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.refusal import line_of
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
    assert m.currents == ("i",)
    assert m.ranges == {"g", "m0"}
    assert m.globals_ == {"q", "inf"}
    assert m.parameters == {"g": 1e-3, "q": -2.0, "n": 3.0, "shift": 0.0, "none": 0.0}
    assert {"N", "F", "k", "c"} == set(m.constants)
    assert (m.constants["N"], m.constants["k"], m.constants["c"]) == (3.0, 2.5, -4.0)
    assert m.lengths == {"shift": 3, "w": 3, "x": 3}
    assert m.assigned == {"v", "ica", "ihcn", "i", "inf", "w"}
    assert m.states == ("m", "x")
    assert m.file_locals == {"fast"}
    assert m.tables


def test_blocks(everything):
    one, variable = tree.Number, tree.Variable
    assert set(everything.blocks) == {"states", "f"}
    assert everything.initial == (tree.Assign(variable("m"), one(0.5)),)
    assert everything.breakpoint[0] == tree.Solve("states", "cnexp", False)
    assert everything.blocks["f"] == tree.Block(
        "FUNCTION", "f", ("u",), (tree.Assign(variable("f"), variable("u")),)
    )
    decay = tree.Differential(variable("m"), tree.Unary("-", variable("m")))
    assert everything.blocks["states"] == tree.Block("DERIVATIVE", "states", (), (decay,))


def test_where_variables_are_read(everything):
    readable = {name for name in ("g", "q", "m", "x", "inf", "n") if everything.is_readable(name)}
    everywhere = {name for name in ("g", "q", "m", "inf", "n") if everything.is_global(name)}
    assert readable == {"g", "m", "x"}
    assert everywhere == {"q", "inf", "n"}
    assert not everything.writes_concentration


def test_statements(tmp_path):
    found = read(
        tmp_path,
        """
        STATE { a b[2] }
        KINETIC k {
            COMPARTMENT i, 3 * i { b }
            ~ 2 a + b[0] <-> b[1] (f, 1)
            ~ a -> (3)
            ~ a << (4)
            CONSERVE a + 2 b = 1
        }
        BREAKPOINT { SOLVE k STEADYSTATE sparse }
        """,
    )
    compartment, first, leak, flux, law = found.blocks["k"].body
    one, variable = tree.Number, tree.Variable
    a, first_b, second_b = variable("a"), variable("b", one(0.0)), variable("b", one(1.0))
    assert compartment == tree.Compartment("i", tree.Binary("*", one(3.0), variable("i")), ("b",))
    assert first == tree.Reaction(
        "<->", ((2, a), (1, first_b)), ((1, second_b),), variable("f"), one(1.0)
    )
    assert leak == tree.Reaction("->", ((1, a),), (), one(3.0), None)
    assert flux == tree.Reaction("<<", ((1, a),), (), one(4.0), None)
    assert law == tree.Conserve(((1, a), (2, variable("b"))), one(1.0))
    assert found.breakpoint == (tree.Solve("k", "sparse", True),)


def test_included_files_belong_to_the_file(tmp_path):
    (tmp_path / "more.inc").write_text("FUNCTION f(u) { f = u }\nDEFINE N 4\n")
    found = read(tmp_path, 'INCLUDE "more.inc"\nASSIGNED { w[N] }')
    assert "f" in found.blocks
    assert found.lengths == {"w": 4}


def test_neurons_own_channels(tmp_path):
    own = neuron_files() / "share" / "modfile"
    assert read_mechanism(own / "hh.mod").tables
    assert read_mechanism(own / "passive.mod").suffix == "pas"


def test_code_that_only_returns_is_none(tmp_path):
    found = read(tmp_path, "PROCEDURE p() { a = 1\nVERBATIM\n return 0;\nENDVERBATIM\n}")
    assert len(found.blocks["p"].body) == 1


def test_a_file_that_is_no_nmodl(tmp_path):
    with pytest.raises(ModelError) as caught:
        read(tmp_path, "BREAKPOINT { i = = 2 }")
    text = str(caught.value)
    assert text.startswith(f"{tmp_path / 'written.mod'}: NEURON's parser does not understand")
    assert "2." in text  # the parser says where
    assert not isinstance(caught.value, UnsupportedModel)


def test_a_file_without_suffix_is_refused(tmp_path):
    with pytest.raises(UnsupportedModel, match=r"written\.mod, line 1: NEURON .*no SUFFIX"):
        read(tmp_path, "", head="NEURON { RANGE x }\n")


SOURCE = """\
TITLE with a POINTER
: POINTER
COMMENT
POINTER
ENDCOMMENT
? POINTER
NEURON { POINTERS x
POINTER y }
SOLVE   a
  METHOD cnexp
m'=1 FROM i = 0 TO x
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("POINTER", 8),
        ("NEURON", 7),
        ("SOLVE a", 9),
        ("METHOD cnexp", 10),
        ("m'", 11),
        ("FROM i =", 11),
        ("VERBATIM", None),
    ],
)
def test_lines_are_found_in_code_not_in_comments(text, line):
    assert line_of(SOURCE, text) == line
