"""Executing the statements of a mechanism with expressions instead of numbers.

Variables hold nodes of a graph. A procedure is followed into its body, a loop is gone through, and
of a decision both branches are executed and the results selected from. What is left at the end are
expressions of what was there at the beginning: inlining, unrolling and renaming need no passes of
their own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Protocol

from pyneuronautofit.codegen.equations import physics
from pyneuronautofit.codegen.equations.curves import look_up
from pyneuronautofit.codegen.equations.shared import assigned_anywhere, base_of
from pyneuronautofit.codegen.equations.tables import interpolate
from pyneuronautofit.codegen.equations.variables import Scope, Variables
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import FUNCTIONS, Name, Node, constant_value, inputs_of
from pyneuronautofit.codegen.ir.node import known_truth as truth_of
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.refusal import refusal
from pyneuronautofit.codegen.nmodl.walking import word_of

_MOST_TURNS = 10_000
_MOST_CALLS = 100
# They print; the numbers do not change.
_IGNORED_CALLS = {"printf", "fprintf", "hoc_execerror"}
# Functions of ours that NMODL does not have.
_UNKNOWN = {"phi1"}
_SYNONYMS = {"abs": "fabs", "min": "fmin", "max": "fmax"}
# Of NEURON's own: how many arguments there are, and the equation, which is given celsius, too.
_PHYSICS: dict[str, tuple[int, Callable[..., Node]]] = {
    "nernst": (3, physics.nernst),
    "nrn_ghk": (4, physics.ghk),
}


class BlockContext(Protocol):
    """Takes the statements that only some blocks have.

    Attributes
    ----------
    within_decisions
        Whether they may stand in a branch of a decision that is taken in the simulation: all that
        they do is to set variables, of which the branches' values are selected from.
    """

    @property
    def within_decisions(self) -> bool:
        """Whether they may stand in a branch."""

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Take a differential equation, a reaction, a conservation law, an equation."""


class Executor(Variables):
    """Executes the blocks of one mechanism in one segment.

    Parameters
    ----------
    graph
        Makes the expressions.
    mechanism
        Whose statements these are.
    value_before
        The name of a variable -> its value before anything was executed.
    shared
        Shared variables (`shared.py`) that are assigned: before that each of them is what another
        segment has left.
    initial
        Whether this is INITIAL.
    single
        Whether the expressions are for single precision.

    Attributes
    ----------
    assumed
        PARAMETERs that loops and indices need the values of: what their file gives them.
    """

    def __init__(
        self,
        graph: Graph,
        mechanism: tree.Mechanism,
        value_before: Callable[[str], Node],
        *,
        shared: frozenset[str] = frozenset(),
        initial: bool = False,
        single: bool = False,
    ) -> None:
        super().__init__(graph, mechanism, value_before, shared)
        self.initial = initial
        self.single = single
        self.assumed: dict[str, float] = {}
        self._depth = 0
        self._undecided = 0
        self._context: BlockContext | None = None

    # --- variables

    def read(self, variable: tree.Variable) -> Node:
        """Return the value of a variable."""
        return self.value(self.key(variable))

    def write(self, variable: tree.Variable, node: Node) -> None:
        """Give a variable a value."""
        self.set(self.key(variable), self.graph.as_number(node))

    def key(self, variable: tree.Variable) -> str:
        """Return the name under which the value of a variable is kept, `m` or `ca[2]`."""
        if variable.index is None:
            return variable.name
        index = constant_value(self.settled(self.evaluate(variable.index)))
        if index is None:
            raise self.refuse(
                f"{variable.name}[", "the index of an array is known only in the simulation"
            )
        return f"{variable.name}[{int(index)}]"

    @property
    def is_undecided(self) -> bool:
        """Whether what is being executed stands in a branch, within the present block."""
        return self._undecided > 0

    @contextlib.contextmanager
    def inside(self, context: BlockContext) -> Iterator[None]:
        """Execute as the inside of a block whose own statements `context` takes."""
        before, self._context = self._context, context
        # What a branch solves is solved as a whole.
        undecided, self._undecided = self._undecided, 0
        try:
            yield
        finally:
            self._context, self._undecided = before, undecided

    # --- statements

    def run(self, body: tree.Body) -> None:
        """Execute statements."""
        self._scopes.append({})
        try:
            for statement in body:
                self._execute(statement)
        finally:
            self._scopes.pop()

    def _execute(self, statement: tree.Statement) -> None:
        match statement:
            case tree.Assign(target, value):
                self.write(target, self.evaluate(value))
            case tree.Run(call):
                self._call(call)
            case tree.Local(names):
                self._declare(names)
            case tree.If():
                self._decide(list(statement.branches), statement.otherwise)
            case tree.While():
                self._repeat(statement)
            case tree.From():
                self._count(statement)
            case tree.Refused(construct, place, reason):
                path, source = self.mechanism.path, self.mechanism.source
                raise refusal(path, source, construct, reason, place=place)
            case _:
                if self._context is None:
                    raise self.refuse(word_of(statement), "it stands where it is not expected")
                if self._undecided and not self._context.within_decisions:
                    raise self.refuse(word_of(statement), "inside of IF or ELSE")
                self._context.take(self, statement)

    def _declare(self, names: tuple[tuple[str, tree.Expression | None], ...]) -> None:
        zero = self.graph.const(0.0)
        for name, length in names:
            if length is None:
                self._scopes[-1][name] = zero
                continue
            for index in range(self.whole_number(length, f"{name}[")):
                self._scopes[-1][f"{name}[{index}]"] = zero

    def _decide(
        self, branches: list[tuple[tree.Expression, tree.Body]], otherwise: tree.Body
    ) -> None:
        if not branches:
            self.run(otherwise)
            return
        condition = self.graph.as_truth(self.evaluate(branches[0][0]))
        known = truth_of(condition)
        if known is True:
            self.run(branches[0][1])
            return
        if known is False:
            self._decide(branches[1:], otherwise)
            return
        before = self.snapshot()
        self._undecided += 1
        self.run(branches[0][1])
        taken = self.snapshot()
        self.restore(before)
        self._decide(branches[1:], otherwise)
        self._undecided -= 1
        self.merge(condition, taken)

    def _repeat(self, loop: tree.While) -> None:
        for _turn in range(_MOST_TURNS):
            known = truth_of(self.settled(self.graph.as_truth(self.evaluate(loop.condition))))
            if known is None:
                raise self.refuse("WHILE", "its number of turns is known only in the simulation")
            if not known:
                return
            self.run(loop.body)
        raise self.refuse("WHILE", f"it does not end within {_MOST_TURNS} turns")

    def _count(self, loop: tree.From) -> None:
        named = f"FROM {loop.counter} ="
        first = self.whole_number(loop.first, named)
        last = self.whole_number(loop.last, named)
        step = 1 if loop.step is None else self.whole_number(loop.step, named)
        if step <= 0 and first <= last:
            raise self.refuse(named, f"it does not end: its step is {step}")
        for count in range(first, last + 1, max(step, 1)):
            self._scopes.append({loop.counter: self.graph.const(float(count))})
            try:
                self.run(loop.body)
            finally:
                self._scopes.pop()

    def whole_number(self, expression: tree.Expression, construct: str) -> int:
        """Return the value of an expression of a construct that has to know it beforehand."""
        value = constant_value(self.settled(self.evaluate(expression)))
        if value is None:
            raise self.refuse(construct, "a whole number that is known only in the simulation")
        return int(value)

    def settled(self, node: Node) -> Node:
        """Return what has to be known beforehand: PARAMETERs are what their file gives them.

        The cell is then held to that. What is assigned anywhere, or is not alone in what is to be
        known, stays as it is.
        """
        names = inputs_of([node])
        parameters = {name: base_of(name[-1]) for name in names if self._is_settled(name)}
        if not names or len(parameters) < len(names):
            return node
        values = {name: self.mechanism.parameters[base] for name, base in parameters.items()}
        self.assumed.update({name[-1]: value for name, value in values.items()})
        graph = self.graph
        known = {graph.input(name): graph.const(value) for name, value in values.items()}
        (settled,) = graph.replace([node], known)
        return settled

    def _is_settled(self, name: Name) -> bool:
        mechanism = self.mechanism
        return (
            name[:2] == ("mechanism", mechanism.suffix)
            and name[2] in mechanism.parameters
            and name[2] not in self._assigned
        )

    @cached_property
    def _assigned(self) -> frozenset[str]:
        return assigned_anywhere(self.mechanism)

    # --- expressions

    def evaluate(self, expression: tree.Expression) -> Node:
        """Return the value of an expression."""
        graph = self.graph
        match expression:
            case tree.Number(value):
                return graph.const(value)
            case tree.Variable():
                return self.read(expression)
            case tree.Unary("-", operand):
                return graph.negate(self.evaluate(operand))
            case tree.Unary("!", operand):
                return graph.opposite(self.evaluate(operand))
            case tree.Binary(operator, left, right):
                return self._binary(operator, self.evaluate(left), self.evaluate(right))
            case tree.Call():
                return self._call(expression)
        raise self.refuse(str(expression))

    def evaluate_with(self, scope: Scope, expression: tree.Expression) -> Node:
        """Return the value of an expression in which some names have other values."""
        self._scopes.append(scope)
        try:
            return self.evaluate(expression)
        finally:
            self._scopes.pop()

    def _binary(self, operator: str, a: Node, b: Node) -> Node:
        graph = self.graph
        makers: dict[str, Callable[[Node, Node], Node]] = {
            "+": graph.add,
            "-": graph.subtract,
            "*": graph.multiply,
            "/": graph.divide,
            "^": graph.power,
            "&&": graph.both,
            "||": graph.either,
        }
        if operator in makers:
            return makers[operator](a, b)
        return graph.compare(operator, a, b)

    def _call(self, call: tree.Call) -> Node:
        if call.name in _IGNORED_CALLS:
            return self.graph.const(0.0)
        arguments = [self.graph.as_number(self.evaluate(argument)) for argument in call.arguments]
        own = self._call_own(call.name, arguments)
        if own is not None:
            return own
        name = _SYNONYMS.get(call.name, call.name)
        if name in FUNCTIONS and name not in _UNKNOWN:
            return self.graph.call(name, *arguments)
        if name == "pow" and len(arguments) == 2:
            return self.graph.power(*arguments)
        made = _PHYSICS.get(name)
        if made is not None and len(arguments) == made[0]:
            # Not what an argument or a LOCAL of that name hides.
            return made[1](self.graph, *arguments, self._value_before("celsius"))
        raise self.refuse(f"{call.name}(", "a function that is not known here")

    def _call_own(self, name: str, arguments: list[Node]) -> Node | None:
        """Return the value of a function of the mechanism; None: it has no such function."""
        if name in self.mechanism.function_tables:
            return look_up(self, name, arguments)
        block = self.mechanism.blocks.get(name)
        if block is None:
            return None
        if block.table is None or not self.mechanism.tables:
            return self._follow(block, arguments)
        return interpolate(self, block, block.table, arguments[0], partial(self._follow, block))

    def _follow(self, block: tree.Block, arguments: list[Node]) -> Node:
        if self._depth >= _MOST_CALLS:
            raise self.refuse(f"{block.kind} {block.name}", "it calls itself")
        frame: Scope = dict(zip(block.arguments, arguments))
        if block.kind == "FUNCTION":
            frame[block.name] = self.graph.const(0.0)
        outer, self._scopes = self._scopes, [frame]
        self._depth += 1
        try:
            self.run(block.body)
            # A decision inside has replaced the scope by a copy.
            return self._scopes[0].get(block.name, self.graph.const(0.0))
        finally:
            self._scopes = outer
            self._depth -= 1
