"""Evaluating expressions with numpy: the meaning that generated code has to agree with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pyneuronautofit.codegen.ir.node import Name, Node, exponents_of, input_name, ordered, sum_data

Values = Any  # a number or an array, of any one shape

_FUNCTIONS: dict[str, Any] = {
    "exp": lambda x: np.where(np.less(x, -700.0), 0.0, np.exp(np.minimum(x, 700.0))),
    "phi1": lambda x: np.where(np.equal(x, 0.0), 1.0, np.divide(np.expm1(x), x)),
    "fmin": np.fmin,
    "fmax": np.fmax,
    "atan2": np.arctan2,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
}
_COMPARISONS: dict[str, Any] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def evaluate(roots: Sequence[Node], inputs: Mapping[Name, Values]) -> list[Values]:
    """Return the values of expressions, given those of their inputs."""
    values: dict[Node, Values] = {}
    with np.errstate(all="ignore"):
        for node in ordered(roots):
            values[node] = (
                inputs[input_name(node)]
                if node.op == "input"
                else _value(node, [values[arg] for arg in node.args])
            )
    return [values[root] for root in roots]


def _value(node: Node, args: list[Values]) -> Values:
    if node.op == "const":
        return node.data
    if node.op == "sum":
        constant, coefficients = sum_data(node)
        return constant + sum(c * arg for c, arg in zip(coefficients, args))
    if node.op == "prod":
        result: Values = 1.0
        for arg, exponent in zip(args, exponents_of(node)):
            result = result * np.asarray(arg, dtype=float) ** exponent
        return result
    simple: dict[str, Any] = {
        "pow": np.power,
        "select": np.where,
        "and": np.logical_and,
        "or": np.logical_or,
        "not": np.logical_not,
    }
    if node.op == "compare":
        return _COMPARISONS[str(node.data)](*args)
    if node.op == "call":
        function = str(node.data)
        return (_FUNCTIONS.get(function) or getattr(np, function))(*args)
    return simple[node.op](*(np.asarray(arg) for arg in args))
