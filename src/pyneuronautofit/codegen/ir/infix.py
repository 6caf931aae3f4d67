"""Expressions as text: what a developer reads, in a debugger or on a page of the documentation.

The text is Python's: `gbar*m**2*(v - ek)`, one value a line, in an order in which every line needs
only those above it. What is needed twice has a line of its own, as it is computed once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pyneuronautofit.codegen.ir.node import (
    Name,
    Node,
    exponents_of,
    input_name,
    number_of,
    ordered,
    sum_data,
)

# How strongly a text is held together; a part of something stronger needs parentheses.
_TRUTH, _SUM, _PRODUCT, _POWER, _ATOM = range(5)


@dataclass(frozen=True)
class _Text:
    text: str
    strength: int

    def within(self, strength: int) -> str:
        """Return the text as a part of something."""
        return self.text if self.strength >= strength else f"({self.text})"


def plain_name(name: Name) -> str:
    """Return the name of an input as text: `mechanism.km.m`."""
    return ".".join(part for part in name if part)


def infix(
    roots: Mapping[str, Node],
    *,
    named: Callable[[Name], str] = plain_name,
    digits: int = 6,
    longest: int = 72,
    prefix: str = "x",
) -> list[str]:
    """Return expressions as lines of text.

    Parameters
    ----------
    roots
        What is to be read, each under a name.
    named
        Says how an input is called.
    digits
        Of numbers; with 17 they are exact.
    longest
        What is longer than so many characters has a line of its own.
    prefix
        Of the names of such lines, `x1`, `x2`, ...; no input may have one of them, nor of `roots`.
    """
    nodes = ordered(roots.values())
    uses = Counter(arg for node in nodes for arg in node.args)
    called = {root: name for name, root in reversed([*roots.items()])}
    lines: list[str] = []
    known: dict[Node, _Text] = {}
    n_shared = 0
    for node in nodes:
        made = _text(node, [known[arg] for arg in node.args], named, digits)
        name = called.get(node)
        if name is None and node.args and (uses[node] > 1 or len(made.text) > longest):
            n_shared += 1
            name = f"{prefix}{n_shared}"
        if name is not None:
            lines.append(f"{name} = {made.text}")
        known[node] = made if name is None or not node.args else _Text(name, _ATOM)
    others = ((name, root) for name, root in roots.items() if called[root] != name)
    return [*lines, *(f"{name} = {called[root]}" for name, root in others)]


def _text(node: Node, args: list[_Text], named: Callable[[Name], str], digits: int) -> _Text:
    def joined(word: str, strength: int, result: int) -> _Text:
        return _Text(word.join(arg.within(strength) for arg in args), result)

    def call(function: object) -> _Text:
        return _Text(f"{function}({', '.join(arg.text for arg in args)})", _ATOM)

    makers: dict[str, Callable[[], _Text]] = {
        "const": lambda: _number(number_of(node), digits),
        "input": lambda: _Text(named(input_name(node)), _ATOM),
        "sum": lambda: _sum(node, args, digits),
        "prod": lambda: _product(args, exponents_of(node)),
        "pow": lambda: joined("**", _ATOM, _POWER),
        "call": lambda: call(node.data),
        "select": lambda: call("select"),
        "compare": lambda: joined(f" {node.data} ", _SUM, _TRUTH),
        "and": lambda: joined(" and ", _ATOM, _TRUTH),
        "or": lambda: joined(" or ", _ATOM, _TRUTH),
        "not": lambda: _Text(f"not {args[0].within(_ATOM)}", _TRUTH),
    }
    return makers[node.op]()


def _number(value: float, digits: int) -> _Text:
    return _Text(f"{value:.{digits}g}", _ATOM if value >= 0.0 else _SUM)


def _sum(node: Node, args: list[_Text], digits: int) -> _Text:
    constant, coefficients = sum_data(node)
    # What is added comes first: `a - b` is easier to read than `-b + a`.
    terms = sorted(zip(coefficients, args, strict=True), key=lambda term: term[0] < 0.0)
    text = "" if constant == 0.0 else _number(constant, digits).text
    for coefficient, arg in terms:
        if text:
            text += " - " if coefficient < 0.0 else " + "
        elif coefficient < 0.0:
            text = "-"
        text += _scaled(abs(coefficient), arg.within(_PRODUCT), digits)
    return _Text(text, _SUM if constant or len(terms) > 1 or coefficients[0] < 0 else _PRODUCT)


def _scaled(size: float, text: str, digits: int) -> str:
    if size == 1.0:
        return text
    number = _number(size, digits).text
    return f"{number}{text[1:]}" if text.startswith("1/") else f"{number}*{text}"


def _product(args: list[_Text], exponents: tuple[int, ...]) -> _Text:
    above = [_power(arg, e) for arg, e in zip(args, exponents, strict=True) if e > 0]
    below = [_power(arg, -e) for arg, e in zip(args, exponents, strict=True) if e < 0]
    over = "*".join(above) or "1"
    if not below:
        return _Text(over, _PRODUCT)
    under = "*".join(below)
    return _Text(f"{over}/{under}" if len(below) == 1 else f"{over}/({under})", _PRODUCT)


def _power(base: _Text, exponent: int) -> str:
    return base.within(_POWER) if exponent == 1 else f"{base.within(_ATOM)}**{exponent}"
