"""Variables that all segments share: which they are, and which models are refused for them.

What NEURON makes of those that are not refused is compared in
`simulators/lanes/test_shared_variables.py`.
"""

from __future__ import annotations

import pytest

from codegen.schemes.test_fixed_step import ion
from codegen.written import read
from pyneuronautofit.codegen.equations.shared import (
    base_of,
    is_shared,
    is_uniform,
    shared_anywhere,
    shared_in_steps,
)
from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.codegen.schemes.equations import build_equations
from pyneuronautofit.codegen.schemes.fixed_step import build_program
from pyneuronautofit.errors import UnsupportedModel

FILE = """
NEURON {{ SUFFIX made USEION k READ ek WRITE ik RANGE own, seen GLOBAL inf, tau, q, w }}
PARAMETER {{ own = 1 p = 2 }}
CONSTANT {{ c = 3 }}
ASSIGNED {{ v celsius ek ik inf tau q seen hidden w[2] }}
STATE {{ m }}
LOCAL file
INITIAL {{ {initial} }}
BREAKPOINT {{ SOLVE states METHOD cnexp  {current} }}
DERIVATIVE states {{ {states} }}
PROCEDURE rates(u) {{ inf = 1 / (1 + exp(-u))  tau = 1 + u * u }}
PROCEDURE set(u) {{ {set} }}
FUNCTION of(u) {{ {of}  of = u }}
"""
USUAL = {
    "initial": "rates(v) m = inf",
    "current": "ik = own * m * (v - ek)",
    "states": "rates(v)  m' = (inf - m) / tau",
    "set": "",
    "of": "",
}


@pytest.fixture
def made(tmp_path):
    """Return a function: what differs from the usual channel -> the mechanism."""
    return lambda **parts: read(tmp_path, FILE.format(**USUAL | parts), head="")


def build(mechanism):
    """Return the program of fixed steps; there are equations for adaptive ones, too."""
    kind, known = NodeKind(("made",), (ion("k"),)), {"made": mechanism}
    assert build_equations(kind, known, single=False).rates
    return build_program(kind, known, single=False)


# --- which they are


def test_what_neuron_keeps_once(made):
    mechanism = made()
    shared = {"inf", "tau", "q", "w", "p", "c", "file"}
    names = {*shared, "own", "seen", "hidden", "m", "ik", "ek", "v", "celsius", "dt", "unheard"}
    assert {name for name in names if is_shared(mechanism, name)} == shared


def test_an_element_belongs_to_its_array():
    assert [base_of(key) for key in ("w[1]", "w")] == ["w", "w"]


def test_what_is_assigned_is_found_wherever_it_is(made):
    mechanism = made(
        initial="q = 1  m = of(1)",
        current="IF (v > 0) { p = 1 } ELSE { w[0] = 2 }  ik = exp(of(3))",
        states="FROM i = 0 TO 1 { w[i] = 1 }  m' = -m",
        of="WHILE (u < 0) { set(u) }",
        set="LOCAL inf, c  inf = 2  c = 5  IF (u > 1) { file = 1  m = 3  hidden = 2 }",
    )
    # LOCALs and arguments of the same name are others.
    assert shared_in_steps(mechanism) == {"p", "w", "file"}
    assert shared_anywhere(mechanism) == {"p", "w", "file", "q"}


def test_what_is_uniform(made):
    mechanism, shared = made(), frozenset({"inf"})
    same = [("celsius",), ("mechanism", "made", "q"), ("mechanism", "made", "w[1]")]
    assert is_uniform(mechanism, shared, same)
    for other in (
        *(("v",), ("dt",), ("ion", "k", "ek"), ("left", "made", "q")),
        *(("mechanism", "made", "own"), ("mechanism", "made", "inf"), ("mechanism", "other", "q")),
    ):
        assert not is_uniform(mechanism, shared, [*same, other])


# --- models that are simulated


@pytest.mark.parametrize(
    "parts",
    [
        {},
        # Assigned again where it is read.
        {"current": "rates(v)  ik = inf * m * (v - ek)"},
        {"current": "IF (v > 0) { q = 1 } ELSE { q = v }  ik = q * m * (v - ek)"},
        {"current": "file = v  c = file + 1  p = c  w[1] = p  ik = w[1] * m * v"},
        {"current": "FROM i = 0 TO 1 { w[i] = v * i }  ik = (w[0] + w[1]) * m"},
        # Nobody assigns it: it is a number.
        {"current": "ik = (p + q + c + w[0] + file) * m * (v - ek)"},
        # The same in all segments, whoever was the last.
        {
            "states": "q = 2^(celsius / 10) * p  rates(v)  m' = q * (inf - m) / tau",
            "initial": "q = 2^(celsius / 10) * p  rates(v)  m = inf",
            "current": "ik = q * m * (v - ek)",
        },
        # INITIAL alone assigns it: NEURON shows what the last segment has left.
        {"initial": "q = v  p = own  m = q", "current": "ik = (q + p) * m * (v - ek)"},
        {"initial": "file = 2 * p * celsius  m = 1", "current": "ik = file * m"},
        # Computed once, by the first of all segments.
        {
            "initial": "IF (file == 0) { file = 1  w[0] = 3 * p  w[1] = 4 } m = 1",
            "current": "ik = (w[0] + w[1]) * m",
        },
        # Read in vain.
        {"current": "hidden = inf  ik = m"},
    ],
)
def test_what_belongs_to_the_segment_is_simulated(made, parts):
    assert build(made(**parts)).states


def test_the_same_in_all_segments_is_computed_in_each(made):
    """And not kept from step to step."""
    program = build(
        made(
            states="q = 2^(celsius / 10)  m' = -m",
            initial="q = 2^(celsius / 10)  m = 1",
            current="ik = q * m",
        )
    )
    assert program.states == (("mechanism", "made", "m"),)


def test_what_the_last_segment_has_left_in_initial_is_read(made):
    program = build(made(initial="q = v  m = 1", current="ik = q * m"))
    read_there = {(v.owner, v.name) for v in program.variables.values()}
    assert ("global", "q") in read_there


# --- models that are refused

AFTER = "or in another block"
BEFORE = "INITIAL reads it before it is assigned"


@pytest.mark.parametrize(
    ("parts", "name", "why"),
    [
        # A current reads what the states have left, and the other way round.
        ({"current": "ik = inf * m * (v - ek)"}, "inf", AFTER),
        ({"current": "rates(v)  ik = m", "states": "m' = (inf - m) / tau"}, "inf", AFTER),
        # Not in all branches; in a loop that may do nothing.
        ({"current": "IF (v > 0) { q = v }  ik = q * m"}, "q", AFTER),
        ({"current": "IF (v > 0) { } ELSE { p = v }  ik = p * m"}, "p", AFTER),
        # Too late.
        ({"current": "ik = q * m  q = v"}, "q", AFTER),
        ({"current": "q = q + 1  ik = q * m"}, "q", AFTER),
        ({"current": "ik = of(m) * q", "of": "q = q + u"}, "q", AFTER),
        # Whatever NEURON keeps once.
        ({"states": "p = v  m' = -m", "current": "ik = p * m"}, "p", AFTER),
        ({"states": "c = v  m' = -m", "current": "ik = c * m"}, "c", AFTER),
        ({"states": "file = v  m' = -m", "current": "ik = file * m"}, "file", AFTER),
        ({"states": "w[1] = v  m' = -m", "current": "ik = w[1] * m"}, "w", AFTER),
        # The same in all segments, but not from the beginning, or not always.
        ({"states": "q = 2 * p  m' = -m", "current": "ik = q * m"}, "q", AFTER),
        (
            {
                "initial": "q = 3 * p  m = 1",
                "states": "q = 2 * p  m' = -m",
                "current": "ik = q * m",
            },
            "q",
            AFTER,
        ),
        (
            {
                "initial": "q = own  m = 1",
                "states": "q = own  m' = -m",
                "current": "ik = q * m",
            },
            "q",
            AFTER,
        ),
        # Only NEURON knows what INITIAL has left there, and does not show it.
        ({"initial": "file = v  m = 1", "current": "ik = file * m"}, "file", AFTER),
        # INITIAL reads what was never computed.
        ({"initial": "m = inf  rates(v)"}, "inf", BEFORE),
        ({"initial": "m = inf"}, "inf", BEFORE),
        ({"initial": "seen = p", "current": "p = v  ik = p * m"}, "p", BEFORE),
        ({"initial": "hidden = q  q = 1  m = 1"}, "q", BEFORE),
        ({"initial": "q = q + 1  m = 1", "current": "ik = q * m"}, "q", BEFORE),
        ({"initial": "IF (q < 5) { q = v } m = 1", "current": "ik = q * m"}, "q", BEFORE),
    ],
)
def test_what_another_segment_has_left_is_refused(made, parts, name, why):
    mechanism = made(**parts)
    with pytest.raises(UnsupportedModel) as caught:
        build(mechanism)
    text = str(caught.value)
    assert f"{name} cannot be simulated by --simulator batch (" in text
    assert why in text
    number = int(text.partition("line ")[2].partition(":")[0])
    line = mechanism.source.splitlines()[number - 1].replace(" ", "")
    assert f"{name}=" in line or f"{name}[" in line


def test_adaptive_steps_refuse_it_too(made):
    kind = NodeKind(("made",), (ion("k"),))
    mechanism = made(current="ik = inf * m")
    with pytest.raises(UnsupportedModel, match="inf cannot be simulated"):
        build_equations(kind, {"made": mechanism}, single=False)


@pytest.mark.parametrize("name", ["celsius", "dt", "t", "diam"])
def test_numbers_of_neuron_s_own_are_not_assigned(made, name):
    with pytest.raises(UnsupportedModel, match=f"line .*: {name} cannot .*NEURON's own"):
        build(made(current=f"{name} = 3  ik = m"))


def test_the_voltage_is_a_copy(made):
    assert build(made(current="v = v + 1  ik = m * v"))


def test_what_initial_cannot_execute_here_is_not_known(tmp_path):
    """NEURON executes it, and what it shows afterwards is read."""
    parts = USUAL | {"initial": "VERBATIM\ninf = 1;\nENDVERBATIM\n m = inf"}
    assert build(read(tmp_path, FILE.format(**parts), head=""))
