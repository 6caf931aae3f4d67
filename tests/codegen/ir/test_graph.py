"""What a graph makes of expressions has the values of the expressions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings

from codegen.trees import NAMES, assert_same, build, evaluated, new_graph, trees
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.node import (
    FUNCTIONS,
    constant_value,
    inputs_of,
    known_truth,
    ordered,
)

SLOPES = (2.0, 4.5, 9.0, 20.0)


@settings(max_examples=500, deadline=None)
@given(trees())
def test_a_simplified_expression_has_the_value_of_the_plain_one(tree):
    assert_same(evaluated([build(new_graph(), tree)])[0], tree)


@settings(max_examples=100, deadline=None)
@given(trees())
def test_rebuilding_with_the_same_inputs_changes_nothing(tree):
    graph = new_graph()
    node = build(graph, tree)
    assert graph.replace([node], {}) == [node]
    # Other inputs and back: every node is made anew on the way.
    there = {graph.input((name,)): graph.input(("other", name)) for name in NAMES}
    moved = graph.replace([node], there)
    (back,) = graph.replace(moved, {new: old for old, new in there.items()})
    assert_same(evaluated([back])[0], tree)


@pytest.fixture
def graph():
    return new_graph()


@pytest.fixture
def x(graph):
    return graph.input(("x",))


@pytest.fixture
def y(graph):
    return graph.input(("y",))


def test_equal_expressions_are_one_node(graph, x, y):
    assert graph.add(x, y) is graph.add(y, x)
    assert graph.multiply(x, y, x) is graph.product([(y, 1), (x, 2)])
    assert graph.subtract(x, x) is graph.const(0.0)
    assert graph.divide(x, x) is graph.const(1.0)
    assert graph.divide(graph.multiply(x, y), y) is x
    assert graph.const(0.0) is not graph.const(-0.0)
    assert graph.const(math.nan) is graph.const(math.nan)


def test_a_rate_from_a_time_constant_has_no_division(graph, x, y):
    q = graph.input(("z",))
    tau = graph.divide(graph.divide(graph.const(1.0), graph.add(x, y)), q)
    assert graph.divide(graph.const(1.0), tau) is graph.multiply(graph.add(x, y), q)


def test_a_quotient_in_a_divisor_goes(graph, x):
    grown = graph.call("exp", x)
    inner = graph.add(graph.const(1.0), graph.divide(graph.const(1.0), grown))
    made = graph.divide(graph.const(1.0), inner)
    assert sum(sum(e < 0 for e in n.data) for n in ordered([made]) if n.op == "prod") == 1
    (found,) = evaluate([made], {("x",): np.float64(0.3)})
    assert found == pytest.approx(1.0 / (1.0 + math.exp(-0.3)), rel=1e-14)


def test_a_decision_within_the_same_decision_is_taken_once(graph, x, y):
    positive = graph.compare(">", x, graph.const(0.0))
    inner = graph.select(positive, x, y)
    assert graph.select(positive, inner, y) is graph.select(positive, x, y)
    assert graph.select(positive, y, inner) is y
    assert graph.select(positive, x, x) is x


def test_decisions_that_are_known_are_taken(graph, x, y):
    one, two = graph.const(1.0), graph.const(2.0)
    yes, no = graph.compare("<", one, two), graph.compare(">", one, two)
    open_ = graph.compare("<", x, y)
    assert (known_truth(yes), known_truth(no), known_truth(open_)) == (True, False, None)
    assert graph.select(yes, x, y) is x
    assert graph.select(no, x, y) is y
    assert graph.both(yes, open_) is open_
    assert known_truth(graph.both(open_, no)) is False
    assert known_truth(graph.either(open_, yes)) is True
    assert graph.either(no, open_) is open_
    assert known_truth(graph.opposite(no)) is True
    assert graph.both(open_, open_) is open_


def test_truths_are_numbers_and_numbers_truths(graph, x, y):
    less = graph.compare("<", x, y)
    counted = graph.add(less, graph.const(1.0))
    inputs = {("x",): np.array([1.0, 2.0]), ("y",): np.array([2.0, 1.0])}
    np.testing.assert_array_equal(evaluate([counted], inputs)[0], [2.0, 1.0])
    chosen = graph.select(graph.subtract(x, y), graph.const(3.0), graph.const(4.0))
    same = {("x",): np.array([1.0, 2.0]), ("y",): np.array([1.0, 1.0])}
    np.testing.assert_array_equal(evaluate([chosen], same)[0], [4.0, 3.0])


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_of_numbers_are_those_of_arrays(graph, x, y, name):
    two = name in {"atan2", "fmod", "fmin", "fmax"}
    numbers = [(-0.7, 0.3), (0.4, -1.2), (0.9, 0.9)]
    for a, b in numbers:
        folded = graph.call(name, *map(graph.const, (a, b)[: 1 + two]))
        called = graph.call(name, *(x, y)[: 1 + two])
        (found,) = evaluate([called], {("x",): np.float64(a), ("y",): np.float64(b)})
        np.testing.assert_allclose(constant_value(folded), found, rtol=1e-15)


def test_exponentials_end_where_those_of_neuron_end(graph, x):
    grown = graph.call("exp", x)
    at = np.array([-1e4, -700.1, 700.0, 1e4])
    found = evaluate([grown], {("x",): at})[0]
    np.testing.assert_array_equal(found, [0.0, 0.0, math.exp(700.0), math.exp(700.0)])
    for argument, wanted in zip(at, found):
        assert constant_value(graph.call("exp", graph.const(argument))) == wanted


def test_impossible_numbers_are_infinite_or_nan_as_in_c(graph):
    def power(base, exponent):
        return constant_value(graph.power(graph.const(base), graph.const(exponent)))

    assert power(0.0, -1.0) == math.inf
    assert power(0.0, -0.5) == math.inf
    assert power(1e200, 2.0) == math.inf
    assert math.isnan(power(-8.0, 1.0 / 3.0))
    assert power(0.0, 0.0) == 1.0
    assert constant_value(graph.call("log", graph.const(0.0))) == -math.inf
    assert math.isnan(constant_value(graph.call("sqrt", graph.const(-1.0))))


def test_factors_too_small_for_single_precision_stay_where_they_are(graph, x):
    # (1e-7 / x)^4.8 and (1e-7 x)^8 in single precision: 1e-34 and 1e-56 would be lost.
    quotient = graph.divide(graph.const(1e-7), x)
    made = [
        graph.power(quotient, graph.const(4.8)),
        graph.power(graph.combine(0.0, [(1e-7, x)]), graph.const(8.0)),
    ]
    constants = [c for node in ordered(made) if node.op == "sum" for c in node.data[1]]
    assert min(constants) > 1e-25
    found = evaluate(made, {("x",): np.float64(1e-6)})
    np.testing.assert_allclose(found, [0.1**4.8, 1e-13**8], rtol=1e-12)


def test_what_does_not_vary_is_known(graph, x):
    p, q = graph.input(("p",)), graph.input(("q",))
    assert not graph.multiply(p, q).varying
    assert graph.multiply(p, x).varying
    assert inputs_of([graph.add(p, graph.multiply(q, x))]) == {("p",), ("q",), ("x",)}


def _forms(graph, u, s, r):
    """Return steady states and rates as channels have them; u is the voltage."""
    one = graph.const(1.0)

    def e(shift, slope):
        return graph.call("exp", graph.combine(shift / slope, [(1.0 / slope, u)]))

    def linear(shift, slope):
        grown = graph.subtract(one, e(shift, -slope))
        return graph.divide(graph.combine(shift, [(1.0, u)]), grown)

    sigmoid = graph.divide(one, graph.add(one, e(30.0, -s)))
    bell = graph.divide(graph.const(50.0), graph.add(e(40.0, s), e(20.0, -r)))
    same = graph.divide(e(35.0, s), graph.add(one, e(35.0, s)))
    alpha, beta = linear(40.123, s), graph.combine(0.0, [(4.0, e(40.123, -s))])
    total = graph.add(alpha, beta)
    tau = graph.combine(0.5, [(1.0, bell)])
    dt = graph.const(0.025)
    stepped = [
        graph.call("exp", graph.negate(graph.divide(dt, t)))
        for t in (tau, graph.divide(one, total), graph.combine(0.1, [(30.0, sigmoid)]))
    ]
    cube = graph.product([(sigmoid, 3), (graph.divide(alpha, total), 1)])
    return [
        sigmoid,
        bell,
        same,
        graph.divide(alpha, total),
        graph.divide(beta, total),
        cube,
        graph.divide(one, graph.add(graph.divide(one, bell), sigmoid)),
        *stepped,
    ]


@pytest.mark.parametrize("s", SLOPES)
@pytest.mark.parametrize("r", [-9.0, *SLOPES])
def test_rates_as_channels_have_them_are_finite_far_out(s, r):
    """NEURON's own order of operations gives finite numbers there, too."""
    graph = new_graph()
    made = _forms(graph, graph.input(("x",)), s, r)
    voltage = np.arange(-500.0, 500.0, 0.77)
    for found in evaluate(made, {("x",): voltage}):
        assert np.isfinite(np.broadcast_to(found, voltage.shape)).all()


@pytest.mark.parametrize("exponent", [-1, -2, -3])
def test_a_sum_with_one_quotient_divides(graph, x, y, exponent):
    inner = graph.combine(2.0, [(3.0, graph.divide(y, x)), (1.0, y)])
    (found,) = evaluate([graph.product([(inner, exponent)])], {("x",): 0.7, ("y",): 1.9})
    assert found == pytest.approx((2.0 + 3.0 * 1.9 / 0.7 + 1.9) ** exponent, rel=1e-14)


def test_of_two_exponentials_that_are_chosen_from_one_is_computed(graph, x, y):
    first = graph.combine(2.0, [(3.0, graph.call("exp", x))])
    second = graph.combine(5.0, [(-1.0, graph.call("exp", y))])
    node = graph.select(graph.compare("<", x, graph.const(1.0)), first, second)
    assert sum(n.data == "exp" for n in ordered([node])) == 1
    at = {("x",): np.array([0.5, 1.5]), ("y",): np.array([0.2, 0.3])}
    wanted = [2.0 + 3.0 * math.exp(0.5), 5.0 - math.exp(0.3)]
    np.testing.assert_allclose(evaluate([node], at)[0], wanted, rtol=1e-14)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("exponent", [-2, -1, 0, 1, 2])
def test_sums_that_are_not_finite_end_in_products(value, exponent):
    graph = new_graph()
    x, y = graph.input(("x",)), graph.input(("y",))
    broken = graph.combine(value, [(value, graph.power(x, y))])
    made = graph.product([(broken, exponent), (y, 1)])
    (found,) = evaluate([made], {("x",): 2.0, ("y",): 3.0})
    assert found == 3.0 if exponent == 0 else not np.isfinite(found) or found == 0.0
