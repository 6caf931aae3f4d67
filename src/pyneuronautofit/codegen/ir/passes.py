"""Rewriting whole sets of expressions before they are written as code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Node, exponents_of, ordered, terms_of

# Of exp(x) this many powers are taken; four multiplications at the most.
_LARGEST_SHARED_POWER = 10
_SAME_RATIO = 1e-12


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


@dataclass(frozen=True)
class _Exponential:
    """exp(coefficient x varying + the rest, which is invariant)."""

    node: Node
    varying: Node
    coefficient: float


def share_powers(graph: Graph, roots: Sequence[Node], steepest: float) -> list[Node]:
    """Compute exp(k x + a) as exp(x + b)^k times an invariant, where both are needed.

    k may be negative: mostly the power stands below a fraction line, and goes above it.

    Channels of one family have slopes that are multiples of each other (1/40 and 1/5 per mV), and
    thresholds that differ by parameters only. A power multiplies the relative error by k, so this
    is for expressions that need not be exact to the last digit.

    Parameters
    ----------
    steepest
        The largest coefficient that x may have: exp(x + b) must not leave the range in which it is
        not cut off.
    """
    found = [_as_exponential(node) for node in ordered(roots) if _is_exponential(node)]
    groups: dict[Node, list[_Exponential]] = {}
    for each in found:
        if each is not None:
            groups.setdefault(each.varying, []).append(each)
    replacements: dict[Node, Node] = {}
    for group in groups.values():
        flat_first = sorted(group, key=lambda e: (abs(e.coefficient), e.node.number))
        for place, each in enumerate(flat_first):
            bases = [b for b in flat_first[:place] if b.node not in replacements]
            made = next((m for b in bases if (m := _power_of(graph, each, b, steepest))), None)
            if made is not None:
                replacements[each.node] = made
    return graph.replace(roots, replacements) if replacements else list(roots)


def _as_exponential(node: Node) -> _Exponential | None:
    varying = [(c, part) for c, part in terms_of(node.args[0]).parts if part.varying]
    if len(varying) != 1:
        return None
    return _Exponential(node, varying[0][1], varying[0][0])


def _power_of(
    graph: Graph, wanted: _Exponential, base: _Exponential, steepest: float
) -> Node | None:
    ratio = wanted.coefficient / base.coefficient
    exponent = round(ratio)
    if not 1 <= abs(exponent) <= _LARGEST_SHARED_POWER or abs(ratio - exponent) > _SAME_RATIO:
        return None
    if abs(base.coefficient) > steepest:
        return None
    offset = graph.combine(0.0, [(1.0, wanted.node.args[0]), (-exponent, base.node.args[0])])
    if offset.varying:  # rounding has left something of what varies
        return None
    return graph.product([(base.node, exponent), (graph.call("exp", offset), 1)])


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
