"""What a mechanism takes from one pass over its segments to the next.

A step goes through a mechanism twice: for the currents, and for what BREAKPOINT solves. A variable
that one pass assigns, and that is read before it is assigned in the same or the other, is a state,
whether the author has declared it a STATE or not. Two things in NEURON know the declared ones
alone: its `SaveState` leaves the others as they are, and its conductance, for which BREAKPOINT is
executed twice, at two voltages, takes what the first execution has left into the second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from pyneuronautofit.codegen.equations.execute import BlockContext, Executor
from pyneuronautofit.codegen.equations.names import (
    CURRENT_TIME,
    STEP,
    VOLTAGE,
    Before,
)
from pyneuronautofit.codegen.equations.shared import COMMON, base_of, is_shared, shared_in_steps
from pyneuronautofit.codegen.equations.solve import Solving
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import (
    Name,
    Node,
    inputs_of,
    known_truth,
    ordered,
)
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.refusal import refusal
from pyneuronautofit.codegen.nmodl.walking import word_of
from pyneuronautofit.errors import UnsupportedModel

# The voltage at which NEURON takes the currents first, a little beside the true one.
_MOVED: Name = ("v", "moved")
# Ways through the decisions of BREAKPOINT.
_MOST_WAYS = 256

#: Condition -> whether it holds.
Decided: TypeAlias = Mapping[Node, Node]
_NOTHING: Decided = MappingProxyType({})


@dataclass(frozen=True)
class Pass:
    """What one execution makes of a mechanism's variables.

    Attributes
    ----------
    before
        What every variable was, an input, by name.
    after
        What it is.
    """

    before: dict[str, Node]
    after: dict[str, Node]

    @property
    def assigned(self) -> frozenset[str]:
        """The variables that are others afterwards."""
        return frozenset(k for k, node in self.after.items() if node is not self.before[k])


def currents_pass(graph: Graph, mechanism: tree.Mechanism) -> Pass:
    """Execute BREAKPOINT without what it solves; raises UnsupportedModel if that cannot be."""
    return _execute(graph, mechanism, mechanism.of_currents, _Nothing())


def states_pass(graph: Graph, mechanism: tree.Mechanism) -> Pass:
    """Execute what BREAKPOINT solves; raises UnsupportedModel if that is not possible."""
    return _execute(graph, mechanism, mechanism.of_states, Solving("BREAKPOINT"))


def timed_passes(graph: Graph, mechanism: tree.Mechanism) -> list[Pass]:
    """Execute BEFORE and AFTER blocks, each for itself; raises UnsupportedModel."""
    bodies = (mechanism.before_breakpoint, mechanism.after_solve, mechanism.before_step)
    return [_execute(graph, mechanism, body, _Nothing()) for body in bodies if body]


def carried(mechanism: tree.Mechanism) -> frozenset[str]:
    """Return the variables that are taken from pass to pass and that SaveState does not keep.

    Raises
    ------
    UnsupportedModel
        If that cannot be known.
    """
    # With its tables a mechanism assigns less, and takes no more.
    mechanism = replace(mechanism, tables=False)
    graph = Graph(lambda _name: True)
    passes = [
        currents_pass(graph, mechanism),
        states_pass(graph, mechanism),
        *timed_passes(graph, mechanism),
    ]
    assigned = {base_of(key) for each in passes for key in each.assigned}
    if mechanism.receive is not None:
        # Of these NEURON saves all that belongs to a process.
        assigned = {name for name in assigned if is_shared(mechanism, name)}
        assigned |= shared_in_steps(mechanism)
    read = inputs_of(node for each in passes for node in each.after.values())
    names = {base_of(name[2]) for name in read if name[:2] == ("mechanism", mechanism.suffix)}
    saved = {*mechanism.states, *COMMON, *_of_ions(mechanism)}
    found = (names & assigned) - saved
    # What is always given the same value has it in every step but the very first.
    varying = {*assigned, *mechanism.states}
    return frozenset(n for n in found if not _is_constant(mechanism, n, passes, varying))


def _is_constant(
    mechanism: tree.Mechanism, name: str, passes: Iterable[Pass], varying: Collection[str]
) -> bool:
    """Say whether all that assigns a variable gives it one value, which nothing changes."""
    made: dict[str, set[Node]] = {}
    for each in passes:
        for key in each.assigned:
            if base_of(key) == name:
                made.setdefault(key, set()).add(each.after[key])
    taken = inputs_of(node for nodes in made.values() for node in nodes)
    return (
        bool(made)
        and all(len(nodes) == 1 for nodes in made.values())
        and all(
            each in {("celsius",), STEP}
            or each[0] == "segment"
            or (each[:2] == ("mechanism", mechanism.suffix) and base_of(each[2]) not in varying)
            for each in taken
        )
    )


def check_repeated(mechanism: tree.Mechanism) -> None:
    """Refuse currents for which it matters how often they are computed.

    NEURON computes them twice in a step. What BREAKPOINT makes of a variable's earlier value is
    then made twice: `n = n + 1` counts to two, and `IF (v > 0) { on = 1 }` looks at a voltage a
    little beside the true one first. Where a second execution changes nothing more, as with
    `IF (g == 0) { g = 2 * diam }`, once is as good.

    Raises
    ------
    UnsupportedModel
        If it does.
    """
    graph = Graph(lambda _name: True)
    try:
        once = currents_pass(graph, mechanism)
    except UnsupportedModel:
        return  # whoever executes it for its currents says so, with the reason
    others = {*_of_ions(mechanism), *COMMON, *shared_in_steps(mechanism)}
    memory = {key: once.before[key] for key in once.assigned if base_of(key) not in others}
    if not memory:
        return
    voltage, moved = graph.input(VOLTAGE), graph.input(_MOVED)
    kept = list(memory)
    after = graph.replace([once.after[key] for key in kept], {voltage: moved})
    first = dict(zip((memory[key] for key in kept), after, strict=True))
    for key in sorted(_needed(graph, mechanism, once, memory)):
        node = once.after[key]
        (twice,) = graph.replace([node], first)
        if twice is not node and not _Ways(graph).are_same(node, twice):
            taken = inputs_of([node])
            name = next(k for k in sorted(memory) if inputs_of([memory[k]]) & taken)
            raise _refused(mechanism, base_of(name))


def _execute(
    graph: Graph, mechanism: tree.Mechanism, body: tree.Body, context: BlockContext
) -> Pass:
    executor = Executor(graph, mechanism, Before(graph, mechanism))
    begun = {name: graph.input(("ion", name)) for name in _of_ions(mechanism)}
    begun |= {"v": graph.input(VOLTAGE), "t": graph.input(CURRENT_TIME), "dt": graph.input(STEP)}
    executor.values.update(begun)
    with executor.inside(context):
        executor.run(body)
    after = dict(executor.values)
    return Pass({key: begun.get(key) or executor.before(key) for key in after}, after)


class _Nothing:
    """Refuses what does not belong into BREAKPOINT."""

    within_decisions = True

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Refuse."""
        raise executor.refuse(word_of(statement))


def _of_ions(mechanism: tree.Mechanism) -> set[str]:
    """Return the variables that a mechanism has from its ions, or for them."""
    return {name for ion in mechanism.ions for name in (*ion.reads, *ion.writes)}


def _needed(
    graph: Graph, mechanism: tree.Mechanism, once: Pass, memory: Mapping[str, Node]
) -> set[str]:
    """Return the currents, and what is kept from step to step because somebody takes it."""
    found = {*mechanism.currents, *_of_ions(mechanism)} & set(once.after)
    try:
        others = (states_pass(graph, mechanism), *timed_passes(graph, mechanism))
        read = inputs_of(node for each in others for node in each.after.values())
    except UnsupportedModel:
        read = {name for node in memory.values() for name in inputs_of([node])}
    if mechanism.receive is not None:
        found |= set(memory)
    while True:
        read |= inputs_of(once.after[key] for key in found)
        more = {key for key, node in memory.items() if inputs_of([node]) & read} - found
        if not more:
            return found
        found |= more


class _Ways:
    """Compares two expressions on every way through their decisions."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._n_left = _MOST_WAYS

    def are_same(self, one: Node, other: Node, decided: Decided = _NOTHING) -> bool:
        """Say whether they are.

        Parameters
        ----------
        decided
            The decisions on this way. Some are met again in what others have left.
        """
        if one is other:
            return True
        undecided = (n for n in ordered([one, other]) if n.op == "compare")
        condition = next((n for n in undecided if known_truth(n) is None), None)
        self._n_left -= 1
        if condition is None or self._n_left < 0:
            return False
        for holds in (1.0, 0.0):
            known = {**decided, condition: self._graph.as_truth(self._graph.const(holds))}
            here = [one, other]
            while known.keys() & set(ordered(here)):
                here = self._graph.replace(here, known)
            if not self.are_same(here[0], here[1], known):
                return False
        return True


def _refused(mechanism: tree.Mechanism, name: str) -> UnsupportedModel:
    reason = (
        "BREAKPOINT makes it from what it was, outside of what it solves; NEURON executes that "
        "twice in each step, for the current and its slope; assign it in a PROCEDURE that "
        "BREAKPOINT solves"
    )
    return refusal(mechanism.path, mechanism.source, name, reason, place="BREAKPOINT")
