"""One adaptive step of a segment's states, as expressions.

The integrator (runtime/adaptive/stepper.hpp) predicts the voltage in the middle of a step. The
states go there and on to the end of the step with the rates at that voltage, and the voltage
follows with the states of the middle. With h the step, and a state's equation written
x' = r (x_inf - x):

gates       x_inf and r depend on nothing but voltage and time. x_inf is taken as linear in time
            over the step, with the slope that it has had since the last one, and x' is then solved
            exactly (an exponential integrator with a linear drive). Without the slope a fast gate
            would lag behind by half a step.
others      A state that depends on other states (a pool that takes up an ion's current, a channel
            that opens with calcium) goes after those, in two exponential half steps, with their
            values in the middle. Where its equation is not linear, it is linearised at the step's
            beginning.
coupled     States whose equations are linear in each other (kinetic schemes) are solved together by
            the L-stable method of second order and two stages (SDIRK2, Alexander 1977), with the
            rates at the voltages of the stages.
kept        What has no equation is executed as it stands: once, at the end, or twice with half the
            step if it knows the step.

Numbers of equations are those of docs/integrators.md, where the papers are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyneuronautofit.codegen.equations.names import STEP, VOLTAGE
from pyneuronautofit.codegen.ir.calculus import (
    LinearForm,
    NotLinearError,
    depends_on,
    derivative,
    linear_form,
    solve_linear,
)
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Name, Node, constant_value, inputs_of
from pyneuronautofit.codegen.kinds import NodeVariable
from pyneuronautofit.codegen.schemes.equations import Equations

#: Voltages at the first stage, in the middle and at the end of a step, as predicted.
EARLY: Name = ("step", "early")
MIDDLE: Name = ("step", "middle")
LATE: Name = ("step", "late")
#: The step over the sum of it and the one before it; 0 where there was none.
SHARE: Name = ("step", "share")
#: One over half the step, 1/ms.
RATE: Name = ("step", "rate")
_GAMMA = 1.0 - math.sqrt(0.5)


@dataclass(frozen=True)
class AdaptiveProgram:
    """The code of one kind of node, as expressions.

    Attributes
    ----------
    graph
        Of all nodes.
    variables
        What is read from NEURON, and the input that each of it is.
    states
        What is kept from step to step, by name.
    past
        What is remembered of the step before, by name.
    first
        Values of the states when a simulation begins; expressions of `variables`.
    advance
        States at the end of a step, what will be the past, and, for the states in its middle,
        current (mA/cm2) and slope (S/cm2) at the old voltage.
    following
        The conductance that gates make by following the voltage within a step, S/cm2.
    membrane
        Current and slope of given states at a voltage.
    """

    graph: Graph
    variables: Mapping[Name, NodeVariable]
    states: tuple[Name, ...]
    past: tuple[Name, ...]
    first: tuple[Node, ...]
    advance: tuple[Node, ...]
    following: Node
    membrane: tuple[Node, Node]


def build_adaptive(equations: Equations) -> AdaptiveProgram:
    """Make the program of a kind of node from its equations."""
    step = _Step(equations)
    for group in _in_order(equations.rates):
        step.advance(group)
    step.update()
    graph, current = equations.graph, equations.current
    slope = derivative(graph, current, graph.input(VOLTAGE))
    at_middle = graph.replace([current, slope], step.replacements(step.middle))
    states = tuple(equations.first)
    return AdaptiveProgram(
        graph,
        equations.variables,
        states,
        tuple(step.past),
        tuple(equations.first[name] for name in states),
        (*(step.end[name] for name in states), *step.past.values(), *at_middle),
        step.following(),
        (current, slope),
    )


def _in_order(rates: Mapping[Name, Node]) -> list[tuple[Name, ...]]:
    """Return groups of states that depend on each other, each after those it depends on."""
    needs = {name: inputs_of([rate]) & set(rates) for name, rate in rates.items()}
    reached = {name: _reached(name, needs) for name in rates}
    ordered: list[tuple[Name, ...]] = []
    waiting = list(rates)
    while waiting:
        # Some group needs no other of those that are left: groups do not need each other.
        name = next(n for n in waiting if all(n in reached[m] for m in reached[n] & set(waiting)))
        group = tuple(m for m in waiting if m == name or (m in reached[name]))
        waiting = [m for m in waiting if m not in group]
        ordered.append(group)
    return ordered


def _reached(name: Name, needs: Mapping[Name, set[Name]]) -> set[Name]:
    """Return all that a state needs, directly or not."""
    found: set[Name] = set()
    pending = set(needs[name])
    while pending:
        other = pending.pop()
        found.add(other)
        pending |= needs[other] - found
    return found


class _Step:
    """A step while states are being advanced, group after group.

    Attributes
    ----------
    middle, end
        Values of the states that were advanced.
    past
        What is to be remembered.
    """

    def __init__(self, equations: Equations) -> None:
        self._equations = equations
        self._graph = graph = equations.graph
        self._v = graph.input(VOLTAGE)
        self._h = graph.input(STEP)
        self._half = graph.combine(0.0, [(0.5, self._h)])
        self.middle: dict[Name, Node] = {}
        self.end: dict[Name, Node] = {}
        self.past: dict[Name, Node] = {}
        self._following: dict[Name, Node] = {}

    def replacements(
        self, values: Mapping[Name, Node], voltage: Name | None = None
    ) -> dict[Node, Node]:
        """Return what puts values of states, and a voltage, into an equation."""
        made = {self._graph.input(name): node for name, node in values.items()}
        if voltage is not None:
            made[self._v] = self._graph.input(voltage)
        return made

    def advance(self, group: tuple[Name, ...]) -> None:
        """Advance states that depend on each other."""
        if len(group) > 1 and self._is_one_block(group):
            try:
                self._advance_together(group)
            except NotLinearError:
                pass
            else:
                return
        for name in group:
            self._advance_alone(name)

    def update(self) -> None:
        """Advance what has no equation."""
        graph, h = self._graph, self._h
        for name, node in self._equations.updates.items():
            own = graph.input(name)
            if not depends_on(node, [h]):
                self.middle[name] = own
                (self.end[name],) = graph.replace([node], self.replacements(self.middle, LATE))
                continue
            others = self.replacements(self.middle, MIDDLE) | {h: self._half}
            (self.middle[name],) = graph.replace([node], others)
            (self.end[name],) = graph.replace([node], others | {own: self.middle[name]})

    # --- one state

    def _advance_alone(self, name: Name) -> None:
        graph, state = self._graph, self._graph.input(name)
        known = self.replacements({n: x for n, x in self.middle.items() if n != name}, MIDDLE)
        (rate,) = graph.replace([self._equations.rates[name]], known)
        try:
            form = linear_form(graph, rate, [state])
        except NotLinearError:
            form = None
        if form is not None and self._is_gate(form):
            self._advance_gate(name, form)
            return
        slope = derivative(graph, rate, state) if form is None else form.slopes[0]
        if constant_value(slope) == 0.0:
            moved = graph.multiply(self._half, rate)
            middle = graph.add(state, moved)
            (again,) = graph.replace([rate], {state: middle})
            self._set(name, middle, graph.add(middle, graph.multiply(self._half, again)))
            return
        # eq. 9
        share = graph.call("phi1", graph.multiply(self._half, slope))
        way = graph.multiply(self._half, share)
        middle = self._corrected(name, graph.add(state, graph.multiply(way, rate)))
        if form is not None:
            (again,) = graph.replace([rate], {state: middle})
            self._set(name, middle, graph.add(middle, graph.multiply(way, again)))
            return
        # Linearised: the slope is that at the beginning, the rate is the true one.
        (again,) = graph.replace([rate], {state: middle})
        self._set(name, middle, graph.add(middle, graph.multiply(way, again)))

    def _is_gate(self, form: LinearForm) -> bool:
        """Say whether a state relaxes to something that depends on the voltage alone."""
        slope = form.slopes[0]
        states = {*self._equations.rates, *self._equations.updates}
        if constant_value(slope) == 0.0 or inputs_of([form.offset, slope]) & states:
            return False
        return depends_on(form.offset, [self._graph.input(MIDDLE)])

    def _advance_gate(self, name: Name, form: LinearForm) -> None:
        graph, state, slope = self._graph, self._graph.input(name), form.slopes[0]
        target = graph.negate(graph.divide(form.offset, slope))
        x = graph.multiply(self._half, slope)  # -h r/2, the -X of eq. 8
        fall = graph.call("expm1", x)
        mean = graph.product([(fall, 1), (graph.input(RATE), 1), (slope, -1)])
        self.past[name] = target
        remembered = graph.input(("past", *name))
        drive = graph.multiply(graph.input(SHARE), graph.subtract(target, remembered))
        middle = graph.add(  # eq. 7
            state,
            graph.multiply(fall, graph.subtract(state, target)),
            graph.multiply(drive, graph.combine(1.0, [(1.0, fall), (-1.0, mean)])),
        )
        end = graph.add(  # eq. 8
            middle,
            graph.multiply(fall, graph.subtract(middle, target)),
            graph.multiply(drive, graph.combine(1.0, [(-1.0, mean)])),
        )
        self._set(name, middle, end)
        # How much of a change of the predicted voltage has come to the state in the middle.
        followed = derivative(graph, target, graph.input(MIDDLE))
        self._following[name] = graph.negate(graph.multiply(followed, fall))

    def following(self) -> Node:
        """Return the conductance that gates make by following the voltage, S/cm2 (eq. 13)."""
        graph = self._graph
        parts = [
            graph.multiply(derivative(graph, self._equations.current, graph.input(name)), followed)
            for name, followed in self._following.items()
        ]
        (total,) = graph.replace([graph.add(*parts)], self.replacements(self.middle))
        return total

    def _set(self, name: Name, middle: Node, end: Node) -> None:
        self.middle[name] = middle
        self.end[name] = self._corrected(name, end)

    def _corrected(self, name: Name, node: Node) -> Node:
        """Return a value within the limits that the state's block sets."""
        limit = self._equations.corrections.get(name)
        if limit is None:
            return node
        known = self.replacements(self.middle, MIDDLE) | {self._graph.input(name): node}
        (limited,) = self._graph.replace([limit], known)
        return limited

    # --- coupled states

    def _is_one_block(self, group: tuple[Name, ...]) -> bool:
        return any(set(group) <= set(block) for block in self._equations.together)

    def _advance_together(self, group: tuple[Name, ...]) -> None:
        graph = self._graph
        # eq. 10. Everything that can fail comes before anything is set.
        states = [graph.input(name) for name in group]
        first = self._stage(group, EARLY, states)
        growth = (1.0 - _GAMMA) / _GAMMA
        base = [graph.combine(0.0, [(1.0 - growth, x), (growth, y)]) for x, y in zip(states, first)]
        last = self._stage(group, LATE, base)
        share = (0.5 - _GAMMA) / (1.0 - _GAMMA)
        for name, y, z in zip(group, first, last, strict=True):
            middle = graph.combine(0.0, [(1.0 - share, y), (share, z)])
            self._set(name, self._corrected(name, middle), z)

    def _stage(self, group: tuple[Name, ...], voltage: Name, base: Sequence[Node]) -> list[Node]:
        """Return the solution y of y = base + gamma h f(y)."""
        graph = self._graph
        unknowns = [graph.input(name) for name in group]
        known = self.replacements({n: x for n, x in self.middle.items() if n not in group}, voltage)
        step = graph.combine(0.0, [(_GAMMA, self._h)])
        matrix, right = [], []
        for row, name in enumerate(group):
            (rate,) = graph.replace([self._equations.rates[name]], known)
            form = linear_form(graph, rate, unknowns)
            matrix.append(
                [
                    graph.combine(1.0 if row == c else 0.0, [(-1.0, graph.multiply(step, slope))])
                    for c, slope in enumerate(form.slopes)
                ]
            )
            right.append(graph.add(base[row], graph.multiply(step, form.offset)))
        self._put_laws(group, matrix, right)
        return solve_linear(graph, matrix, right)

    def _put_laws(
        self, group: tuple[Name, ...], matrix: list[list[Node]], right: list[Node]
    ) -> None:
        graph = self._graph
        for weights, total in self._equations.laws:
            rows = [row for row, name in enumerate(group) if name in weights]
            if not rows:
                continue
            held = [(-w, self.middle.get(n, graph.input(n))) for n, w in _others(weights, group)]
            matrix[max(rows)] = [graph.const(weights.get(name, 0.0)) for name in group]
            right[max(rows)] = graph.combine(0.0, [(1.0, total), *held])


def _others(weights: Mapping[Name, float], group: Iterable[Name]) -> list[tuple[Name, float]]:
    return [(name, weight) for name, weight in weights.items() if name not in set(group)]
