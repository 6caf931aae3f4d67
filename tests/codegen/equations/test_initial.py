"""What is read from NEURON when a simulation begins, and what INITIAL says about the rest."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from codegen.written import read
from pyneuronautofit.codegen.equations.initial import Beginning
from pyneuronautofit.codegen.equations.names import (
    CURRENT_TIME,
    STATE_TIME,
    STEP,
    VOLTAGE,
    mechanism_name,
)
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import constant_value, inputs_of
from pyneuronautofit.codegen.kinds import IonUse, NodeVariable
from pyneuronautofit.errors import UnsupportedModel

HEAD = """
NEURON { SUFFIX begins USEION ca READ cai WRITE ica, cai RANGE g, seen GLOBAL q }
PARAMETER { g = 1  p = 2  shift[2] }
ASSIGNED { v ica cai seen a b q w[2] celsius }
STATE { m }
"""
CA = IonUse("ca", 2.0, 1, 0, 1, 0, 0)


class Begun:
    """The beginning of a mechanism, by the names of its variables."""

    def __init__(self, mechanism):
        self._graph = Graph(lambda _name: True)
        self.mechanism = mechanism
        self._beginning = Beginning(self._graph, [mechanism], {"ca": CA})

    def node(self, name):
        inputs = name if isinstance(name, tuple) else mechanism_name(self.mechanism.suffix, name)
        own = self._graph.input(inputs)
        (made,) = self._beginning.put_in([own], {inputs})
        return made

    def read(self, name):
        """Return what is read for a variable, as sets of NodeVariable."""
        return {self._beginning.variables[n] for n in inputs_of([self.node(name)]) - {STEP}}

    def value(self, name, **known):
        """Return the value of a variable; known are what NEURON shows, by their names."""
        node = self.node(name)
        given = {n: known[v.name] for n, v in self._beginning.variables.items() if v.name in known}
        (found,) = evaluate([node], given | {STEP: 0.025})
        return found


@pytest.fixture
def begun(tmp_path):
    """Return a function: statements of INITIAL, more of the file -> the beginning."""

    def make(body="", more="", head=HEAD):
        text = f"{head}\nINITIAL {{ {body} }}\nBREAKPOINT {{ ica = 0 }}\n{more}"
        return Begun(read(tmp_path, text, head=""))

    return make


# --- what NEURON shows


def test_what_neuron_shows_in_every_segment_is_read_there(begun):
    one = begun("m = 3  seen = 4")
    assert one.read("g") == {NodeVariable("mechanism", "begins", "g", None)}
    assert one.read("m") == {NodeVariable("mechanism", "begins", "m", None)}
    assert one.read("seen") == {NodeVariable("mechanism", "begins", "seen", None)}


def test_a_parameter_of_all_segments_is_read_once(begun):
    one = begun()
    assert one.read("p") == {NodeVariable("global", "begins", "p", None)}
    assert one.read("shift[1]") == {NodeVariable("global", "begins", "shift", 1)}


def test_of_a_point_process_globals_belong_to_its_mechanism(begun):
    text = "NEURON { POINT_PROCESS Syn RANGE g }\nPARAMETER { g = 1 p = 2 }\n"
    one = Begun(replace(begun(head=text).mechanism, suffix="Syn#1"))
    assert one.read("p") == {NodeVariable("global", "Syn", "p", None)}
    assert one.read("g") == {NodeVariable("mechanism", "Syn#1", "g", None)}


def test_ions_segments_and_the_temperature_are_read(begun):
    one = begun()
    assert one.read(("ion", "ca", "cai")) == {NodeVariable("ion", "ca", "cai", None)}
    assert one.read(("segment", "diam")) == {NodeVariable("segment", "", "diam", None)}
    assert one.read(("celsius",)) == {NodeVariable("global", "", "celsius", None)}


@pytest.mark.parametrize(
    "name", [VOLTAGE, CURRENT_TIME, STATE_TIME, STEP, ("read", "x", "", "", "")]
)
def test_what_changes_in_a_step_stays(begun, name):
    one = begun()
    own = one._graph.input(name)
    assert one._beginning.put_in([own], {name}) == [own]
    assert one._beginning.variables == {}


# --- what it keeps to itself


def test_initial_says_what_is_not_shown(begun):
    one = begun("a = 3 * p + g  set(a)", "PROCEDURE set(u) { b = u * u  w[1] = u + 1 }")
    assert one.value("a", p=2.0, g=0.5) == 6.5
    assert one.value("b", p=2.0, g=0.5) == 6.5**2
    assert one.value("w[1]", p=2.0, g=0.5) == 7.5


def test_initial_sees_the_voltage_the_ions_and_the_temperature_of_the_segment(begun):
    one = begun("a = v + 10 * cai + 100 * celsius + t + dt")
    assert one.value("a", v=-70.0, cai=0.5, celsius=34.0) == -70.0 + 5.0 + 3400.0 + 0.025
    assert one.read("a") == {
        NodeVariable("segment", "", "v", None),
        NodeVariable("ion", "ca", "cai", None),
        NodeVariable("global", "", "celsius", None),
    }


def test_what_nobody_has_given_a_value_is_zero(begun):
    one = begun("a = 1")
    assert constant_value(one.node("b")) == 0.0
    assert constant_value(one.node("w[0]")) == 0.0


def test_a_global_that_initial_does_not_set_is_read(begun):
    assert begun("a = 1").read("q") == {NodeVariable("global", "begins", "q", None)}
    # One that it sets follows from what it is made of.
    assert begun("q = 2 * p").value("q", p=3.0) == 6.0
    # One that it makes from what belongs to a segment is what the last of them has left.
    assert begun("q = v").read("q") == {NodeVariable("global", "begins", "q", None)}


def test_initial_solves(begun):
    more = "STATE { o c }\nKINETIC k { ~ c <-> o (3, 1)\n CONSERVE c + o = 1 }"
    one = begun("o = 0  c = 1  SOLVE k STEADYSTATE sparse  a = o", more)
    assert one.value("a") == pytest.approx(0.75, rel=1e-8)


def test_a_decision_of_initial(begun):
    one = begun("IF (v > -50) { a = 1 } ELSE { a = exp(v / 10) }")
    assert one.value("a", v=-40.0) == 1.0
    assert one.value("a", v=-60.0) == pytest.approx(math.exp(-6.0), rel=1e-14)


# --- what was there before it


def test_what_initial_reads_before_it_writes_it_was_zero(begun):
    one = begun("a = b + 5  b = 3")
    assert one.value("a") == 5.0
    assert one.value("b") == 3.0


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("a = seen  seen = 2", "seen"),
        ("a = g  g = 2 * g", "g"),
        ("a = cai  cai = 5", "cai"),
    ],
)
def test_what_is_shown_only_after_it_cannot_be_known_before_it(begun, body, name):
    with pytest.raises(UnsupportedModel, match=f"INITIAL .*it needs what {name} was before it"):
        begun(body).node("a")


@pytest.mark.parametrize(
    ("body", "said"),
    [("m' = 1", "m' .*in INITIAL"), ("SOLVE gone", "SOLVE gone .*no such block")],
)
def test_what_initial_cannot_do(begun, body, said):
    with pytest.raises(UnsupportedModel, match=said):
        begun(body).node("a")


@pytest.mark.parametrize("body", ["p = p * g", "q = q + 1", "IF (g > 1) { p = p + 2 }"])
def test_a_number_of_all_segments_that_initial_makes_from_itself(begun, body):
    """Every segment, and every cell, would go on from the one before."""
    with pytest.raises(UnsupportedModel, match="INITIAL reads it before it is assigned"):
        begun(body).node(body.split(" = ")[0].split()[-1])
