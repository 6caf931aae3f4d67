"""The expression graph: every value is computed once, and in a form in which equal things meet.

A `Graph` makes nodes and remembers them, so two expressions that are the same are the same object:
common subexpressions need no search. Sums are kept as `constant + sum of coefficient x node`,
products as powers of distinct nodes, so that what a channel's author wrote as `tau = 1/(a+b)/q` and
`m' = (a/(a+b) - m)/tau` becomes a rate `(a+b) q` without any division, and `(v + 57)/6.2` one
multiply-add.

Numbers are exact in the sense of mathematics, not of rounding: terms are reordered. What that
changes is in the last digits, where NEURON's own order is as arbitrary as ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from pyneuronautofit.codegen.ir.node import (
    COMPARISONS,
    FUNCTIONS,
    Name,
    Node,
    exponents_of,
    guarded,
    known_truth,
    number_of,
    ordered,
    sum_data,
    terms_of,
)

_LARGEST_EXPANDED_POWER = 16
_SMALLEST_FACTOR = 1e-25


class Graph:
    """Makes nodes.

    Parameters
    ----------
    is_varying
        Says of an input's name whether it changes during a simulation.
    """

    def __init__(self, is_varying: Callable[[Name], bool]) -> None:
        self._is_varying = is_varying
        self._nodes: dict[tuple[object, ...], Node] = {}

    # --- leaves

    def const(self, value: float) -> Node:
        """Return a number."""
        # repr tells -0.0 from 0.0 and makes nan equal to itself.
        return self._make("const", float(value), (), key=repr(float(value)))

    def input(self, name: Name) -> Node:
        """Return the input of this name."""
        return self._make("input", name, (), varying=self._is_varying(name))

    # --- arithmetic

    def add(self, *nodes: Node) -> Node:
        """Return the sum of nodes."""
        return self.combine(0.0, [(1.0, node) for node in nodes])

    def subtract(self, a: Node, b: Node) -> Node:
        """Return a - b."""
        return self.combine(0.0, [(1.0, a), (-1.0, b)])

    def negate(self, a: Node) -> Node:
        """Return -a."""
        return self.combine(0.0, [(-1.0, a)])

    def combine(self, constant: float, parts: Iterable[tuple[float, Node]]) -> Node:
        """Return constant + sum of coefficient x node."""
        collected: dict[Node, float] = {}
        for coefficient, node in parts:
            constant += self._collect(collected, coefficient, node)
        kept = sorted(
            ((node, c) for node, c in collected.items() if c != 0.0), key=lambda p: p[0].number
        )
        if not kept:
            return self.const(constant)
        if len(kept) == 1 and constant == 0.0 and kept[0][1] == 1.0:
            return kept[0][0]
        if len(kept) > 1 or constant != 0.0:
            outside = _common_exponential(node for node, _c in kept)
            if outside is not None:
                return self._over(outside, constant, kept)
        coefficients = tuple(c for _node, c in kept)
        return self._make("sum", (constant, coefficients), tuple(node for node, _c in kept))

    def _over(self, divisor: Node, constant: float, parts: list[tuple[Node, float]]) -> Node:
        """Return a + b/E as (a E + b)/E: mostly it is divided by, and the E goes."""
        inner = [(c, self.multiply(node, divisor)) for node, c in parts]
        return self.divide(self.combine(0.0, [*inner, (constant, divisor)]), divisor)

    def _collect(self, collected: dict[Node, float], coefficient: float, node: Node) -> float:
        """Add coefficient x node to what is collected; return its constant part."""
        node = self.as_number(node)
        if node.op == "const":
            return coefficient * number_of(node)
        if node.op == "sum" and (len(node.args) == 1 or _is_flat(node)):
            inner = terms_of(node)
            for c, part in inner.parts:
                collected[part] = collected.get(part, 0.0) + coefficient * c
            return coefficient * inner.constant
        collected[node] = collected.get(node, 0.0) + coefficient
        return 0.0

    def multiply(self, *nodes: Node) -> Node:
        """Return the product of nodes."""
        return self.product([(node, 1) for node in nodes])

    def divide(self, a: Node, b: Node) -> Node:
        """Return a / b."""
        return self.product([(a, 1), (b, -1)])

    def product(self, factors: Iterable[tuple[Node, int]]) -> Node:
        """Return the product of nodes to integral powers."""
        coefficient, powers = 1.0, dict[Node, int]()
        pending = [(self.as_number(node), exponent) for node, exponent in factors]
        while pending:
            node, exponent = pending.pop()
            if exponent == 0:
                continue
            if node.op == "const":
                coefficient *= _power(number_of(node), exponent)
            elif node.op == "prod":
                pending.extend(
                    (part, e * exponent) for part, e in zip(node.args, exponents_of(node))
                )
            elif node.op == "sum":
                scale, rest = self._scaled(node)
                if rest is not node and _is_moderate(_power(scale, exponent)):
                    coefficient *= _power(scale, exponent)
                    pending.append((rest, exponent))
                else:
                    powers[node] = powers.get(node, 0) + exponent
            else:
                powers[node] = powers.get(node, 0) + exponent
        if coefficient == 0.0:
            return self.const(0.0)
        return self.combine(0.0, [(coefficient, self._product_of(powers))])

    def _scaled(self, node: Node) -> tuple[float, Node]:
        """Return a sum as a number times a sum whose first coefficient is 1 (or its only term)."""
        constant, coefficients = sum_data(node)
        scale = coefficients[0]
        if scale == 1.0 or not math.isfinite(scale):
            return 1.0, node
        rescaled = [(c / scale, part) for c, part in zip(coefficients, node.args)]
        return scale, self.combine(constant / scale, rescaled)

    def _product_of(self, powers: dict[Node, int]) -> Node:
        kept = {node: exponent for node, exponent in powers.items() if exponent != 0}
        for node, exponent in kept.items():
            if exponent < 0:
                turned = self._turned(node)
                if turned is not None:
                    del kept[node]
                    factors = [(part, e * -exponent) for part, e in turned]
                    return self.product([*kept.items(), *factors])
        if not kept:
            return self.const(1.0)
        ordered = sorted(kept.items(), key=lambda p: p[0].number)
        if len(ordered) == 1 and ordered[0][1] == 1:
            return ordered[0][0]
        exponents = tuple(exponent for _node, exponent in ordered)
        return self._make("prod", exponents, tuple(node for node, _e in ordered))

    def _turned(self, node: Node) -> list[tuple[Node, int]] | None:
        """Return 1/node as a product with fewer divisions, where there is one."""
        if node.op == "sum":
            return self._without_inner_quotient(node)
        if node.op == "select":
            condition, a, b = node.args
            if _inverts_cheaply(a) and _inverts_cheaply(b):
                one = self.const(1.0)
                return [(self.select(condition, self.divide(one, a), self.divide(one, b)), 1)]
        return None

    def _without_inner_quotient(self, node: Node) -> list[tuple[Node, int]] | None:
        """Return 1/(c + p/X + ...) as X/(c X + p + ...) where just one term has a divisor."""
        inner = terms_of(node)
        divided = [(c, part) for c, part in inner.parts if _divisors(part)]
        if len(divided) != 1:
            return None
        divisors = _divisors(divided[0][1])
        if len(divisors) != 1 or not divisors[0][0].varying or divisors[0][1] != 1:
            return None
        divisor = divisors[0][0]
        parts = [(c, self.multiply(part, divisor)) for c, part in inner.parts]
        parts.append((inner.constant, divisor))
        return [(divisor, 1), (self.combine(0.0, parts), -1)]

    def power(self, base: Node, exponent: Node) -> Node:
        """Return base ^ exponent."""
        base, exponent = self.as_number(base), self.as_number(exponent)
        if exponent.op == "const":
            value = number_of(exponent)
            if value == round(value) and abs(value) <= _LARGEST_EXPANDED_POWER:
                return self.product([(base, int(value))])
            if base.op == "const":
                return self.const(guarded(math.pow, number_of(base), value))
            turned = self._power_of_quotient(base, value)
            if turned is not None:
                return turned
        return self._make("pow", None, (base, exponent))

    def _power_of_quotient(self, base: Node, exponent: float) -> Node | None:
        """Return (k/x)^p as k^p x^-p, where k is a positive number."""
        terms = terms_of(base)
        if terms.constant != 0.0 or len(terms.parts) != 1 or terms.parts[0][0] <= 0.0:
            return None
        k, quotient = terms.parts[0]
        scale = guarded(math.pow, k, exponent)
        if quotient.op != "prod" or exponents_of(quotient) != (-1,) or not _is_moderate(scale):
            return None
        turned = self.power(quotient.args[0], self.const(-exponent))
        return self.combine(0.0, [(scale, turned)])

    def call(self, function: str, *args: Node) -> Node:
        """Return a function of nodes; `FUNCTIONS` has their names."""
        numbers = tuple(self.as_number(arg) for arg in args)
        if all(arg.op == "const" for arg in numbers):
            return self.const(guarded(FUNCTIONS[function], *(number_of(arg) for arg in numbers)))
        return self._make("call", function, numbers)

    # --- decisions

    def compare(self, operator: str, a: Node, b: Node) -> Node:
        """Return the truth of `a operator b`."""
        a, b = self.as_number(a), self.as_number(b)
        if a.op == "const" and b.op == "const":
            return self._truth(COMPARISONS[operator](number_of(a), number_of(b)))
        return self._make("compare", operator, (a, b))

    def both(self, a: Node, b: Node) -> Node:
        """Return a and b."""
        return self._connect("and", a, b, absorbing=False)

    def either(self, a: Node, b: Node) -> Node:
        """Return a or b."""
        return self._connect("or", a, b, absorbing=True)

    def opposite(self, a: Node) -> Node:
        """Return not a."""
        a = self.as_truth(a)
        known = known_truth(a)
        return self._make("not", None, (a,)) if known is None else self._truth(not known)

    def select(self, condition: Node, a: Node, b: Node) -> Node:
        """Return a where the condition holds, else b."""
        condition = self.as_truth(condition)
        known = known_truth(condition)
        if known is not None:
            return a if known else b
        a, b = self.as_number(a), self.as_number(b)
        # A decision that has been taken already.
        a = a.args[1] if a.op == "select" and a.args[0] is condition else a
        b = b.args[2] if b.op == "select" and b.args[0] is condition else b
        if a is b:
            return a
        if a.op == b.op == "call" and a.data == b.data == "exp":
            # One exponential of the argument that counts instead of two.
            return self.call("exp", self.select(condition, a.args[0], b.args[0]))
        shared = self._select_beside_exponential(condition, a, b)
        return shared or self._make("select", None, (condition, a, b))

    def _select_beside_exponential(self, condition: Node, a: Node, b: Node) -> Node | None:
        """Choose exponentials first, where both are `constant + coefficient x exp`."""
        left, right = terms_of(a), terms_of(b)
        if len(left.parts) != 1 or len(right.parts) != 1:
            return None
        (p, x), (q, y) = left.parts[0], right.parts[0]
        if not (x.op == y.op == "call" and x.data == y.data == "exp"):
            return None
        const = self.const
        chosen = self.call("exp", self.select(condition, x.args[0], y.args[0]))
        scale = self.select(condition, const(p), const(q))
        offset = self.select(condition, const(left.constant), const(right.constant))
        return self.add(offset, self.multiply(scale, chosen))

    def as_number(self, node: Node) -> Node:
        """Return a truth as 1 or 0, and a number as it is."""
        return self.select(node, self.const(1.0), self.const(0.0)) if node.is_truth else node

    def as_truth(self, node: Node) -> Node:
        """Return whether a number differs from 0, and a truth as it is."""
        return node if node.is_truth else self.compare("!=", node, self.const(0.0))

    def _truth(self, value: bool) -> Node:
        # A comparison of two numbers that the caller can look through: see known_truth.
        zero = self.const(0.0)
        return self._make("compare", "==" if value else "!=", (zero, zero))

    def _connect(self, op: str, a: Node, b: Node, *, absorbing: bool) -> Node:
        a, b = self.as_truth(a), self.as_truth(b)
        for one, other in ((a, b), (b, a)):
            known = known_truth(one)
            if known is not None:
                return self._truth(absorbing) if known is absorbing else other
        return a if a is b else self._make(op, None, (a, b))

    # --- rebuilding

    def replace(self, roots: Sequence[Node], replacements: dict[Node, Node]) -> list[Node]:
        """Return the roots with some nodes replaced, simplified anew."""
        done = dict(replacements)
        for node in ordered(roots):
            if node not in done:
                done[node] = self.rebuild(node, [done[arg] for arg in node.args])
        return [done[root] for root in roots]

    def rebuild(self, node: Node, args: Sequence[Node]) -> Node:
        """Return the node with other arguments."""
        if all(new is old for new, old in zip(args, node.args)):
            return node
        if node.op == "sum":
            constant, coefficients = sum_data(node)
            return self.combine(constant, zip(coefficients, args))
        if node.op == "prod":
            return self.product(zip(args, exponents_of(node)))
        if node.op == "call":
            return self.call(str(node.data), *args)
        if node.op == "compare":
            return self.compare(str(node.data), *args)
        makers: dict[str, Callable[..., Node]] = {
            "pow": self.power,
            "select": self.select,
            "and": self.both,
            "or": self.either,
            "not": self.opposite,
        }
        return makers[node.op](*args)

    def _make(
        self,
        op: str,
        data: object,
        args: tuple[Node, ...],
        key: object = None,
        varying: bool | None = None,
    ) -> Node:
        identity = (op, data if key is None else key, args)
        found = self._nodes.get(identity)
        if found is None:
            if varying is None:
                varying = any(arg.varying for arg in args)
            found = Node(op, data, args, len(self._nodes), varying)
            self._nodes[identity] = found
        return found


def _is_flat(node: Node) -> bool:
    """Say whether a sum within a sum is better dissolved: at most one of its terms varies."""
    return sum(arg.varying for arg in node.args) <= 1


def _divisors(node: Node) -> list[tuple[Node, int]]:
    if node.op != "prod":
        return []
    return [(part, -e) for part, e in zip(node.args, exponents_of(node)) if e < 0 and part.varying]


def _common_exponential(nodes: Iterable[Node]) -> Node | None:
    """Return the exponential that some terms are divided by, if it is one and the first power."""
    found = {pair for node in nodes for pair in _divisors(node) if pair[0].data == "exp"}
    if len(found) != 1:
        return None
    node, exponent = found.pop()
    return node if exponent == 1 else None


def _inverts_cheaply(node: Node) -> bool:
    if not node.varying:
        return True
    parts = terms_of(node)
    if parts.constant != 0.0 or len(parts.parts) != 1:
        return False
    inner = parts.parts[0][1]
    return inner.op == "prod" and all(
        e < 0 or not part.varying for part, e in zip(inner.args, exponents_of(inner))
    )


def _is_moderate(factor: float) -> bool:
    """Say whether a number may be taken out of a power: single precision ends at 1e38."""
    return _SMALLEST_FACTOR < abs(factor) < 1.0 / _SMALLEST_FACTOR


def _power(value: float, exponent: int) -> float:
    return guarded(math.pow, value, float(exponent))
