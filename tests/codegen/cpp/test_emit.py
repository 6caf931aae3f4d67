"""Expressions as C++."""

from __future__ import annotations

import ctypes
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.cpp.compiled import PLACES, new_graph
from codegen.trees import FIXED, build, trees
from pyneuronautofit.codegen.compile import compile_kernel
from pyneuronautofit.codegen.cpp.emit import Emitter, Leaves
from pyneuronautofit.codegen.equations.names import STATE_TIME, VOLTAGE
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import FUNCTIONS


def test_what_does_not_vary_is_computed_before():
    graph = new_graph()
    p, q = (graph.input(PLACES[name]) for name in FIXED)
    v = graph.input(VOLTAGE)
    leaves = Leaves()
    emitter = Emitter(graph, {v: "v"}, leaves)
    root = graph.combine(1.0, [(2.0, graph.call("exp", p)), (3.0, graph.multiply(p, q, v))])
    assert emitter.write([root]) == ["t0"]
    assert emitter.lines == ["const V t0 = par[0] + par[1] * v;"]
    values = {PLACES["p"]: 0.5, PLACES["q"]: 3.0}
    np.testing.assert_allclose(evaluate(leaves.nodes, values), [1.0 + 2.0 * np.exp(0.5), 4.5])


def test_a_decision_that_does_not_vary_is_kept_as_one_or_zero():
    graph = new_graph()
    p, q = (graph.input(PLACES[name]) for name in FIXED)
    v = graph.input(VOLTAGE)
    leaves = Leaves()
    t = graph.input(STATE_TIME)
    emitter = Emitter(graph, {v: "v", t: "t"}, leaves)
    assert emitter.write([graph.select(graph.compare("<", p, q), v, t)]) == ["t0"]
    assert emitter.lines == ["const V t0 = select(M(par[0] != real(0.0)), v, t);"]
    for smaller, wanted in ((0.5, 1.0), (3.5, 0.0)):
        assert evaluate(leaves.nodes, {PLACES["p"]: smaller, PLACES["q"]: 3.0}) == [wanted]


def test_a_deep_expression_needs_no_deep_stack():
    graph = new_graph()
    node = v = graph.input(VOLTAGE)
    for _ in range(5000):
        node = graph.call("sin", graph.combine(0.5, [(1.0, node)]))
    emitter = Emitter(graph, {v: "v"}, None)
    emitter.write([node])
    assert len(emitter.lines) == 10_000
    # Every name is defined once, before it is used.
    names = [line.split()[2] for line in emitter.lines]
    assert len(set(names)) == len(names)


def test_numbers_that_cannot_be_written_as_such():
    graph = new_graph()
    emitter = Emitter(graph, {}, None)
    texts = emitter.write([graph.const(c) for c in (np.nan, np.inf, -np.inf, 1e-300)])
    assert texts == ["real(NAN)", "real(INFINITY)", "real(-INFINITY)", "real(1e-300)"]


@pytest.fixture(scope="module")
def functions(cache):
    """All functions of the graph, one output each, for numbers between 0 and 1."""
    graph = Graph(lambda _name: True)
    x, y = graph.input(VOLTAGE), graph.input(STATE_TIME)
    two = {"atan2", "fmod", "fmin", "fmax"}
    nodes = [graph.call(name, *((x, y) if name in two else (x,))) for name in sorted(FUNCTIONS)]
    less = graph.compare("<", x, y)
    nodes += [graph.as_number(graph.opposite(less)), graph.power(x, y)]
    nodes += [graph.as_number(graph.compare(op, x, y)) for op in ("<=", ">=", "==", "!=", ">")]
    both = graph.both(less, graph.compare(">", x, graph.const(0.3)))
    nodes += [graph.as_number(both), graph.as_number(graph.either(both, graph.compare("==", x, y)))]
    emitter = Emitter(graph, {x: "x", y: "y"}, None)
    names = emitter.write(nodes)
    source = "\n".join(
        [
            '#include "lanes.hpp"',
            "using namespace lanes;",
            'extern "C" int lane_count() { return W; }',
            'extern "C" void run(const real *at, const real *other, real *out) {',
            "const V x = load(at), y = load(other);",
            *emitter.lines,
            *(f"store(out + {k} * W, {name});" for k, name in enumerate(names)),
            "}",
        ]
    )
    return ctypes.CDLL(str(compile_kernel(source, precision="double"))), nodes


def test_all_functions_have_the_same_meaning_in_compiled_code(functions):
    library, nodes = functions
    width = library.lane_count()
    rng = np.random.default_rng(1)
    raw = np.zeros((len(nodes) + 10) * width + 8)
    start = (-raw.ctypes.data % 64) // 8
    x, y = (raw[start + k * width : start + (k + 1) * width] for k in range(2))
    out = raw[start + 2 * width :][: len(nodes) * width].reshape(-1, width)
    x[:], y[:] = rng.uniform(0.05, 0.95, (2, width))
    y[0] = x[0]
    library.run(*(ctypes.c_void_p(a.ctypes.data) for a in (x, y, out)))
    wanted = evaluate(nodes, {VOLTAGE: x.copy(), STATE_TIME: y.copy()})
    np.testing.assert_allclose(out, wanted, rtol=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.lists(trees(8), min_size=1, max_size=3))
def test_every_name_is_defined_once_and_before_its_use(roots):
    graph = new_graph()
    names = {graph.input((name,)): graph.input(place) for name, place in PLACES.items()}
    nodes = graph.replace([build(graph, tree) for tree in roots], names)
    written = {graph.input(place): name for name, place in PLACES.items()}
    emitter = Emitter(graph, written, Leaves())
    emitter.write([graph.as_number(node) for node in nodes])
    defined = set()
    for line in emitter.lines:
        name, _, text = line.removesuffix(";").partition(" = ")
        words = set(text.replace("(", " ").replace(")", " ").replace(",", " ").split())
        used = {word.lstrip("-~") for word in words if re.fullmatch(r"[-~]?t\d+", word)}
        assert used <= defined
        name = name.split()[-1]
        assert name not in defined
        defined.add(name)
