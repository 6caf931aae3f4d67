"""Writing expressions as C++ for lanes.

Every node becomes one constant of the vector type `V`, in an order in which values are used soon
after they were made. What does not vary during a simulation is computed once, before it (`Leaves`),
and also where such parts stand in sums and products with others.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Node, exponents_of, ordered, sum_data

# What quick.hpp has.
_QUICK = frozenset({"exp", "expm1", "phi1", "log", "pow", "inv", "div"})
_OF_TRUTHS = {"and": "{} & {}", "or": "{} | {}", "not": "~{}"}


class Leaves:
    """Invariant values that code takes as they are: constants it is given.

    Parameters
    ----------
    is_common
        Says of a value whether all nodes of a cell have the same.

    Attributes
    ----------
    own
        Those of every node, in the order of their places in `par`.
    common
        The others, in `com`: of hundreds of nodes they would take more memory than a core has near
        itself.
    """

    def __init__(self, is_common: Callable[[Node], bool] = lambda _node: False) -> None:
        self.own: list[Node] = []
        self.common: list[Node] = []
        self._is_common = is_common
        self._names: dict[Node, str] = {}

    @property
    def nodes(self) -> list[Node]:
        """All values: each node's own, then the common ones."""
        return [*self.own, *self.common]

    def name(self, node: Node) -> str:
        """Return how a value is written, which is new if it was not asked for before."""
        if node not in self._names:
            array, found = ("com", self.common) if self._is_common(node) else ("par", self.own)
            self._names[node] = f"{array}[{len(found)}]"
            found.append(node)
        return self._names[node]


class Emitter:
    """Writes the statements that compute expressions.

    Parameters
    ----------
    graph
        Of the expressions.
    inputs
        How inputs are written.
    leaves
        Takes what does not vary; None: everything is computed here.
    prefix
        Of the names of the values.
    quick
        Take division and exponentials from quick.hpp.
    """

    def __init__(
        self,
        graph: Graph,
        inputs: Mapping[Node, str],
        leaves: Leaves | None,
        prefix: str = "t",
        *,
        quick: bool = False,
    ) -> None:
        self._graph = graph
        self._inputs = inputs
        self._leaves = leaves
        self._prefix = prefix
        self._quick = quick
        self._names: dict[object, str] = {}
        self._divisors: Counter[Node] = Counter()
        self.lines: list[str] = []

    def write(self, roots: Sequence[Node]) -> list[str]:
        """Write what computes the roots; return how their values are named."""
        for node in ordered(roots):
            if node.op == "prod":
                self._divisors.update(
                    part for part, e in zip(node.args, exponents_of(node)) if e < 0
                )
        return [self._value(root) for root in roots]

    def _value(self, root: Node) -> str:
        """Return the name of a value; write what computes it, arguments first."""
        # Without recursion: expressions may be deeper than Python's stack.
        pending = [root]
        while pending:
            node = pending[-1]
            if node in self._names:
                pending.pop()
                continue
            missing = [part for part in self._parts(node) if part not in self._names]
            if missing:
                pending.extend(reversed(missing))
                continue
            pending.pop()
            self._names[node] = self._define(node)
        return self._names[root]

    def _is_leaf(self, node: Node) -> bool:
        return self._leaves is not None and not node.varying and node.op != "const"

    def _parts(self, node: Node) -> list[Node]:
        """Return the nodes that are needed by name to define another."""
        if node.op in {"const", "input"} or self._is_leaf(node):
            return []
        if node.op == "sum":
            return [part for _c, part in self._split_sum(node)[1]]
        if node.op == "prod":
            return [part for part, _e in self._split_product(node)[1]]
        return list(node.args)

    # --- definitions

    def _define(self, node: Node) -> str:
        if node.op == "const":
            return _literal(node.data)
        if node in self._inputs and node.varying:
            return self._inputs[node]
        if self._is_leaf(node):
            return self._leaf(node)
        if node in self._inputs:
            return self._inputs[node]
        return self._named(node, self._expression(node), "M" if node.is_truth else "V")

    def _leaf(self, node: Node) -> str:
        if self._leaves is None:
            raise RuntimeError("there are no leaves here")
        if node.is_truth:  # kept as 1 or 0
            return f"M({self._leaf(self._graph.as_number(node))} != real(0.0))"
        return self._leaves.name(node)

    def _named(self, key: object, expression: str, kind: str = "V") -> str:
        if key in self._names:
            return self._names[key]
        name = f"{self._prefix}{len(self.lines)}"
        self.lines.append(f"const {kind} {name} = {expression};")
        self._names[key] = name
        return name

    def _expression(self, node: Node) -> str:
        if node.op == "sum":
            return self._sum(node)
        if node.op == "prod":
            return self._product(node)
        names = [self._names[arg] for arg in node.args]
        if node.op == "select":
            return f"select({names[0]}, {vector(names[1])}, {vector(names[2])})"
        if node.op == "compare":
            return f"M({vector(names[0])} {node.data} {vector(names[1])})"
        if node.op in _OF_TRUTHS:
            return _OF_TRUTHS[node.op].format(*names)
        function = "pow" if node.op == "pow" else str(node.data)
        return f"{self._home(function)}::{function}({', '.join(map(vector, names))})"

    def _home(self, function: str) -> str:
        """Return the namespace of a function."""
        return "quick" if self._quick and function in _QUICK else "lanes"

    # --- sums

    def _split_sum(self, node: Node) -> tuple[str | None, list[tuple[str | None, Node]]]:
        """Return the invariant part of a sum, and the factors and nodes of the rest.

        A factor is None (1), `-` (-1), or written as it is.
        """
        constant, coefficients = sum_data(node)
        terms = list(zip(coefficients, node.args))
        if self._leaves is None:
            first = None if constant == 0.0 else _literal(constant)
            return first, [(_factor(c), part) for c, part in terms]
        fixed = [(c, part) for c, part in terms if not part.varying]
        invariant = self._graph.combine(constant, fixed)
        first = None
        if fixed:
            first = self._leaf(invariant)
        elif constant != 0.0:
            first = _literal(constant)
        rest = []
        for c, part in terms:
            if part.varying:
                rest.append(self._with_invariant_factor(c, part))
        return first, rest

    def _with_invariant_factor(self, c: float, part: Node) -> tuple[str | None, Node]:
        """Move the invariant factors of a product into its coefficient."""
        if part.op == "prod" and part not in self._names:
            pairs = list(zip(part.args, exponents_of(part)))
            fixed = [pair for pair in pairs if not pair[0].varying]
            if fixed:
                graph = self._graph
                scale = graph.combine(0.0, [(c, graph.product(fixed))])
                varying = graph.product([pair for pair in pairs if pair[0].varying])
                return self._leaf(scale), varying
        return _factor(c), part

    def _sum(self, node: Node) -> str:
        first, rest = self._split_sum(node)
        text = first
        # Differences of the rest first would need more names than multiply-adds do.
        for factor, part in sorted(rest, key=lambda term: term[0] == "-"):
            name = self._names[part]
            if factor is None:
                text = name if text is None else f"{text} + {name}"
            elif factor == "-":
                text = f"-{name}" if text is None else f"{text} - {name}"
            else:
                text = f"{factor} * {name}" if text is None else f"{text} + {factor} * {name}"
        return text or _literal(0.0)

    # --- products

    def _split_product(self, node: Node) -> tuple[str | None, list[tuple[Node, int]]]:
        pairs = list(zip(node.args, exponents_of(node)))
        if self._leaves is None:
            return None, pairs
        fixed = [pair for pair in pairs if not pair[0].varying]
        if not fixed:
            return None, pairs
        return self._leaf(self._graph.product(fixed)), [p for p in pairs if p[0].varying]

    def _product(self, node: Node) -> str:
        first, pairs = self._split_product(node)
        above = [] if first is None else [first]
        below = []
        for part, exponent in pairs:
            if exponent > 0:
                above.append(self._power(part, exponent))
            elif self._divisors[part] > 1:
                text = f"{self._home('inv')}::inv({self._names[part]})"
                inverse = self._named(("inverse", part), text)
                above.append(self._repeated(("inverse", part), inverse, -exponent))
            else:
                below.append(self._power(part, -exponent))
        over = " * ".join(above)
        if not below:
            return over
        under = " * ".join(below)
        home = self._home("inv")
        return f"{home}::div({vector(over)}, {under})" if above else f"{home}::inv({under})"

    def _power(self, part: Node, exponent: int) -> str:
        return self._repeated(part, self._names[part], exponent)

    def _repeated(self, key: object, name: str, exponent: int) -> str:
        """Return a name to a positive power; powers are shared."""
        if exponent == 1:
            return name
        half = self._repeated(key, name, exponent // 2)
        square = self._named(("power", key, exponent // 2 * 2), f"{half} * {half}")
        return square if exponent % 2 == 0 else f"{square} * {name}"


def _factor(coefficient: float) -> str | None:
    if coefficient == 1.0:
        return None
    return "-" if coefficient == -1.0 else _literal(coefficient)


def _literal(value: object) -> str:
    number = float(value)  # type: ignore[arg-type]
    if math.isnan(number):
        return "real(NAN)"
    if math.isinf(number):
        return "real(INFINITY)" if number > 0 else "real(-INFINITY)"
    return f"real({number!r})"


def vector(text: str) -> str:
    """Return a value as a vector, where a function wants one."""
    return f"lanes::broadcast({text})" if text.startswith("real(") and text.endswith(")") else text
