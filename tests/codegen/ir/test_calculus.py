"""Derivatives against differences, linear forms and systems against numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.trees import POINTS, build, evaluated, new_graph, trees, value
from pyneuronautofit.codegen.ir.calculus import (
    NotLinearError,
    depends_on,
    derivative,
    linear_form,
    solve_linear,
)
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.node import constant_value

STEP = 1e-5
# (function, arguments where it is smooth)
SMOOTH = {
    "exp": 0.7,
    "expm1": -0.4,
    "phi1": -0.4,
    "log": 1.3,
    "log10": 1.3,
    "sqrt": 1.9,
    "fabs": -0.8,
    "floor": 1.4,
    "ceil": 1.4,
    "sin": 0.6,
    "cos": 0.6,
    "tan": 0.6,
    "sinh": 0.6,
    "cosh": 0.6,
    "tanh": 0.6,
    "asin": 0.3,
    "acos": 0.3,
    "atan": 0.3,
}


@settings(max_examples=200, deadline=None)
@given(trees(max_leaves=8))
def test_a_derivative_is_the_limit_of_differences(tree):
    graph = new_graph()
    slope = evaluated([derivative(graph, build(graph, tree), graph.input(("x",)))])[0]

    def moved(steps):
        return value(tree, {**POINTS, "x": POINTS["x"] + steps * STEP})

    (far, bound), (a, _), (b, _), (c, _) = (moved(steps) for steps in (2, 1, -1, -2))
    with np.errstate(all="ignore"):
        # Of the fourth order; where another order says something else, x is near a pole.
        rough = (a - b) / (2 * STEP)
        fine = (8.0 * (a - b) - (far - c)) / (12 * STEP)
        noise = 1e3 * bound / STEP + 10.0 * np.abs(fine - rough)
    slope, fine, noise = np.broadcast_arrays(slope, fine, noise)
    sound = np.isfinite(fine) & (noise < 1e-3 * (np.abs(fine) + 1.0))
    assert np.all(np.abs(slope[sound] - fine[sound]) <= noise[sound] + 1e-9), tree


@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_derivatives_of_functions(name):
    graph = new_graph()
    x = graph.input(("x",))
    slope = derivative(graph, graph.call(name, graph.product([(x, 2)])), x)
    root = np.sqrt(abs(SMOOTH[name]))
    called = graph.call(name, x)
    if SMOOTH[name] < 0:
        slope = derivative(graph, graph.call(name, graph.negate(graph.product([(x, 2)]))), x)
    sign = np.sign(SMOOTH[name])
    at = [sign * (root + step) ** 2 for step in (1e-6, -1e-6)]
    ahead, behind = (evaluate([called], {("x",): np.float64(a)})[0] for a in at)
    (found,) = evaluate([slope], {("x",): np.float64(root)})
    assert found == pytest.approx((ahead - behind) / 2e-6, rel=1e-6, abs=1e-6)


def test_derivatives_of_functions_of_two():
    graph = new_graph()
    x, y = graph.input(("x",)), graph.input(("y",))
    square = graph.product([(x, 2)])
    for name, function in {
        "fmin": np.fmin,
        "fmax": np.fmax,
        "atan2": np.arctan2,
        "fmod": np.fmod,
    }.items():
        slope = derivative(graph, graph.call(name, square, y), x)
        points = np.array([0.7, 1.2]), np.array([0.9, 1.1])
        (found,) = evaluate([slope], {("x",): points[0], ("y",): points[1]})
        wanted = (
            function((points[0] + 1e-6) ** 2, points[1])
            - function((points[0] - 1e-6) ** 2, points[1])
        ) / 2e-6
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("at", [-5.0, -1e-3, -1e-9, 0.0, 3e-8, 1e-6, 0.999e-3, 1.001e-3, 2.0])
def test_the_derivative_of_phi1(at):
    graph = new_graph()
    x = graph.input(("x",))
    (found,) = evaluate([derivative(graph, graph.call("phi1", x), x)], {("x",): np.float64(at)})
    # sum of k x^(k-1) / (k + 1)!
    wanted = sum(k * at ** (k - 1) / math.factorial(k + 1) for k in range(1, 60))
    assert found == pytest.approx(wanted, rel=1e-10)


OF_TWO = {"fmin": np.fmin, "fmax": np.fmax, "atan2": np.arctan2, "fmod": np.fmod}


@pytest.mark.parametrize("name", sorted(OF_TWO))
def test_derivatives_by_the_second_of_two(name):
    graph = new_graph()
    x, y = graph.input(("x",)), graph.input(("y",))
    function = OF_TWO[name]
    slope = derivative(graph, graph.call(name, y, graph.product([(x, 2)])), x)
    a, b = np.array([0.7, 1.2]), np.array([0.9, 1.1])
    (found,) = evaluate([slope], {("x",): a, ("y",): b})
    wanted = (function(b, (a + 1e-6) ** 2) - function(b, (a - 1e-6) ** 2)) / 2e-6
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-9)


def test_a_general_power_is_derived_by_both_its_parts():
    graph = new_graph()
    x = graph.input(("x",))
    slope = derivative(graph, graph.power(x, x), x)
    (found,) = evaluate([slope], {("x",): np.float64(1.7)})
    assert found == pytest.approx(1.7**1.7 * (np.log(1.7) + 1.0), rel=1e-13)


def test_a_decision_has_the_slope_of_its_branch():
    graph = new_graph()
    x = graph.input(("x",))
    low = graph.compare("<", x, graph.const(1.0))
    node = graph.select(low, graph.product([(x, 2)]), graph.combine(0.0, [(3.0, x)]))
    (found,) = evaluate([derivative(graph, node, x)], {("x",): np.array([0.5, 2.0])})
    np.testing.assert_allclose(found, [1.0, 3.0])
    assert constant_value(derivative(graph, graph.as_number(low), x)) == 0.0


@settings(max_examples=100, deadline=None)
@given(trees(4), trees(4), trees(4), st.booleans())
def test_a_linear_form_has_the_values_of_its_expression(offset, first, second, inverted):
    graph = new_graph()
    unknowns = [graph.input(("unknown", name)) for name in "ab"]
    parts = [build(graph, tree) for tree in (offset, first, second)]
    node = graph.add(parts[0], *(graph.multiply(k, u) for k, u in zip(parts[1:], unknowns)))
    if inverted:
        node = graph.divide(node, graph.call("exp", graph.input(("y",))))
    form = linear_form(graph, node, unknowns)
    assert not depends_on(form.offset, unknowns)
    assert not any(depends_on(slope, unknowns) for slope in form.slopes)
    inputs = {(name,): values for name, values in POINTS.items()}
    inputs |= {("unknown", "a"): 0.25, ("unknown", "b"): 1.5}
    whole, start, a, b = evaluate([node, form.offset, *form.slopes], inputs)
    with np.errstate(all="ignore"):
        rebuilt = start + 0.25 * a + 1.5 * b
        size = np.abs(start) + np.abs(0.25 * a) + np.abs(1.5 * b)
    whole, rebuilt, size = np.broadcast_arrays(whole, rebuilt, size)
    sound = np.isfinite(size) & np.isfinite(whole) & (size < 1e100)
    # Terms of the parts may cancel, in one order exactly and in the other nearly.
    error = np.abs(whole[sound] - rebuilt[sound])
    assert np.all(error <= 1e-7 * (size[sound] + 1.0))


@pytest.mark.parametrize("make", ["square", "product", "inside"])
def test_what_is_not_linear_is_refused(make):
    graph = new_graph()
    a, b = (graph.input(("unknown", name)) for name in "ab")
    nodes = {
        "square": graph.product([(a, 2)]),
        "product": graph.multiply(a, b),
        "inside": graph.call("exp", a),
    }
    with pytest.raises(NotLinearError):
        linear_form(graph, nodes[make], [a, b])


@st.composite
def _systems(draw):
    size = draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    matrix = np.where(rng.random((size, size)) < 0.5, rng.uniform(-1, 1, (size, size)), 0.0)
    np.fill_diagonal(matrix, np.abs(matrix).sum(axis=1) + rng.uniform(0.5, 2.0, size))
    right = np.where(rng.random(size) < 0.7, rng.uniform(-5, 5, size), 0.0)
    return matrix, right


@settings(max_examples=60, deadline=None)
@given(_systems())
def test_systems_have_the_solution_of_numpy(system):
    matrix, right = system
    graph = new_graph()

    def entry(number, place):
        return graph.input(("entry", *map(str, place))) if number else graph.const(0.0)

    nodes = [[entry(k, (i, j)) for j, k in enumerate(row)] for i, row in enumerate(matrix)]
    sides = [entry(k, (i,)) for i, k in enumerate(right)]
    inputs = {("entry", str(i), str(j)): k for (i, j), k in np.ndenumerate(matrix)}
    inputs |= {("entry", str(i)): k for i, k in enumerate(right)}
    found = evaluate(solve_linear(graph, nodes, sides), inputs)
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-9, atol=1e-12)


def test_a_missing_diagonal_is_no_obstacle():
    graph = new_graph()
    zero, one, two = (graph.const(c) for c in (0.0, 1.0, 2.0))
    found = solve_linear(graph, [[zero, two], [one, one]], [two, graph.const(5.0)])
    assert [constant_value(node) for node in found] == [4.0, 1.0]


def test_a_singular_system_is_refused():
    graph = new_graph()
    zero, one = graph.const(0.0), graph.const(1.0)
    with pytest.raises(NotLinearError):
        solve_linear(graph, [[one, zero], [one, zero]], [one, one])
