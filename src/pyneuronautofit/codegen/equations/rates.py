"""What SOLVE says in itself, before any method: the differential equations of a mechanism.

`solve.py` takes a step as NEURON's methods do. An integrator of its own needs the equations: x' of
every state as an expression of states, voltage and time. Where a block is no differential equation
it is executed: a PROCEDURE says what a state is after a step, a LINEAR block what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from pyneuronautofit.codegen.equations.collected import (
    Balance,
    collect_balance,
    slope_key,
    state_keys,
)
from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.equations.solve import solve
from pyneuronautofit.codegen.ir.node import Node
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.walking import word_of


@dataclass
class Rates:
    """The differential equations of a mechanism.

    Attributes
    ----------
    rates
        x' of the states that have one.
    blocks
        States whose equations stand in one block.
    laws
        Conservation laws: (states and their counts, total).
    """

    rates: dict[str, Node] = field(default_factory=dict)
    blocks: list[tuple[str, ...]] = field(default_factory=list)
    laws: list[tuple[dict[str, float], Node]] = field(default_factory=list)


def collect(executor: Executor, found: Rates) -> None:
    """Execute what a mechanism does at the end of a step without advancing its states.

    Its equations are added to `found`.

    Raises
    ------
    UnsupportedModel
        If it cannot be simulated.
    """
    with executor.inside(Collecting(found)):
        executor.run(executor.mechanism.of_states)


def _collect(executor: Executor, statement: tree.Solve, found: Rates) -> None:
    """Execute a SOLVE statement without advancing its states; add its equations to `found`.

    Raises
    ------
    UnsupportedModel
        If the block cannot be simulated.
    """
    block = executor.mechanism.blocks.get(statement.block)
    if block is not None and block.kind == "DERIVATIVE":
        _collect_derivative(executor, block, found)
    elif block is not None and block.kind == "KINETIC":
        _collect_kinetic(executor, block, found)
    else:
        solve(executor, statement)


@dataclass(frozen=True)
class Collecting:
    """Takes SOLVE at the end of a step, for its equations.

    Attributes
    ----------
    found
        What they are added to.
    """

    found: Rates
    within_decisions: ClassVar[bool] = False

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Collect."""
        if not isinstance(statement, tree.Solve):
            raise executor.refuse(word_of(statement), "in BREAKPOINT")
        _collect(executor, statement, self.found)


class _Slopes:
    """Keeps x' of every state as a variable of its own, so that decisions select from them."""

    within_decisions = True

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Keep a rate."""
        if not isinstance(statement, tree.Differential):
            raise executor.refuse(word_of(statement), "in a DERIVATIVE block")
        executor.set(slope_key(executor.key(statement.target)), executor.evaluate(statement.value))


def _collect_derivative(executor: Executor, block: tree.Block, found: Rates) -> None:
    keys = state_keys(executor.mechanism)
    nothing = executor.graph.input(("no", "rate"))
    executor.values.update({slope_key(key): nothing for key in keys})
    with executor.inside(_Slopes()):
        executor.run(block.body)
    rates = {key: executor.values.pop(slope_key(key)) for key in keys}
    # In the branch of a decision that does not have its equation a state stays what it is.
    zero = executor.graph.const(0.0)
    given = [key for key in keys if rates[key] is not nothing]
    replaced = executor.graph.replace([rates[key] for key in given], {nothing: zero})
    found.rates.update(zip(given, replaced, strict=True))
    found.blocks.append(tuple(given))


def _collect_kinetic(executor: Executor, block: tree.Block, found: Rates) -> None:
    states = {key: executor.value(key) for key in state_keys(executor.mechanism)}
    balance = Balance(states, states)
    collect_balance(executor, block, balance)
    found.rates.update(balance.rates)
    found.blocks.append(tuple(key for key in states if key in balance.rates))
    found.laws += balance.laws
