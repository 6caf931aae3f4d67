"""Building cells one after the other: whose they are, and what is left of them."""

from __future__ import annotations

import pytest
from neuron import h

from pyneuronautofit.errors import ModelError
from pyneuronautofit.simulators.neuron.session import NeuronSession
from pyneuronautofit.space import ParameterPath


class Plain:
    def __init__(self, nid=0):
        self.soma = [h.Section(name="soma", cell=self)]
        self.dend = [h.Section(name=f"dend[{n}]", cell=self) for n in range(3)]
        for section in self.dend:
            section.connect(self.soma[0](1))
        for section in (*self.soma, *self.dend):
            section.insert("pas")


class Once:
    """It makes one cell, and returns it again."""

    made = None

    def __new__(cls, nid=0):
        if cls.made is None:
            cls.made = object.__new__(cls)
            cls.made.soma = h.Section(name="soma", cell=cls.made)
        return cls.made


def from_hoc(loads):
    class FromHoc:
        def __init__(self, nid=0):
            loads()
            self.soma = h.soma

    return FromHoc


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    Once.made = None
    for section in list(h.allsec()):
        h.delete_section(sec=section)


def test_the_soma_may_be_a_list_and_matches_are_noted():
    session = NeuronSession(Plain)
    session.check(tuple(map(ParameterPath.parse, ("soma[0].L", "dend[*].g_pas", "dend[1:](*).cm"))))
    assert session.notes == (
        "dend[*].g_pas: 3 place(s) in 3 section(s)",
        "dend[1:](*).cm: 2 place(s) in 2 section(s)",
    )


def test_a_class_that_returns_its_cell_again_is_refused():
    with pytest.raises(ModelError, match="does not make a cell of its own each time"):
        NeuronSession(Once).check(())


def test_sections_at_the_top_of_hoc_that_are_made_once_are_refused(tmp_path):
    (tmp_path / "cell.hoc").write_text("create soma\nsoma insert pas\n")
    path = str(tmp_path / "cell.hoc")
    with pytest.raises(ModelError, match=r"read it by h\.xopen"):
        NeuronSession(from_hoc(lambda: h.load_file(path))).check(())


def test_sections_at_the_top_of_hoc_that_are_made_anew(tmp_path):
    (tmp_path / "cell.hoc").write_text("create soma\nsoma insert pas\n")
    path = str(tmp_path / "cell.hoc")
    session = NeuronSession(from_hoc(lambda: h.xopen(path)))
    session.check((ParameterPath.parse("soma.g_pas"),))
    cell = session.build([(ParameterPath.parse("soma.L"), 33.0)])
    assert cell.soma.L == 33.0
    session.clear()
    assert session.construct().soma.L == 100.0


def test_profiles_multiply_what_is_set():
    session = NeuronSession(Plain, None, {"dend[*](*).g_pas": lambda um: um})
    cell = session.build([(ParameterPath.parse("dend[*](*).g_pas"), 2.0)])
    # From soma(0.5) to the middle of each dendrite: half of the lengths of both.
    assert [section.g_pas for section in cell.dend] == [200.0] * 3
