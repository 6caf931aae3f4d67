"""TABLE: values by hand, and which tables are refused.

Comparisons with NEURON are in `simulators/lanes/test_shared_variables.py`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from codegen.schemes.test_fixed_step import ion
from codegen.written import read
from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.equations.names import Before
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.schemes.equations import build_equations
from pyneuronautofit.codegen.schemes.fixed_step import build_program
from pyneuronautofit.errors import UnsupportedModel

HEAD = """
NEURON { SUFFIX made USEION k READ ek WRITE ik RANGE own, seen GLOBAL inf, p, q }
PARAMETER { own = 1 p = 2 }
ASSIGNED { v celsius ek ik inf tau q seen hidden }
STATE { m }
"""
USUAL = {
    "initial": "rates(v)  m = inf",
    "table": "TABLE inf, tau DEPEND celsius FROM -100 TO 50 WITH 10",
    "rates": "inf = 1 / (1 + exp(-u / 9))  tau = 1 + p * fabs(u)",
    "current": "ik = m * (v - ek)",
}
FILE = """
INITIAL {{ {initial} }}
BREAKPOINT {{ SOLVE states METHOD cnexp  {current} }}
DERIVATIVE states {{ rates(v)  m' = (inf - m) / tau }}
PROCEDURE rates(u) {{ {table}  {rates} }}
"""
V = np.array([-250.0, -100.0, -99.0, -85.0, -70.1, -40.0, -1.0, 34.9, 35.0, 50.0, 50.1, 1e3])


@pytest.fixture
def made(tmp_path):
    """Return a function: what differs from the usual channel -> the mechanism."""
    return lambda **parts: read(tmp_path, FILE.format(**USUAL | parts), head=HEAD)


@pytest.fixture
def called(tmp_path):
    """Return a function: a file, a call, variables -> their values for the voltages V."""

    def values(text, call, *keys, tables=True, single=False, **inputs):
        mechanism = replace(read(tmp_path, text, head=HEAD), tables=tables)
        graph = Graph(lambda _name: True)
        executor = Executor(graph, mechanism, Before(graph, mechanism), single=single)
        executor.values["v"] = graph.input(("v",))
        nodes = [executor.evaluate(tree.Call(call, (tree.Variable("v"),)))]
        nodes += [executor.value(key) for key in keys]
        known = {("mechanism", "made", name): value for name, value in inputs.items()}
        found = evaluate(nodes, known | {("v",): V, ("celsius",): 34.0})
        return found[1:] if keys else found[0]

    return values


def interpolated(function, first, last, n, x):
    """Return what NEURON's documentation says of a table."""
    knots = np.linspace(first, last, n + 1)
    return np.interp(x, knots, function(knots))


def test_a_function_is_interpolated_and_constant_outside(called):
    text = "FUNCTION f(u) { TABLE FROM -100 TO 50 WITH 10\n f = exp(u / 20) + 1 }"
    expected = interpolated(lambda u: np.exp(u / 20) + 1, -100, 50, 10, V)
    np.testing.assert_allclose(called(text, "f"), expected, rtol=1e-8)
    np.testing.assert_allclose(called(text, "f", single=True), expected, rtol=1e-3)
    exact = called(text, "f", tables=False)
    np.testing.assert_allclose(exact, np.exp(V / 20) + 1, rtol=1e-14)


def test_variables_of_a_procedure_are_interpolated(called):
    text = "PROCEDURE r(u) { TABLE inf, tau FROM -p TO p * 2 WITH 7\n inf = u * u  tau = inf + p }"
    inf, tau = called(text, "r", "inf", "tau", p=40.0)
    np.testing.assert_allclose(inf, interpolated(np.square, -40, 80, 7, V), rtol=1e-7)
    np.testing.assert_allclose(tau, inf + 40.0, rtol=1e-7)


def test_a_table_is_made_from_another(called):
    text = """
    FUNCTION f(u) { TABLE FROM -100 TO 100 WITH 3\n f = u * u }
    FUNCTION g(u) { TABLE FROM -80 TO 60 WITH 11\n g = f(u / 2) + u }
    """
    inner = lambda u: interpolated(np.square, -100, 100, 3, u / 2) + u  # noqa: E731
    expected = interpolated(inner, -80, 60, 11, V)
    np.testing.assert_allclose(called(text, "g"), expected, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("single", [False, True])
def test_no_knot_is_where_a_rate_is_nothing_over_nothing(called, single):
    text = """FUNCTION f(u) { TABLE FROM -100 TO 100 WITH 200
        f = (u + 40) / (1 - exp(-(u + 40) / 10)) }"""
    found = called(text, "f", single=single)
    assert np.isfinite(found).all()
    assert found[5] == pytest.approx(10.0, rel=1e-3 if single else 1e-5)


def test_what_is_not_in_the_table_is_left_alone(called):
    text = "PROCEDURE r(u) { TABLE inf FROM 0 TO 1 WITH 2\n inf = u  seen = 2 * u  hidden = u }"
    (seen,) = called(text, "r", "seen", seen=5.0)
    assert seen == 5.0
    (hidden,) = called(text, "r", "hidden", hidden=6.0)
    assert hidden == 6.0


# --- in a channel


def build(mechanism, *, tabulated=("made",)):
    kind = NodeKind(("made",), (ion("k"),), tabulated=tabulated)
    build_equations(kind, {"made": mechanism}, single=False)
    return build_program(kind, {"made": mechanism}, single=False)


def test_tables_are_used_where_neuron_uses_them(made):
    mechanism = made()
    with_table, without = build(mechanism), build(mechanism, tabulated=())
    called = [{n.data for n in _nodes(p) if n.op == "call"} for p in (with_table, without)]
    assert "floor" in called[0]
    assert "floor" not in called[1]


def _nodes(program):
    found, pending = set(), list(program.step)
    while pending:
        node = pending.pop()
        found.add(node)
        pending += [each for each in node.args if each not in found]
    return found


@pytest.mark.parametrize(
    "parts",
    [
        # Of all segments, and the making of the table has assigned it.
        {"rates": "q = 3^(celsius / 10)  inf = u  tau = q", "current": "ik = q * m"},
        # Shown by NEURON, and left alone by a call.
        {"rates": "seen = u  inf = u  tau = 1", "current": "ik = seen * m"},
        # Given the same value before.
        {
            "initial": "hidden = p  rates(v)  m = inf",
            "rates": "hidden = p  inf = u  tau = hidden",
            "current": "ik = hidden * m",
        },
        {
            "table": "LOCAL a  TABLE inf, tau FROM p TO 3 * p WITH 2",
            "rates": "a = u * p  inf = a  tau = 1 + a * a",
        },
    ],
)
def test_tables_that_are_the_same_in_all_segments(made, parts):
    assert build(made(**parts)).states


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"rates": "inf = u + own  tau = 1"}, "PROCEDURE rates .*in all segments .own.*"),
        ({"rates": "inf = u  tau = ek"}, "PROCEDURE rates .*in all segments .ek.*"),
        ({"rates": "inf = u + v  tau = 1"}, "PROCEDURE rates .*in all segments"),
        ({"table": "TABLE inf, tau DEPEND own FROM 0 TO own WITH 3"}, "PROCEDURE rates .*own"),
        ({"rates": "inf = u  IF (u > 0) { tau = 1 }"}, "PROCEDURE rates .*in all segments"),
        # What one segment has computed when it made the table.
        ({"rates": "q = u  inf = u  tau = 1", "current": "ik = q * m"}, "q .*or in another block"),
        (
            {"rates": "hidden = 2  inf = u  tau = 1", "current": "ik = hidden * m"},
            "hidden .*not in the TABLE",
        ),
    ],
)
def test_tables_that_one_segment_makes_for_all_are_refused(made, parts, said):
    with pytest.raises(UnsupportedModel, match=rf"written\.mod, line \d+: {said}"):
        build(made(**parts))


def test_they_are_no_matter_where_tables_are_switched_off(made):
    assert build(made(rates="inf = u + own  tau = 1"), tabulated=()).states
