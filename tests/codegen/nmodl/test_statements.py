"""Statements and expressions of NEURON's parser as our records."""

from __future__ import annotations

import pytest

from codegen.written import read
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.tree import (
    Assign,
    Binary,
    Call,
    Differential,
    Diffusion,
    Equation,
    From,
    If,
    Local,
    Number,
    Refused,
    Run,
    Solve,
    Unary,
    Variable,
    While,
)
from pyneuronautofit.errors import UnsupportedModel

A, B, COUNTER = Variable("a"), Variable("b"), Variable("i")
ONE, TWO = Number(1.0), Number(2.0)


@pytest.fixture
def body(tmp_path):
    """Return a function: statements -> their records, as the body of a PROCEDURE."""
    return lambda text, more="": (
        read(tmp_path, f"{more}\nPROCEDURE p() {{\n{text}\n}}").blocks["p"].body
    )


@pytest.fixture
def value(body):
    """Return a function: an expression -> its record."""

    def of(text, more=""):
        ((_target, found),) = [(s.target, s.value) for s in body(f"x = {text}", more)]
        return found

    return of


# --- expressions


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1", ONE),
        ("2 (mV)", TWO),
        ("-a", Unary("-", A)),
        ("!a", Unary("!", A)),
        ("a - b - 1", Binary("-", Binary("-", A, B), ONE)),
        ("a - (b - 1)", Binary("-", A, Binary("-", B, ONE))),
        ("a + b * 2", Binary("+", A, Binary("*", B, TWO))),
        ("a ^ b ^ 2", Binary("^", A, Binary("^", B, TWO))),
        ("-a ^ 2", Unary("-", Binary("^", A, TWO))),
        ("a < b && b >= 2", Binary("&&", Binary("<", A, B), Binary(">=", B, TWO))),
        ("a / b", Binary("/", A, B)),
        ("w[a + 1]", Variable("w", Binary("+", A, ONE))),
        ("f(a, 2)", Call("f", (A, TWO))),
        ("((a))", A),
        ("N", Number(3.0)),
    ],
)
def test_expressions(value, text, wanted):
    assert value(text, "DEFINE N 3") == wanted


# --- statements


def test_decisions(body):
    text = "IF (a < 1) { b = 1 } ELSE IF (a < 2) { b = 2 } ELSE { b = a }"
    (found,) = body(text)
    assert found == If(
        (
            (Binary("<", A, ONE), (Assign(B, ONE),)),
            (Binary("<", A, TWO), (Assign(B, TWO),)),
        ),
        (Assign(B, A),),
    )
    (short,) = body("IF (a) { b = 1 }")
    assert short == If(((A, (Assign(B, ONE),)),), ())


def test_loops(body):
    text = "WHILE (a < 2) { a = 2 }\nFROM i = 1 TO b BY 2 { a = i }\nFROM i = 1 TO 2 { a = i }"
    assert body(text) == (
        While(Binary("<", A, TWO), (Assign(A, TWO),)),
        From("i", ONE, B, TWO, (Assign(A, COUNTER),)),
        From("i", ONE, TWO, None, (Assign(A, COUNTER),)),
    )


def test_declarations_and_calls(body):
    assert body('LOCAL a, w[2]\nf(a, 2)\nprintf("%g", a)\nw[1] = a') == (
        Local((("a", None), ("w", TWO))),
        Run(Call("f", (A, TWO))),
        Run(Call("printf", (A,))),
        Assign(Variable("w", ONE), A),
    )


def test_equations(tmp_path):
    found = read(
        tmp_path,
        """
        STATE { a b x[2] }
        DERIVATIVE d { a' = -a  x'[1] = b }
        LINEAR l { ~ a + b = 1 }
        BREAKPOINT { SOLVE d METHOD cnexp  SOLVE l  SOLVE d STEADYSTATE derivimplicit }
        INITIAL { SOLVE d }
        """,
    )
    assert found.blocks["d"].body == (
        Differential(A, Unary("-", A)),
        Differential(Variable("x", ONE), B),
    )
    assert found.blocks["l"].body == (Equation(Binary("+", A, B), ONE),)
    assert found.breakpoint == (
        Solve("d", "cnexp", False),
        Solve("l", "", False),
        Solve("d", "derivimplicit", True),
    )
    assert found.initial == (Solve("d", "", False),)


def test_numbers_may_have_names_and_signs(tmp_path):
    text = "DEFINE N 3\nPARAMETER { p = N  n = -2.5 (mV)  k = -N }\nCONSTANT { c = -N  d = -4 }"
    found = read(tmp_path, f"{text}\nASSIGNED {{ w[N] }}")
    assert found.parameters == {"p": 3.0, "n": -2.5, "k": -3.0}
    assert found.constants == {"N": 3.0, "c": -3.0, "d": -4.0}
    assert found.lengths == {"w": 3}


def test_an_event_has_an_initial_of_its_own(tmp_path):
    text = """
    NET_RECEIVE (w (uS), kept, t0) {
        INITIAL { kept = 1  t0 = t }
        a = a + w * kept
    }
    """
    found = read(tmp_path, text, head="NEURON { POINT_PROCESS Syn }\n").receive
    assert found.arguments == ("w", "kept", "t0")
    assert found.initial == (
        Assign(Variable("kept"), ONE),
        Assign(Variable("t0"), Variable("t")),
    )
    change = Binary("+", A, Binary("*", Variable("w"), Variable("kept")))
    assert found.body == (Assign(A, change),)


def test_reactions(tmp_path):
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


# --- C code, and what is refused where it is reached


def test_code_that_only_returns_is_none(tmp_path):
    found = read(tmp_path, "PROCEDURE p() { a = 1\nVERBATIM\n return 0;\nENDVERBATIM\n}")
    assert len(found.blocks["p"].body) == 1


def test_c_code_is_refused_where_it_stands(body):
    assert body("VERBATIM\nint n = 0;\nENDVERBATIM\na = 1") == (
        Refused("VERBATIM", "VERBATIM int", "its C may do anything: int n = 0;"),
        Assign(A, ONE),
    )


@pytest.mark.parametrize("code", ["return 0;", "return;", " return   0.0; ", ""])
def test_code_without_effect_is_none(body, code):
    assert body(f"a = 1\nVERBATIM\n{code}\nENDVERBATIM") == (Assign(A, ONE),)


def test_diffusion_has_its_species(tmp_path):
    text = "STATE { a b[2] }\nKINETIC k { LONGITUDINAL_DIFFUSION i, 2 * i { a b } }"
    assert read(tmp_path, text).blocks["k"].body == (Diffusion(("a", "b")),)


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("DISCRETE k { a = 1 }", None),
        ("PROCEDURE k() { LAG a BY b }", "LAG"),
    ],
)
def test_what_cannot_be_simulated_is_refused_where_it_is_reached(tmp_path, text, construct):
    if construct is None:  # a whole block
        with pytest.raises(UnsupportedModel, match="DISCRETE"):
            read(tmp_path, f"STATE {{ a }}\n{text}")
        return
    assert read(tmp_path, f"STATE {{ a }}\n{text}").blocks["k"].body == (Refused(construct),)


def test_events_that_watch_the_voltage_are_refused_where_they_are_reached(tmp_path):
    text = "NET_RECEIVE (w) { WATCH (v > 1) 2  a = w }"
    found = read(tmp_path, text, head="NEURON { POINT_PROCESS Syn }\n").receive
    assert found.body == (Refused("WATCH"), Assign(A, Variable("w")))
