"""Names of the inputs of a segment's program, and which variable of a mechanism is which input."""

from __future__ import annotations

from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Name, Node
from pyneuronautofit.codegen.nmodl import tree

VOLTAGE: Name = ("v",)
CURRENT_TIME: Name = ("t", "current")  # the middle of a step
STATE_TIME: Name = ("t", "state")  # its end
STEP: Name = ("dt",)
WEIGHT: Name = ("weight",)  # of an event


def mechanism_name(suffix: str, key: str) -> Name:
    """Return the name of a mechanism's variable, `m` or `ca[2]`."""
    return ("mechanism", suffix, key)


class Before:
    """Values of a mechanism's variables before anything was executed: inputs."""

    def __init__(self, graph: Graph, mechanism: tree.Mechanism) -> None:
        self._graph = graph
        self._suffix = mechanism.suffix

    def __call__(self, key: str) -> Node:
        """Return the input that a variable is."""
        if key == "celsius":
            return self._graph.input(("celsius",))
        if key in {"diam", "area"}:
            return self._graph.input(("segment", key))
        return self._graph.input(mechanism_name(self._suffix, key))
