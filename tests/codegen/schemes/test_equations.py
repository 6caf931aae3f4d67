"""The differential equations of a segment, and the formulas of an adaptive step."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, STEP, VOLTAGE
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.node import inputs_of
from pyneuronautofit.codegen.kinds import IonUse, NodeKind
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
from pyneuronautofit.codegen.schemes.adaptive_step import (
    EARLY,
    LATE,
    MIDDLE,
    RATE,
    SHARE,
    build_adaptive,
)
from pyneuronautofit.codegen.schemes.equations import build_equations
from simulators.mechanism_cells import MODS

CA = IonUse("ca", 2.0, 3, 1, 2, 1, 1)
K = IonUse("k", 1.0, 0, 0, 1, 0, 0)
NA = IonUse("na", 1.0, 0, 0, 1, 0, 0)


def equations(*suffixes, ions=()):
    known = {m.suffix: m for m in map(read_mechanism, sorted(MODS.glob("*.mod")))}
    return build_equations(NodeKind(suffixes, tuple(ions)), known, single=False)


def state(suffix, key):
    return ("mechanism", suffix, key)


def own_inputs(node):
    return {name for name in inputs_of([node]) if name[0] != "read"}


def test_gates_depend_on_themselves_and_the_voltage():
    found = equations("tkm", ions=[K])
    (name,) = found.rates
    assert own_inputs(found.rates[name]) == {name, VOLTAGE}
    assert own_inputs(found.current) == {name, VOLTAGE}
    assert not found.updates


def test_a_pool_takes_up_the_current_of_all_channels_of_its_ion():
    found = equations("tcad", "tcahva", ions=[CA])
    (pool,) = (name for name in found.rates if name[0] == "ion")
    gates = {name for name in found.rates if name[1] == "tcahva"}
    assert gates
    assert own_inputs(found.rates[pool]) == {pool, VOLTAGE, *gates}


def test_what_a_procedure_makes_from_itself_is_kept():
    found = equations("tkdr", ions=[K])
    assert not found.rates
    assert state("tkdr", "n") in found.updates
    for name, node in found.updates.items():
        assert own_inputs(node) == {name, VOLTAGE, STEP}
        assert name in own_inputs(found.current)


def advanced(found, values, h, v=-60.0, middle=-50.0, late=-45.0, share=0.0, past=0.0):
    """Return the states at the end of a step."""
    program = build_adaptive(found)
    given = {
        VOLTAGE: v, EARLY: v, MIDDLE: middle, LATE: late, STEP: h, RATE: 2.0 / h, SHARE: share,
        CURRENT_TIME: 0.0, STATE_TIME: 0.0,
        **dict.fromkeys(program.variables, 1.0),
        **{("past", *name): past for name in program.past},
        **values,
    }  # fmt: skip
    results = evaluate(program.advance, given)
    return dict(zip(program.states, results)), given


def test_a_gate_relaxes_exactly_at_constant_voltage():
    found = equations("tkm", ions=[K])
    (name,) = found.rates
    h = 0.7

    def rate(x, given):
        (value,) = evaluate([found.rates[name]], {**given, VOLTAGE: -50.0, name: x})
        return value

    end, given = advanced(found, {name: 0.2}, h)
    at_0, at_1 = rate(0.0, given), rate(1.0, given)
    target, r = at_0 / (at_0 - at_1), at_0 - at_1
    assert end[name] == pytest.approx(target + (0.2 - target) * np.exp(-h * r), rel=1e-12)


def schemes(suffix, ion):
    found = equations(suffix, ions=[ion])
    ((weights, total),) = found.laws
    return found, weights, total


@pytest.mark.parametrize(("suffix", "ion"), [("tna8", NA), ("tk3", K)])
def test_coupled_states_keep_their_sum(suffix, ion):
    found, weights, total = schemes(suffix, ion)
    end, given = advanced(found, {name: 1.0 / len(weights) for name in weights}, 0.5)
    (expected,) = evaluate([total], given)
    assert sum(w * end[name] for name, w in weights.items()) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("suffix", "ion"), [("tk3", K)])
def test_coupled_states_are_of_second_order(suffix, ion):
    found, weights, _total = schemes(suffix, ion)
    start = {name: 1.0 / len(weights) for name in weights}

    def end(n):
        values = start
        for _step in range(n):
            values, _given = advanced(found, values, 4.0 / n, v=-50.0, late=-50.0)
        return np.array([values[name] for name in weights])

    exact = end(256)
    coarse, fine = (np.abs(end(n) - exact).max() for n in (8, 16))
    assert coarse > 1e-7
    assert fine < coarse / 3.0
