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


POOL = """
NEURON {{ SUFFIX pool USEION ca READ ica, cai WRITE cai }}
ASSIGNED {{ ica v dt x }}
STATE {{ cai }}
BREAKPOINT {{ SOLVE p  {current} }}
PROCEDURE p() {{ {step} }}
"""
CHANNEL = """
NEURON {{ SUFFIX channel USEION ca READ cai WRITE ica RANGE x }}
ASSIGNED {{ v ica cai x }}
BREAKPOINT {{ {current} }}
"""


@pytest.mark.parametrize(
    ("step", "current", "after", "total"),
    [
        # Whatever the form of the expressions: sums of sums, products of sums.
        ("cai = cai + 0.1 * (0.5 - cai)", "ica = cai * v", 0.23, -2.0),
        ("cai = cai + 0.1 * (0.5 - cai)", "ica = 3 * cai + 2 * v", 0.23, -19.4),
        ("cai = cai + dt * (0.5 - cai)", "ica = cai * cai * v", 0.26, -0.4),
        # What the currents make from it, a block takes up again.
        ("cai = cai + dt * (-ica - cai)", "ica = cai * v", 0.2 + 0.2 * (2.0 - 0.2), -2.0),
        ("cai = cai + dt * (-ica - cai)", "ica = 2 * cai", 0.2 + 0.2 * (-0.4 - 0.2), 0.4),
        # What is changed once more where currents are taken is what the block has left of it.
        ("cai = 0.5 * cai + 0.1", "x = cai + 1  ica = x * v", 0.2, -12.0),
    ],
)
def test_currents_take_what_is_kept_and_not_what_comes_next(tmp_path, step, current, after, total):
    texts = (POOL.format(step=step, current=""), CHANNEL.format(current=current))
    known = {m.suffix: m for m in (read(tmp_path, text, head="") for text in texts)}
    found = build_equations(NodeKind(tuple(known), (CA,)), known, single=False)
    (name,) = found.updates
    assert name == ("ion", "ca", "cai")
    assert own_inputs(found.current) <= {name, VOLTAGE}
    at = {name: 0.2, VOLTAGE: -10.0, STEP: 0.2}
    assert evaluate([found.updates[name], found.current], at) == pytest.approx([after, total])


def test_a_memory_of_the_currents_is_kept(tmp_path):
    text = CHANNEL.format(current="IF (x > 3) { x = -8 }  ica = 3 * x")
    known = {"channel": read(tmp_path, text, head="")}
    found = build_equations(NodeKind(("channel",), (CA,)), known, single=False)
    assert set(found.updates) == {state("channel", "x")}
    at = {state("channel", "x"): 4.0, VOLTAGE: -10.0}
    assert evaluate([found.updates[state("channel", "x")]], at) == [-8.0]
