"""Variables of a mechanism while it is executed: scopes, and what decisions make of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from pyneuronautofit.codegen.equations.shared import ASSIGNED_NOWHERE, base_of, left_name
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Node
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.refusal import refusal
from pyneuronautofit.errors import UnsupportedModel

#: Values of variables of one scope.
Scope = dict[str, Node]


class Variables:
    """The variables of one mechanism in one segment, and those of the blocks that are executed.

    Parameters
    ----------
    graph, mechanism, value_before, shared
        As of `Executor`.

    Attributes
    ----------
    values
        The mechanism's variables, those that were read or written.
    """

    def __init__(
        self,
        graph: Graph,
        mechanism: tree.Mechanism,
        value_before: Callable[[str], Node],
        shared: frozenset[str],
    ) -> None:
        self.graph = graph
        self.mechanism = mechanism
        self.shared = shared
        self.values: Scope = {}
        self._value_before = value_before
        self._scopes: list[Scope] = []

    def value(self, key: str) -> Node:
        """Return the value kept under a name."""
        for scope in reversed(self._scopes):
            if key in scope:
                return scope[key]
        if key not in self.values:
            if key in self.mechanism.constants:
                return self.before(key)
            self.values[key] = self.before(key)
        return self.values[key]

    def before(self, key: str) -> Node:
        """Return the value of a variable before anything was executed."""
        if base_of(key) in self.shared:
            return self.graph.input(left_name(self.mechanism.suffix, key))
        constant = self.mechanism.constants.get(key)
        return self._value_before(key) if constant is None else self.graph.const(constant)

    def forget_shared(self) -> Scope:
        """Forget shared variables, at the end of a pass over all segments; return what they were.

        What they are in the next one is what the last segment has left.
        """
        gone = {key: node for key, node in self.values.items() if base_of(key) in self.shared}
        for key in gone:
            del self.values[key]
        return {key: node for key, node in gone.items() if node is not self.before(key)}

    def set(self, key: str, node: Node) -> None:
        """Keep a value under a name, in the innermost scope that has it."""
        for scope in reversed(self._scopes):
            if key in scope:
                scope[key] = node
                return
        if key in ASSIGNED_NOWHERE:
            raise self.refuse(key, "assigned: it is NEURON's own, and the same for all mechanisms")
        self.values[key] = node

    @contextlib.contextmanager
    def having(self, scope: Scope) -> Iterator[Callable[[], Scope]]:
        """Execute with some names that have other values; gives what returns these afterwards."""
        outer, self._scopes = self._scopes, [dict(scope)]
        try:
            # A decision replaces the scope by a copy.
            yield lambda: self._scopes[0]
        finally:
            self._scopes = outer

    def snapshot(self) -> tuple[Scope, list[Scope]]:
        """Return what all variables are."""
        return dict(self.values), [dict(scope) for scope in self._scopes]

    def restore(self, snapshot: tuple[Scope, list[Scope]]) -> None:
        """Let all variables be what they were."""
        values, scopes = snapshot
        self.values = dict(values)
        self._scopes = [dict(scope) for scope in scopes]

    def merge(self, condition: Node, taken: tuple[Scope, list[Scope]]) -> None:
        """Select from the values of the branch that was executed first and the present ones."""
        values, scopes = taken
        for key in dict.fromkeys([*values, *self.values]):
            # A variable that only one branch knows had its earlier value in the other.
            one = values[key] if key in values else self.before(key)
            other = self.values[key] if key in self.values else self.before(key)
            self.values[key] = self.graph.select(condition, one, other)
        for here, there in zip(self._scopes, scopes):
            for key in here:
                here[key] = self.graph.select(condition, there[key], here[key])

    def refuse(self, construct: str, reason: str = "") -> UnsupportedModel:
        """Make the error for a construct of this mechanism."""
        return refusal(self.mechanism.path, self.mechanism.source, construct, reason)
