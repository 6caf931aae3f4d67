"""The same expressions as a tree, as nodes, and as compiled code for lanes."""

from __future__ import annotations

import ctypes
import functools
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from codegen.trees import FIXED, assert_same, build, trees
from pyneuronautofit.codegen.compile import compile_kernel
from pyneuronautofit.codegen.cpp.emit import Emitter, Leaves
from pyneuronautofit.codegen.cpp.fixed_step import generate_kind, generate_source
from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, STEP, VOLTAGE
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import FUNCTIONS
from pyneuronautofit.codegen.kinds import NodeVariable
from pyneuronautofit.codegen.schemes.fixed_step import NodeProgram

N_TREE = 150
N_LANE_MOST = 16
# The names that trees know -> what they are in a node's program.
PLACES = {
    "x": VOLTAGE,
    "y": STATE_TIME,
    "z": ("mechanism", "made", "kept"),
    "p": ("read", "mechanism", "made", "p", ""),
    "q": ("read", "mechanism", "made", "q", ""),
}
VARIABLES = {PLACES[name]: NodeVariable("mechanism", "made", name, None) for name in FIXED}
# Values that single precision has exactly.
POINTS = {
    name: values.astype(np.float32).astype(float)
    for name, values in zip(PLACES, np.random.default_rng(8).uniform(0.5, 2.0, (5, N_LANE_MOST)))
}
TYPES = {"double": np.float64, "single": np.float32}
CALLS = """
extern "C" {
int lane_count() { return lanes::W; }
void run(const real *raw, const real *state, const real *v, const real *t, real *par, real *st,
         real *out) {
    V given[Kind0::n_raw + 1], prepared[Kind0::n_par + 1], kept[Kind0::n_state + 1];
    for (int k = 0; k < Kind0::n_raw; k++) given[k] = lanes::load(raw + k * lanes::W);
    V current, slope, dt = lanes::broadcast(real(0.5));
    Kind0::first(given, kept, lanes::load(v), lanes::load(t), dt, current, slope);
    for (int k = 0; k < Kind0::n_state; k++) lanes::store(par + k * lanes::W, kept[k]);
    Kind0::prepare(given, prepared, dt);
    for (int k = 0; k < Kind0::n_state; k++) kept[k] = lanes::load(state + k * lanes::W);
    Kind0::step(prepared, kept, lanes::load(v), lanes::load(t), lanes::load(t), current, slope);
    for (int k = 0; k < Kind0::n_state; k++) lanes::store(st + k * lanes::W, kept[k]);
    lanes::store(out, current);
    lanes::store(out + lanes::W, slope);
}
}
"""


@functools.cache
def some_trees():
    """Return the trees of one translation unit, the same ones every time."""
    found = []

    @settings(
        max_examples=N_TREE,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(trees())
    def collect(tree):
        found.append(tree)

    collect()
    return tuple(dict.fromkeys(found))


def new_graph():
    varying = {VOLTAGE, STATE_TIME, CURRENT_TIME, PLACES["z"]}
    return Graph(lambda name: name in varying or name[-1].startswith("out"))


def made_program():
    """Return a program whose states after a step are the trees, and the nodes of the trees.

    Every other state is given by its change, as single precision keeps those of slow gates.
    """
    graph = new_graph()
    names = {graph.input((name,)): graph.input(place) for name, place in PLACES.items()}
    nodes = graph.replace([build(graph, tree) for tree in some_trees()], names)
    states = [PLACES["z"], *(("mechanism", "made", f"out{k}") for k in range(len(nodes)))]
    before = [graph.input(name) for name in states]
    after = [
        graph.add(s, node) if k % 2 else node for k, (s, node) in enumerate(zip(before[1:], nodes))
    ]
    fixed = [graph.input(PLACES[name]) for name in FIXED]
    first = (
        graph.input(VOLTAGE),
        *(graph.add(fixed[0], fixed[1], graph.const(k)) for k in range(len(nodes))),
    )
    program = NodeProgram(
        graph,
        VARIABLES,
        tuple(states),
        (*first, graph.multiply(*fixed), graph.input(CURRENT_TIME)),
        (before[0], *after, graph.input(VOLTAGE), graph.input(STEP)),
    )
    return program, nodes


class Compiled:
    """A kind's functions, called with arrays."""

    def __init__(self, precision):
        program, self.nodes = made_program()
        kind = generate_kind("Kind0", program, single=precision == "single")
        source = generate_source([kind.source]) + CALLS
        self.library = ctypes.CDLL(str(compile_kernel(source, precision=precision)))
        self.variables = kind.variables
        self.dtype = TYPES[precision]
        self.n_state = len(program.states)
        self.n_lane = self.library.lane_count()
        self.epsilon = float(np.finfo(self.dtype).eps)

    def aligned(self, rows):
        raw = np.zeros((len(rows) + 2) * self.n_lane * 8 + 64, np.uint8)
        start = -raw.ctypes.data % 64
        size = max(len(rows), 1) * self.n_lane
        array = raw[start:].view(np.uint8)[: size * np.dtype(self.dtype).itemsize].view(self.dtype)
        array = array.reshape(-1, self.n_lane)
        for place, row in enumerate(rows):
            array[place] = row
        return array

    def run(self, before):
        """Return the states that `first` gives, those after a step, current and slope."""
        points = {name: values[: self.n_lane] for name, values in POINTS.items()}
        given = self.aligned([points[variable.name] for variable in self.variables])
        # Single precision keeps what the sums of changes have lost, too.
        kept = self.aligned(
            [points["z"], *([before] * (self.n_state - 1)), *([0.0] * self.n_state)]
        )
        v, t = self.aligned([points["x"]]), self.aligned([points["y"]])
        first, after = (self.aligned([0.0] * (2 * self.n_state)) for _ in range(2))
        out = self.aligned([0.0, 0.0])
        pointers = (
            a.ctypes.data_as(ctypes.c_void_p) for a in (given, kept, v, t, first, after, out)
        )
        self.library.run(*pointers)
        return first[: self.n_state], after[: self.n_state], out, points


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
