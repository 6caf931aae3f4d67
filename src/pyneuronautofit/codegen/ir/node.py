"""The nodes of an expression graph, how they are looked at, and what can be called.

Nodes are made by `graph.Graph` alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

#: Names of inputs; what they mean is the caller's.
Name: TypeAlias = tuple[str, ...]


class Node:
    """One value of a graph; made by `Graph` alone.

    Attributes
    ----------
    op
        `const`, `input`, `sum`, `prod`, `pow`, `call`, `select`, `compare`, `and`, `or`, `not`.
    data
        const: the number; input: its name; sum: (constant, coefficients); prod: exponents; call and
        compare: the function or operator.
    args
        The nodes that it is made of.
    number
        Its place in the order of making: arguments come first.
    varying
        False where it depends on nothing that changes during a simulation.
    """

    __slots__ = ("args", "data", "number", "op", "varying")

    def __init__(
        self, op: str, data: object, args: tuple[Node, ...], number: int, varying: bool
    ) -> None:
        self.op = op
        self.data = data
        self.args = args
        self.number = number
        self.varying = varying

    def __repr__(self) -> str:
        return f"<{self.number}: {self.op} {self.data} {[a.number for a in self.args]}>"

    @property
    def is_truth(self) -> bool:
        """Whether it is true or false, not a number."""
        return self.op in {"compare", "and", "or", "not"}


@dataclass(frozen=True)
class Terms:
    """A node as `constant + sum of coefficients x nodes`."""

    constant: float
    parts: tuple[tuple[float, Node], ...]


def ordered(roots: Iterable[Node]) -> list[Node]:
    """Return all nodes that roots are made of, and the roots, arguments first."""
    seen: set[Node] = set()
    pending = list(roots)
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending.extend(node.args)
    return sorted(seen, key=lambda node: node.number)


def inputs_of(roots: Iterable[Node]) -> set[Name]:
    """Return the names of all inputs that roots depend on."""
    return {input_name(node) for node in ordered(roots) if node.op == "input"}


def input_name(node: Node) -> Name:
    """Return the name of an input."""
    if node.op != "input" or not isinstance(node.data, tuple):
        raise TypeError(f"{node} is no input")
    return node.data


def constant_value(node: Node) -> float | None:
    """Return the value of a number, and None for anything else."""
    return number_of(node) if node.op == "const" else None


def terms_of(node: Node) -> Terms:
    """Return a node as a sum."""
    if node.op == "const":
        return Terms(number_of(node), ())
    if node.op == "sum":
        constant, coefficients = sum_data(node)
        return Terms(constant, tuple(zip(coefficients, node.args)))
    return Terms(0.0, ((1.0, node),))


def sum_data(node: Node) -> tuple[float, tuple[float, ...]]:
    """Return the constant and the coefficients of a sum."""
    return node.data  # type: ignore[return-value]


def exponents_of(node: Node) -> tuple[int, ...]:
    """Return the exponents of a product."""
    return node.data  # type: ignore[return-value]


def known_truth(node: Node) -> bool | None:
    """Return the value of a truth that depends on nothing, else None."""
    if node.op == "compare" and all(arg.op == "const" for arg in node.args):
        return COMPARISONS[str(node.data)](*(number_of(arg) for arg in node.args))
    return None


def number_of(node: Node) -> float:
    """Return the value of a node that is a number."""
    return node.data  # type: ignore[return-value]


def guarded(function: Callable[..., float], *args: float) -> float:
    """Return what C would: infinities and nan instead of Python's exceptions."""
    try:
        return function(*args)
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.inf
    except ValueError:
        return math.inf if function is math.pow and args[0] == 0.0 else math.nan


def _phi1(x: float) -> float:
    """(exp(x) - 1) / x, of exponential integrators."""
    return 1.0 if x == 0.0 else math.expm1(x) / x


def _clamped_exp(x: float) -> float:
    """NEURON's exp: 0 below -700, exp(700) above 700."""
    return 0.0 if x < -700.0 else math.exp(min(x, 700.0))


#: What can be called, with its meaning for numbers.
FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": _clamped_exp,
    "expm1": math.expm1,
    "phi1": _phi1,
    "log": lambda x: -math.inf if x == 0.0 else math.log(x),
    "log10": lambda x: -math.inf if x == 0.0 else math.log10(x),
    "sqrt": math.sqrt,
    "fabs": math.fabs,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "atan2": math.atan2,
    "fmod": math.fmod,
    "fmin": min,
    "fmax": max,
}

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
