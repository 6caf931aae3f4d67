"""Expressions are values: equal where they say the same."""

from __future__ import annotations

from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.expressions import Binary, Call, Number, Unary, Variable


def test_equal_expressions_are_one_in_a_set():
    def made():
        return Binary("+", Unary("-", Variable("a", Number(1.0))), Call("f", (Number(2.0),)))

    assert len({made(), made()}) == 1
    assert made() != Binary("+", Variable("a"), Call("f", (Number(2.0),)))


def test_the_tree_has_them_too():
    assert (tree.Number, tree.Variable, tree.Call) == (Number, Variable, Call)
