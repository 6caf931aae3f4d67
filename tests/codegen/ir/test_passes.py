"""Rewriting sets of expressions keeps their values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.trees import assert_same, build, evaluated, new_graph, trees
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.node import ordered
from pyneuronautofit.codegen.ir.passes import avoid_cancellation, share_exponentials


def _count(roots, function):
    return sum(n.op == "call" and n.data == function for n in ordered(roots))


@pytest.mark.parametrize(
    "passes",
    [(share_exponentials,), (avoid_cancellation,), (share_exponentials, avoid_cancellation)],
    ids=["shared", "without cancellation", "both"],
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
