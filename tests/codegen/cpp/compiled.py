"""Expressions as a kind of node, as compiled code for lanes."""

from __future__ import annotations

import ctypes
import functools

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from codegen.trees import FIXED, build, trees
from pyneuronautofit.codegen.compile import compile_kernel
from pyneuronautofit.codegen.cpp.fixed_step import generate_kind, generate_source
from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, STEP, VOLTAGE
from pyneuronautofit.codegen.ir.graph import Graph
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
