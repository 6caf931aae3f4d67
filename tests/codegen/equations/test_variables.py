"""Scopes, and what decisions make of variables."""

from __future__ import annotations

import pytest

from codegen.written import read
from pyneuronautofit.codegen.equations.names import Before
from pyneuronautofit.codegen.equations.variables import Variables
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.errors import UnsupportedModel


@pytest.fixture
def variables(tmp_path):
    mechanism = read(tmp_path, "CONSTANT { c = 4 }\nASSIGNED { a b }")
    graph = Graph(lambda _name: True)
    return Variables(graph, mechanism, Before(graph, mechanism), frozenset({"shared"}))


def test_a_variable_is_what_it_was_before_until_it_is_set(variables):
    before = variables.value("a")
    assert before is variables.before("a")
    one = variables.graph.const(1.0)
    variables.set("a", one)
    assert variables.value("a") is one
    assert variables.before("a") is before
    assert variables.value("c") is variables.graph.const(4.0)


def test_an_inner_scope_hides_and_is_gone_afterwards(variables):
    one, two = variables.graph.const(1.0), variables.graph.const(2.0)
    variables.set("a", one)
    with variables.having({"a": two}) as scope:
        assert variables.value("a") is two
        variables.set("a", variables.graph.const(3.0))
        assert scope() == {"a": variables.graph.const(3.0)}
    assert variables.value("a") is one


def test_a_decision_selects_from_what_both_branches_leave(variables):
    graph = variables.graph
    one, two = graph.const(1.0), graph.const(2.0)
    condition = graph.compare("<", graph.input(("v",)), graph.const(0.0))
    before = variables.snapshot()
    variables.set("a", one)
    taken = variables.snapshot()
    variables.restore(before)
    assert "a" not in variables.values
    variables.set("b", two)
    variables.merge(condition, taken)
    assert variables.value("a") is graph.select(condition, one, variables.before("a"))
    assert variables.value("b") is graph.select(condition, variables.before("b"), two)


def test_what_others_share_is_forgotten_at_the_end_of_a_pass(variables):
    one = variables.graph.const(1.0)
    variables.set("shared", one)
    assert variables.forget_shared() == {"shared": one}
    assert variables.value("shared") is variables.before("shared")
    assert variables.forget_shared() == {}


def test_neurons_own_numbers_cannot_be_set(variables):
    with pytest.raises(UnsupportedModel, match=r"celsius .*NEURON's own"):
        variables.set("celsius", variables.graph.const(1.0))
