"""What happens in a segment during a step, against the same in numpy."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources

import numpy as np
import pytest

from codegen.as_written import step_of
from codegen.written import read
from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, STEP, VOLTAGE
from pyneuronautofit.codegen.equations.physics import FARADAY, GAS_CONSTANT
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.node import inputs_of
from pyneuronautofit.codegen.ir.passes import share_exponentials
from pyneuronautofit.codegen.kinds import IonUse, NodeKind, NodeVariable
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
from pyneuronautofit.codegen.schemes.fixed_step import build_program
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.models import neuron_files, thalamocortical
from simulators.mechanism_cells import MODS

DT = 0.025


def ion(name, *, valence=1.0, eadvance=0):
    return IonUse(name, valence, 1, 0, 1, 0, eadvance)


class Segment:
    """The program of some mechanisms, run with numbers.

    `read` has what NEURON would be asked for: names as in `h`, or of mechanisms `suffix.name`.
    """

    def __init__(self, mechanisms, ions=(), *, single=False, **read):
        suffixes = tuple(m.suffix for m in mechanisms)
        kind = NodeKind(suffixes, tuple(ions))
        self.program = build_program(kind, {m.suffix: m for m in mechanisms}, single=single)
        self._read = read
        variables = self.program.variables
        roots = [*self.program.first, *self.program.step]
        # Without what nothing needs.
        self._known = {n: self._value(variables[n]) for n in inputs_of(roots) & set(variables)}
        self.wanted = {variables[name] for name in self._known}
        self._known |= {STEP: DT, CURRENT_TIME: 5.0, STATE_TIME: 5.0}

    def _value(self, variable):
        index = "" if variable.index is None else f"_{variable.index}"
        parts = [variable.mechanism] if variable.owner == "mechanism" else []
        return self._read["_".join([*parts, variable.name]) + index]

    def first(self, v):
        return self._named(evaluate(self.program.first, self._known | {VOLTAGE: v}))

    def step(self, states, v):
        before = dict(zip(self.program.states, states))
        return self._named(evaluate(self.program.step, self._known | before | {VOLTAGE: v}))

    def _named(self, values):
        *states, current, slope = values
        return states, current, slope


LEAK = """
NEURON { SUFFIX leak NONSPECIFIC_CURRENT i RANGE g, unused }
PARAMETER { g = 1 e = -65 unused = 3 }
ASSIGNED { v i }
BREAKPOINT { i = g * (v - e) }
"""
GATED = """
NEURON { SUFFIX gated USEION k READ ek WRITE ik RANGE gbar GLOBAL tadj }
PARAMETER { gbar = 1 vh = -40 }
ASSIGNED { v ek ik celsius tadj inf tau hidden }
STATE { m }
INITIAL { tadj = 3^((celsius - 24) / 10)  hidden = tadj * 2  rates(v)  m = inf }
BREAKPOINT { SOLVE states METHOD cnexp  ik = gbar * m * m * (v - ek) }
DERIVATIVE states { rates(v)  m' = (inf - m) / tau }
PROCEDURE rates(u) { inf = 1 / (1 + exp(-(u - vh) / 5))  tau = hidden + 1 }
"""


@pytest.fixture
def mechanism(tmp_path):
    return lambda text: read(tmp_path, text, head="")


def test_a_current_without_states(mechanism):
    segment = Segment([mechanism(LEAK)], leak_g=2e-3, e=-60.0)
    assert segment.program.states == ()
    # The slope of what is linear is no difference: it is exact.
    assert segment.step([], -50.0) == ([], pytest.approx(0.02), 2e-3)
    assert segment.first(-50.0) == ([], pytest.approx(0.02), 2e-3)
    assert segment.wanted == {
        NodeVariable("mechanism", "leak", "g", None),
        NodeVariable("global", "leak", "e", None),
    }


@pytest.mark.parametrize("single", [False, True])
def test_states_are_advanced_before_the_current_is_taken(mechanism, single):
    segment = Segment(
        [mechanism(GATED)],
        [ion("k")],
        single=single,
        gated_gbar=0.1,
        vh=-40.0,
        ek=-90.0,
        celsius=34.0,
        gated_m=0.25,
    )
    assert segment.program.states == (("mechanism", "gated", "m"),)
    # What NEURON does not show follows from INITIAL: hidden is 2 tadj.
    states, current, slope = segment.step([0.25], -30.0)
    inf, tau = 1.0 / (1.0 + np.exp(-2.0)), 1.0 + 2.0 * 3.0
    m = inf + (0.25 - inf) * np.exp(-DT / tau)
    np.testing.assert_allclose(states, [m], rtol=1e-12)
    assert current == pytest.approx(0.1 * m**2 * 60.0, rel=1e-12)
    # The states stand still while the slope is taken.
    assert slope == pytest.approx(0.1 * m**2, rel=1e-12)
    assert segment.first(-30.0)[0] == [0.25]
    assert segment.first(-30.0)[1] == pytest.approx(0.1 * 0.25**2 * 60.0)


def test_the_slope_of_a_curved_current_is_a_difference_in_double_precision(mechanism):
    curved = mechanism(LEAK.replace("g * (v - e)", "g * exp(v / 10)"))
    at, gap = -50.0, 1e-3
    values = [np.exp((at + moved) / 10.0) for moved in (gap, 0.0)]
    double = Segment([curved], leak_g=1.0).step([], at)[2]
    single = Segment([curved], leak_g=1.0, single=True).step([], at)[2]
    assert double == pytest.approx((values[0] - values[1]) / gap, rel=1e-10)
    assert single == pytest.approx(values[1] / 10.0, rel=1e-12)


POOL = """
NEURON { SUFFIX pool USEION ca READ ica, cai WRITE cai RANGE tau }
PARAMETER { tau = 10 }
ASSIGNED { ica }
STATE { cai }
BREAKPOINT { SOLVE d METHOD cnexp }
DERIVATIVE d { cai' = -ica - (cai - 1e-4) / tau }
"""
INFLOW = """
NEURON { SUFFIX inflow USEION ca READ eca WRITE ica RANGE g }
PARAMETER { g = 1 }
ASSIGNED { v ica eca }
BREAKPOINT { ica = g * (v - eca) }
"""


def test_mechanisms_share_ions(mechanism):
    inflow = mechanism(INFLOW)
    again = replace(inflow, suffix="again")
    ions = [ion("ca", valence=2.0, eadvance=1)]
    segment = Segment(
        [inflow, again, mechanism(POOL)],
        ions,
        inflow_g=1e-4,
        again_g=2e-4,
        pool_tau=10.0,
        pool_cai=1e-3,
        cai=1e-3,
        cao=2.0,
        ica=-0.01,
        celsius=30.0,
        eca=120.0,
    )
    names = {name[-1] for name in segment.program.states}
    assert names == {"cai", "ica"}
    before = [{"cai": 1e-3, "ica": -0.02}[name[-1]] for name in segment.program.states]
    states, current, _slope = segment.step(before, -40.0)
    # The pool takes the current of the step before; the potential follows from the new content.
    end = 1e-4 + 10.0 * 0.02
    cai = end + (1e-3 - end) * np.exp(-DT / 10.0)
    kt = 1e3 * GAS_CONSTANT * (273.15 + 30.0) / FARADAY
    total = 3e-4 * (-40.0 - kt / 2.0 * np.log(2.0 / cai))
    found = dict(zip((name[-1] for name in segment.program.states), states))
    assert found["cai"] == pytest.approx(cai, rel=1e-12)
    assert found["ica"] == pytest.approx(total, rel=1e-11)
    assert current == pytest.approx(total, rel=1e-11)


COUNTED = """
NEURON { SUFFIX counted NONSPECIFIC_CURRENT i RANGE g, step GLOBAL shared }
PARAMETER { g = 1 step = 2 }
ASSIGNED { v i memory shared }
LOCAL file
INITIAL { memory = 4 * step  file = 8 * shared }
BREAKPOINT { SOLVE count  i = g * memory + file + shared }
PROCEDURE count() { memory = memory + step * dt  IF (v > 0) { step = 3 } }
"""


def test_what_a_procedure_changes_is_kept(mechanism):
    segment = Segment([mechanism(COUNTED)], counted_g=2.0, counted_step=0.5, shared=0.25)
    places = {name[-1]: k for k, name in enumerate(segment.program.states)}
    assert set(places) == {"memory", "step"}
    states, current, slope = segment.first(-70.0)
    assert (states[places["memory"]], states[places["step"]]) == (2.0, 0.5)
    assert (current, slope) == (2.0 * 2.0 + 8.0 * 0.25 + 0.25, 0.0)
    # A parameter of each segment that is written is a variable.
    states, _current, _slope = segment.step(states, 10.0)
    assert (states[places["memory"]], states[places["step"]]) == (2.0 + 0.5 * DT, 3.0)


def test_what_tells_whether_a_cell_is_at_rest(mechanism):
    """Own states, and concentrations; not what is computed on the way."""
    pool, inflow = mechanism(POOL), mechanism(INFLOW)
    counted, gated = mechanism(COUNTED), mechanism(GATED)
    known = {m.suffix: m for m in (pool, inflow, counted, gated)}
    ions = (ion("ca", valence=2.0, eadvance=1), ion("k"))
    program = build_program(NodeKind(tuple(known), ions), known, single=False)
    own = {name[-1]: is_own for name, is_own in zip(program.states, program.own, strict=True)}
    assert own == {"cai": True, "m": True, "ica": False, "memory": False, "step": False}


INITIALS = """
NEURON {{ SUFFIX begins NONSPECIFIC_CURRENT i RANGE seen }}
PARAMETER {{ p = 1 }}
ASSIGNED {{ v i a b seen }}
INITIAL {{ {body} }}
BREAKPOINT {{ i = a + v }}
"""


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("a = 2 * p", 6.0),
        ("a = b  b = 5", 0.0),  # b was not set yet
        ("IF (p > 5) { a = 1 }", 0.0),
        ("IF (p < 5) { a = 1 }", 1.0),
        ("set(p)", 4.0),
        ("a = seen", 9.0),
        ("", 0.0),
    ],
)
def test_what_neuron_does_not_show_follows_from_initial(mechanism, body, wanted):
    text = INITIALS.format(body=body) + "PROCEDURE set(u) { a = u + 1 }\n"
    segment = Segment([mechanism(text)], p=3.0, begins_seen=9.0)
    assert segment.first(0.0)[1] == wanted
    assert segment.step([], 0.0)[1] == wanted


def test_a_value_of_before_initial_that_cannot_be_read_is_refused(mechanism):
    text = INITIALS.format(body="a = seen  seen = 5")
    with pytest.raises(UnsupportedModel, match=r"INITIAL .*needs what seen was before it"):
        Segment([mechanism(text)], p=3.0, begins_seen=9.0)


def test_times_are_those_of_the_step(mechanism):
    text = LEAK.replace(
        "BREAKPOINT { i = g * (v - e) }",
        """
        BREAKPOINT { SOLVE p  i = at + 100 * t }
        PROCEDURE p() { at = t }
        ASSIGNED { at }
    """,
    )
    segment = Segment([mechanism(text)])
    segment._known |= {STATE_TIME: 1.0, CURRENT_TIME: 1.5}
    assert segment.step([], 0.0)[1] == 151.0


FILES = [
    *sorted(MODS.glob("*.mod")),
    *sorted((resources.files(thalamocortical) / "mods").glob("*.mod")),
    *(neuron_files() / "share" / "modfile" / name for name in ("hh.mod", "passive.mod")),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rewriting_keeps_the_values_of_channels_far_out(path):
    """Where NEURON's own order of operations has a finite number, so has ours, and the same."""
    found = read_mechanism(path)
    voltage = np.arange(-500.0, 500.0, 0.77)
    plain = step_of(found, voltage)
    rewritten = step_of(found, voltage, rewrite=share_exponentials)
    assert set(plain) == set(rewritten)
    for name, values in rewritten.items():
        wanted = plain[name]
        sound = np.isfinite(wanted)
        size = np.abs(wanted[sound])
        # Differences over a thousandth of a millivolt have fewer digits.
        allowed = 1e-4 if name == "slope" else 1e-7
        assert np.all(np.abs(values - wanted)[sound] <= allowed * (size + 1e-6 * size.max()))


def test_initial_may_solve_in_a_decision(mechanism):
    text = INITIALS.format(body="o = 1  c = 0  IF (p < 5) { SOLVE k STEADYSTATE sparse }  a = o")
    text += "STATE { o c }\nKINETIC k { ~ c <-> o (1, 1)\n CONSERVE c + o = 1 }\n"
    assert Segment([mechanism(text)], p=3.0).first(0.0)[1] == pytest.approx(0.5, rel=1e-9)
    assert Segment([mechanism(text)], p=6.0).first(0.0)[1] == 1.0
