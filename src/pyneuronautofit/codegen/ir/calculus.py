"""Derivatives, and linear equations, of expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Node, constant_value, exponents_of, ordered, sum_data

# Where the derivative of phi1 is its expansion.
_SMALL = 1e-3


class NotLinearError(Exception):
    """An equation is not linear in its unknowns."""


def depends_on(node: Node, others: Sequence[Node]) -> bool:
    """Say whether an expression contains one of some nodes."""
    wanted = set(others)
    return any(part in wanted for part in ordered([node]))


def derivative(graph: Graph, root: Node, variable: Node) -> Node:
    """Return the derivative of an expression by one of its inputs.

    Decisions have the derivative of the branch that is taken.
    """
    zero = graph.const(0.0)
    slopes: dict[Node, Node] = {}
    for node in ordered([root]):
        if node is variable:
            slopes[node] = graph.const(1.0)
        elif not node.args or all(slopes[arg] is zero for arg in node.args):
            slopes[node] = zero
        else:
            slopes[node] = _slope(graph, node, slopes)
    return slopes[root]


def _slope(graph: Graph, node: Node, slopes: dict[Node, Node]) -> Node:
    if node.is_truth:
        return graph.const(0.0)
    if node.op == "sum":
        _constant, coefficients = sum_data(node)
        return graph.combine(0.0, [(c, slopes[a]) for c, a in zip(coefficients, node.args)])
    if node.op == "prod":
        return _slope_of_product(graph, node, slopes)
    if node.op == "select":
        condition, a, b = node.args
        return graph.select(condition, slopes[a], slopes[b])
    if node.op == "pow":
        return _slope_of_power(graph, node, slopes)
    return _slope_of_call(graph, node, slopes)


def _slope_of_product(graph: Graph, node: Node, slopes: dict[Node, Node]) -> Node:
    factors = list(zip(node.args, exponents_of(node)))
    parts = []
    for place, (factor, exponent) in enumerate(factors):
        others = [*factors[:place], (factor, exponent - 1), *factors[place + 1 :]]
        parts.append((float(exponent), graph.product([*others, (slopes[factor], 1)])))
    return graph.combine(0.0, parts)


def _slope_of_power(graph: Graph, node: Node, slopes: dict[Node, Node]) -> Node:
    base, exponent = node.args
    # (b^e)' = e b^(e-1) b' + b^e log(b) e'
    lowered = graph.power(base, graph.combine(-1.0, [(1.0, exponent)]))
    by_base = graph.multiply(exponent, lowered, slopes[base])
    if constant_value(slopes[exponent]) == 0.0:
        return by_base
    return graph.add(by_base, graph.multiply(node, graph.call("log", base), slopes[exponent]))


def _slope_of_call(graph: Graph, node: Node, slopes: dict[Node, Node]) -> Node:
    x, function = node.args[0], str(node.data)
    one, zero = graph.const(1.0), graph.const(0.0)

    def call(name: str) -> Node:
        return graph.call(name, x)

    def inverse_root(square: Node) -> Node:
        return graph.divide(one, graph.call("sqrt", square))

    squared = graph.product([(x, 2)])
    if function in {"fmin", "fmax"}:
        y = node.args[1]
        first = graph.compare("<" if function == "fmin" else ">", x, y)
        return graph.select(first, slopes[x], slopes[y])
    if function in {"floor", "ceil"}:
        return zero
    if function == "fmod":
        turns = graph.divide(graph.subtract(x, node), node.args[1])
        return graph.subtract(slopes[x], graph.multiply(turns, slopes[node.args[1]]))
    if function == "atan2":
        y = node.args[1]
        length = graph.add(squared, graph.product([(y, 2)]))
        turn = graph.subtract(graph.multiply(y, slopes[x]), graph.multiply(x, slopes[y]))
        return graph.divide(turn, length)
    outer = {
        "exp": lambda: node,
        "expm1": lambda: graph.combine(1.0, [(1.0, node)]),
        "phi1": lambda: _slope_of_phi1(graph, node, x),
        "log": lambda: graph.divide(one, x),
        "log10": lambda: graph.divide(graph.const(0.4342944819032518), x),
        "sqrt": lambda: graph.divide(graph.const(0.5), node),
        "fabs": lambda: graph.select(graph.compare("<", x, zero), graph.const(-1.0), one),
        "sin": lambda: call("cos"),
        "cos": lambda: graph.negate(call("sin")),
        "tan": lambda: graph.combine(1.0, [(1.0, graph.product([(node, 2)]))]),
        "sinh": lambda: call("cosh"),
        "cosh": lambda: call("sinh"),
        "tanh": lambda: graph.combine(1.0, [(-1.0, graph.product([(node, 2)]))]),
        "asin": lambda: inverse_root(graph.combine(1.0, [(-1.0, squared)])),
        "acos": lambda: graph.negate(inverse_root(graph.combine(1.0, [(-1.0, squared)]))),
        "atan": lambda: graph.divide(one, graph.combine(1.0, [(1.0, squared)])),
    }[function]()
    return graph.multiply(outer, slopes[x])


def _slope_of_phi1(graph: Graph, node: Node, x: Node) -> Node:
    """Return (exp(x) - phi1(x))/x, and its expansion where that has few digits."""
    small = graph.compare("<", graph.call("fabs", x), graph.const(_SMALL))
    expanded = graph.combine(0.5, [(1.0 / 3.0, x), (0.125, graph.product([(x, 2)]))])
    return graph.select(
        small, expanded, graph.divide(graph.subtract(graph.call("exp", x), node), x)
    )


@dataclass(frozen=True)
class LinearForm:
    """An expression as `offset + sum of slope x unknown`.

    Attributes
    ----------
    offset
        Its value where all unknowns are 0.
    slopes
        One for every unknown; they contain no unknown.
    """

    offset: Node
    slopes: tuple[Node, ...]


def linear_form(graph: Graph, node: Node, unknowns: Sequence[Node]) -> LinearForm:
    """Return an expression as a linear form.

    Raises
    ------
    NotLinearError
        If it is not linear in the unknowns.
    """
    slopes = tuple(derivative(graph, node, unknown) for unknown in unknowns)
    if any(depends_on(slope, unknowns) for slope in slopes):
        raise NotLinearError
    zero = graph.const(0.0)
    (offset,) = graph.replace([node], dict.fromkeys(unknowns, zero))
    return LinearForm(offset, slopes)


def solve_linear(
    graph: Graph, matrix: Sequence[Sequence[Node]], right: Sequence[Node]
) -> list[Node]:
    """Return the solution of matrix x = right, as expressions.

    Elimination without exchange of rows as long as the diagonal is there, which is stable for the
    matrices that kinetic schemes and pools give; entries that are 0 cost nothing.

    Raises
    ------
    NotLinearError
        If the matrix is singular, whatever the values.
    """
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right)]
    for pivot in range(size):
        _bring_pivot(rows, pivot)
        for row in range(pivot + 1, size):
            if constant_value(rows[row][pivot]) == 0.0:
                continue
            factor = graph.divide(rows[row][pivot], rows[pivot][pivot])
            for column in range(pivot + 1, size + 1):
                if constant_value(rows[pivot][column]) != 0.0:
                    product = graph.multiply(factor, rows[pivot][column])
                    rows[row][column] = graph.subtract(rows[row][column], product)
    solution: list[Node] = [graph.const(0.0)] * size
    for row in reversed(range(size)):
        known = [graph.multiply(rows[row][c], solution[c]) for c in range(row + 1, size)]
        rest = graph.combine(0.0, [(1.0, rows[row][size]), *((-1.0, part) for part in known)])
        solution[row] = graph.divide(rest, rows[row][row])
    return solution


def _bring_pivot(rows: list[list[Node]], pivot: int) -> None:
    found = (r for r in range(pivot, len(rows)) if constant_value(rows[r][pivot]) != 0.0)
    place = next(found, None)
    if place is None:
        raise NotLinearError
    rows[pivot], rows[place] = rows[place], rows[pivot]
