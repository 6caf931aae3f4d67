"""What a mechanism takes from one pass to the next, and currents that are computed twice."""

from __future__ import annotations

import pytest

from codegen.written import read
from pyneuronautofit.codegen.equations.passes import carried, check_repeated
from pyneuronautofit.errors import UnsupportedModel

FILE = """
NEURON {{ SUFFIX made USEION k READ ek WRITE ik RANGE own, x, y GLOBAL q, tadj }}
PARAMETER {{ own = 1 p = 2 }}
ASSIGNED {{ v celsius diam ek ik x y q tadj w[2] hidden }}
STATE {{ m }}
INITIAL {{ x = diam  q = diam  m = 0 }}
BREAKPOINT {{ SOLVE states METHOD cnexp  {current} }}
DERIVATIVE states {{ {states}  m' = (0.5 - m) / 3 }}
PROCEDURE rates(u) {{ x = 1 / (1 + exp(-u)) }}
"""


@pytest.fixture
def made(tmp_path):
    """Return a function: what BREAKPOINT and DERIVATIVE do -> the mechanism."""

    def make(current="ik = m * (v - ek)", states=""):
        return read(tmp_path, FILE.format(current=current, states=states), head="")

    return make


@pytest.mark.parametrize(
    ("current", "states", "expected"),
    [
        ("ik = m * x * q", "", set()),  # INITIAL alone assigns them
        ("ik = m * x", "rates(v)", {"x"}),
        ("rates(v)  ik = m * x", "rates(v)", set()),
        ("ik = m * hidden", "hidden = v", {"hidden"}),
        ("ik = m * q", "q = v", {"q"}),
        ("ik = m * w[1]", "w[1] = v  w[0] = w[1]", {"w"}),
        ("ik = m * x  x = v", "", {"x"}),
        ("ik = m  x = x + 1", "", {"x"}),
        ("ik = m", "IF (v > 0) { x = 1 }  y = x", {"x"}),
        ("ik = m * tadj", "tadj = 3^((celsius - p) / 10)", set()),  # the same, always
        ("ik = m * tadj  tadj = 2", "tadj = 3", {"tadj"}),
        ("m = m * 0.5  ik = m", "", set()),  # SaveState keeps it
    ],
)
def test_what_is_carried_from_pass_to_pass(made, current, states, expected):
    assert carried(made(current, states)) == expected


def test_what_cannot_be_executed_is_not_known(made):
    with pytest.raises(UnsupportedModel):
        carried(made("WHILE (x < v) { x = x + 1 }  ik = x"))


@pytest.mark.parametrize(
    "current",
    [
        "ik = m * x * q",
        "x = v  ik = m * x",
        "rates(v)  ik = m * x",
        "ik = m  y = y + 1",  # nobody reads it
        "IF (x == 0) { x = diam }  ik = m * x",
        "IF (m > 0 && y == 0) { x = x * 0.9  y = 1 }  ik = m * x",
        "IF (t > 3) { x = 1 } ELSE { IF (t > 2) { x = 0 } }  ik = m * x",
        "IF (m > 1) { m = 1 }  ik = m",
    ],
)
def test_currents_that_may_be_computed_twice(made, current):
    check_repeated(made(current))


@pytest.mark.parametrize(
    ("current", "name"),
    [
        ("x = x + 0.001  ik = m * x", "x"),
        ("x = x * q  ik = m * x", "x"),
        ("ik = m * x  x = 0.5 + v", "x"),
        ("y = x  x = v  ik = m * y", "x"),
        ("hidden = hidden + 1  ik = hidden", "hidden"),
        ("w[1] = w[1] + 1  ik = w[1]", "w"),
        ("IF (x == 0) { x = 1 } ELSE { x = 0 }  ik = m * x", "x"),
        ("IF (v > 0) { x = 1 } ELSE { IF (v < -50) { x = 0 } }  ik = m * x", "x"),
        ("IF (v > x) { x = v }  ik = m * x", "x"),
        ("m = m * 0.5  ik = m", "m"),
        ("IF (v > 0) { x = x + 1 }  ik = m * x", "x"),
    ],
)
def test_currents_that_may_not(made, current, name):
    with pytest.raises(UnsupportedModel, match=rf"line 7: {name} .*twice in each step"):
        check_repeated(made(current))


def test_what_the_states_read_counts_as_well(made):
    with pytest.raises(UnsupportedModel, match="twice in each step"):
        check_repeated(made("x = x + 1  ik = m", "y = x  m = y"))
