"""What counts as the soma of a cell."""

from __future__ import annotations

import re

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.space import soma_of


class Section:
    def wholetree(self):
        return [self]


class Cell:
    def __init__(self, soma):
        self.soma = soma


def test_a_section_or_the_first_of_several():
    first, second = Section(), Section()
    assert soma_of(Cell(first)) is first
    assert soma_of(Cell([first, second])) is first
    assert soma_of(Cell(iter((second, first)))) is second


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (object(), "the cell class object has no section 'soma'"),
        (Cell([]), "'soma' is []; expected a section, or a list"),
        (Cell([1]), "'soma' is [1]; expected"),
        (Cell(3), "'soma' is 3; expected"),
    ],
)
def test_anything_else(cell, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        soma_of(cell)
