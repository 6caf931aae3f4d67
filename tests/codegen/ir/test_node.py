"""How nodes are looked at, and what functions mean for numbers."""

from __future__ import annotations

import math

import mpmath
import pytest
from hypothesis import given, settings

from codegen.trees import build, new_graph, trees
from pyneuronautofit.codegen.ir.node import (
    COMPARISONS,
    FUNCTIONS,
    constant_value,
    exponents_of,
    guarded,
    input_name,
    inputs_of,
    known_truth,
    ordered,
    sum_data,
    terms_of,
)


@pytest.fixture
def graph():
    return new_graph()


@pytest.fixture
def x(graph):
    return graph.input(("x",))


@pytest.fixture
def y(graph):
    return graph.input(("y",))


@settings(max_examples=100, deadline=None)
@given(trees())
def test_arguments_come_before_what_is_made_of_them(tree):
    seen = set()
    for node in ordered([build(new_graph(), tree)]):
        assert set(node.args) <= seen
        seen.add(node)


def test_everything_a_root_is_made_of_is_there_once(graph, x, y):
    product = graph.multiply(x, y)
    root = graph.call("exp", product)
    assert ordered([root, product]) == [x, y, product, root]
    assert ordered([]) == []


def test_inputs_are_known_by_their_names(graph, x, y):
    p = graph.input(("mechanism", "pas", "g"))
    root = graph.select(graph.compare("<", x, graph.const(1.0)), p, graph.const(2.0))
    assert inputs_of([root, y]) == {("x",), ("y",), ("mechanism", "pas", "g")}
    assert input_name(p) == ("mechanism", "pas", "g")
    for other in (graph.const(1.0), root):
        with pytest.raises(TypeError, match="is no input"):
            input_name(other)


def test_a_sum_is_its_terms(graph, x, y):
    terms = terms_of(graph.combine(2.0, [(3.0, x), (-1.0, y), (1.0, x)]))
    assert terms.constant == 2.0
    assert {node: c for c, node in terms.parts} == {x: 4.0, y: -1.0}


def test_what_is_no_sum_is_one_of_one_term(graph, x):
    assert (terms_of(graph.const(3.0)).constant, terms_of(graph.const(3.0)).parts) == (3.0, ())
    square = graph.product([(x, 2)])
    assert (terms_of(square).constant, terms_of(square).parts) == (0.0, ((1.0, square),))


def test_the_data_of_sums_and_products(graph, x, y):
    assert sum_data(graph.combine(5.0, [(2.0, x), (3.0, y)])) == (5.0, (2.0, 3.0))
    assert exponents_of(graph.product([(x, 2), (y, -3)])) == (2, -3)


def test_only_numbers_have_a_constant_value(graph, x):
    assert constant_value(graph.const(-0.5)) == -0.5
    assert constant_value(graph.const(0.0)) == 0.0
    assert constant_value(x) is None
    assert constant_value(graph.combine(1.0, [(1.0, x)])) is None


def test_a_truth_is_known_if_it_depends_on_nothing(graph, x):
    one, two = graph.const(1.0), graph.const(2.0)
    assert known_truth(graph.compare("<=", two, one)) is False
    assert known_truth(graph.compare("!=", two, one)) is True
    assert known_truth(graph.compare("<", x, one)) is None
    assert known_truth(one) is None


def test_truths_are_told_from_numbers(graph, x, y):
    less = graph.compare("<", x, y)
    more = graph.compare(">", x, graph.const(0.0))
    truths = [less, graph.both(less, more), graph.either(less, more), graph.opposite(less)]
    assert [node.is_truth for node in truths] == [True] * 4
    numbers = [x, graph.select(less, x, y), graph.multiply(x, y), graph.const(1.0)]
    assert [node.is_truth for node in numbers] == [False] * 4


def test_a_node_is_shown_with_what_it_is_made_of(graph, x, y):
    assert repr(graph.combine(1.0, [(2.0, x), (3.0, y)])) == "<2: sum (1.0, (2.0, 3.0)) [0, 1]>"


def test_comparisons_are_those_of_numbers():
    assert {name: (f(1, 2), f(2, 2), f(2, 1)) for name, f in COMPARISONS.items()} == {
        "<": (True, False, False),
        "<=": (True, True, False),
        ">": (False, False, True),
        ">=": (False, True, True),
        "==": (False, True, False),
        "!=": (True, False, True),
    }


@pytest.mark.parametrize(
    ("function", "args", "wanted"),
    [
        (math.exp, (1e4,), math.inf),
        (math.pow, (0.0, -2.0), math.inf),
        (math.sqrt, (-1.0,), math.nan),
        (math.acos, (2.0,), math.nan),
        (math.fmod, (1.0, 0.0), math.nan),
        (math.sqrt, (4.0,), 2.0),
    ],
)
def test_errors_of_python_are_the_numbers_of_c(function, args, wanted):
    assert repr(guarded(function, *args)) == repr(wanted)


@pytest.mark.parametrize(
    ("x", "wanted"),
    [(-700.1, 0.0), (700.1, math.exp(700.0)), (1e6, math.exp(700.0)), (-700.0, math.exp(-700.0))],
)
def test_the_exponential_ends_where_that_of_neuron_ends(x, wanted):
    assert FUNCTIONS["exp"](x) == wanted


@pytest.mark.parametrize("x", [-30.0, -1.0, -1e-9, 0.0, 1e-12, 0.4, 20.0])
def test_phi1_of_exponential_integrators(x):
    with mpmath.workdps(40):
        exact = mpmath.mpf(1) if x == 0.0 else mpmath.expm1(mpmath.mpf(x)) / mpmath.mpf(x)
    assert FUNCTIONS["phi1"](x) == pytest.approx(float(exact), rel=1e-15)


@pytest.mark.parametrize(
    ("name", "args", "wanted"),
    [
        ("fmin", (2.0, -1.0), -1.0),
        ("fmax", (2.0, -1.0), 2.0),
        ("floor", (-1.5,), -2.0),
        ("ceil", (-1.5,), -1.0),
        ("fmod", (-7.0, 3.0), -1.0),
        ("atan2", (1.0, -1.0), 0.75 * math.pi),
        ("log", (0.0,), -math.inf),
        ("log10", (1000.0,), 3.0),
        ("log10", (0.0,), -math.inf),
        ("expm1", (1e-12,), 1e-12),
    ],
)
def test_functions_by_hand(name, args, wanted):
    assert FUNCTIONS[name](*args) == pytest.approx(wanted, rel=1e-12)
