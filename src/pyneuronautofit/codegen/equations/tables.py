"""TABLE: what NEURON interpolates between the values that a block has had at some arguments.

NEURON executes the block at arguments of equal distance, once, and keeps the values of the
variables that the table has. A call then interpolates linearly between the two nearest of them, or
takes the first or the last. Here the block is executed for any argument, and the expressions are
taken at the two nearest. Other variables that the block assigns are left by the making of the table
and not by a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from pyneuronautofit.codegen.equations.names import STEP
from pyneuronautofit.codegen.equations.shared import base_of, is_shared, is_uniform, stale_name
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Name, Node, inputs_of
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.errors import UnsupportedModel

#: How the name of an input begins that stands for any argument of a table.
KNOT = "knot"
# NEURON adds up the arguments, so that none of them is exactly where a rate is 0/0; here they are
# moved by so much of their distance, which is more than rounding, and changes nothing else.
_OFF = 2.0**-27
_OFF_SINGLE = 2.0**-13


class Executes(Protocol):
    """What calls the block: an `Executor`, whose attributes these are."""

    graph: Graph
    mechanism: tree.Mechanism
    values: dict[str, Node]
    shared: frozenset[str]
    initial: bool
    single: bool

    def before(self, key: str) -> Node:
        """Return the value of a variable before anything was executed."""

    def evaluate(self, expression: tree.Expression) -> Node:
        """Return the value of an expression."""

    def having(self, scope: dict[str, Node]) -> AbstractContextManager[Any]:
        """Execute with some names that have other values."""

    def refuse(self, construct: str, reason: str = "") -> UnsupportedModel:
        """Make the error for a construct of this mechanism."""


def interpolate(
    executor: Executes,
    block: tree.Block,
    table: tree.Table,
    argument: Node,
    follow: Callable[[list[Node]], Node],
) -> Node:
    """Execute a call of a block that has a table; return its value.

    Parameters
    ----------
    follow
        Executes the block's statements for given arguments.

    Raises
    ------
    UnsupportedModel
        If the table is not the same in all segments.
    """
    knot = executor.graph.input((KNOT, block.name))
    before = dict(executor.values)
    result = follow([knot])
    after, executor.values = executor.values, dict(before)
    at = _Interpolation(executor, block, table, argument, knot)
    for key, node in after.items():
        old = before.get(key)
        if base_of(key) in table.names:
            executor.values[key] = at(node)
        elif node is not old and (old is not None or node is not executor.before(key)):
            old = executor.before(key) if old is None else old
            executor.values[key] = _untouched(executor, key, old, node)
    return at(result) if block.kind == "FUNCTION" else result


def _untouched(executor: Executes, key: str, old: Node, made: Node) -> Node:
    """Return what a variable is after a call that would assign it, if it made the table."""
    mechanism, name = executor.mechanism, base_of(key)
    stale = executor.graph.input(stale_name(mechanism.suffix, key))
    if is_shared(mechanism, name):
        # One segment has made the table, for all.
        uniform = is_uniform(mechanism, executor.shared, inputs_of([made]))
        return made if uniform else stale
    if mechanism.is_readable(name) or old is made or not executor.initial:
        return old
    return stale


class _Interpolation:
    """Takes expressions of any argument at those nearest to an argument."""

    def __init__(
        self,
        executor: Executes,
        block: tree.Block,
        table: tree.Table,
        argument: Node,
        knot: Node,
    ) -> None:
        graph = self._graph = executor.graph
        self._executor, self._block, self._knot = executor, block, knot
        with executor.having({}):
            first, last = executor.evaluate(table.first), executor.evaluate(table.last)
        self._check([first, last])
        number, one = graph.const(float(table.intervals)), graph.const(1.0)
        width = graph.divide(graph.subtract(last, first), number)
        place = graph.divide(graph.subtract(argument, first), width)
        place = graph.call("fmin", graph.call("fmax", place, graph.const(0.0)), number)
        below = graph.call("fmin", graph.call("floor", place), graph.subtract(number, one))
        self._share = graph.subtract(place, below)
        off = _OFF_SINGLE if executor.single else _OFF
        self._low, self._high = (
            graph.add(first, graph.multiply(width, graph.combine(more + off, [(1.0, below)])))
            for more in (0.0, 1.0)
        )

    def __call__(self, node: Node) -> Node:
        """Return the interpolated value."""
        graph = self._graph
        self._check([node])
        (low,) = graph.replace([node], {self._knot: self._low})
        (high,) = graph.replace([node], {self._knot: self._high})
        return graph.add(low, graph.multiply(self._share, graph.subtract(high, low)))

    def _check(self, nodes: Iterable[Node]) -> None:
        executor, block = self._executor, self._block
        own: set[Name] = {STEP, (KNOT, block.name)}
        others = inputs_of(nodes) - own
        if not is_uniform(executor.mechanism, executor.shared, others):
            depends = [
                base_of(name[-1])
                for name in sorted(others)
                if not is_uniform(executor.mechanism, executor.shared, [name])
            ]
            named = f" ({', '.join(depends)})" if "held" not in {n[0] for n in others} else ""
            raise executor.refuse(
                f"{block.kind} {block.name}",
                f"its TABLE depends on what is not the same in all segments{named}, and NEURON "
                "makes it once; take it out of the TABLE, or leave the TABLE out",
            )
