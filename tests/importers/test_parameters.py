"""Conductances of a live cell."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.parameters import find_conductances
from pyneuronautofit.models import CellSource

PROJECT = """
from neuron import h


class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = [h.Section(name=f"dend[{n}]", cell=self) for n in range(2)]
        self.all = [self.soma, *self.dend]
        self.note = [1, 2]
        for number, section in enumerate(self.all):
            section.insert("pas")
            section.g_pas = 1e-4 * (1 + number)
        self.soma.insert("hh")

    def setcable(self):
        pass


fitmeneuron = Cell
param_nslh = [["soma.L", "lin", 1, 2]]
"""


def test_those_that_are_the_same_in_a_list(tmp_path):
    path = tmp_path / "project.py"
    path.write_text(PROJECT)
    assert find_conductances(CellSource(path, None, None)) == {
        "soma.gkbar_hh": 0.036,
        "soma.gl_hh": 0.0003,
        "soma.gnabar_hh": 0.12,
        "soma.g_pas": 1e-4,
    }


def test_a_cell_that_cannot_be_built(tmp_path):
    path = tmp_path / "project.py"
    path.write_text(PROJECT.replace('insert("hh")', 'insert("gone")'))
    with pytest.raises(ModelError, match="not a density mechanism name"):
        find_conductances(CellSource(path, None, None))
