"""Rewriting whole sets of expressions before they are written as code."""

from __future__ import annotations

from collections.abc import Sequence

from pyneuronautofit.simulators.batch.ir.graph import Graph
from pyneuronautofit.simulators.batch.ir.node import Node, exponents_of, ordered, terms_of


def share_exponentials(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """Compute exp(-x) as 1/exp(x) where both are needed.

    Channels have such pairs: rates that rise and fall with the same slope, the two sides of the
    Goldman-Hodgkin-Katz equation. The quotient mostly vanishes in others: 1/(1 + 1/E) is E/(E + 1).
    """
    found = {node.args[0]: node for node in ordered(roots) if _is_exponential(node)}
    replacements: dict[Node, Node] = {}
    for argument, node in found.items():
        opposite = graph.negate(argument)
        if opposite in found and found[opposite] not in replacements and _leads(argument):
            replacements[found[opposite]] = graph.product([(node, -1)])
    return graph.replace(roots, replacements) if replacements else list(roots)


def avoid_cancellation(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """Compute exp(x) as 1 + expm1(x) where a sum takes 1 from it.

    The sum is then expm1(x) itself. Single precision needs this: near x = 0 the difference of two
    numbers near 1 would have few digits left. Other sums and products that have the same exp(x)
    share the expm1(x). Where exp(x) is tiny this gives it with the digits of 1, which is too few
    only for what is divided by it.
    """
    replacements: dict[Node, Node] = {}
    for node in ordered(roots):
        if node.op != "sum":
            continue
        terms = terms_of(node)
        for coefficient, part in terms.parts:
            if _is_exponential(part) and terms.constant == -coefficient:
                small = graph.call("expm1", part.args[0])
                replacements[part] = graph.combine(1.0, [(1.0, small)])
    done = dict(replacements)
    for node in ordered(roots):
        if node not in done:
            kept = _divisors(node)
            args = [arg if arg in kept and arg in replacements else done[arg] for arg in node.args]
            done[node] = graph.rebuild(node, args)
    return [done[root] for root in roots]


def _divisors(node: Node) -> set[Node]:
    if node.op != "prod":
        return set()
    return {arg for arg, exponent in zip(node.args, exponents_of(node)) if exponent < 0}


def _is_exponential(node: Node) -> bool:
    return node.op == "call" and node.data == "exp"


def _leads(argument: Node) -> bool:
    """Say whether of the pair x, -x this is x: its first coefficient is positive."""
    parts = terms_of(argument).parts
    return not parts or parts[0][0] > 0.0
