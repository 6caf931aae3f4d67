"""What happens in a segment during one time step: all its mechanisms as one set of expressions.

NEURON's fixed step takes the currents at the old voltage, solves the tree (docs/integrators.md,
eq. 2), and then advances the states at the new voltage with the ionic currents of before. From one
solution of the tree to the next, a segment therefore does two things in a row, which are one piece
of code here: advance the states, then compute the current and its slope for the next solution.

Mechanisms of a segment share everything: the reversal potentials, concentrations and currents of
ions, and any subexpression that two of them have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.equations.names import CURRENT_TIME, STATE_TIME, VOLTAGE, WEIGHT
from pyneuronautofit.codegen.equations.segment import Segment, ordered_mechanisms
from pyneuronautofit.codegen.equations.solve import Solving
from pyneuronautofit.codegen.equations.tables import KNOT
from pyneuronautofit.codegen.ir.calculus import depends_on, derivative
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Name, Node, inputs_of
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable, mechanism_of
from pyneuronautofit.codegen.nmodl import tree

_ALWAYS_VARYING = frozenset({VOLTAGE, CURRENT_TIME, STATE_TIME, WEIGHT})
# Of NEURON's own: the conductance is the current's difference over this voltage, mV.
_DIFFERENCE_MV = 1e-3


@dataclass(frozen=True)
class NodeProgram:
    """The code of one kind of node, as expressions.

    Attributes
    ----------
    graph
        Of all nodes.
    variables
        What is read from NEURON, and the input that each of it is.
    states
        What is kept from step to step, by name.
    first
        Values of the states at the beginning, then the current (mA/cm2) and its slope (S/cm2)
        there; expressions of `variables` and the voltage.
    step
        The same after a step: expressions of the states, the variables and the new voltage.
    event
        The same after an event: expressions of the states, the variables, the voltage and the
        event's weight. Empty: no event can come.
    own
        For every state whether it is a variable that a mechanism has declared as a STATE, or a
        concentration: what tells whether a cell is at rest.
    """

    graph: Graph
    variables: Mapping[Name, NodeVariable]
    states: tuple[Name, ...]
    first: tuple[Node, ...]
    step: tuple[Node, ...]
    event: tuple[Node, ...] = ()
    own: tuple[bool, ...] = ()


def build_program(
    kind: NodeKind,
    mechanisms: Mapping[str, tree.Mechanism],
    *,
    single: bool,
    receiving: str = "",
) -> NodeProgram:
    """Make the program of a kind of node.

    Parameters
    ----------
    mechanisms
        By suffix; all that the kind has.
    single
        For single precision: sums are arranged so that nothing is lost in them, and the conductance
        of a current that is not linear in the voltage is its derivative. In double precision it is
        NEURON's difference quotient.
    receiving
        The mechanism of the point process that takes an event; "": none does.

    Raises
    ------
    UnsupportedModel
        If a mechanism has something that cannot be simulated.
    """
    ordered = ordered_mechanisms(kind, mechanisms)
    # What is written in a step is not known before it was executed once.
    everything = _Node(kind, ordered, lambda _name: True, single)
    everything.execute_step()
    changed = everything.changed() | _ALWAYS_VARYING
    receiver = receiver_of(kind, receiving)
    if receiver is not None:
        everything.execute_event(receiver)
        changed |= everything.changed()
    final = _Node(kind, ordered, lambda name: name in changed or name[0] in _OPAQUE, single)
    return final.program(receiver)


def receiver_of(kind: NodeKind, receiving: str) -> str | None:
    """Return the name of the point process that takes events; None: this kind has none.

    Of several of the same mechanism it is the last one that was made: the others are the cell's.
    """
    own = [name for name in kind.processes if mechanism_of(name) == receiving]
    return max(own, key=lambda name: int(name.partition("#")[2]), default=None)


# Stand-ins for values that are put in later.
_OPAQUE = frozenset({"unknown", "held", KNOT})


class _Node(Segment):
    """A node of the fixed step while its mechanisms are being executed."""

    # What currents have written, by its stand-in.
    _written: dict[Node, Node]

    # --- one step

    def execute_step(self) -> tuple[Node, Node]:
        """Execute a step; return current and slope after it."""
        self.begin()
        for mechanism in self.mechanisms:
            self._advance(mechanism)
        self.after_solve()
        self.end_step()
        return self._current_and_slope_at_constant_states()

    def _current_and_slope_at_constant_states(self) -> tuple[Node, Node]:
        self.begin_currents()
        held = self._hold()
        current, slope = self._current_and_slope()
        self._release(held)
        current, slope = self.graph.replace([current, slope], held)
        return current, slope

    def changed(self) -> frozenset[Name]:
        """Return the names of what has another value after what was executed."""
        return frozenset(
            name for name, node in self.after().items() if node is not self.graph.input(name)
        )

    def _advance(self, mechanism: tree.Mechanism) -> None:
        """Execute what the mechanism solves, at the new voltage."""
        executor = self.executors[mechanism.suffix]
        self.enter(executor, STATE_TIME)
        with executor.inside(Solving("BREAKPOINT", within_decisions=False)):
            executor.run(mechanism.of_states)
        self.leave(executor)

    # --- an event

    def execute_event(self, receiver: str) -> tuple[Node, Node]:
        """Execute what an event does before a step; return current and slope after it."""
        self.begin()
        executor = self.executors[receiver]
        self.enter(executor, STATE_TIME)
        receive = executor.mechanism.receive
        if receive is None:
            raise executor.refuse(f"POINT_PROCESS {mechanism_of(receiver)}", "it takes no events")
        self._receive(executor, receive)
        self.leave(executor)
        return self._current_and_slope_at_constant_states()

    def _receive(self, executor: Executor, receive: tree.Receive) -> None:
        graph = self.graph
        zero = graph.const(0.0)
        weight, *kept = receive.arguments
        scope = {weight: graph.input(WEIGHT), **dict.fromkeys(kept, zero)}
        # NEURON executes it when the simulation begins.
        with executor.having({**scope, "t": zero}) as begun:
            executor.run(receive.initial)
            scope.update({name: begun()[name] for name in kept})
        with executor.having(scope):
            executor.run(receive.body)

    def _current_and_slope(self) -> tuple[Node, Node]:
        self._written = {}
        currents = self.execute_currents()
        # One by one: only the slopes of those that are not linear need a difference.
        slopes = [self._slope(current) for current in currents]
        current, slope = self.graph.add(*currents), self.graph.add(*slopes)
        # What was written last may contain what was written before.
        for made, node in reversed(self._written.items()):
            self._release({made: node})
            current, slope = self.graph.replace([current, slope], {made: node})
        return current, slope

    def as_others_see(self, node: Node) -> Node:
        """Return a stand-in: the slopes of others' currents are at what a mechanism has written."""
        if not depends_on(node, [self.v]):
            return node
        made = self.graph.input(("held", str(node.number)))
        self._written[made] = node
        return made

    def _slope(self, current: Node) -> Node:
        graph = self.graph
        slope = derivative(graph, current, self.v)
        if self.single or not depends_on(slope, [self.v]):
            return slope
        moved = graph.combine(_DIFFERENCE_MV, [(1.0, self.v)])
        (ahead,) = graph.replace([current], {self.v: moved})
        return graph.multiply(graph.subtract(ahead, current), graph.const(1.0 / _DIFFERENCE_MV))

    # --- states as they are while currents are taken

    def _hold(self) -> dict[Node, Node]:
        """Put stand-ins in place of all values: the slope of a current is at constant states."""
        held: dict[Node, Node] = {}

        def stand_in(node: Node) -> Node:
            if not node.varying or (node.op == "input" and node is not self.v):
                return node
            made = self.graph.input(("held", str(node.number)))
            held[made] = node
            return made

        for executor in self.executors.values():
            executor.values = {k: stand_in(node) for k, node in executor.values.items()}
        self.ion_values = {k: stand_in(node) for k, node in self.ion_values.items()}
        return held

    def _release(self, held: dict[Node, Node]) -> None:
        for executor in self.executors.values():
            keys = list(executor.values)
            nodes = self.graph.replace([executor.values[key] for key in keys], held)
            executor.values = dict(zip(keys, nodes))
        names = list(self.ion_values)
        nodes = self.graph.replace([self.ion_values[name] for name in names], held)
        self.ion_values = dict(zip(names, nodes))

    # --- the program

    def program(self, receiver: str | None) -> NodeProgram:
        """Return the program; with what an event does, if a point process takes it."""
        graph = self.graph
        event, received = self._event(receiver)
        current, slope = self.execute_step()
        after = self.after()
        states = _kept(graph, [current, slope, *event], after, received)
        step = [*(after[name] for name in states), current, slope]
        self.begin()
        first_current, first_slope = self._current_and_slope_at_constant_states()
        at_first = self.after()
        first = [
            *(at_first.get(name, graph.input(name)) for name in states),
            first_current,
            first_slope,
        ]
        beginning = self.beginning()
        first = beginning.put_in(first, inputs_of(first))
        step = beginning.put_in(step, inputs_of(step) - set(states))
        if receiver is not None:
            event = [*(received.get(name, graph.input(name)) for name in states), *event]
            event = beginning.put_in(event, inputs_of(event) - {*states, WEIGHT})
        own = tuple(self._is_own(name) for name in states)
        return NodeProgram(
            graph, beginning.variables, tuple(states), tuple(first), tuple(step), tuple(event), own
        )

    def _event(self, receiver: str | None) -> tuple[list[Node], dict[Name, Node]]:
        """Return current and slope after an event, and what everything is then."""
        if receiver is None:
            return [], {}
        event = self.execute_event(receiver)
        return list(event), self.after()

    def _is_own(self, name: Name) -> bool:
        if name[0] == "ion":
            return tree.is_concentration(name[1], name[2])
        executor = self.executors.get(name[1])
        key = name[-1].partition("[")[0]
        return executor is not None and key in executor.mechanism.states


def _kept(
    graph: Graph,
    roots: Iterable[Node],
    after: Mapping[Name, Node],
    received: Mapping[Name, Node],
) -> list[Name]:
    """Return the names that have to be kept: needed, and different after a step or an event."""
    kept: list[Name] = []
    seen = set[Name]()
    pending = inputs_of(roots)
    while pending:
        name = min(pending)
        seen.add(name)
        own = graph.input(name)
        nodes = [found[name] for found in (after, received) if found.get(name, own) is not own]
        if nodes:
            kept.append(name)
            pending |= inputs_of(nodes)
        pending -= seen
    return kept
