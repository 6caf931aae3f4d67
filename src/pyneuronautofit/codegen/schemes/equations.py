"""The differential equations of a segment, all its mechanisms together.

Where `fixed_step.py` says what NEURON's fixed step does, this says what it approximates
(docs/integrators.md, eq. 1): the current as a function of voltage and states, and x' of every
state. Whatever a mechanism computes on the way (rates, reversal potentials, the current of an ion
that a pool takes up) is put into these expressions. What is left over, a variable that a mechanism
changes from step to step without a differential equation, is kept and updated once a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.equations.names import (
    CURRENT_TIME,
    STATE_TIME,
    STEP,
    VOLTAGE,
    mechanism_name,
)
from pyneuronautofit.codegen.equations.rates import Rates, collect
from pyneuronautofit.codegen.equations.segment import Segment, copied_from_ions, ordered_mechanisms
from pyneuronautofit.codegen.equations.shared import COMMON, base_of
from pyneuronautofit.codegen.equations.tables import KNOT
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Name, Node, inputs_of
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.codegen.nmodl import tree

# The step's own inputs; that of the late voltage and others are of `adaptive_step`.
_OF_STEP = frozenset({VOLTAGE, CURRENT_TIME, STATE_TIME, STEP})


@dataclass(frozen=True)
class Equations:
    """The equations of one kind of node.

    Attributes
    ----------
    graph
        Of all expressions. Inputs: voltage, time, states, and what `variables` has.
    variables
        What is read from NEURON, and the input that each of it is.
    current
        Through the membrane, mA/cm2, outward positive.
    rates
        x' of every state, in 1/ms times the state's unit.
    together
        Groups of states that one block has the equations of.
    laws
        Conservation laws: (states and their counts, total).
    corrections
        For states that a block sets to something before its equation is used (limits): what to.
    updates
        What has no equation: its value after a step.
    first
        Values of states and of `updates` when a simulation begins; expressions of `variables`.
    """

    graph: Graph
    variables: dict[Name, NodeVariable]
    current: Node
    rates: dict[Name, Node]
    together: tuple[tuple[Name, ...], ...]
    laws: tuple[tuple[dict[Name, float], Node], ...]
    corrections: dict[Name, Node]
    updates: dict[Name, Node]
    first: dict[Name, Node]


def build_equations(
    kind: NodeKind, mechanisms: Mapping[str, tree.Mechanism], *, single: bool
) -> Equations:
    """Find the equations of a kind of node.

    Parameters
    ----------
    mechanisms
        By suffix; all that the kind has.
    single
        For single precision.

    Raises
    ------
    UnsupportedModel
        If a mechanism has something that cannot be simulated.
    """
    ordered = ordered_mechanisms(kind, mechanisms)
    # Which inputs vary is not known before the mechanisms were executed once.
    everything = _CollectingSegment(kind, ordered, lambda _name: True, single).found()
    varying = _OF_STEP | set(everything.rates) | set(everything.updates)
    return _CollectingSegment(
        kind, ordered, lambda n: n in varying or n[0] in _STAND_INS, single
    ).found()


_STAND_INS = frozenset({"unknown", "no", "step", "past", "middle", KNOT})


class _CollectingSegment(Segment):
    """A segment whose equations are being collected."""

    def found(self) -> Equations:
        """Return the equations."""
        self.begin()
        collected = {
            mechanism.suffix: self._collect(self.executors[mechanism.suffix])
            for mechanism in self.mechanisms
        }
        rates, together, laws = _by_name(self.executors, collected)
        made = self._put_stand_ins(set(rates), _SOLVED[0])
        self.after_solve()
        made |= self._put_stand_ins(set(rates), _SOLVED[1])
        self.end_step()
        solved = self.after()
        made |= self._put_stand_ins(set(rates), _SOLVED[2])
        self.begin_currents()
        current = self.graph.add(*self.execute_currents())
        laws = [_of_rates(self.graph, *law, rates) for law in laws]
        corrections = {
            name: solved[name]
            for name in rates
            if name in solved and solved[name] is not self.graph.input(name)
        }
        roots = [current, *rates.values(), *(total for _weights, total in laws)]
        roots += corrections.values()
        after = {**self.after(), **made}
        kept = _kept(self.graph, roots, after, {*rates} | _OF_STEP)
        put_in = _Substitution(self.graph, after, {*rates, *kept} | _OF_STEP)
        # What a block has just updated is, to the equations, the value that is kept.
        names = {self.graph.input(name): self.graph.input(_variable(name)) for name in kept}
        roots = self.graph.replace([put_in(root) for root in roots], names)
        nodes = self.graph.replace([put_in(after[name]) for name in kept], names)
        updates = dict(zip(map(_variable, kept), nodes))
        beginning = self.beginning()
        states = {*rates, *updates}

        def read(node: Node, others: Iterable[Name] = ()) -> Node:
            (made,) = beginning.put_in([node], inputs_of([node]) - set(others) - _OF_STEP)
            return made

        current, *rest = (read(root, states) for root in roots)
        return Equations(
            self.graph,
            beginning.variables,
            current,
            dict(zip(rates, rest)),
            together,
            tuple((w, total) for (w, _t), total in zip(laws, rest[len(rates) :])),
            dict(zip(corrections, rest[len(rates) + len(laws) :], strict=True)),
            {name: read(node, states) for name, node in updates.items()},
            {name: read(self.graph.input(name)) for name in sorted(states)},
        )

    def _collect(self, executor: Executor) -> Rates:
        found = Rates()
        self.enter(executor, STATE_TIME)
        collect(executor, found)
        self.leave(executor)
        return found

    def _put_stand_ins(self, states: set[Name], when: str) -> dict[Name, Node]:
        """Put stand-ins in place of what blocks have assigned; return what they stand for.

        Currents take what a block has made of a variable, and the next step begins with what the
        currents leave of it: two values of one variable. States have an equation, and one value.
        """
        made: dict[Name, Node] = {}

        def stand_in(name: Name, node: Node) -> Node:
            known = {self.graph.input((earlier, *name)) for earlier in _SOLVED}
            if name in states or not node.varying or node in {self.graph.input(name), *known}:
                return node
            made[when, *name] = node
            return self.graph.input((when, *name))

        for suffix, executor in self.executors.items():
            others = copied_from_ions(executor.mechanism) | COMMON | executor.shared
            executor.values = {
                key: node if base_of(key) in others else stand_in(mechanism_name(suffix, key), node)
                for key, node in executor.values.items()
            }
        self.ion_values = {name: stand_in(name, node) for name, node in self.ion_values.items()}
        return made


# How the name of a variable begins that stands for what a block has made of it: what is solved,
# what comes after that, and what is last in a step.
_SOLVED = ("solved", "after solve", "end of step")


def _variable(name: Name) -> Name:
    """Return the name of the variable that a stand-in is a value of, or a variable's own."""
    return name[1:] if name[0] in _SOLVED else name


def _kept(
    graph: Graph, roots: Iterable[Node], after: Mapping[Name, Node], states: set[Name]
) -> list[Name]:
    """Return what has to be kept although it has no equation: what is made from itself.

    Of what is made from each other one is enough: what a block has made, if there is such.
    """
    kept: list[Name] = []

    def visit(name: Name, above: tuple[Name, ...], seen: set[Name]) -> None:
        """Go through all that a name is made from, down to what is kept already."""
        node = after.get(name)
        if name in states or name in kept or node is None or node is graph.input(name):
            return
        if name in above:
            circle = above[above.index(name) :]
            kept.append(next((each for each in circle if each[0] in _SOLVED), name))
        elif name not in seen:
            seen.add(name)
            for other in sorted(inputs_of([node])):
                visit(other, (*above, name), seen)

    n_before = -1
    while len(kept) > n_before:
        n_before = len(kept)
        seen: set[Name] = set()
        for name in sorted(inputs_of(roots)):
            visit(name, (), seen)
    return sorted(kept)


class _Substitution:
    """Puts what variables are made from in the place of variables.

    Parameters
    ----------
    after
        What every variable is, once all was executed.
    left
        Inputs that stay.
    """

    def __init__(self, graph: Graph, after: Mapping[Name, Node], left: set[Name]) -> None:
        self._graph = graph
        self._known: dict[Node, Node] = {}
        self._after = after
        self._left = left

    def __call__(self, node: Node) -> Node:
        """Return the expression of an expression's variables."""
        replaced = {}
        for name in sorted(inputs_of([node]) - self._left):
            made = self._after.get(name)
            own = self._graph.input(name)
            if made is None or made is own:
                continue
            if own not in self._known:
                self._known[own] = self(made)
            replaced[own] = self._known[own]
        (result,) = self._graph.replace([node], replaced)
        return result


def _of_rates(
    graph: Graph, weights: Mapping[Name, float], total: Node, rates: Mapping[Name, Node]
) -> tuple[dict[Name, float], Node]:
    """Return a law of those states that have equations: the others stay what they are."""
    held = [(-w, graph.input(name)) for name, w in weights.items() if name not in rates]
    own = {name: w for name, w in weights.items() if name in rates}
    return own, graph.combine(0.0, [(1.0, total), *held]) if held else total


def _by_name(
    executors: Mapping[str, Executor], collected: Mapping[str, Rates]
) -> tuple[dict[Name, Node], tuple[tuple[Name, ...], ...], list[tuple[dict[Name, float], Node]]]:
    """Name states as all mechanisms of the segment know them."""
    rates: dict[Name, Node] = {}
    together: list[tuple[Name, ...]] = []
    laws: list[tuple[dict[Name, float], Node]] = []
    for suffix, found in collected.items():
        ions = {
            name: ion.name
            for ion in executors[suffix].mechanism.ions
            for name in copied_from_ions(executors[suffix].mechanism)
            if name in (*ion.reads, *ion.writes)
        }

        def named(key: str, suffix: str = suffix, ions: Mapping[str, str] = ions) -> Name:
            return ("ion", ions[key], key) if key in ions else mechanism_name(suffix, key)

        rates |= {named(key): node for key, node in found.rates.items()}
        together += [tuple(named(key) for key in block) for block in found.blocks]
        laws += [({named(k): w for k, w in weights.items()}, n) for weights, n in found.laws]
    return rates, tuple(together), laws
