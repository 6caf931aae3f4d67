"""What a segment's variables are when a simulation begins: read from NEURON, or made by INITIAL.

NEURON shows most of them in every segment, after it has initialised the cell. Those that it keeps
to itself follow from what INITIAL does, which is executed here for them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.equations.names import (
    CURRENT_TIME,
    STATE_TIME,
    STEP,
    VOLTAGE,
    Before,
    mechanism_name,
)
from pyneuronautofit.codegen.equations.shared import (
    LEFT,
    STALE,
    base_of,
    is_shared,
    is_uniform,
    left_name,
    refused,
    shared_anywhere,
)
from pyneuronautofit.codegen.equations.solve import Solving
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Name, Node, inputs_of
from pyneuronautofit.codegen.kinds import IonUse, NodeVariable, mechanism_of
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.errors import UnsupportedModel

_BEFORE = (
    "INITIAL reads it before it is assigned: NEURON keeps one value for all segments, and what is "
    "read is what another segment or another cell has left; call first what assigns it"
)
_CELSIUS = NodeVariable("global", "", "celsius", None)


class Beginning:
    """What things are when a simulation begins.

    Parameters
    ----------
    left
        Names of what segments leave in shared variables (`shared.py`), and all that is.

    Attributes
    ----------
    variables
        What is read from NEURON, and the input that each of it is.

    Raises
    ------
    UnsupportedModel
        If INITIAL makes something from what another segment has left.
    """

    def __init__(
        self,
        graph: Graph,
        mechanisms: Iterable[tree.Mechanism],
        ions: Mapping[str, IonUse],
        left: Mapping[Name, Collection[Node]] = MappingProxyType({}),
    ) -> None:
        self._graph = graph
        self._mechanisms = {mechanism.suffix: mechanism for mechanism in mechanisms}
        self._ions = ions
        self._left = left
        self._shared = {s: shared_anywhere(m) for s, m in self._mechanisms.items()}
        for suffix, mechanism in self._mechanisms.items():
            if self._shared[suffix]:
                check_initial(mechanism, self._shared[suffix])
        self._initialised: dict[str, Executor] = {}
        self.variables: dict[Name, NodeVariable] = {}

    def assume(self, suffix: str, values: Mapping[str, float]) -> None:
        """Let cells be refused whose PARAMETERs are others than these, by name."""
        mechanism = self._mechanisms[suffix]
        for key, value in values.items():
            if mechanism.is_readable(key):
                variable = NodeVariable("mechanism", suffix, key, None, value)
            else:
                variable = replace(_global(suffix, key, None), expected=value)
            name = ("read", variable.owner, variable.mechanism, variable.name, "")
            self.variables[name] = variable

    def put_in(self, roots: list[Node], names: set[Name]) -> list[Node]:
        """Replace inputs by what they are when the simulation begins."""
        graph = self._graph
        known = {
            graph.input(name): self._value(name)
            for name in sorted(names)
            if name not in {VOLTAGE, CURRENT_TIME, STATE_TIME, STEP} and name[0] != "read"
        }
        return graph.replace(roots, known)

    def _value(self, name: Name) -> Node:
        if name[0] == LEFT:
            return self._left_value(name)
        if name[0] == STALE:
            why = (
                "a block with a TABLE assigns it, but it is not in the TABLE: NEURON executes that "
                "only where it makes the table; assign it in another block"
            )
            raise refused(self._mechanisms[name[1]], name[2], why)
        if name[0] == "mechanism":
            return self._mechanism_value(*name[1:])
        if name[0] == "ion":
            return self._read(NodeVariable("ion", name[1], name[2], None))
        if name[0] == "segment":
            return self._read(NodeVariable("segment", "", name[1], None))
        return self._read(_CELSIUS)

    def _mechanism_value(self, suffix: str, key: str) -> Node:
        mechanism = self._mechanisms[suffix]
        name, index = _split(key)
        if mechanism.is_readable(name):
            return self._read(NodeVariable("mechanism", suffix, name, index))
        if name in mechanism.parameters and mechanism.is_global(name):
            made = self._made(suffix, key)
            if made is not None and not self._is_known(mechanism, key, made):
                raise refused(mechanism, key, _BEFORE)
            return self._read(_global(suffix, name, index))
        own = mechanism_name(suffix, key)
        made = self._initial(suffix).values.get(key, self._graph.input(own))
        if is_shared(mechanism, name):
            return self._shared_value(mechanism, key, made)
        if made is self._graph.input(own):
            if not mechanism.declares(name):
                raise self._initial(suffix).refuse(name, "the file does not declare it")
            return self._graph.const(0.0)  # nobody has given it a value: NEURON begins with 0
        made = self._from_before_initial(suffix, made)
        (value,) = self.put_in([made], inputs_of([made]))
        return value

    def _shared_value(self, mechanism: tree.Mechanism, key: str, made: Node) -> Node:
        """Return what the last segment has left in a variable that INITIAL alone may assign."""
        suffix, (name, index) = mechanism.suffix, _split(key)
        inputs = inputs_of([made])
        if is_uniform(mechanism, self._shared[suffix], inputs - {mechanism_name(suffix, key)}):
            if mechanism_name(suffix, key) not in inputs:
                (value,) = self.put_in([made], inputs)
                return value
            if not mechanism.is_global(name):
                return self._graph.const(0.0)  # nobody has given it a value
        if not self._is_known(mechanism, key, made):
            raise refused(mechanism, key, _BEFORE)
        if mechanism.is_global(name):
            return self._read(_global(suffix, name, index))
        raise refused(mechanism, key)

    def _made(self, suffix: str, key: str) -> Node | None:
        """Return what INITIAL makes of a variable; None, with nothing read, if that is nothing."""
        was_executed, before = suffix in self._initialised, dict(self.variables)
        made = self._initial(suffix).values.get(key)
        if made is None and not was_executed:
            del self._initialised[suffix]
            for name in self.variables.keys() - before.keys():
                del self.variables[name]
        return made

    def _is_known(self, mechanism: tree.Mechanism, key: str, made: Node) -> bool:
        """Say whether what INITIAL makes does not depend on the cells that were there before."""
        left = any(each[0] == LEFT for each in inputs_of([made]))
        return not left or self._is_computed_once(mechanism, key, made)

    def _is_computed_once(self, mechanism: tree.Mechanism, key: str, made: Node) -> bool:
        """Say whether the first segment of all gives a variable a value that stays."""
        suffix, before = mechanism.suffix, self._graph.input(left_name(mechanism.suffix, key))
        if made.op != "select" or before not in made.args[1:]:
            return False
        others = inputs_of([node for node in made.args[1:] if node is not before])
        return is_uniform(mechanism, self._shared[suffix], others)

    def _left_value(self, name: Name) -> Node:
        """Return what is in a shared variable whichever segment was the last; else refuse it."""
        _left, suffix, key = name
        mechanism, own = self._mechanisms[suffix], self._graph.input(name)
        found = {*self._left.get(name, ()), self._initial(suffix).values.get(key, own)}
        if len(found) > 1 or not is_uniform(mechanism, self._shared[suffix], inputs_of(found)):
            raise refused(mechanism, key)
        (value,) = self.put_in(list(found), inputs_of(found))
        return value

    def _from_before_initial(self, suffix: str, made: Node) -> Node:
        """Replace what INITIAL read before it wrote it: that is not what is read afterwards."""
        graph, executor = self._graph, self._initial(suffix)
        begun: dict[Node, Node] = {}
        for name in sorted(inputs_of([made])):
            # Of ions, variables are known in the mechanism by their last part, too.
            key, before = name[-1], graph.input(name)
            of_mechanism = name[:2] == ("mechanism", suffix)
            if not (of_mechanism or name[0] == "ion") or executor.values.get(key) is before:
                continue
            variable = _split(key)[0]
            mechanism = executor.mechanism
            if not of_mechanism or mechanism.is_readable(variable) or mechanism.is_global(variable):
                raise executor.refuse("INITIAL", f"it needs what {key} was before it")
            begun[before] = graph.const(0.0)
        (replaced,) = graph.replace([made], begun)
        return replaced

    def _initial(self, suffix: str) -> Executor:
        """Execute INITIAL, once."""
        if suffix not in self._initialised:
            mechanism, voltage = self._mechanisms[suffix], NodeVariable("segment", "", "v", None)
            executor = _begun(self._graph, mechanism, self._read(voltage), self._shared[suffix])
            self._initialised[suffix] = executor
            with executor.inside(Solving("INITIAL")):
                executor.run(mechanism.initial)
            self.assume(suffix, executor.assumed)
        return self._initialised[suffix]

    def _read(self, variable: NodeVariable) -> Node:
        place = "" if variable.index is None else str(variable.index)
        name = ("read", variable.owner, variable.mechanism, variable.name, place)
        self.variables.setdefault(name, variable)
        return self._graph.input(name)


def check_initial(mechanism: tree.Mechanism, shared: frozenset[str]) -> None:
    """Refuse an INITIAL that makes something from what another segment has left.

    What NEURON shows after it would do, but depends on the cells that were there before.

    Parameters
    ----------
    shared
        The shared variables that are assigned.

    Raises
    ------
    UnsupportedModel
        If it does.
    """
    graph = Graph(lambda _name: True)
    executor = _begun(graph, mechanism, graph.input(VOLTAGE), shared)
    # What cannot be executed here is executed by NEURON, and what it does is not known.
    with contextlib.suppress(UnsupportedModel), executor.inside(Solving("INITIAL")):
        executor.run(mechanism.initial)
    made = [node for key, node in executor.values.items() if base_of(key) not in shared]
    for name in sorted(inputs_of(made)):
        if name[0] == LEFT:
            raise refused(mechanism, name[-1], _BEFORE)


def _begun(
    graph: Graph, mechanism: tree.Mechanism, voltage: Node, shared: frozenset[str]
) -> Executor:
    """Return what executes INITIAL."""
    executor = Executor(graph, mechanism, Before(graph, mechanism), shared=shared, initial=True)
    executor.values["v"] = voltage
    executor.values["t"] = graph.const(0.0)
    executor.values["dt"] = graph.input(STEP)
    for ion in mechanism.ions:
        for name in (*ion.reads, *ion.writes):
            executor.values[name] = graph.input(("ion", ion.name, name))
    return executor


def _global(suffix: str, name: str, index: int | None) -> NodeVariable:
    # All point processes of a mechanism have it in common.
    return NodeVariable("global", mechanism_of(suffix), name, index)


def _split(key: str) -> tuple[str, int | None]:
    name, bracket, index = key.partition("[")
    return name, int(index[:-1]) if bracket else None
