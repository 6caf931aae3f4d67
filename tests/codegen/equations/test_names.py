"""Which input a variable of a mechanism is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit.codegen.equations.names import Before, mechanism_name
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.nmodl.tree import Mechanism


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("m", ("mechanism", "Syn#1", "m")),
        ("ca[2]", ("mechanism", "Syn#1", "ca[2]")),
        ("celsius", ("celsius",)),
        ("diam", ("segment", "diam")),
        ("area", ("segment", "area")),
    ],
)
def test_what_is_common_to_all_mechanisms_is_one_input(key, name):
    graph = Graph(lambda _name: True)
    before = Before(graph, Mechanism(Path("x.mod"), "", "Syn#1"))
    assert before(key) is graph.input(name)


def test_two_point_processes_have_variables_of_their_own():
    assert mechanism_name("Syn#0", "g") != mechanism_name("Syn#1", "g")
