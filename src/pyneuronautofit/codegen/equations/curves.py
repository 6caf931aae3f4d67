"""FUNCTION_TABLE: a function that is given by points, linear between them.

NEURON takes the first value before the first point and the last one after the last. Here the value
is the first one and what each piece adds: slope times the part of the piece that lies below the
argument. No piece adds more than it is high, so that nothing cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Node
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.errors import UnsupportedModel


class Refuses(Protocol):
    """What calls the function: an `Executor`, whose attributes these are."""

    graph: Graph
    mechanism: tree.Mechanism

    def refuse(self, construct: str, reason: str = "") -> UnsupportedModel:
        """Make the error for a construct of this mechanism."""


def look_up(executor: Refuses, name: str, arguments: Sequence[Node]) -> Node:
    """Return the value of a FUNCTION_TABLE.

    Raises
    ------
    UnsupportedModel
        If it has several arguments, or nothing is known of it.
    """
    named = f"FUNCTION_TABLE {name}"
    if len(executor.mechanism.function_tables[name]) != 1 or len(arguments) != 1:
        raise executor.refuse(named, "a table with several arguments")
    curve = executor.mechanism.curves.get(name)
    if curve is None:
        raise executor.refuse(named, "nothing is known of its points")
    graph, (argument,) = executor.graph, arguments
    parts = []
    for (x, y), (next_x, next_y) in pairwise(zip(curve.arguments, curve.values, strict=True)):
        if next_y != y:
            above = graph.call("fmax", argument, graph.const(x))
            within = graph.call("fmin", above, graph.const(next_x))
            parts.append(((next_y - y) / (next_x - x), graph.combine(-x, [(1.0, within)])))
    return graph.combine(curve.values[0], parts)
