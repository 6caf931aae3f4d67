"""What an event does before a step, in numbers."""

from __future__ import annotations

import math

import pytest

from codegen.written import read
from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, STEP, VOLTAGE, WEIGHT
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.node import inputs_of
from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.codegen.schemes.fixed_step import build_program, receiver_of
from pyneuronautofit.errors import UnsupportedModel

HEAD = "NEURON { POINT_PROCESS made NONSPECIFIC_CURRENT i RANGE g, p }\n"
TEXT = """
PARAMETER { p = 2 }
ASSIGNED { v i open factor }
STATE { g }
INITIAL { factor = p * p   open = 0   g = 0 }
BREAKPOINT { SOLVE s METHOD cnexp   i = (g + open) * v }
DERIVATIVE s { g' = -g / 5 }
NET_RECEIVE (w, kept, other) {
    INITIAL { kept = 3 }
    IF (w > 1) { g = g + factor * w } ELSE { g = g - w }
    kept = kept + t
    open = kept + other
}
"""


def received(tmp_path, text=TEXT, *, weight, g):
    """Return the states, the current and the slope after an event."""
    mechanism = read(tmp_path, text, HEAD)
    kind = NodeKind((), (), ("made#0", "made#1"))
    program = build_program(kind, {"made": mechanism}, single=False, receiving="made")
    variables = program.variables
    known = {
        name: {"p": 2.0, "area": 50.0, "v": -60.0}.get(variables[name].name, math.nan)
        for name in inputs_of(program.event) & set(variables)
    }
    states = {name: (g if name[-1] == "g" else 0.5) for name in program.states}
    at = {VOLTAGE: -60.0, CURRENT_TIME: 7.01, STATE_TIME: 7.0, STEP: 0.025, WEIGHT: weight}
    values = evaluate(program.event, known | states | at)
    return dict(zip([*program.states, "current", "slope"], map(float, values)))


@pytest.mark.parametrize(("weight", "g"), [(1.5, 0.1 + 4 * 1.5), (0.5, 0.1 - 0.5)])
def test_an_event_in_numbers(tmp_path, weight, g):
    """The last of two processes takes it; what it has set is kept, and flows from then on."""
    found = received(tmp_path, weight=weight, g=0.1)
    assert found["mechanism", "made#1", "g"] == pytest.approx(g)
    assert found["mechanism", "made#1", "open"] == 10.0, "3 of INITIAL, and the time"
    assert found["mechanism", "made#0", "g"] == 0.1
    total = g + 10.0 + 0.1 + 0.0
    assert found["current"] == pytest.approx(total * -60.0 * 100.0 / 50.0)
    assert found["slope"] == pytest.approx(total * 100.0 / 50.0)


@pytest.mark.parametrize(
    ("statement", "construct"),
    [("net_send(1, 2)", "net_send("), ("net_event(t)", "net_event("), ("WATCH (v > 0) 1", "WATCH")],
)
def test_events_that_cannot_be_simulated(tmp_path, statement, construct):
    text = TEXT.replace("kept = kept + t", statement)
    with pytest.raises(UnsupportedModel, match="cannot be simulated") as caught:
        received(tmp_path, text, weight=1.0, g=0.0)
    assert construct in str(caught.value)


def test_a_process_without_events(tmp_path):
    text = TEXT[: TEXT.index("NET_RECEIVE")]
    with pytest.raises(UnsupportedModel, match=r"POINT_PROCESS made .*takes no events"):
        received(tmp_path, text, weight=1.0, g=0.0)


def test_the_last_process_of_a_mechanism_takes_events():
    kind = NodeKind(("made",), (), ("made#0", "other#0", "made#1", *(f"x#{n}" for n in range(11))))
    assert receiver_of(kind, "made") == "made#1"
    assert receiver_of(kind, "other") == "other#0"
    assert receiver_of(kind, "x") == "x#10", "numbers, not words"
    assert receiver_of(kind, "") is None
    assert receiver_of(kind, "gone") is None


def test_where_no_event_comes_there_is_no_program_for_it(tmp_path):
    mechanism = read(tmp_path, TEXT, HEAD)
    kind = NodeKind((), (), ("made#0",))
    assert build_program(kind, {"made": mechanism}, single=False).event == ()
