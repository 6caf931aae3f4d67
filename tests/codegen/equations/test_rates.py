"""The differential equations of a mechanism, against the same written in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.written import Run, read
from pyneuronautofit.codegen.equations.rates import Collecting, Rates
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.errors import UnsupportedModel


class Collected:
    """What a SOLVE statement says, and the values of the mechanism's variables after it."""

    def __init__(self, mechanism):
        self.run = Run(mechanism)
        self.found = Rates()

    def solve(self, block, method=""):
        with self.run.executor.inside(Collecting(self.found)):
            self.run.executor.run((tree.Solve(block, method, False),))
        return self

    def rates(self, **inputs):
        values = evaluate(
            list(self.found.rates.values()), {(k,): value for k, value in inputs.items()}
        )
        return dict(zip(self.found.rates, values, strict=True))


@pytest.fixture
def collected(tmp_path):
    """Return a function: text of a file -> what collects its equations."""
    return lambda text: Collected(read(tmp_path, text))


def test_a_rate_is_what_stands_in_the_equation(collected):
    found = collected(
        """
        STATE { m h other }
        DERIVATIVE d { rates(v)  m' = (inf - m) / tau  h' = 0.5 - 2 * h * m }
        PROCEDURE rates(u) { inf = 1 / (1 + exp(-u / 10))  tau = 2 + inf }
        """
    ).solve("d", "cnexp")
    inf = 1.0 / (1.0 + np.exp(2.0))
    rates = found.rates(v=-20.0, m=0.25, h=0.5)
    assert rates == pytest.approx({"m": (inf - 0.25) / (2.0 + inf), "h": 0.5 - 0.25}, rel=1e-14)
    assert found.found.blocks == [("m", "h")]
    assert found.found.laws == []


def test_no_state_is_advanced(collected):
    found = collected("STATE { m } DERIVATIVE d { m' = 1 - m  seen = m }").solve("d", "cnexp")
    assert found.run("m", "seen", m=0.25) == [0.25, 0.25]
    assert "m'" not in found.run.executor.values


def test_a_decision_chooses_between_equations(collected):
    found = collected(
        "STATE { m h } DERIVATIVE d { IF (v > 0) { m' = -m } ELSE { m' = 1 - 2 * m  h' = h } }"
    ).solve("d", "cnexp")
    rates = found.rates(v=np.array([-1.0, 1.0]), m=0.25, h=4.0)
    np.testing.assert_array_equal(rates["m"], [0.5, -0.25])
    # Where the branch has no equation for it a state stays what it is.
    np.testing.assert_array_equal(rates["h"], [4.0, 0.0])


def test_a_decision_chooses_between_reactions(collected):
    found = collected(
        "STATE { a b c } KINETIC k { IF (v > 0) { ~ a <-> b (2, 1) } ELSE { ~ a <-> b (3, 1)\n"
        "~ b <-> c (5, 4) } }"
    ).solve("k", "sparse")
    rates = found.rates(v=np.array([-1.0, 1.0]), a=1.0, b=10.0, c=100.0)
    np.testing.assert_array_equal(rates["a"], [-3.0 + 10.0, -2.0 + 10.0])
    np.testing.assert_array_equal(rates["b"], [3.0 - 10.0 - 50.0 + 400.0, 2.0 - 10.0])
    np.testing.assert_array_equal(rates["c"], [50.0 - 400.0, 0.0])
    assert "a'" not in found.run.executor.values


def test_arrays_of_states(collected):
    found = collected(
        "STATE { x[2] }\nDERIVATIVE d { FROM i = 0 TO 1 { x'[i] = (i + 1) * x[1 - i] } }"
    ).solve("d", "derivimplicit")
    rates = evaluate(list(found.found.rates.values()), {("x[0]",): 3.0, ("x[1]",): 5.0})
    assert dict(zip(found.found.rates, rates)) == {"x[0]": 5.0, "x[1]": 6.0}


def test_reactions_balance(collected):
    """Two a make a b; b decays, and something flows into a."""
    found = collected(
        """
        STATE { a b c }
        KINETIC k {
            ~ 2 a <-> b (up, 0.5)
            ~ b -> (3)
            ~ a << (w * a)
            CONSERVE a + 2 b = 1 + w
        }
        """
    ).solve("k", "sparse")
    net = 2.0 * 0.3**2 - 0.5 * 0.1
    rates = found.rates(up=2.0, w=0.25, a=0.3, b=0.1)
    assert rates == pytest.approx({"a": -2.0 * net + 0.25 * 0.3, "b": net - 3.0 * 0.1}, rel=1e-14)
    assert found.found.blocks == [("a", "b")]
    ((weights, total),) = found.found.laws
    assert weights == {"a": 1.0, "b": 2.0}
    assert evaluate([total], {("w",): 0.25}) == [1.25]


def test_compartments_divide(collected):
    found = collected(
        "STATE { a b } KINETIC k { COMPARTMENT 4 { a } COMPARTMENT vol { b } ~ a <-> b (1, 2) }"
    ).solve("k", "sparse")
    flow = 0.5 - 2.0 * 0.125
    assert found.rates(a=0.5, b=0.125, vol=8.0) == {"a": -flow / 4.0, "b": flow / 8.0}


def test_blocks_follow_each_other(collected):
    found = collected("STATE { m n } DERIVATIVE d { m' = 1 } DERIVATIVE e { n' = 2 }")
    found.solve("d", "cnexp").solve("e", "cnexp")
    assert found.rates() == {"m": 1.0, "n": 2.0}
    assert found.found.blocks == [("m",), ("n",)]


def test_what_is_no_differential_equation_is_executed(collected):
    found = collected("STATE { m a } PROCEDURE p() { m = m + dt } LINEAR l { ~ 2 * a = w }")
    found.solve("p").solve("l")
    assert found.run("m", "a", m=0.25, dt=0.5, w=6.0) == [0.75, 3.0]
    assert found.found == Rates()


REFUSED = [
    ("STATE { m } LINEAR l { ~ m * m = 1 }", "l", "LINEAR l .*not linear in its states"),
    ("STATE { m }", "gone", "SOLVE gone .*no such block"),
    ("STATE { a b } DERIVATIVE d { CONSERVE a + b = 1 }", "d", "CONSERVE .*in a DERIVATIVE block"),
    (
        "STATE { a b } KINETIC k { IF (v > 0) { CONSERVE a + b = 1 } }",
        *("k", "CONSERVE .*inside of IF or ELSE"),
    ),
]


@pytest.mark.parametrize(("text", "block", "said"), REFUSED)
def test_what_is_refused(collected, text, block, said):
    with pytest.raises(UnsupportedModel, match=said):
        collected(text).solve(block, "sparse")
