"""What happens in a segment during one time step: all its mechanisms as one set of expressions.

NEURON's fixed step takes the currents at the old voltage, solves the tree, and then advances the
states at the new voltage with the ionic currents of before. From one solution of the tree to the
next, a segment therefore does two things in a row, which are one piece of code here: advance the
states, then compute the current and its slope for the next solution.

Mechanisms of a segment share everything: the reversal potentials, concentrations and currents of
ions, and any subexpression that two of them have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pyneuronautofit.simulators.batch.beginning import Beginning
from pyneuronautofit.simulators.batch.ir.calculus import depends_on, derivative
from pyneuronautofit.simulators.batch.ir.graph import Graph
from pyneuronautofit.simulators.batch.ir.node import Name, Node, inputs_of
from pyneuronautofit.simulators.batch.names import (
    CURRENT_TIME,
    STATE_TIME,
    STEP,
    VOLTAGE,
    Before,
    mechanism_name,
)
from pyneuronautofit.simulators.batch.nmodl import tree
from pyneuronautofit.simulators.batch.nmodl.execute import Executor, word_of
from pyneuronautofit.simulators.batch.nmodl.physics import nernst
from pyneuronautofit.simulators.batch.nmodl.solve import solve
from pyneuronautofit.simulators.batch.structure import IonUse, NodeKind, Variable

_ALWAYS_VARYING = frozenset({VOLTAGE, CURRENT_TIME, STATE_TIME})
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
    """

    graph: Graph
    variables: Mapping[Name, Variable]
    states: tuple[Name, ...]
    first: tuple[Node, ...]
    step: tuple[Node, ...]


def build_program(
    kind: NodeKind, mechanisms: Mapping[str, tree.Mechanism], *, single: bool
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

    Raises
    ------
    UnsupportedModel
        If a mechanism has something that cannot be simulated.
    """
    ordered = tuple(mechanisms[suffix] for suffix in order_of_execution(kind, mechanisms))
    # What is written in a step is not known before it was executed once.
    everything = _Node(kind, ordered, lambda _name: True, single)
    everything.execute_step()
    changed = everything.changed() | _ALWAYS_VARYING
    final = _Node(kind, ordered, lambda name: name in changed or name[0] in _OPAQUE, single)
    return final.program()


def order_of_execution(kind: NodeKind, mechanisms: Mapping[str, tree.Mechanism]) -> tuple[str, ...]:
    """Return the mechanisms in the order in which NEURON executes them.

    Those that write a concentration come first, the last one to be registered before the others;
    then the rest as they were registered.
    """
    writers = [suffix for suffix in kind.mechanisms if mechanisms[suffix].writes_concentration]
    others = [suffix for suffix in kind.mechanisms if suffix not in writers]
    return (*reversed(writers), *others)


# Stand-ins for values that are put in later.
_OPAQUE = frozenset({"unknown", "held"})


class _Node:
    """A node while its mechanisms are being executed."""

    def __init__(
        self,
        kind: NodeKind,
        mechanisms: tuple[tree.Mechanism, ...],
        is_varying: Callable[[Name], bool],
        single: bool,
    ) -> None:
        self._graph = Graph(is_varying)
        self._ions = {ion.name: ion for ion in kind.ions}
        self._mechanisms = mechanisms
        self._single = single
        self._ion_values: dict[Name, Node] = {}
        self._executors: dict[str, Executor] = {}
        self._v = self._graph.input(VOLTAGE)

    # --- one step

    def execute_step(self) -> tuple[Node, Node]:
        """Execute a step; return current and slope after it."""
        self._begin()
        for mechanism in self._mechanisms:
            self._advance(mechanism)
        held = self._hold()
        current, slope = self._current_and_slope()
        self._release(held)
        current, slope = self._graph.replace([current, slope], held)
        return current, slope

    def changed(self) -> frozenset[Name]:
        """Return the names of what has another value after what was executed."""
        return frozenset(
            name for name, node in self._after().items() if node is not self._graph.input(name)
        )

    def _begin(self) -> None:
        self._ion_values = {}
        self._executors = {
            mechanism.suffix: Executor(
                self._graph, mechanism, Before(self._graph, mechanism), single=self._single
            )
            for mechanism in self._mechanisms
        }

    def _advance(self, mechanism: tree.Mechanism) -> None:
        """Execute what the mechanism solves, at the new voltage."""
        executor = self._executors[mechanism.suffix]
        self._enter(executor, STATE_TIME)
        for statement in mechanism.breakpoint:
            if isinstance(statement, tree.Solve):
                solve(executor, statement)
        self._leave(executor)

    def _current_and_slope(self) -> tuple[Node, Node]:
        graph = self._graph
        for ion in self._ions.values():
            if ion.eadvance:
                self._ion_values["ion", ion.name, f"e{ion.name}"] = self._nernst(ion)
        totals: dict[Name, list[Node]] = {}
        currents: list[Node] = []
        for mechanism in self._mechanisms:
            executor = self._executors[mechanism.suffix]
            self._enter(executor, CURRENT_TIME)
            with executor.inside(_NoSolve()):
                executor.run(
                    tuple(s for s in mechanism.breakpoint if not isinstance(s, tree.Solve))
                )
            currents += [executor.value(name) for name in mechanism.currents]
            for ion_name, name in _written_currents(mechanism):
                currents.append(executor.value(name))
                totals.setdefault(("ion", ion_name, name), []).append(executor.value(name))
        for total, parts in totals.items():
            self._ion_values[total] = graph.add(*parts)
        # One by one: only the slopes of those that are not linear need a difference.
        slopes = [self._slope(current) for current in currents]
        return graph.add(*currents), graph.add(*slopes)

    def _slope(self, current: Node) -> Node:
        graph = self._graph
        slope = derivative(graph, current, self._v)
        if self._single or not depends_on(slope, [self._v]):
            return slope
        moved = graph.combine(_DIFFERENCE_MV, [(1.0, self._v)])
        (ahead,) = graph.replace([current], {self._v: moved})
        return graph.multiply(graph.subtract(ahead, current), graph.const(1.0 / _DIFFERENCE_MV))

    def _enter(self, executor: Executor, time: Name) -> None:
        graph, mechanism = self._graph, executor.mechanism
        executor.values["v"] = self._v
        executor.values["t"] = graph.input(time)
        executor.values["dt"] = graph.input(STEP)
        for ion in mechanism.ions:
            for name in ion.reads + ion.writes:
                if name in ion.reads or tree.is_concentration(ion.name, name):
                    executor.values[name] = self._ion_value(ion.name, name)

    def _leave(self, executor: Executor) -> None:
        for ion in executor.mechanism.ions:
            for name in ion.writes:
                if tree.is_concentration(ion.name, name):
                    self._ion_values["ion", ion.name, name] = executor.value(name)

    def _ion_value(self, ion: str, name: str) -> Node:
        key = ("ion", ion, name)
        if key not in self._ion_values:
            self._ion_values[key] = self._graph.input(key)
        return self._ion_values[key]

    def _nernst(self, ion: IonUse) -> Node:
        graph, name = self._graph, ion.name
        inside, outside = self._ion_value(name, f"{name}i"), self._ion_value(name, f"{name}o")
        valence = graph.const(ion.valence)
        return nernst(graph, inside, outside, valence, graph.input(("celsius",)))

    # --- states as they are while currents are taken

    def _hold(self) -> dict[Node, Node]:
        """Put stand-ins in place of all values: the slope of a current is at constant states."""
        held: dict[Node, Node] = {}

        def stand_in(node: Node) -> Node:
            if not node.varying or (node.op == "input" and node is not self._v):
                return node
            made = self._graph.input(("held", str(node.number)))
            held[made] = node
            return made

        for executor in self._executors.values():
            executor.values = {k: stand_in(node) for k, node in executor.values.items()}
        self._ion_values = {k: stand_in(node) for k, node in self._ion_values.items()}
        return held

    def _release(self, held: dict[Node, Node]) -> None:
        for executor in self._executors.values():
            keys = list(executor.values)
            nodes = self._graph.replace([executor.values[key] for key in keys], held)
            executor.values = dict(zip(keys, nodes))
        names = list(self._ion_values)
        nodes = self._graph.replace([self._ion_values[name] for name in names], held)
        self._ion_values = dict(zip(names, nodes))

    def _after(self) -> dict[Name, Node]:
        """Return the values of everything that was read or written."""
        after = dict(self._ion_values)
        for suffix, executor in self._executors.items():
            copies = _copied_from_ions(executor.mechanism)
            for key, node in executor.values.items():
                if key not in copies and key not in _COMMON:
                    after[mechanism_name(suffix, key)] = node
        return after

    # --- the program

    def program(self) -> NodeProgram:
        """Return the program."""
        graph = self._graph
        current, slope = self.execute_step()
        after = self._after()
        states = _kept(graph, [current, slope], after)
        step = [*(after[name] for name in states), current, slope]
        self._begin()
        first_current, first_slope = self._current_and_slope()
        at_first = self._after()
        first = [
            *(at_first.get(name, graph.input(name)) for name in states),
            first_current,
            first_slope,
        ]
        beginning = Beginning(graph, self._mechanisms, self._ions)
        first = beginning.put_in(first, inputs_of(first))
        step = beginning.put_in(step, inputs_of(step) - set(states))
        return NodeProgram(graph, beginning.variables, tuple(states), tuple(first), tuple(step))


def _kept(graph: Graph, roots: Iterable[Node], after: Mapping[Name, Node]) -> list[Name]:
    """Return the names that have to be kept: needed, and different after a step."""
    kept: list[Name] = []
    seen = set[Name]()
    pending = inputs_of(roots)
    while pending:
        name = min(pending)
        seen.add(name)
        node = after.get(name)
        if node is not None and node is not graph.input(name):
            kept.append(name)
            pending |= inputs_of([node])
        pending -= seen
    return kept


_COMMON = frozenset({"v", "t", "dt", "celsius", "diam", "area"})


class _NoSolve:
    """Refuses what does not belong into BREAKPOINT."""

    within_decisions = True

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Refuse."""
        raise executor.refuse(word_of(statement), "inside of a decision or a loop of BREAKPOINT")


def _written_currents(mechanism: tree.Mechanism) -> list[tuple[str, str]]:
    return [
        (ion.name, name) for ion in mechanism.ions for name in ion.writes if name == f"i{ion.name}"
    ]


def _copied_from_ions(mechanism: tree.Mechanism) -> set[str]:
    """Return the variables that a mechanism takes from its ions each time it is executed."""
    return {
        name
        for ion in mechanism.ions
        for name in (*ion.reads, *ion.writes)
        if name in ion.reads or tree.is_concentration(ion.name, name)
    }
