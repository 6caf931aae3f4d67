"""The differential equations of a segment."""

from __future__ import annotations

import pytest

from codegen.written import read
from pyneuronautofit.codegen.equations.names import STEP, VOLTAGE
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.node import inputs_of
from pyneuronautofit.codegen.kinds import IonUse, NodeKind
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
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


def test_a_concentration_that_a_procedure_makes_is_that_of_the_ion(tmp_path):
    pool = """
    NEURON { SUFFIX pool USEION ca READ ica, cai WRITE cai }
    ASSIGNED { ica v }
    STATE { cai }
    BREAKPOINT { SOLVE p }
    PROCEDURE p() { cai = cai + 0.1 * (v / 100 - cai) }
    """
    channel = """
    NEURON { SUFFIX channel USEION ca READ cai WRITE ica }
    ASSIGNED { v ica cai }
    BREAKPOINT { ica = cai * v }
    """
    known = {m.suffix: m for m in (read(tmp_path, text, head="") for text in (pool, channel))}
    found = build_equations(NodeKind(tuple(known), (CA,)), known, single=False)
    (name,) = found.updates
    assert name == ("ion", "ca", "cai")
    assert own_inputs(found.current) == {name, VOLTAGE}
    at = {name: 0.2, VOLTAGE: -10.0}
    assert evaluate([found.updates[name], found.current], at) == pytest.approx([0.17, -2.0])
