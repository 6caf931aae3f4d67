"""The text of expressions says what they mean, and is easy to read."""

from __future__ import annotations

import ast
import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.trees import POINTS, assert_same, build, new_graph, trees
from pyneuronautofit.codegen.ir.infix import infix, plain_name
from pyneuronautofit.codegen.ir.node import FUNCTIONS

# Python's own parser says what a text means; numpy what its operators do.
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.Not: np.logical_not,
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
    ast.Lt: np.less,
    ast.GtE: np.greater_equal,
    ast.NotEq: np.not_equal,
    ast.Eq: np.equal,
}
_CALLS = {"select": np.where, "exp": np.exp, "sqrt": np.sqrt, "log": np.log}


def _value(node, known):  # noqa: PLR0911 - one for each kind of expression
    match node:
        case ast.Constant(value):
            return np.float64(value)
        case ast.Name(name):
            return known[name]
        case ast.UnaryOp(op, operand):
            return _OPERATORS[type(op)](_value(operand, known))
        case ast.BinOp(left, op, right):
            return _OPERATORS[type(op)](_value(left, known), _value(right, known))
        case ast.BoolOp(op, [left, right]):
            return _OPERATORS[type(op)](_value(left, known), _value(right, known))
        case ast.Compare(left, [op], [right]):
            return _OPERATORS[type(op)](_value(left, known), _value(right, known))
        case ast.Call(ast.Name(name), args):
            return _CALLS[name](*(_value(arg, known) for arg in args))
    raise AssertionError(ast.dump(node))


def _run(lines):
    """Return what all names of a text have for values, line after line."""
    known = dict(POINTS) | {"nan": np.nan, "inf": np.inf}
    with np.errstate(all="ignore"):
        for line in lines:
            (assignment,) = ast.parse(line).body
            (target,) = assignment.targets
            assert target.id not in known, line
            known[target.id] = _value(assignment.value, known)
    return known


@pytest.mark.parametrize("longest", [5, 72])
@settings(max_examples=200, deadline=None)
@given(roots=st.lists(trees(), min_size=1, max_size=3))
def test_the_text_has_the_value_of_the_expressions(longest, roots):
    graph = new_graph()
    named = {f"root{place}": build(graph, tree) for place, tree in enumerate(roots)}
    found = _run(infix(named, digits=17, longest=longest, prefix="part"))
    for name, tree in zip(named, roots):
        assert_same(found[name], tree)


@pytest.fixture
def graph():
    return new_graph()


@pytest.fixture
def x(graph):
    return graph.input(("x",))


@pytest.fixture
def y(graph):
    return graph.input(("y",))


def _line(node):
    (line,) = infix({"r": node})
    return line.removeprefix("r = ")


def test_what_is_written_by_hand(graph, x, y):
    const = graph.const
    assert _line(const(-0.5)) == "-0.5"
    assert _line(x) == "x"
    assert _line(graph.subtract(y, x)) == "y - x"
    assert _line(graph.negate(x)) == "-x"
    assert _line(graph.combine(-2.0, [(1.0, x), (-3.0, y)])) == "-2 + x - 3*y"
    assert _line(graph.multiply(graph.add(x, y), graph.add(x, const(1.0)))) == "(x + y)*(1 + x)"
    assert _line(graph.divide(x, graph.product([(y, 2), (graph.call("exp", x), 1)]))) == (
        "x/(y**2*exp(x))"
    )
    assert _line(graph.combine(0.0, [(2.5, graph.divide(const(1.0), y))])) == "2.5/y"
    assert _line(graph.product([(graph.add(x, y), -1)])) == "1/(x + y)"
    assert _line(graph.power(const(2.3), graph.combine(0.0, [(-0.1, x)]))) == "2.3**(-0.1*x)"
    assert _line(graph.power(graph.add(x, y), y)) == "(x + y)**y"
    assert _line(graph.power(const(-2.0), y)) == "(-2)**y"
    assert _line(graph.power(graph.multiply(x, y), y)) == "(x*y)**y"
    assert _line(graph.power(graph.power(x, y), y)) == "(x**y)**y"
    assert _line(graph.power(x, graph.power(x, y))) == "x**(x**y)"
    assert _line(graph.multiply(graph.power(x, y), y)) == "y*x**y"
    low, high = graph.compare("<", x, y), graph.compare(">=", graph.add(x, y), const(1.0))
    assert _line(graph.select(low, x, y)) == "select(x < y, x, y)"
    assert _line(graph.both(low, graph.opposite(high))) == "(x < y) and (not (x + y >= 1))"


def test_what_is_used_twice_has_a_line_and_so_has_what_others_use(graph, x, y):
    rate = graph.call("exp", x)
    twice = {"a": graph.multiply(rate, y), "b": graph.add(rate, y)}
    assert infix(twice) == ["x1 = exp(x)", "a = y*x1", "b = y + x1"]
    assert infix({"a": graph.add(rate, y), "rate": rate}) == ["rate = exp(x)", "a = y + rate"]
    assert infix({"a": rate, "b": rate}) == ["a = exp(x)", "b = a"]


def test_what_is_long_has_a_line(graph, x, y):
    both = graph.multiply(graph.add(x, y), graph.call("sqrt", y))
    assert infix({"r": graph.call("log", both)}, longest=11) == [
        "x1 = (x + y)*sqrt(y)",
        "r = log(x1)",
    ]


def test_digits_and_names(graph):
    node = graph.combine(0.0, [(1.0 / 3.0, graph.input(("mechanism", "km", "m")))])
    assert infix({"r": node}) == ["r = 0.333333*mechanism.km.m"]
    assert infix({"r": node}, named=lambda name: name[-1], digits=17) == [
        "r = 0.33333333333333331*m"
    ]
    assert plain_name(("read", "mechanism", "km", "gbar", "")) == "read.mechanism.km.gbar"


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_every_function_is_written_as_a_call(graph, x, y, function):
    args = [x, y] if function in {"atan2", "fmod", "fmin", "fmax"} else [x]
    wanted = f"{function}({', '.join(str(arg.data[0]) for arg in args)})"
    assert _line(graph.call(function, *args)) == wanted
