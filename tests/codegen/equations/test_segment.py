"""What the mechanisms of a segment do together, in numbers by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from codegen.written import read
from pyneuronautofit.codegen.equations.segment import (
    Segment,
    copied_from_ions,
    order_of_execution,
    ordered_mechanisms,
)
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.kinds import IonUse, NodeKind
from pyneuronautofit.errors import UnsupportedModel

LEAK = """
NEURON { SUFFIX leak NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 1 }
ASSIGNED { v i }
BREAKPOINT { i = g * (v + 70) }
"""
CHANNEL = """
NEURON { SUFFIX channel USEION k READ ek WRITE ik NONSPECIFIC_CURRENT il RANGE g }
PARAMETER { g = 1 }
ASSIGNED { v ek ik il }
BREAKPOINT { ik = g * (v - ek)  il = t }
"""
POOL = """
NEURON { SUFFIX pool USEION ca READ ica, cai WRITE cai RANGE tau }
PARAMETER { tau = 10 }
ASSIGNED { ica seen }
STATE { cai }
BREAKPOINT { SOLVE p }
PROCEDURE p() { cai = cai - ica  seen = cai }
"""
INFLOW = """
NEURON { SUFFIX inflow USEION ca READ eca WRITE ica }
ASSIGNED { v ica eca }
BREAKPOINT { ica = 0.5 * (v - eca) }
"""
SYNAPSE = """
NEURON { POINT_PROCESS Syn NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 1 }
ASSIGNED { v i }
BREAKPOINT { i = g * v }
"""
K = IonUse("k", 1.0, 0, 0, 1, 0, 0)
CA = IonUse("ca", 2.0, 3, 1, 2, 1, 1)


@pytest.fixture
def known(tmp_path):
    """All mechanisms of this file by their names."""
    texts = (LEAK, CHANNEL, POOL, INFLOW, SYNAPSE)
    return {m.suffix: m for m in (read(tmp_path, text, head="") for text in texts)}


@pytest.fixture
def segment(known):
    """Return a function: names of mechanisms and ions -> a segment that has begun."""

    def make(*mechanisms, ions=(), processes=()):
        kind = NodeKind(mechanisms, ions, processes)
        made = Segment(kind, ordered_mechanisms(kind, known), lambda _name: True, False)
        made.begin()
        return made

    return make


def values(nodes, **inputs):
    """Evaluate nodes; inputs of mechanisms are given by the names of their variables."""
    short = {
        ("v",): "v", ("t", "current"): "t", ("segment", "area"): "area", ("celsius",): "celsius",
        ("dt",): "dt", ("t", "state"): "t_state",
    }  # fmt: skip

    class Known(dict):
        def __missing__(self, name):
            return inputs[short.get(name, "_".join(name[1:]))]

    return evaluate(list(nodes), Known())


# --- the order


def test_those_that_write_concentrations_come_first_from_the_last(known):
    other = replace(known["pool"], suffix="other")
    kind = NodeKind(("pool", "inflow", "other"), (CA,), ("Syn#0",))
    order = order_of_execution(kind, {**known, "other": other})
    assert order == ("other", "pool", "inflow", "Syn#0")


def test_a_point_process_that_writes_a_concentration_comes_before_all(known):
    writing = replace(known["pool"], suffix="Syn", is_process=True)
    kind = NodeKind(("pool", "leak"), (CA,), ("Syn#0", "Syn#1"))
    order = order_of_execution(kind, {**known, "Syn": writing})
    assert order == ("Syn#1", "Syn#0", "pool", "leak")


def test_every_point_process_is_a_mechanism_under_its_own_name(known):
    kind = NodeKind(("leak",), (), ("Syn#0", "Syn#1"))
    made = ordered_mechanisms(kind, known)
    assert [m.suffix for m in made] == ["leak", "Syn#0", "Syn#1"]
    assert [m.is_process for m in made] == [False, True, True]
    assert made[2].breakpoint == known["Syn"].breakpoint


# --- currents


def test_currents_are_those_of_all_mechanisms_one_by_one(segment):
    made = segment("leak", "channel", ions=(K,))
    currents = made.execute_currents()
    # Nonspecific ones first, mechanism by mechanism.
    given = {"v": -60.0, "t": 7.0, "leak_g": 0.5, "channel_g": 2.0, "k_ek": -90.0}
    assert values(currents, **given) == [5.0, 7.0, 60.0]


def test_the_current_of_a_point_process_is_spread_over_the_area(segment):
    made = segment("leak", processes=("Syn#0", "Syn#1"))
    currents = made.execute_currents()
    given = {"v": -50.0, "leak_g": 0.1, "Syn#0_g": 2e-3, "Syn#1_g": 4e-3, "area": 500.0}
    # nA over um2: 1e-6 mA over 1e-8 cm2.
    wanted = [2.0, -0.1e-6 / 500e-8, -0.2e-6 / 500e-8]
    assert values(currents, **given) == pytest.approx(wanted, rel=1e-14)


def test_the_current_of_an_ion_is_that_of_all_its_channels(segment, known):
    known["second"] = replace(known["channel"], suffix="second")
    made = segment("channel", "second", ions=(K,))
    made.execute_currents()
    (total,) = values(
        [made.ion_values["ion", "k", "ik"]], v=-60.0, channel_g=2.0, second_g=0.5, k_ek=-90.0
    )
    assert total == 75.0


@pytest.mark.parametrize(("advancing", "wanted"), [(0, 120.0), (1, 131.0)])
def test_the_potential_follows_the_concentrations_if_the_ion_says_so(segment, advancing, wanted):
    made = segment("inflow", ions=(replace(CA, eadvance=advancing),))
    (current,) = made.execute_currents()
    kelvin = 273.15 + 34.0
    outside = 2.0
    inside = outside * math.exp(-131.0 * 2.0 * 96485.33212331 / (8.31446261815324e3 * kelvin))
    given = {"v": 0.0, "ca_eca": 120.0, "ca_cai": inside, "ca_cao": outside, "celsius": 34.0}
    assert values([current], **given) == pytest.approx([-0.5 * wanted], rel=1e-12)


def test_what_belongs_outside_of_decisions_is_refused(known, tmp_path, segment):
    text = (
        "NEURON { NONSPECIFIC_CURRENT i }\n"
        "BREAKPOINT { IF (v > 0) { SOLVE s METHOD cnexp } i = m }\n"
        "DERIVATIVE s { m' = 1 }\nSTATE { m }"
    )
    known["written"] = read(tmp_path, text)
    with pytest.raises(UnsupportedModel, match=r"SOLVE s .*inside of a decision or a loop"):
        segment("written").execute_currents()


# --- what goes in and out


def test_a_mechanism_takes_what_it_reads_and_the_concentrations_that_it_writes(segment):
    made = segment("pool", ions=(CA,))
    executor = made.executors["pool"]
    made.enter(executor, ("t", "state"))
    assert set(executor.values) == {"v", "t", "dt", "ica", "cai"}
    given = {"v": 1.0, "t_state": 2.0, "dt": 3.0, "ca_ica": 4.0, "ca_cai": 5.0}
    assert dict(zip(executor.values, values(executor.values.values(), **given))) == {
        "v": 1.0, "t": 2.0, "dt": 3.0, "ica": 4.0, "cai": 5.0
    }  # fmt: skip


def test_a_current_that_is_only_written_is_not_taken(segment, known):
    made = segment("inflow", ions=(CA,))
    made.enter(made.executors["inflow"], ("t", "state"))
    assert "ica" not in made.executors["inflow"].values
    # Nor is it given: what a SOLVE has made of it is not the ion's current.
    made.leave(made.executors["inflow"])
    assert set(made.ion_values) == {("ion", "ca", "eca")}
    assert copied_from_ions(known["inflow"]) == {"eca"}
    assert copied_from_ions(known["pool"]) == {"ica", "cai"}


def test_what_one_has_written_the_next_reads(segment, known):
    known["second"] = replace(known["pool"], suffix="second")
    made = segment("pool", "second", ions=(CA,))
    for name in ("pool", "second"):
        executor = made.executors[name]
        made.enter(executor, ("t", "state"))
        executor.run(known["pool"].blocks["p"].body)
        made.leave(executor)
    after = made.after()
    found = values([after["ion", "ca", "cai"]], ca_cai=10.0, ca_ica=3.0)
    assert found == [4.0]
    # What is copied is the ion's; what is common is nobody's.
    assert set(after) == {
        ("ion", "ca", "cai"), ("ion", "ca", "ica"),
        ("mechanism", "pool", "seen"), ("mechanism", "second", "seen"),
    }  # fmt: skip


def test_beginning_anew_forgets(segment):
    made = segment("channel", ions=(K,))
    made.execute_currents()
    assert made.after()
    made.begin()
    assert made.after() == {}
