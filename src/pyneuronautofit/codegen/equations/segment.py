"""Executing all mechanisms of a segment together.

They share the reversal potentials, concentrations and currents of ions: what one of them writes,
the next reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.equations.initial import Beginning
from pyneuronautofit.codegen.equations.names import (
    CURRENT_TIME,
    STATE_TIME,
    STEP,
    VOLTAGE,
    Before,
    mechanism_name,
)
from pyneuronautofit.codegen.equations.passes import check_repeated
from pyneuronautofit.codegen.equations.physics import nernst
from pyneuronautofit.codegen.equations.shared import COMMON, base_of, left_name, shared_in_steps
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Name, Node
from pyneuronautofit.codegen.kinds import IonUse, NodeKind, mechanism_of
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.walking import word_of

# nA over um2 in mA/cm2.
_PER_AREA = 100.0


def order_of_execution(kind: NodeKind, mechanisms: Mapping[str, tree.Mechanism]) -> tuple[str, ...]:
    """Return the mechanisms in the order in which NEURON executes them.

    Those that write a concentration come first, the last one to be registered before the others;
    then the rest as they were registered. Point processes are taken as registered last.
    """
    present = (*kind.mechanisms, *kind.processes)
    writers = [name for name in present if mechanisms[mechanism_of(name)].writes_concentration]
    others = [name for name in present if name not in writers]
    return (*reversed(writers), *others)


def ordered_mechanisms(
    kind: NodeKind, mechanisms: Mapping[str, tree.Mechanism]
) -> tuple[tree.Mechanism, ...]:
    """Return what a segment executes, in that order; every point process under its own name.

    Parameters
    ----------
    mechanisms
        By suffix; all that the kind has.
    """
    return tuple(
        replace(
            mechanisms[mechanism_of(name)],
            suffix=name,
            tables=mechanism_of(name) in kind.tabulated,
            curves={curve: what for of, curve, what in kind.curves if of == mechanism_of(name)},
        )
        for name in order_of_execution(kind, mechanisms)
    )


class Segment:
    """A segment while its mechanisms are being executed.

    Parameters
    ----------
    kind
        What stands in it.
    mechanisms
        In the order in which they are executed.
    is_varying
        Says of an input's name whether it changes during a simulation.
    single
        Whether the expressions are for single precision.

    Attributes
    ----------
    graph
        Of all expressions.
    ions
        By name.
    ion_values
        Values of the ions' variables, those that were read or written.
    executors
        By suffix.
    v
        The voltage.
    """

    def __init__(
        self,
        kind: NodeKind,
        mechanisms: tuple[tree.Mechanism, ...],
        is_varying: Callable[[Name], bool],
        single: bool,
    ) -> None:
        self.graph = Graph(is_varying)
        self.ions = {ion.name: ion for ion in kind.ions}
        self.mechanisms = mechanisms
        self.single = single
        self.ion_values: dict[Name, Node] = {}
        self.executors: dict[str, Executor] = {}
        self._shared = {m.suffix: shared_in_steps(m) for m in mechanisms}
        self._left: dict[Name, set[Node]] = {}
        self.v = self.graph.input(VOLTAGE)

    def begin(self) -> None:
        """Forget what was executed."""
        self._forget_shared(self.executors.values())
        self.ion_values = {}
        self.executors = {
            mechanism.suffix: Executor(
                self.graph,
                mechanism,
                Before(self.graph, mechanism),
                shared=self._shared[mechanism.suffix],
                single=self.single,
            )
            for mechanism in self.mechanisms
        }

    def enter(self, executor: Executor, time: Name) -> None:
        """Begin a pass: give a mechanism what it takes from outside."""
        graph, mechanism = self.graph, executor.mechanism
        self._forget_shared([executor])
        executor.values["v"] = self.v
        executor.values["t"] = graph.input(time)
        executor.values["dt"] = graph.input(STEP)
        for ion in mechanism.ions:
            for name in ion.reads + ion.writes:
                if name in ion.reads or tree.is_kept(ion.name, name):
                    executor.values[name] = self.ion_value(ion.name, name)

    def _forget_shared(self, executors: Iterable[Executor]) -> None:
        for executor in executors:
            for key, node in executor.forget_shared().items():
                name = left_name(executor.mechanism.suffix, key)
                self._left.setdefault(name, set()).add(node)

    def beginning(self) -> Beginning:
        """Return what things are when a simulation begins, once all passes were executed."""
        self._forget_shared(self.executors.values())
        for mechanism in self.mechanisms:
            check_repeated(mechanism)
        beginning = Beginning(self.graph, self.mechanisms, self.ions, self._left)
        for suffix, executor in self.executors.items():
            beginning.assume(suffix, executor.assumed)
        return beginning

    def leave(self, executor: Executor) -> None:
        """Take the concentrations and reversal potentials that a mechanism has written."""
        for ion, name in _kept_variables(executor.mechanism):
            self.ion_values["ion", ion, name] = executor.value(name)

    def as_others_see(self, node: Node) -> Node:
        """Return what others are given of what a mechanism with a current writes."""
        return node

    def execute_timed(self, body_of: Callable[[tree.Mechanism], tree.Body], time: Name) -> None:
        """Execute a BEFORE or AFTER block of all mechanisms."""
        for mechanism in self.mechanisms:
            body = body_of(mechanism)
            if body:
                executor = self.executors[mechanism.suffix]
                self.enter(executor, time)
                with executor.inside(_NoSolve()):
                    executor.run(body)
                self.leave(executor)

    def after_solve(self) -> None:
        """Execute what comes after all that mechanisms solve."""
        self.execute_timed(lambda mechanism: mechanism.after_solve, STATE_TIME)

    def end_step(self) -> None:
        """Execute what comes last in a step."""
        self.execute_timed(lambda mechanism: mechanism.before_step, STATE_TIME)

    def begin_currents(self) -> None:
        """Execute what comes before all currents."""
        self.execute_timed(lambda mechanism: mechanism.before_breakpoint, CURRENT_TIME)

    def execute_currents(self) -> list[Node]:
        """Execute all BREAKPOINTs without what they solve; return their currents, one by one.

        What is there before has been made by `begin_currents`.
        """
        for ion in self.ions.values():
            if ion.eadvance:
                self.ion_values["ion", ion.name, f"e{ion.name}"] = self._nernst(ion)
        totals: dict[Name, list[Node]] = {}
        currents: list[Node] = []
        for mechanism in self.mechanisms:
            if not mechanism.has_current:
                continue
            executor = self.executors[mechanism.suffix]
            self.enter(executor, CURRENT_TIME)
            with executor.inside(_NoSolve()):
                executor.run(mechanism.of_currents)
            for ion_name, name in _kept_variables(mechanism):
                written = self.as_others_see(executor.value(name))
                self.ion_values["ion", ion_name, name] = written
            currents += [self._density(executor, name) for name in mechanism.currents]
            for ion_name, name in _written_currents(mechanism):
                currents.append(self._density(executor, name))
                totals.setdefault(("ion", ion_name, name), []).append(currents[-1])
        for total, parts in totals.items():
            self.ion_values[total] = self.graph.add(*parts)
        return currents

    def _density(self, executor: Executor, name: str) -> Node:
        """Return a current of a mechanism, mA/cm2; that of a point process is spread out."""
        current, graph = executor.value(name), self.graph
        if not executor.mechanism.is_process:
            return current
        area = graph.input(("segment", "area"))
        return graph.multiply(graph.const(_PER_AREA), current, graph.product([(area, -1)]))

    def ion_value(self, ion: str, name: str) -> Node:
        """Return the value of an ion's variable."""
        key = ("ion", ion, name)
        if key not in self.ion_values:
            self.ion_values[key] = self.graph.input(key)
        return self.ion_values[key]

    def after(self) -> dict[Name, Node]:
        """Return the values of everything that was read or written."""
        after = dict(self.ion_values)
        for suffix, executor in self.executors.items():
            copies = copied_from_ions(executor.mechanism)
            for key, node in executor.values.items():
                if key not in copies and key not in COMMON and base_of(key) not in executor.shared:
                    after[mechanism_name(suffix, key)] = node
        return after

    def _nernst(self, ion: IonUse) -> Node:
        graph, name = self.graph, ion.name
        inside, outside = self.ion_value(name, f"{name}i"), self.ion_value(name, f"{name}o")
        valence = graph.const(ion.valence)
        return nernst(graph, inside, outside, valence, graph.input(("celsius",)))


class _NoSolve:
    """Refuses what does not belong into BREAKPOINT."""

    within_decisions = True

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Refuse."""
        raise executor.refuse(word_of(statement), "inside of a decision or a loop of BREAKPOINT")


def _kept_variables(mechanism: tree.Mechanism) -> list[tuple[str, str]]:
    return [
        (ion.name, name)
        for ion in mechanism.ions
        for name in ion.writes
        if tree.is_kept(ion.name, name)
    ]


def _written_currents(mechanism: tree.Mechanism) -> list[tuple[str, str]]:
    return [
        (ion.name, name) for ion in mechanism.ions for name in ion.writes if name == f"i{ion.name}"
    ]


def copied_from_ions(mechanism: tree.Mechanism) -> set[str]:
    """Return the variables that a mechanism takes from its ions each time it is executed."""
    return {
        name
        for ion in mechanism.ions
        for name in (*ion.reads, *ion.writes)
        if name in ion.reads or tree.is_kept(ion.name, name)
    }
