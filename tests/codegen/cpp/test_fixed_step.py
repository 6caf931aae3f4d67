"""The code of a node for the fixed step: the same expressions as a tree, as nodes, compiled."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from codegen.cpp.compiled import PLACES, TYPES, VARIABLES, Compiled, new_graph, some_trees
from codegen.trees import FIXED, assert_same
from pyneuronautofit.codegen.compile import compile_kernel
from pyneuronautofit.codegen.cpp.fixed_step import (
    generate_kind,
    generate_probe_source,
    generate_source,
    rewritten,
)
from pyneuronautofit.codegen.equations.names import VOLTAGE, WEIGHT
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.schemes.fixed_step import NodeProgram


@pytest.fixture(params=list(TYPES), scope="module")
def compiled(request, cache):
    return Compiled(request.param)


def test_compiled_code_has_the_values_of_the_trees(compiled):
    _first, after, _out, points = compiled.run(before=0.0)
    for found, tree in zip(after[1:], some_trees(), strict=True):
        if compiled.dtype is np.float64:
            assert_same(found, tree, points)
        else:
            assert_same(found.astype(float), tree, points, factor=300.0, epsilon=compiled.epsilon)


def test_compiled_code_has_the_values_of_the_nodes(compiled):
    """To the last digits but three, where no sum cancels."""
    _first, after, _out, points = compiled.run(before=0.0)
    inputs = {place: points[name] for name, place in PLACES.items()}
    wanted = evaluate(compiled.nodes, inputs)
    close = 0
    for found, node in zip(after[1:], wanted, strict=True):
        value = np.broadcast_to(node, found.shape)
        plain = np.isfinite(value) & (np.abs(value) < 1e30) & (np.abs(value) > 1e-30)
        off = np.abs(found[plain] - value[plain]) / np.abs(value[plain])
        close += bool(np.all(off < 5e3 * compiled.epsilon))
    assert close > 0.95 * len(wanted)


def test_changes_are_added_to_what_was_there(compiled):
    _first, still, _out, _points = compiled.run(before=0.0)
    _first, after, _out, _points = compiled.run(before=0.25)
    for k, (found, change) in enumerate(zip(after[1:], still[1:])):
        wanted = change + compiled.dtype(0.25 if k % 2 else 0.0)
        np.testing.assert_allclose(found, wanted, rtol=8 * compiled.epsilon)


def test_the_beginning_is_computed_from_what_was_read(compiled):
    first, _after, out, points = compiled.run(before=0.0)
    np.testing.assert_allclose(first[0], points["x"], rtol=0.0)
    for k, found in enumerate(first[1:]):
        np.testing.assert_allclose(found, points["p"] + points["q"] + k, rtol=8 * compiled.epsilon)
    np.testing.assert_array_equal(out, [points["x"], np.full(compiled.n_lane, 0.5)])


def test_only_what_is_used_is_asked_for():
    graph = new_graph()
    p, q = (graph.input(PLACES[name]) for name in FIXED)
    v = graph.input(VOLTAGE)
    unused = graph.multiply(q, graph.const(0.0))
    program = NodeProgram(
        graph, VARIABLES, (), (v, p), (graph.multiply(v, p), graph.add(p, unused))
    )
    assert generate_kind("Kind0", program, single=False).variables == (VARIABLES[PLACES["p"]],)


def test_single_precision_keeps_what_a_sum_of_changes_has_lost():
    graph = new_graph()
    v, kept = graph.input(VOLTAGE), graph.input(PLACES["z"])
    program = NodeProgram(graph, {}, (PLACES["z"],), (v, v, v), (graph.add(kept, v), v, v))
    single = generate_kind("Kind0", program, single=True).source
    assert "n_state = 2;" in single
    assert "const V c0 = v + st[1];" in single
    assert "st[1] = c0 - (s0 - st[0]);" in single
    assert "n_state = 1;" in generate_kind("Kind0", program, single=False).source


SUMS = """
extern "C" {
void repeat(const real *given, const long n, double *out) {
    const V raw[2] = {lanes::broadcast(given[0]), lanes::broadcast(given[1])};
    V par[Kind0::n_par + 1], st[Kind0::n_state + 1], current, slope, dt = lanes::broadcast(real(1));
    for (V &each : st) each = lanes::broadcast(real(0.5));
    Kind0::prepare(raw, par, dt);
    Kind0::first(raw, st, dt, dt, dt, current, slope);
    for (long k = 0; k < n; k++) Kind0::step(par, st, dt, dt, dt, current, slope);
    *out = double(st[0][0]);
}
}
"""


def test_a_million_small_changes_are_not_lost_in_single_precision(cache):
    """A ten-millionth at a time vanishes beside 1: what is lost is kept for the next change."""
    graph = new_graph()
    change, start = (graph.input(PLACES[name]) for name in FIXED)
    kept, v = graph.input(PLACES["z"]), graph.input(VOLTAGE)
    program = NodeProgram(
        graph, VARIABLES, (PLACES["z"],), (start, v, v), (graph.add(kept, change), v, v)
    )
    kind = generate_kind("Kind0", program, single=True)
    assert [variable.name for variable in kind.variables] == list(FIXED)
    source = generate_source([kind.source]) + SUMS
    library = ctypes.CDLL(str(compile_kernel(source, precision="single")))
    given, found = np.array([1e-8, 1.0], np.float32), ctypes.c_double()
    assert given[1] + given[0] == given[1]
    library.repeat(ctypes.c_void_p(given.ctypes.data), ctypes.c_long(10**6), ctypes.byref(found))
    assert found.value == pytest.approx(1.0 + 10**6 * float(given[0]), rel=1e-7)


def test_single_precision_takes_nothing_from_an_exponential_near_one():
    graph = new_graph()
    small = graph.call("exp", graph.input(VOLTAGE))
    roots = [graph.combine(-1.0, [(1.0, small)])]
    assert rewritten(graph, roots, False) == roots
    assert rewritten(graph, roots, True) == [graph.call("expm1", graph.input(VOLTAGE))]


def test_what_is_written_is_computed_from_what_was_there():
    """Two states that change places."""
    graph = new_graph()
    v = graph.input(VOLTAGE)
    names = (("mechanism", "made", "kept"), ("mechanism", "made", "out0"))
    one, other = (graph.input(name) for name in names)
    program = NodeProgram(graph, {}, names, (v, v, v, v), (other, one, v, v), own=(True, False))
    kind = generate_kind("Kind0", program, single=False)
    step = kind.source[kind.source.index("static void step") :]
    assert step.index("const V s0 = st[1];") < step.index("const V s1 = st[0];")
    assert step.index("const V s1 = st[0];") < step.index("st[0] = s0;") < step.index("st[1] = s1;")
    assert kind.states == ((names[0], True), (names[1], False))


def test_only_a_kind_that_takes_events_has_a_function_for_them():
    graph = Graph(lambda _name: True)
    v, kept = graph.input(VOLTAGE), graph.input(PLACES["z"])
    step = (graph.multiply(kept, v), v, v)
    event = (graph.add(kept, graph.input(WEIGHT)), v, v)
    without = NodeProgram(graph, {}, (PLACES["z"],), (v, v, v), step)
    with_ = NodeProgram(graph, {}, (PLACES["z"],), (v, v, v), step, event)
    assert "receive" not in generate_kind("Kind0", without, single=True).source
    source = generate_kind("Kind0", with_, single=True).source
    received = source[source.index("static void receive") :]
    assert "const V e0 = st[0] + weight;" in received
    # An event is rare: nothing is kept of what its sum has lost.
    assert "n_state = 1;" in source


def test_a_source_names_its_runtime_and_all_kinds():
    plain, probe = (make(["A", "B"]) for make in (generate_source, generate_probe_source))
    assert '#include "driver.hpp"' in plain
    assert plain.endswith("\nA\nB\n\n}  // namespace\n\nKERNEL_LIBRARY(Kind0, Kind1)\n")
    assert '#include "advance.hpp"' in probe
    assert probe.endswith("\nPROBE_LIBRARY(Kind0, Kind1)\n")
