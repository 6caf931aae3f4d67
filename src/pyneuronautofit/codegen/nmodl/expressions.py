"""Expressions of a .mod file, as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True)
class Variable:
    """A variable, or an element of an array."""

    name: str
    index: Expression | None = None


@dataclass(frozen=True)
class Unary:
    """`-a` or `!a`."""

    operator: str
    operand: Expression


@dataclass(frozen=True)
class Binary:
    """`a operator b`, of arithmetic, comparison or logic."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Call:
    """A call of a function or a procedure."""

    name: str
    arguments: tuple[Expression, ...]


Expression: TypeAlias = Number | Variable | Unary | Binary | Call
