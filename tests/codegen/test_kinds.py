"""What stands in a node: names of point processes, and the styles of ions as NEURON counts them."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys

import pytest

from pyneuronautofit.codegen.kinds import (
    IonUse,
    NodeKind,
    is_process,
    mechanism_of,
    process_name,
)

CHOICES = list(itertools.product((0, 1, 2, 3), (0, 1, 2, 3), (0, 1), (0, 1), (0, 1)))
# c_style, e_style, einit, eadvance, cinit: in the order of NEURON's own function.
ASK_NEURON = """
import json, sys
from neuron import h
section = h.Section()
section.insert("hh")
found = []
for choice in json.loads(sys.argv[1]):
    h.ion_style("na_ion", *choice, sec=section)
    found.append(int(h.ion_style("na_ion", sec=section)))
print(json.dumps(found))
"""


def test_a_style_is_taken_apart_as_neuron_puts_it_together():
    done = subprocess.run(
        [sys.executable, "-c", ASK_NEURON, json.dumps(CHOICES)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for choice, style in zip(CHOICES, json.loads(done.stdout.splitlines()[-1]), strict=True):
        c_style, e_style, einit, eadvance, cinit = choice
        assert IonUse.from_style("ca", 2.0, style) == IonUse(
            "ca", 2.0, c_style, cinit, e_style, einit, eadvance
        )


@pytest.mark.parametrize(("mechanism", "number"), [("Synapse", 0), ("ExpSyn", 12), ("A_2", 1)])
def test_a_point_process_is_known_by_its_mechanism_and_its_number(mechanism, number):
    name = process_name(mechanism, number)
    assert name == f"{mechanism}#{number}"
    assert is_process(name)
    assert mechanism_of(name) == mechanism


def test_a_density_mechanism_is_no_process():
    assert not is_process("hh")
    assert mechanism_of("hh") == "hh"


def test_equations_are_needed_once_of_every_mechanism():
    kind = NodeKind(("pas", "hh"), (), ("Syn#0", "Gap#0", "Syn#1"))
    assert kind.sources == ("pas", "hh", "Syn", "Gap")
    assert NodeKind(("pas",), ()).sources == ("pas",)
