"""What statements are called, and what is inside of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.walking import bodies_in, diffuses, word_of

NOTHING: tree.Body = ()
DIFFUSION = tree.Diffusion(("ca",))


def test_statements_are_named_as_they_stand_in_the_file():
    variable, number = tree.Variable("m"), tree.Number(1.0)
    assert word_of(tree.Differential(variable, number)) == "m'"
    assert word_of(tree.Solve("states", "cnexp", False)) == "SOLVE states"
    assert word_of(tree.Equation(number, number)) == "~"
    assert word_of(tree.Reaction("<->", ((1, variable),), (), number, number)) == "~ m"
    assert word_of(tree.Reaction("<->", ((2, variable),), (), number, number)) == "~ 2 m"
    assert word_of(tree.Conserve((), number)) == "CONSERVE"
    assert word_of(tree.Compartment(None, number, ())) == "COMPARTMENT"
    assert word_of(DIFFUSION) == "LONGITUDINAL_DIFFUSION"


def test_bodies_of_statements():
    number = tree.Number(1.0)
    one, other = (DIFFUSION,), (tree.Refused("x"),)
    assert bodies_in(tree.If(((number, one),), other)) == (one, other)
    assert bodies_in(tree.While(number, one)) == (one,)
    assert bodies_in(tree.From("i", number, number, None, other)) == (other,)
    assert bodies_in(DIFFUSION) == ()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (NOTHING, False),
        ((tree.Refused("x"),), False),
        ((DIFFUSION,), True),
        ((tree.From("i", tree.Number(0.0), tree.Number(1.0), None, (DIFFUSION,)),), True),
    ],
)
def test_a_mechanism_that_diffuses(body, found):
    block = tree.Block("KINETIC", "k", (), body)
    assert diffuses(tree.Mechanism(Path("a.mod"), "", "a", blocks={"k": block})) is found
