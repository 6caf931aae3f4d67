"""What the equations of a block are, statement by statement: x' of every state, and laws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.ir.node import Node
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.walking import word_of


@dataclass
class Collected:
    """Collects x' of every state.

    Attributes
    ----------
    unknowns
        The states that are solved for, as they stand in the equations.
    before
        Their values before the step.
    rates
        x' of each.
    laws
        Conservation laws: (states and their counts, total).
    """

    unknowns: dict[str, Node]
    before: dict[str, Node]
    rates: dict[str, Node] = field(default_factory=dict)
    laws: list[tuple[dict[str, float], Node]] = field(default_factory=list)
    within_decisions: ClassVar[bool] = False

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Take an equation."""
        if not isinstance(statement, tree.Differential):
            raise executor.refuse(word_of(statement), "in a DERIVATIVE block")
        self.rates[executor.key(statement.target)] = executor.evaluate(statement.value)


@dataclass
class Balance(Collected):
    """Collects x' from reactions: what they bring and take, divided by the state's volume.

    While it does, x' is a variable of its own, so that decisions select from what the reactions of
    their branches bring.
    """

    volumes: dict[str, Node] = field(default_factory=dict)
    within_decisions: ClassVar[bool] = True

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Take a reaction, a law or volumes."""
        if executor.is_undecided and not isinstance(statement, tree.Reaction):
            raise executor.refuse(word_of(statement), "inside of IF or ELSE")
        match statement:
            case tree.Reaction():
                self._react(executor, statement)
            case tree.Diffusion():
                pass  # where there is no neighbour that it could come from: see `diffuses`
            case tree.Conserve(reactants, total):
                weights: dict[str, float] = {}
                for count, variable in reactants:
                    for key in _elements(executor, variable):
                        weights[key] = weights.get(key, 0.0) + count
                self.laws.append((weights, executor.evaluate(total)))
            case tree.Compartment():
                self._contain(executor, statement)
            case _:
                raise executor.refuse(word_of(statement), "in a KINETIC block")

    def _react(self, executor: Executor, reaction: tree.Reaction) -> None:
        graph = executor.graph
        zero = graph.const(0.0)
        forward = executor.evaluate(reaction.forward)
        if reaction.operator == "<<":
            # NEURON takes a flux as it is before the step, also where it depends on the states.
            known = {self.unknowns[key]: self.before[key] for key in self.unknowns}
            (flux,) = graph.replace([forward], known)
            for _count, variable in reaction.left:
                self._bring(executor, executor.key(variable), 1.0, flux)
            return
        backward = zero if reaction.backward is None else executor.evaluate(reaction.backward)
        forward = graph.multiply(forward, *_amounts(executor, reaction.left))
        backward = graph.multiply(backward, *_amounts(executor, reaction.right))
        executor.values["f_flux"], executor.values["b_flux"] = forward, backward
        net = graph.subtract(forward, backward)
        for count, variable in reaction.left:
            self._bring(executor, executor.key(variable), -float(count), net)
        for count, variable in reaction.right:
            self._bring(executor, executor.key(variable), float(count), net)

    def _bring(self, executor: Executor, key: str, count: float, flux: Node) -> None:
        if key in self.unknowns:  # what is no state is held by somebody else
            self.rates.setdefault(key, flux)
            slope = slope_key(key)
            before = executor.value(slope)
            executor.set(slope, executor.graph.combine(0.0, [(1.0, before), (count, flux)]))

    def _contain(self, executor: Executor, statement: tree.Compartment) -> None:
        lengths = executor.mechanism.lengths
        for name in statement.species:
            if name not in lengths:
                self.volumes[name] = executor.evaluate(statement.volume)
                continue
            for index in range(lengths[name]):
                counter = {statement.counter or "": executor.graph.const(float(index))}
                volume = executor.evaluate_with(counter, statement.volume)
                self.volumes[f"{name}[{index}]"] = volume

    def begin(self, executor: Executor) -> None:
        """Nothing has been brought yet."""
        executor.values.update({slope_key(k): executor.graph.const(0.0) for k in self.unknowns})

    def finished(self, executor: Executor) -> None:
        """Take what was brought, and divide it by the volumes."""
        brought = {key: executor.values.pop(slope_key(key)) for key in self.unknowns}
        self.rates = {key: brought[key] for key in self.rates}
        for key, volume in self.volumes.items():
            if key in self.rates:
                self.rates[key] = executor.graph.divide(self.rates[key], volume)


def _amounts(executor: Executor, side: tuple[tuple[int, tree.Variable], ...]) -> list[Node]:
    return [executor.graph.product([(executor.read(variable), n)]) for n, variable in side]


def _elements(executor: Executor, variable: tree.Variable) -> list[str]:
    """Return the states that a variable names: an array without index is all its elements."""
    length = executor.mechanism.lengths.get(variable.name)
    if variable.index is None and length is not None:
        return [f"{variable.name}[{index}]" for index in range(length)]
    return [executor.key(variable)]


def collect_balance(executor: Executor, block: tree.Block, balance: Balance) -> None:
    """Collect x' of the states of a KINETIC block."""
    balance.begin(executor)
    with executor.inside(balance):
        executor.run(block.body)
    balance.finished(executor)


def slope_key(key: str) -> str:
    """Return the name under which x' of a state is kept: none that a variable can have."""
    return f"{key}'"


def state_keys(mechanism: tree.Mechanism) -> list[str]:
    """Return the names of a mechanism's states, elements of arrays one by one."""
    keys = []
    for name in mechanism.states:
        length = mechanism.lengths.get(name)
        keys += [name] if length is None else [f"{name}[{index}]" for index in range(length)]
    return keys
