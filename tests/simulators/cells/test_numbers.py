"""All numbers of a cell, read and written at once."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.simulators.cells.numbers import Numbers, all_variables, variable_names
from simulators.cells.user_classes import KeptClass, one_cell_of


@pytest.fixture
def cell():
    yield from one_cell_of(KeptClass)


def test_every_variable_of_every_segment_has_a_name(cell):
    names = [name for name, _reference in all_variables([*cell.soma, *cell.dend])]
    assert len(names) == len(set(names))
    assert {(0, 0, "hh", "gnabar"), (1, 2, "pas", "g"), (2, 0, "", "cm")} <= set(names)
    assert {name for section, _place, _mechanism, name in names if section == 0} > {"ena", "ek"}


def test_what_is_written_is_there_and_what_is_read_was(cell):
    segment = cell.dend[0](0.5)
    numbers = Numbers.of([segment.pas._ref_g, segment._ref_cm])
    np.testing.assert_array_equal(numbers.read(), [segment.pas.g, segment.cm])
    numbers.view[:] = (3e-4, 1.75)
    numbers.write()
    assert (segment.pas.g, segment.cm) == (3e-4, 1.75)


def test_names_of_variables():
    assert variable_names("pas") == ("g", "e", "i")
