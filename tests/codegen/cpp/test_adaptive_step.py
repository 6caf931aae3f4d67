"""The code of a node for adaptive steps: compiled, it has the values of the expressions."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from codegen.schemes.stepped import Stepped, mod
from pyneuronautofit.codegen.compile import compile_kernel
from pyneuronautofit.codegen.cpp.adaptive_step import (
    generate_adaptive_kind,
    generate_adaptive_source,
)
from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, STEP, VOLTAGE
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.schemes.adaptive_step import EARLY, LATE, MIDDLE, RATE, SHARE

# A gate, one whose rates are powers of the first one's, a pool, a pair of states, and a decision.
TEXT = mod(
    "SOLVE d METHOD cnexp  SOLVE k METHOD sparse",
    states="m n ca o c",
    more="""
    PARAMETER { half = -40 }
    DERIVATIVE d {
        m' = (1 / (1 + exp(-(v - half) / 20)) - m) / (2 + exp(v / 40))
        n' = (1 / (1 + exp(-(v - half) / 4)) - n) / 3
        IF (v > -55) { ca' = 0.4 * m * n - (ca - 0.1) / 5 } ELSE { ca' = -ca }
    }
    KINETIC k { ~ c <-> o (0.4 * exp((v + 60) / 20), 0.3) }
    """,
)
TYPES = {"double": np.float64, "single": np.float32}
CALLS = """
extern "C" {
int lane_count() { return lanes::W; }
void run(const real *given, const real *where, const real *state, const real *before, real *out) {
    V raw[Kind0::n_raw + 1], par[Kind0::n_par + 1], com[Kind0::n_com + 1];
    V st[Kind0::n_state + 1], past[Kind0::n_past + 1];
    V end[Kind0::n_state + 1], now[Kind0::n_past + 1], w[8], results[6];
    for (int k = 0; k < Kind0::n_raw; k++) raw[k] = lanes::load(given + k * lanes::W);
    for (int k = 0; k < 8; k++) w[k] = lanes::load(where + k * lanes::W);
    for (int k = 0; k < Kind0::n_past; k++) past[k] = lanes::load(before + k * lanes::W);
    Kind0::first(raw, st);
    for (int k = 0; k < Kind0::n_state; k++) lanes::store(out + k * lanes::W, st[k]);
    out += Kind0::n_state * lanes::W;
    for (int k = 0; k < Kind0::n_state; k++) st[k] = lanes::load(state + k * lanes::W);
    Kind0::prepare(raw, par, com);
    const adaptive::Point at{w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]};
    V current, slope, following;
    Kind0::advance(par, com, st, past, at, end, now, current, slope, following);
    for (int k = 0; k < Kind0::n_state; k++, out += lanes::W) lanes::store(out, end[k]);
    for (int k = 0; k < Kind0::n_past; k++, out += lanes::W) lanes::store(out, now[k]);
    for (V each : {current, slope, following}) lanes::store(out, each), out += lanes::W;
    Kind0::membrane(par, com, st, w[0], w[4], results[0], results[1]);
    for (int k = 0; k < 2; k++) lanes::store(out + k * lanes::W, results[k]);
}
}
"""


class Compiled:
    """The code of the node above, and what it gives for random numbers."""

    def __init__(self, precision, folder):
        self.single = precision == "single"
        self.program = Stepped(folder, TEXT).program
        self.kind = generate_adaptive_kind("Kind0", self.program, single=self.single)
        source = generate_adaptive_source([self.kind.source])
        source = source[: source.index("ADAPTIVE_LIBRARY")] + CALLS
        self._library = ctypes.CDLL(str(compile_kernel(source, precision=precision)))
        self._dtype = TYPES[precision]
        self.n_lane = self._library.lane_count()

    def _aligned(self, array):
        raw = np.zeros(array.size * 8 + 128, np.uint8)
        start = -raw.ctypes.data % 64
        size = array.size * np.dtype(self._dtype).itemsize
        made = raw[start : start + size].view(self._dtype).reshape(array.shape)
        made[...] = array
        return made

    def run(self, given, where, state, before):
        """Return what the code gives, row by row."""
        n_state, n_past = len(self.program.states), len(self.program.past)
        out = self._aligned(np.zeros((2 * n_state + n_past + 5, self.n_lane)))
        arrays = [self._aligned(a) for a in (given, where, state, before)]
        self._library.run(*(ctypes.c_void_p(a.ctypes.data) for a in (*arrays, out)))
        first, rest = np.split(out.astype(float), [n_state])
        advanced, membrane = np.split(rest, [-2])
        return first, advanced, membrane


@pytest.fixture(scope="module", params=list(TYPES))
def compiled(request, cache, tmp_path_factory):
    return Compiled(request.param, tmp_path_factory.mktemp("mods"))


def test_compiled_code_has_the_values_of_the_expressions(compiled):
    rng, n, program = np.random.default_rng(4), compiled.n_lane, compiled.program
    v = rng.uniform(-90.0, 20.0, (4, n))
    h = rng.uniform(0.02, 2.0, n)
    where = np.stack([*v, rng.uniform(0.0, 9.0, n), h, 2.0 / h, rng.uniform(0.0, 0.7, n)])
    where, state, before = (
        a.astype(np.float32).astype(float)
        for a in (
            where,
            rng.uniform(0.1, 0.9, (len(program.states), n)),
            rng.uniform(0.1, 0.9, (len(program.past), n)),
        )
    )
    names = {"half": -40.0} | {name[-1]: 0.25 + k for k, name in enumerate(program.states)}
    given = np.array([[names[variable.name]] * n for variable in compiled.kind.variables])
    known = dict(zip((VOLTAGE, EARLY, MIDDLE, LATE, CURRENT_TIME, STEP, RATE, SHARE), where))
    known[STATE_TIME] = known[CURRENT_TIME]
    known |= {name: names[variable.name] for name, variable in program.variables.items()}
    known |= dict(zip(program.states, state))
    known |= {("past", *name): row for name, row in zip(program.past, before)}
    first, advanced, membrane = compiled.run(given, where, state, before)

    def close(found, nodes):
        wanted = np.array([np.broadcast_to(x, n) for x in evaluate(nodes, known)])
        # quick.hpp has eight digits; powers of exponentials cost single precision some.
        bound = 1e-4 if compiled.single else 1e-7
        np.testing.assert_allclose(found, wanted, rtol=bound, atol=bound)

    close(first, program.first)
    close(advanced, [*program.advance, program.following])
    close(membrane, program.membrane)
    assert np.abs(advanced[-1]).min() > 0.0


def test_of_exponentials_that_are_powers_of_each_other_one_is_computed(tmp_path):
    """In single precision only those that are flat enough for the range of its exponential."""

    def count(text, *, single):
        program = Stepped(tmp_path, text).program
        source = generate_adaptive_kind("Kind0", program, single=single).source
        return source.count("quick::exp(")  # those of every step

    # 1/20, 1/40 and 1/4 per mV: the flattest is the base in both.
    assert count(TEXT, single=True) == count(TEXT, single=False)
    steep = TEXT.replace("/ 20)", "/ 4)").replace("v / 40", "v / 2").replace("/ 4) - n", "/ 2) - n")
    assert count(steep, single=True) > count(steep, single=False)


def test_a_source_names_its_runtime_and_all_kinds():
    source = generate_adaptive_source(["A", "B"])
    assert '#include "adaptive/adaptive.hpp"\n#include "quick.hpp"' in source
    assert source.endswith("\nA\nB\n\n}  // namespace\n\nADAPTIVE_LIBRARY(Kind0, Kind1)\n")


def test_what_is_asked_for_is_what_is_used(tmp_path):
    program = Stepped(tmp_path, TEXT).program
    kind = generate_adaptive_kind("Kind0", program, single=False)
    assert sorted(variable.name for variable in kind.variables) == [
        "c",
        "ca",
        "half",
        "m",
        "n",
        "o",
    ]
    assert "n_state = 5;" in kind.source
    # What is computed in every step is quick, what is computed once is exact.
    once, always = kind.source.split("static void advance", 1)
    assert "lanes::exp(" not in always
    assert "quick::exp(" in always
    assert "quick::" not in once
    # The pool and the pair have no target that depends on the voltage alone.
    assert "n_past = 2;" in kind.source
