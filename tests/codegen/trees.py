"""Random expressions: as plain trees, which numpy evaluates as they stand, and as a graph's nodes.

A tree is a tuple: an operator and its operands. Beside a tree's value goes a bound of what rounding
may have done to it, so that expressions may be compared which a graph has put in another order.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.graph import Graph

#: Inputs that change, and two that do not.
VARYING = ("x", "y", "z")
FIXED = ("p", "q")
NAMES = VARYING + FIXED
N_POINT = 8
POINTS = dict(zip(NAMES, np.random.default_rng(5).uniform(0.5, 2.0, (5, N_POINT))))
EPSILON = float(np.finfo(float).eps)


def new_graph():
    return Graph(lambda name: name[0] in VARYING)


def _numbers():
    return st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.25, 1.0, 1.5, 3.0]).map(lambda c: ("const", c))


def _inputs():
    return st.sampled_from(NAMES).map(lambda name: ("input", name))


def _linear():
    """Return arguments of exponentials: few, so that the same and opposite ones come up."""
    return st.builds(
        lambda k, name, c: ("+", ("*", ("const", k), ("input", name)), ("const", c)),
        st.sampled_from([-2.0, -1.0, 1.0, 2.0]),
        st.sampled_from(("x", "y")),
        st.sampled_from([0.0, 0.5]),
    )


def _conditions():
    return st.builds(
        lambda op, name, c: (op, ("input", name), ("const", c)),
        st.sampled_from(["<", ">="]),
        st.sampled_from(("x", "y")),
        st.sampled_from([0.9, 1.3]),
    )


def _truths():
    return st.recursive(
        _conditions(),
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(["and", "or"]), inner, inner),
            st.tuples(st.just("not"), inner),
        ),
        max_leaves=3,
    )


def _combined(inner):
    return st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.tuples(st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.tuples(st.just("power"), inner, st.sampled_from([-3, -2, -1, 2, 3, 4])),
        st.tuples(st.just("select"), _truths(), inner, inner),
        # Positive bases: squares that are moved away from zero.
        st.tuples(st.just("root"), inner, st.sampled_from([0.5, 1.5, -2.3])),
        st.tuples(st.just("reciprocal root"), _inputs(), st.sampled_from([0.5, 2.5])),
    )


def trees(max_leaves=12):
    """Return a strategy for expressions."""
    exponentials = _linear().map(lambda argument: ("exp", argument))
    return st.recursive(
        st.one_of(_numbers(), _inputs(), exponentials), _combined, max_leaves=max_leaves
    )


def build(graph, tree):  # noqa: PLR0911 - one for each operator
    """Return a tree as a node."""
    op, *rest = tree
    if op == "const":
        return graph.const(rest[0])
    if op == "input":
        return graph.input((rest[0],))
    if op == "power":
        return graph.product([(build(graph, rest[0]), rest[1])])
    if op == "root":
        square = graph.power(build(graph, rest[0]), graph.const(2.0))
        return graph.power(graph.add(square, graph.const(0.5)), graph.const(rest[1]))
    if op == "reciprocal root":
        quotient = graph.divide(graph.const(0.7), build(graph, rest[0]))
        return graph.power(quotient, graph.const(rest[1]))
    args = [build(graph, part) for part in rest]
    if op in {"<", ">="}:
        return graph.compare(op, *args)
    makers = {
        "+": graph.add,
        "-": graph.subtract,
        "*": graph.multiply,
        "/": graph.divide,
        "select": graph.select,
        "and": graph.both,
        "or": graph.either,
        "not": graph.opposite,
        "exp": lambda argument: graph.call("exp", argument),
    }
    return makers[op](*args)


def value(tree, points, epsilon=EPSILON):
    """Return the values of a tree, and a bound of their errors in units of rounding."""
    with np.errstate(all="ignore"):
        return _value(tree, points, epsilon)


def _value(tree, points, epsilon):  # noqa: PLR0911 - one for each operator
    op, *rest = tree
    if op == "const":
        return np.float64(rest[0]), epsilon * abs(rest[0])
    if op == "input":
        return points[rest[0]], epsilon * np.abs(points[rest[0]])
    if op in {"<", ">=", "and", "or", "not"}:
        return _truth(tree, points), 0.0
    if op == "select":
        chosen = _truth(rest[0], points)
        (a, ea), (b, eb) = (_value(part, points, epsilon) for part in rest[1:])
        return np.where(chosen, a, b), np.where(chosen, ea, eb)
    a, ea = _value(rest[0], points, epsilon)
    if op == "exp":
        return np.exp(a), np.exp(a) * (ea + epsilon)
    if op == "power":
        made = a ** float(rest[1])
        return made, np.abs(made) * (abs(rest[1]) * ea / np.abs(a) + epsilon)
    if op == "root":
        base = a * a + 0.5
        made = base ** rest[1]
        return made, made * (abs(rest[1]) * (2.0 * np.abs(a) * ea) / base + 4.0 * epsilon)
    if op == "reciprocal root":
        made = (0.7 / a) ** rest[1]
        return made, made * (abs(rest[1]) * ea / np.abs(a) + 4.0 * epsilon)
    b, eb = _value(rest[1], points, epsilon)
    return _arithmetic(op, (a, ea), (b, eb), epsilon)


def _arithmetic(op, first, second, epsilon):
    (a, ea), (b, eb) = first, second
    if op in {"+", "-"}:
        made = a + b if op == "+" else a - b
        return made, ea + eb + epsilon * (np.abs(a) + np.abs(b))
    if op == "*":
        return a * b, ea * np.abs(b) + eb * np.abs(a) + epsilon * np.abs(a * b)
    made = a / b
    return made, (ea + np.abs(made) * eb) / np.abs(b) + epsilon * np.abs(made)


def _truth(tree, points):
    op, *rest = tree
    if op in {"<", ">="}:
        (a, _), (b, _) = (_value(part, points, EPSILON) for part in rest)
        return np.less(a, b) if op == "<" else np.greater_equal(a, b)
    if op == "not":
        return np.logical_not(_truth(rest[0], points))
    function = np.logical_and if op == "and" else np.logical_or
    return function(*(_truth(part, points) for part in rest))


def evaluated(nodes, points=None):
    """Return the values of nodes."""
    points = POINTS if points is None else points
    return evaluate(nodes, {(name,): points[name] for name in NAMES})


def assert_same(found, tree, points=None, *, factor=1e4, epsilon=EPSILON):
    """Compare the values of a node with those of the tree that it was made from."""
    wanted, bound = value(tree, POINTS if points is None else points, epsilon)
    found, wanted, bound = np.broadcast_arrays(found, wanted, bound)
    # What rounding alone may have made of it: nothing can be said about the others.
    with np.errstate(all="ignore"):
        sound = np.isfinite(wanted) & (bound * factor <= 1e-2 * np.abs(wanted) + 1e-2)
    off = np.abs(found[sound] - wanted[sound])
    assert np.all(off <= factor * bound[sound] + 1e-300), (tree, found, wanted, bound)
