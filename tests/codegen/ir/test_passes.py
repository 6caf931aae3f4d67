"""Rewriting sets of expressions keeps their values."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.trees import assert_same, build, evaluated, new_graph, trees
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.node import ordered
from pyneuronautofit.codegen.ir.passes import avoid_cancellation, share_exponentials, share_powers


def _count(roots, function):
    return sum(n.op == "call" and n.data == function for n in ordered(roots))


any_power = partial(share_powers, steepest=math.inf)


@pytest.mark.parametrize(
    "passes",
    [
        (share_exponentials,),
        (avoid_cancellation,),
        (share_exponentials, avoid_cancellation),
        (any_power,),
        (any_power, share_exponentials, avoid_cancellation),
    ],
    ids=["shared", "without cancellation", "both", "powers", "all"],
)
@settings(max_examples=150, deadline=None)
@given(roots=st.lists(trees(8), min_size=1, max_size=4))
def test_values_stay(passes, roots):
    graph = new_graph()
    nodes = [build(graph, tree) for tree in roots]
    for rewrite in passes:
        nodes = rewrite(graph, nodes)
    for found, tree in zip(evaluated(nodes), roots):
        assert_same(found, tree)


def _exponential(graph, factor, offset=0.0):
    return graph.call("exp", graph.combine(offset, [(factor, graph.input(("x",)))]))


def test_of_a_pair_of_exponentials_one_is_computed():
    graph = new_graph()
    pair = [_exponential(graph, 0.5, 1.0), _exponential(graph, -0.5, -1.0)]
    shared = share_exponentials(graph, pair)
    assert _count(shared, "exp") == 1
    at = {("x",): np.linspace(-3, 3, 7)}
    np.testing.assert_allclose(evaluate(shared, at), evaluate(pair, at), rtol=1e-14)


def test_what_has_no_pair_stays():
    graph = new_graph()
    alone = [_exponential(graph, 0.5), _exponential(graph, -0.4)]
    assert share_exponentials(graph, alone) == alone
    assert avoid_cancellation(graph, alone) == alone


def test_nothing_is_lost_where_one_is_taken_from_an_exponential():
    graph = new_graph()
    x = graph.input(("x",))
    vtrap = graph.divide(x, graph.combine(1.0, [(-1.0, _exponential(graph, -0.1))]))
    (safe,) = avoid_cancellation(graph, [vtrap])
    assert (_count([safe], "exp"), _count([safe], "expm1")) == (0, 1)
    at = np.array([1e-12, -1e-9, 2.0])
    (found,) = evaluate([safe], {("x",): at})
    np.testing.assert_allclose(found, at / -np.expm1(-0.1 * at), rtol=1e-14)


def test_a_tiny_exponential_that_divides_keeps_its_digits():
    """Of 1 + expm1(x) nothing but 0 is left in single precision where exp(x) is 1e-9."""
    graph = new_graph()
    grown = _exponential(graph, 1.0)
    one = graph.const(1.0)
    roots = [
        graph.subtract(grown, one),
        graph.divide(one, grown),
        graph.divide(graph.input(("y",)), graph.product([(grown, 2)])),
    ]
    safe = avoid_cancellation(graph, roots)
    at = {("x",): np.float64(-40.0), ("y",): np.float64(3.0)}
    found = evaluate(safe, at)
    np.testing.assert_allclose(found, [-1.0, np.exp(40.0), 3.0 * np.exp(80.0)], rtol=1e-14)


# --- powers


def _with_offset(graph, factor, offset):
    """Return exp(factor x + a parameter) with an offset that does not vary."""
    p = graph.input(("p",))
    argument = graph.combine(offset, [(factor, graph.input(("x",))), (0.5, p)])
    return graph.call("exp", argument)


def _varying(roots):
    return [n for n in ordered(roots) if n.data == "exp" and n.varying]


@pytest.mark.parametrize(
    ("flat", "steep"), [(1 / 40, 1 / 5), (-0.1, 0.2), (0.1, -0.2), (-0.02, -0.2), (0.05, 0.1)]
)
def test_of_slopes_that_are_multiples_the_flattest_is_computed(flat, steep):
    graph = new_graph()
    roots = [_with_offset(graph, steep, 2.0), _exponential(graph, flat, -0.7)]
    shared = any_power(graph, roots)
    (kept,) = _varying(shared)
    assert kept is roots[1]
    at = {("x",): np.linspace(-90.0, 40.0, 27), ("p",): np.float64(1.3)}
    for found, wanted in zip(evaluate(shared, at), evaluate(roots, at), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_thresholds_that_differ_by_a_parameter_make_no_exponential_of_their_own():
    graph = new_graph()
    roots = [_with_offset(graph, 0.1, 2.0), _exponential(graph, 0.1, -0.7)]
    assert len(_varying(any_power(graph, roots))) == 1


@pytest.mark.parametrize(("power", "n_left"), [(10, 1), (11, 2), (-10, 1), (-11, 2), (2.5, 2)])
def test_up_to_the_tenth_power(power, n_left):
    graph = new_graph()
    roots = [_exponential(graph, 0.01), _exponential(graph, 0.01 * power)]
    assert len(_varying(any_power(graph, roots))) == n_left


def test_slopes_that_are_no_multiples_stay():
    graph = new_graph()
    roots = [_exponential(graph, 0.1), _exponential(graph, 0.2 * (1.0 + 1e-9))]
    assert any_power(graph, roots) == roots


def test_where_rounding_leaves_something_of_what_varies_it_is_no_power():
    graph = new_graph()
    assert 0.3 - 3 * 0.1 != 0.0
    roots = [_exponential(graph, 0.1), _exponential(graph, 0.3)]
    assert any_power(graph, roots) == roots


def test_of_equal_slopes_one_is_above_the_fraction_line():
    graph = new_graph()
    roots = [_exponential(graph, -0.1), _exponential(graph, 0.1)]
    assert any_power(graph, roots) == [roots[0], graph.product([(roots[0], -1)])]


def test_powers_are_not_taken_of_what_is_a_power_itself():
    """The error of a power is multiplied once: 0.2 is not taken of 0.1, which is of 0.05."""
    graph = new_graph()
    roots = [_exponential(graph, slope) for slope in (0.2, 0.1, 0.05)]
    fourth, square, base = any_power(graph, roots)
    assert base is roots[2]
    assert square is graph.product([(base, 2)])
    assert fourth is graph.product([(base, 4)])


def test_nothing_is_a_power_of_a_power():
    graph = new_graph()
    roots = [_exponential(graph, 0.015625 * slope) for slope in (1, 8, 16)]
    assert any_power(graph, roots) == [roots[0], graph.product([(roots[0], 8)]), roots[2]]


def test_what_cannot_be_a_power_of_the_flattest_may_be_one_of_another():
    graph = new_graph()
    roots = [_exponential(graph, slope) for slope in (0.03, 0.0625, 0.125)]
    assert any_power(graph, roots) == [*roots[:2], graph.product([(roots[1], 2)])]


def test_a_base_that_is_too_steep_is_none():
    graph = new_graph()
    roots = [_exponential(graph, slope) for slope in (0.25, 0.5, -0.25)]
    assert share_powers(graph, roots, 0.2) == roots
    shared = share_powers(graph, roots, 0.25)
    assert shared == [roots[0], graph.product([(roots[0], 2)]), graph.product([(roots[0], -1)])]


def test_different_things_that_vary_have_nothing_in_common():
    graph = new_graph()
    x, y = graph.input(("x",)), graph.input(("y",))
    both = graph.call("exp", graph.combine(0.0, [(0.2, x), (0.2, y)]))
    roots = [_exponential(graph, 0.1), graph.call("exp", graph.combine(0.0, [(0.2, y)])), both]
    assert any_power(graph, roots) == roots


# --- which one of a pair


@pytest.mark.parametrize("turned", [False, True])
def test_of_a_pair_the_one_that_rises_stays(turned):
    graph = new_graph()
    pair = [_exponential(graph, 0.5), _exponential(graph, -0.5)]
    rising, falling = share_exponentials(graph, pair[::-1] if turned else pair)[
        :: -1 if turned else 1
    ]
    assert rising is pair[0]
    assert falling is graph.product([(pair[0], -1)])
