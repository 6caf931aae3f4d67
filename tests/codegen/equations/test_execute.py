"""What statements do to variables."""

from __future__ import annotations

import math

import numpy as np
import pytest

from codegen.written import Run, read
from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.equations.names import Before
from pyneuronautofit.codegen.equations.physics import FARADAY, GAS_CONSTANT
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import constant_value, inputs_of
from pyneuronautofit.errors import UnsupportedModel


@pytest.fixture
def run(tmp_path):
    """Return a function: text of a file -> what executes its blocks."""
    return lambda text, **options: Run(read(tmp_path, text), **options)


@pytest.fixture
def done(run):
    """Return a function: statements -> what has executed them, as the body of a PROCEDURE."""
    return lambda body, more="": run(f"PROCEDURE p() {{ {body} }}\n{more}").block("p")


def test_statements_follow_each_other(done):
    found = done("a = x + 1\n b = a * a\n a = b - x")
    assert found("a", "b", x=2.0) == [7.0, 9.0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2 + 3 * x ^ 2", 2 + 3 * 0.5**2),
        ("-x ^ 2", -0.25),
        ("2 ^ x ^ 2", 2**0.25),
        ("1 - -x", 1.5),
        ("(1e-3) * x + 5 (mV) * x", 2.5005),
        ("8 / 2 / x", 8.0),
        ("x < 1 && !(x > 0.6)", 1.0),
        ("x > 1 || x == 0.5", 1.0),
        ("(x >= 0.5) + (x != 0.5) + (x <= 0.4)", 1.0),
        ("pow(x, 3) + fabs(-x) + abs(-x)", 1.125),
        (
            "exp(x) + log(x) + sqrt(x) + tanh(x)",
            sum(f(0.5) for f in (math.exp, math.log, math.sqrt, math.tanh)),
        ),
    ],
)
def test_expressions(done, text, wanted):
    assert done(f"a = {text}")("a", x=0.5) == pytest.approx(wanted, rel=1e-14)


def test_procedures_and_functions_are_followed(done):
    found = done(
        "set(x + 1) a = square(b) + square(square(2))",
        "PROCEDURE set(u) { b = 2 * u }\nFUNCTION square(u) { square = u * u }",
    )
    assert found("a", x=1.0) == 32.0


def test_an_argument_that_is_changed_is_a_copy(done):
    found = done("set(x) a = x", "PROCEDURE set(u) { u = u + 1  b = u }")
    assert found("a", "b", x=1.0) == [1.0, 2.0]


def test_a_procedure_does_not_see_the_locals_of_its_caller(done):
    found = done("LOCAL q\n q = 5\n set()\n a = q", "PROCEDURE set() { b = q }")
    assert found("a", "b", q=2.0) == [5.0, 2.0]


def test_a_local_hides_a_variable_and_begins_with_zero(done):
    found = done("LOCAL a\n b = a\n a = 3\n c = a")
    found.executor.value("a")
    assert found("a", "b", "c", a=7.0) == [7.0, 0.0, 3.0]


def test_a_local_of_a_branch_ends_with_it(done):
    found = done("IF (x > 0) { LOCAL u\n u = 3\n a = u } ELSE { a = u }")
    np.testing.assert_array_equal(found("a", x=np.array([1.0, -1.0]), u=9.0), [3.0, 9.0])


def test_an_argument_hides_a_variable(done):
    found = done("x = 1\n a = f(5) + x", "FUNCTION f(x) { LOCAL y\n y = x\n x = 0\n f = y }")
    assert found("a") == 6.0


def test_arrays_of_locals(done):
    found = done("LOCAL w[3]\n FROM i = 0 TO 2 { w[i] = i * x }\n a = w[0] + w[1] + w[2]")
    assert found("a", x=2.0) == 6.0


AT = np.array([-2.0, -0.5, 0.5, 2.0])


def test_of_branches_the_first_whose_condition_holds(done):
    found = done(
        "IF (x < -1) { a = 1 } ELSE IF (x < 0) { a = 2 } ELSE IF (x < 1) { a = 3 } ELSE { a = 4 }"
    )
    np.testing.assert_array_equal(found("a", x=AT), [1, 2, 3, 4])


def test_what_no_branch_changes_stays(done):
    found = done("b = 10\n IF (x < -1) { a = 1 } ELSE IF (x > 1) { b = b + 1 }")
    a, b = found("a", "b", x=AT, a=7.0)
    np.testing.assert_array_equal(a, [1, 7, 7, 7])
    np.testing.assert_array_equal(b, [10, 10, 10, 11])


def test_conditions_are_those_before_the_branches(done):
    found = done("IF (x < 0) { x = 5\n a = 1 } ELSE { x = -5\n a = 2 }")
    a, x = found("a", "x", x=AT)
    np.testing.assert_array_equal(a, [1, 1, 2, 2])
    np.testing.assert_array_equal(x, [5, 5, -5, -5])


def test_decisions_within_decisions(done):
    found = done(
        "LOCAL u\n u = 1\n IF (x > 0) { IF (x > 1) { u = 3\n set(1) } ELSE { u = 2 } }\n a = u",
        "PROCEDURE set(k) { IF (x > 1.5) { b = k } ELSE { b = -k } }",
    )
    a, b = found("a", "b", x=AT, b=0.0)
    np.testing.assert_array_equal(a, [1, 1, 2, 3])
    np.testing.assert_array_equal(b, [0, 0, 0, 1])


def test_a_function_without_else_is_zero_where_nothing_is_set(done):
    found = done("a = f(x)", "FUNCTION f(u) { IF (u > 0) { f = u } }")
    np.testing.assert_array_equal(found("a", x=AT), [0, 0, 0.5, 2.0])


def test_a_function_that_decides_is_called_by_another(done):
    found = done(
        "a = f(x) + f(-x)",
        """
        FUNCTION f(u) { LOCAL w
            w = 1
            IF (u > 0) { w = g(u) }
            f = w
        }
        FUNCTION g(u) { IF (u > 1) { g = 10 } ELSE { g = 20 } }
        """,
    )
    np.testing.assert_array_equal(found("a", x=AT), [11, 21, 21, 11])


def test_decisions_that_are_known_are_not_merged(done):
    found = done("IF (2 > 1) { a = 1 } ELSE { a = broken(1) }\n IF (0) { b = broken(1) }")
    assert found("a") == 1.0


def test_loops(done):
    found = done(
        """
        LOCAL k
        sum = 0
        FROM i = 1 TO 4 { FROM j = i TO 4 BY 2 { sum = sum + i * j } }
        k = 0
        WHILE (k < 5) { k = k + 2 }
        a = k
        """
    )
    assert found("sum", "a") == [sum(i * j for i in range(1, 5) for j in range(i, 5, 2)), 6.0]


def test_a_loop_whose_end_is_before_its_beginning_has_no_turns(done):
    assert done("a = 1\n FROM i = 3 TO 0 { a = 2 }")("a") == 1.0


def test_the_counter_of_a_loop_hides_a_variable(done):
    found = done("FROM i = 0 TO 3 { a = i }\n b = i")
    assert found("a", "b", i=9.0) == [3.0, 9.0]


def test_arrays_of_the_mechanism(run):
    found = run(
        """
        DEFINE N 3
        ASSIGNED { w[N] total }
        PROCEDURE p() {
            total = w[0]
            FROM i = 1 TO N - 1 { w[i] = w[i-1] + total  total = total + w[i] }
        }
        """
    ).block("p")
    assert found("total", "w[1]", "w[2]", w_0=1.0) == [8.0, 2.0, 5.0]


def test_constants(run):
    found = run(
        """
        DEFINE N 4
        UNITS { F = (faraday) (coulomb) two = 2 (1) }
        CONSTANT { k = 1.5 }
        PROCEDURE p() { a = N + k + two  b = F }
        """
    ).block("p")
    assert found("a") == 7.5
    assert found("b") == pytest.approx(96485.33, rel=1e-6)


def test_equations_of_neuron(done):
    found = done("a = nernst(ci, co, 2)\n b = nrn_ghk(v, ci, co, 2)")
    kt = 1e3 * GAS_CONSTANT * (273.15 + 30.0) / FARADAY
    a, b = found("a", "b", v=-60.0, ci=1e-4, co=2.0, celsius=30.0)
    assert a == pytest.approx(kt / 2 * np.log(2.0 / 1e-4), rel=1e-14)
    z = 2 * -60.0 / kt
    flux = 1e-4 * -z / np.expm1(-z) - 2.0 * z / np.expm1(z)
    assert b == pytest.approx(1e-3 * FARADAY * 2 * flux, rel=1e-13)


def test_an_argument_called_celsius_is_not_the_temperature_of_nernst(done):
    found = done("a = f(10) - nernst(1, 2, 1)", "FUNCTION f(celsius) { f = nernst(1, 2, 1) }")
    assert found("a", celsius=30.0) == 0.0


def test_what_prints_changes_nothing(done):
    assert done('printf("%g\\n", x)\n a = 1')("a") == 1.0


TOO_FAR = [
    ("a = f(x)", "FUNCTION f(u) { f = f(u - 1) }", 3, "FUNCTION f", "it calls itself"),
    ("a = unheard(x)", "", 2, "unheard(", "not known here"),
    ("a = nernst(x)", "", 2, "nernst(", "not known here"),
    ("WHILE (x > 0) { x = x - 1 }", "", 2, "WHILE", "known only in the simulation"),
    ("WHILE (1) { x = x - 1 }", "", 2, "WHILE", "does not end within 10000 turns"),
    ("FROM i = 0 TO x { a = 1 }", "", 2, "FROM i =", "known only in the simulation"),
    ("w[x] = 1", "", 2, "w[", "known only in the simulation"),
    ("FROM i = 0 TO 3 BY 0 { a = 1 }", "", 2, "FROM i =", "its step is 0"),
    ("b = 2\n m' = 1", "", 3, "m'", "not expected"),
]


@pytest.mark.parametrize(("body", "more", "line", "construct", "reason"), TOO_FAR)
def test_what_cannot_be_followed_is_refused(done, body, more, line, construct, reason):
    with pytest.raises(UnsupportedModel) as caught:
        done(body, more)
    text = str(caught.value)
    assert f"written.mod, line {line}: {construct} cannot be simulated" in text
    assert reason in text
    assert "Use --simulator neuron" in text


def test_a_function_that_is_never_reached_is_not_refused(done):
    assert done("a = 1", "FUNCTION g(u) { g = unheard(u) }")("a") == 1.0


# --- what has to be known beforehand


CHAIN = """
PARAMETER { n = 3  m = 2 }
ASSIGNED { total x[5] }
"""


@pytest.fixture
def called(tmp_path):
    """Return a function: text of a file and a block -> what has executed the block."""

    def call(text, name):
        graph = Graph(lambda _name: True)
        mechanism = read(tmp_path, text)
        executor = Executor(graph, mechanism, Before(graph, mechanism))
        executor.run(mechanism.blocks[name].body)
        return executor

    return call


def test_loops_and_indices_take_parameters_as_their_file_has_them(called):
    body = "FROM i = 0 TO n - 1 { total = total + x[i + m - 2] }"
    found = called(f"{CHAIN}PROCEDURE p() {{ {body} }}", "p")
    assert found.assumed == {"n": 3.0, "m": 2.0}
    names = {name[-1] for name in inputs_of([found.values["total"]])}
    assert names == {"total", "x[0]", "x[1]", "x[2]"}


def test_a_loop_while_a_parameter_is_larger(called):
    found = called(
        f"{CHAIN}PROCEDURE p() {{ LOCAL j\n j = 0\n WHILE (j < n) {{ j = j + 1 }} total = j }}", "p"
    )
    assert found.assumed == {"n": 3.0}
    assert constant_value(found.values["total"]) == 3.0


def test_what_is_known_anyway_is_not_assumed(called):
    found = called(f"{CHAIN}PROCEDURE p() {{ n = 4\n FROM i = 0 TO n {{ total = i }} }}", "p")
    assert not found.assumed


@pytest.mark.parametrize(
    "body",
    ["FROM i = 0 TO total { x[i] = 1 }", "FROM i = 0 TO n + total { x[i] = 1 }", "x[n] = 1"],
)
def test_what_changes_is_not_known(called, body):
    more = "BREAKPOINT { SOLVE q }\nPROCEDURE q() { n = v }"
    with pytest.raises(UnsupportedModel, match="known only in the simulation"):
        called(f"{CHAIN}{more}\nPROCEDURE p() {{ {body} }}", "p")
