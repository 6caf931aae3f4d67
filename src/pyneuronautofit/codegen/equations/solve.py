"""What SOLVE does in one time step, as expressions: NEURON's methods, one by one.

cnexp       x' = a + b x over the step, exactly: x <- x_inf + (x - x_inf) exp(b dt), x_inf = -a/b;
            equations one after the other, each with what the earlier ones have just made.
euler       x <- x + dt x'.
derivimplicit, sparse
            x = x_before + dt x'(x), solved for all states of the block together.
(KINETIC)   the same, x' being the balance of the reactions; with CONSERVE the law stands in place
            of one state's equation.
(LINEAR)    the equations as they are.
(PROCEDURE) executed as it stands.

Only equations that are linear in the states of their block are solved. Numbers of equations are
those of docs/integrators.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from pyneuronautofit.codegen.equations.collected import (
    Balance,
    Collected,
    collect_balance,
    state_keys,
)
from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.ir.calculus import (
    LinearForm,
    NotLinearError,
    linear_form,
    solve_linear,
)
from pyneuronautofit.codegen.ir.node import Node, constant_value
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.walking import word_of

# NEURON's SOLVE ... STEADYSTATE is one implicit step of this length.
_STEADY_STEP_MS = 1e9
_IMPLICIT_METHODS = frozenset({"derivimplicit", "sparse"})


def solve(executor: Executor, statement: tree.Solve) -> None:
    """Execute a SOLVE statement.

    Raises
    ------
    UnsupportedModel
        If the block or the method cannot be simulated.
    """
    block = executor.mechanism.blocks.get(statement.block)
    if block is None:
        raise executor.refuse(f"SOLVE {statement.block}", "there is no such block")
    if block.kind == "PROCEDURE":
        executor.run(block.body)
        return
    solvers = {"DERIVATIVE": _solve_derivative, "KINETIC": _solve_kinetic, "LINEAR": _solve_linear}
    if block.kind not in solvers:
        raise executor.refuse(f"SOLVE {statement.block}", f"it is a {block.kind}")
    step = executor.value("dt")
    if statement.steady:
        executor.values["dt"] = executor.graph.const(_STEADY_STEP_MS)
    try:
        solvers[block.kind](executor, block, statement.method)
    except NotLinearError as error:
        raise executor.refuse(
            f"{block.kind} {block.name}", "its equations are not linear in its states"
        ) from error
    executor.values["dt"] = step


def _solve_derivative(executor: Executor, block: tree.Block, method: str) -> None:
    if method == "cnexp":
        with executor.inside(_ExponentialStep()):
            executor.run(block.body)
    elif method == "euler":
        collected = Collected({}, {})
        with executor.inside(collected):
            executor.run(block.body)
        for key, rate in collected.rates.items():
            step = executor.graph.multiply(executor.value("dt"), rate)
            executor.set(key, executor.graph.add(executor.value(key), step))
    elif method in _IMPLICIT_METHODS:
        _solve_implicitly(executor, block, Collected)
    else:
        named = f"METHOD {method}" if method else f"SOLVE {block.name}"
        raise executor.refuse(named, "known methods: cnexp, derivimplicit, sparse, euler")


def _solve_kinetic(executor: Executor, block: tree.Block, method: str) -> None:
    if method != "sparse":
        named = f"METHOD {method}" if method else f"SOLVE {block.name}"
        raise executor.refuse(named, "a KINETIC block is solved by sparse")
    _solve_implicitly(executor, block, Balance)


@dataclass(frozen=True)
class Solving:
    """Takes SOLVE where a block is executed as it stands.

    Attributes
    ----------
    where
        Which block that is.
    within_decisions
        Whether SOLVE may stand in a branch.
    """

    where: str
    within_decisions: bool = True

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Solve."""
        if not isinstance(statement, tree.Solve):
            raise executor.refuse(word_of(statement), f"in {self.where}")
        solve(executor, statement)


class _ExponentialStep:
    """Advances every state at its equation (cnexp)."""

    within_decisions = True

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Advance a state."""
        if not isinstance(statement, tree.Differential):
            raise executor.refuse(word_of(statement), "in a DERIVATIVE block")
        graph, key = executor.graph, executor.key(statement.target)
        before = executor.value(key)
        unknown = graph.input(("unknown", key))
        executor.set(key, unknown)
        rate = executor.evaluate(statement.value)
        executor.set(key, before)
        form = linear_form(graph, rate, [unknown])
        executor.set(key, _exponential_step(executor, before, form))


def _exponential_step(executor: Executor, before: Node, form: LinearForm) -> Node:
    graph, dt, slope = executor.graph, executor.value("dt"), form.slopes[0]
    if constant_value(slope) == 0.0:
        return graph.add(before, graph.multiply(dt, form.offset))
    end = graph.negate(graph.divide(form.offset, slope))
    # eq. 3
    if executor.single:
        # How far a slow state goes in a step is less than single precision leaves of 1 - exp.
        way = graph.negate(graph.call("expm1", graph.multiply(dt, slope)))
        return graph.add(before, graph.multiply(graph.subtract(end, before), way))
    decay = graph.call("exp", graph.multiply(dt, slope))
    return graph.add(end, graph.multiply(graph.subtract(before, end), decay))


def _solve_implicitly(
    executor: Executor,
    block: tree.Block,
    collector: Callable[[dict[str, Node], dict[str, Node]], Collected],
) -> None:
    graph = executor.graph
    states = state_keys(executor.mechanism)
    before = {key: executor.value(key) for key in states}
    start = dict(executor.values)
    unknowns = {key: graph.input(("unknown", key)) for key in states}
    executor.values.update(unknowns)
    collected = collector(unknowns, before)
    _collect(executor, block, collected)
    # Equations of the states that the block has; the others stay what they are.
    keys = [key for key in states if key in collected.rates]
    for key in states:
        if key not in keys:
            collected = _with_known(executor, collected, unknowns[key], before[key])
    solution = _implicit_step(executor, keys, collected, before)
    # Once more with the solution: other variables of the block are to be those of the new states.
    executor.values = start
    executor.values.update(zip(keys, solution))
    _collect(executor, block, collector(unknowns, before))
    executor.values.update(zip(keys, solution))


def _collect(executor: Executor, block: tree.Block, collected: Collected) -> None:
    if isinstance(collected, Balance):
        collect_balance(executor, block, collected)
        return
    with executor.inside(collected):
        executor.run(block.body)


def _with_known(executor: Executor, collected: Collected, unknown: Node, value: Node) -> Collected:
    keys = list(collected.rates)
    rates = executor.graph.replace([collected.rates[key] for key in keys], {unknown: value})
    return Collected(collected.unknowns, collected.before, dict(zip(keys, rates)), collected.laws)


def _implicit_step(
    executor: Executor, keys: list[str], collected: Collected, before: dict[str, Node]
) -> list[Node]:
    graph, dt = executor.graph, executor.value("dt")
    unknowns = [collected.unknowns[key] for key in keys]
    # Solving for the states themselves stays exact where rates are so fast that changes cancel.
    # Single precision solves for the changes: what a slow state moves by would else be lost in it.
    base = before if executor.single else dict.fromkeys(keys, graph.const(0.0))
    matrix, right = [], []  # of eq. 4
    for row, key in enumerate(keys):
        form = linear_form(graph, collected.rates[key], unknowns)
        matrix.append(
            [
                graph.combine(1.0 if column == row else 0.0, [(-1.0, graph.multiply(dt, slope))])
                for column, slope in enumerate(form.slopes)
            ]
        )
        moving = [graph.multiply(slope, base[k]) for slope, k in zip(form.slopes, keys)]
        change = graph.multiply(dt, graph.add(form.offset, *moving))
        right.append(graph.add(graph.subtract(before[key], base[key]), change))
    for weights, total in collected.laws:
        row = _row_of_law(executor, keys, weights)
        matrix[row] = [graph.const(weights.get(key, 0.0)) for key in keys]
        # A state that is in no reaction stays what it was, and counts.
        held = [(-w, base[key] if key in keys else before[key]) for key, w in weights.items()]
        right[row] = graph.combine(0.0, [(1.0, total), *held])
    found = solve_linear(graph, matrix, right)
    return [graph.add(base[key], part) for key, part in zip(keys, found)]


def _row_of_law(executor: Executor, keys: list[str], weights: dict[str, float]) -> int:
    """Return the equation that a law takes the place of: that of its last state."""
    rows = [place for place, key in enumerate(keys) if key in weights]
    if not rows:
        raise executor.refuse("CONSERVE", "none of its states is in a reaction")
    return max(rows)


def _solve_linear(executor: Executor, block: tree.Block, _method: str) -> None:
    graph = executor.graph
    states = state_keys(executor.mechanism)
    unknowns = {key: graph.input(("unknown", key)) for key in states}
    before = {key: executor.value(key) for key in states}
    executor.values.update(unknowns)
    equations = _LinearResidues([])
    with executor.inside(equations):
        executor.run(block.body)
    used = [key for key in states if _appears(executor, equations.residues, unknowns[key])]
    if len(used) != len(equations.residues):
        raise executor.refuse(
            f"LINEAR {block.name}",
            f"it has {len(equations.residues)} equations for {len(used)} states",
        )
    forms = [
        linear_form(graph, residue, [unknowns[key] for key in used])
        for residue in equations.residues
    ]
    solution = solve_linear(
        graph,
        [list(form.slopes) for form in forms],
        [graph.negate(form.offset) for form in forms],
    )
    executor.values.update(before)
    executor.values.update(zip(used, solution))


@dataclass
class _LinearResidues:
    """Collects `left - right` of the equations of a LINEAR block."""

    residues: list[Node]
    within_decisions: ClassVar[bool] = False

    def take(self, executor: Executor, statement: tree.Statement) -> None:
        """Take an equation."""
        if not isinstance(statement, tree.Equation):
            raise executor.refuse(word_of(statement), "in a LINEAR block")
        left, right = executor.evaluate(statement.left), executor.evaluate(statement.right)
        self.residues.append(executor.graph.subtract(left, right))


def _appears(executor: Executor, residues: list[Node], unknown: Node) -> bool:
    return any(
        constant_value(linear_form(executor.graph, residue, [unknown]).slopes[0]) != 0.0
        for residue in residues
    )
