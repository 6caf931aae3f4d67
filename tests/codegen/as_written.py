"""Programs of mechanisms whose expressions stay as their authors wrote them."""

from __future__ import annotations

import math
from dataclasses import replace
from unittest import mock

import numpy as np

from pyneuronautofit.codegen.equations.initial import Beginning
from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, STEP, VOLTAGE
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import guarded, inputs_of, known_truth, number_of
from pyneuronautofit.codegen.kinds import Curve, IonUse, NodeKind
from pyneuronautofit.codegen.schemes import fixed_step

DT_MS = 0.025
_SEGMENT = {"celsius": 34.0, "diam": 20.0, "area": 800.0, "v": -65.0}
_IONS = {"ena": 50.0, "ek": -90.0, "eca": 120.0, "cai": 1e-4, "cao": 2.0, "ki": 120.0, "ko": 3.0}
_IONS |= {"ina": -0.01, "ik": 0.02, "ica": -0.003, "ehcn": -30.0, "ihcn": -0.001}
#: What every FUNCTION_TABLE is.
CURVE = Curve((-80.0, -40.0, 20.0), (0.5, 5.0, 2.0))
_VALENCES = {"ca": 2.0}


class PlainGraph(Graph):
    """Simplifies nothing but numbers, and terms and factors that vanish."""

    def combine(self, constant, parts):
        collected = {}
        for coefficient, part in parts:
            node = self.as_number(part)
            if node.op == "const":
                constant += coefficient * number_of(node)
            else:
                collected[node] = collected.get(node, 0.0) + coefficient
        kept = {node: c for node, c in collected.items() if c != 0.0}
        if not kept:
            return self.const(constant)
        if constant == 0.0 and list(kept.values()) == [1.0]:
            return next(iter(kept))
        return self._make("sum", (constant, tuple(kept.values())), tuple(kept))

    def product(self, factors):
        coefficient, powers = 1.0, {}
        for factor, exponent in factors:
            node = self.as_number(factor)
            if node.op == "const":
                coefficient *= guarded(math.pow, number_of(node), float(exponent))
            else:
                powers[node] = powers.get(node, 0) + exponent
        kept = {node: exponent for node, exponent in powers.items() if exponent}
        if coefficient == 0.0 or not kept:
            return self.const(coefficient)
        made = self._make("prod", tuple(kept.values()), tuple(kept))
        return self.combine(0.0, [(coefficient, next(iter(kept)) if made.data == (1,) else made)])

    def power(self, base, exponent):
        if exponent.op == "const" and (base.op == "const" or number_of(exponent).is_integer()):
            return super().power(base, exponent)
        return self._make("pow", None, (self.as_number(base), self.as_number(exponent)))

    def select(self, condition, a, b):
        known = known_truth(self.as_truth(condition))
        if known is not None or a is b:
            return a if known or a is b else b
        return self._make(
            "select", None, (self.as_truth(condition), self.as_number(a), self.as_number(b))
        )


def step_of(mechanism, voltage, *, rewrite=None):
    """Return what a step makes of a mechanism at some voltages, by name.

    Parameters are at their defaults, states as INITIAL makes them.

    Parameters
    ----------
    rewrite
        What is done with the expressions: (graph, nodes) -> nodes. None: they stay as written.
    """
    mechanism = replace(mechanism, curves=dict.fromkeys(mechanism.function_tables, CURVE))
    ions = tuple(
        IonUse(ion.name, _VALENCES.get(ion.name, 1.0), 1, 0, 1, 0, mechanism.writes_concentration)
        for ion in mechanism.ions
    )
    curves = tuple((mechanism.suffix, name, CURVE) for name in mechanism.function_tables)
    kind = NodeKind((mechanism.suffix,), ions, curves=curves)
    graph_class = PlainGraph if rewrite is None else Graph
    with mock.patch.object(fixed_step, "Graph", graph_class):
        made = fixed_step.build_program(kind, {mechanism.suffix: mechanism}, single=False)
    nodes = list(made.step) if rewrite is None else rewrite(made.graph, made.step)
    initial = _initial_values(mechanism)
    known = {
        name: _known(mechanism, name, initial)
        for name in inputs_of(nodes) - {VOLTAGE, STEP, CURRENT_TIME, STATE_TIME}
    }
    known |= {VOLTAGE: voltage, STEP: DT_MS, CURRENT_TIME: 10.0, STATE_TIME: 10.0}
    names = [*made.states, "current", "slope"]
    values = (np.broadcast_to(value, voltage.shape) for value in evaluate(nodes, known))
    return dict(zip(names, values, strict=True))


def _initial_values(mechanism):
    graph = Graph(lambda _name: True)
    executor = Beginning(graph, [mechanism], {})._initial(mechanism.suffix)
    nodes = dict(executor.values)
    known = {name: _known(mechanism, name, {}) for name in inputs_of(nodes.values()) - {STEP}}
    values = evaluate(list(nodes.values()), known | {STEP: DT_MS})
    return {key: float(value) for key, value in zip(nodes, values)}


def _known(mechanism, name, initial):
    """Return the value of an input: of something read, of a state, of a parameter."""
    key = name[-1]
    if name[0] == "read":
        key = f"{name[3]}[{name[4]}]" if name[4] else name[3]
    plain = key.partition("[")[0]
    if plain in _SEGMENT:
        return _SEGMENT[plain]
    if key in initial:
        return initial[key]
    return _IONS.get(plain, mechanism.parameters.get(plain, 0.0))
