"""Programs of mechanisms that are written in a test, and adaptive steps of them."""

from __future__ import annotations

from codegen.written import read
from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, STEP, VOLTAGE
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.kinds import IonUse, NodeKind
from pyneuronautofit.codegen.schemes.adaptive_step import (
    EARLY,
    LATE,
    MIDDLE,
    RATE,
    SHARE,
    build_adaptive,
)
from pyneuronautofit.codegen.schemes.equations import build_equations

V, V_EARLY, V_MIDDLE, V_LATE = -70.0, -62.0, -50.0, -44.0
H = 0.7
CA = IonUse("ca", 2.0, 3, 1, 2, 1, 0)


class Stepped:
    """The program of mechanisms that are written in a test, and one step of it."""

    def __init__(self, folder, *texts, ions=()):
        made = [read(folder, text, head="") for text in texts]
        kind = NodeKind(tuple(m.suffix for m in made), ions)
        self.equations = build_equations(kind, {m.suffix: m for m in made}, single=False)
        self.program = build_adaptive(self.equations)
        self.names = {name[-1]: name for name in self.program.states}

    def step(self, states, *, h=H, share=0.0, past=0.0, voltages=None):
        """Return states at the end, the past of the next step, current and slope, following."""
        at = {VOLTAGE: V, EARLY: V_EARLY, MIDDLE: V_MIDDLE, LATE: V_LATE} | (voltages or {})
        given = {
            **at, STEP: h, RATE: 2.0 / h, SHARE: share, CURRENT_TIME: 3.0, STATE_TIME: 3.0,
            **dict.fromkeys(self.program.variables, 1.0),
            **{("past", *name): past for name in self.program.past},
            **{self.names[key]: value for key, value in states.items()},
        }  # fmt: skip
        *values, following = evaluate([*self.program.advance, self.program.following], given)
        n_state, n_past = len(self.program.states), len(self.program.past)
        end = {name[-1]: float(x) for name, x in zip(self.program.states, values)}
        pasts = {name[-1]: float(x) for name, x in zip(self.program.past, values[n_state:])}
        current, slope = map(float, values[n_state + n_past :])
        return end, pasts, (current, slope), float(following)


def mod(body, states="m", more=""):
    """Return a mechanism with a current g * m * (v - e) of its first state."""
    first = states.split()[0]
    return f"""
    NEURON {{ SUFFIX made NONSPECIFIC_CURRENT i }}
    STATE {{ {states} }}
    ASSIGNED {{ v i dt }}
    BREAKPOINT {{ {body}  i = 3 * {first} * (v + 90) }}
    {more}
    """
