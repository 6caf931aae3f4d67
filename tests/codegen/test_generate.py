"""Writing the source of a kernel, as a worker does."""

from __future__ import annotations

import pickle

import pytest

from pyneuronautofit.codegen.generate import GenerateKernel, generate_kernel, make_writer
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.errors import UnsupportedModel

LEAK = NodeKind(("pas",), ())
MINE = NodeKind(("mine",), ())
SLOW = """
NEURON { SUFFIX mine NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 1 tau = 5 }
ASSIGNED { v i }
STATE { m }
BREAKPOINT { SOLVE s METHOD cnexp i = g * m * v }
DERIVATIVE s { m' = (0.5 - m) / tau }
"""


@pytest.fixture
def mods(tmp_path):
    (tmp_path / "mine.mod").write_text(SLOW)
    return tmp_path


def test_kinds_have_their_numbers_in_the_order_of_the_task(mods):
    one, other = (
        generate_kernel(GenerateKernel(kinds, "double"), mods)
        for kinds in ((LEAK, MINE), (MINE, LEAK))
    )
    g, e = (NodeVariable("mechanism", "pas", name, None) for name in ("g", "e"))
    own = (
        NodeVariable("global", "mine", "tau", None),
        NodeVariable("mechanism", "mine", "g", None),
        NodeVariable("mechanism", "mine", "m", None),
    )
    assert [set(kind) for kind in one.variables] == [{g, e}, set(own)]
    assert one.variables == other.variables[::-1]
    assert "n_state = 0;" in one.source.split("struct Kind1")[0]
    assert "n_state = 1;" in other.source.split("struct Kind1")[0]


def test_single_precision_has_code_of_its_own(mods):
    double, single = (
        generate_kernel(GenerateKernel((MINE,), precision), mods)
        for precision in ("double", "single")
    )
    # It keeps what the sums of changes have lost.
    assert "n_state = 1;" in double.source
    assert "n_state = 2;" in single.source


def test_a_writer_returns_what_can_be_sent(mods):
    task = GenerateKernel((MINE,), "double", "probe")
    found = pickle.loads(pickle.dumps(make_writer(mods)(task)))
    assert found == generate_kernel(task, mods)
    assert found.states == (((("mechanism", "mine", "m"), True),),)


def test_what_is_refused_is_an_answer_of_the_writer(mods):
    (mods / "mine.mod").write_text(SLOW.replace("RANGE g", "RANGE g POINTER x"))
    task = GenerateKernel((MINE,), "double")
    answer = make_writer(mods)(task)
    assert isinstance(answer, UnsupportedModel)
    assert "POINTER cannot be simulated" in str(answer)
    with pytest.raises(UnsupportedModel, match="POINTER"):
        generate_kernel(task, mods)
    assert isinstance(make_writer(None)(task), UnsupportedModel), "its file is not there"
