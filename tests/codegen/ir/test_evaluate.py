"""The meaning of every operation, in numbers by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from codegen.trees import new_graph
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.node import FUNCTIONS

X, Y = np.array([-2.0, 0.5, 3.0]), np.array([1.5, 0.5, -1.0])


@pytest.fixture
def graph():
    return new_graph()


@pytest.fixture
def x(graph):
    return graph.input(("x",))


@pytest.fixture
def y(graph):
    return graph.input(("y",))


def of(*nodes, **inputs):
    found = evaluate(nodes, {(name,): value for name, value in inputs.items()} or XY)
    return found[0] if len(nodes) == 1 else found


XY = {("x",): X, ("y",): Y}


def test_sums_and_products(graph, x, y):
    np.testing.assert_array_equal(of(graph.combine(5.0, [(2.0, x), (-3.0, y)])), [-3.5, 4.5, 14.0])
    found = of(graph.product([(x, 2), (y, -1)]))
    np.testing.assert_allclose(found, [4.0 / 1.5, 0.5, -9.0], rtol=1e-15)


def test_powers(graph, x, y):
    base = graph.combine(3.0, [(1.0, x)])
    np.testing.assert_allclose(of(graph.power(base, y)), [1.0, 3.5**0.5, 1.0 / 6.0], rtol=1e-15)


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        ("<", [1, 0, 0]),
        ("<=", [1, 1, 0]),
        (">", [0, 0, 1]),
        (">=", [0, 1, 1]),
        ("==", [0, 1, 0]),
        ("!=", [1, 0, 1]),
    ],
)
def test_comparisons(graph, x, y, operator, wanted):
    np.testing.assert_array_equal(of(graph.compare(operator, x, y)), np.array(wanted, bool))


def test_truths_and_decisions(graph, x, y):
    low, equal = graph.compare("<", x, graph.const(1.0)), graph.compare("==", x, y)
    both, either, opposite = graph.both(low, equal), graph.either(low, equal), graph.opposite(low)
    np.testing.assert_array_equal(of(both), [False, True, False])
    np.testing.assert_array_equal(of(either), [True, True, False])
    np.testing.assert_array_equal(of(opposite), [False, False, True])
    np.testing.assert_array_equal(of(graph.select(low, x, y)), [-2.0, 0.5, -1.0])


def test_values_that_are_not_chosen_may_be_anything(graph, x):
    positive = graph.compare(">", x, graph.const(0.0))
    root = graph.select(positive, graph.call("sqrt", x), graph.const(0.0))
    np.testing.assert_array_equal(of(root, x=np.array([-4.0, 4.0])), [0.0, 2.0])


REFERENCE = {
    "exp": math.exp, "expm1": math.expm1, "log": math.log, "log10": math.log10,
    "sqrt": math.sqrt, "fabs": abs, "floor": math.floor, "ceil": math.ceil, "sin": math.sin,
    "cos": math.cos, "tan": math.tan, "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh,
    "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "phi1": lambda a: (math.exp(a) - 1.0) / a,
}  # fmt: skip
OF_TWO = {"atan2": math.atan2, "fmod": math.fmod, "fmin": min, "fmax": max}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions(graph, x, y, name):
    a, b = np.array([0.3, 0.9]), np.array([0.7, 0.2])
    if name in OF_TWO:
        found = of(graph.call(name, x, y), x=a, y=b)
        wanted = [OF_TWO[name](*pair) for pair in zip(a.tolist(), b.tolist())]
    else:
        found = of(graph.call(name, x), x=a)
        wanted = [REFERENCE[name](value) for value in a.tolist()]
    np.testing.assert_allclose(found, wanted, rtol=1e-14)


def test_an_exponential_is_cut_off(graph, x):
    ends = np.array([-1e3, -700.0, 0.0, 700.0, 1e3])
    wanted = [0.0, math.exp(-700.0), 1.0, math.exp(700.0), math.exp(700.0)]
    np.testing.assert_array_equal(of(graph.call("exp", x), x=ends), wanted)
    np.testing.assert_allclose(of(graph.call("phi1", x), x=np.array([0.0, 1e-9])), [1.0, 1.0])


def test_several_roots_come_in_their_order(graph, x, y):
    assert of(y, graph.add(x, y), x, x=1.0, y=2.0) == [2.0, 3.0, 1.0]


def test_an_input_without_a_value_is_no_zero(graph, x):
    with pytest.raises(KeyError):
        of(x, y=1.0)
