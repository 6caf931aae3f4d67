"""Where the parameters of candidates go in a cell that is kept."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pyneuronautofit.simulators.cells.numbers import Numbers, all_variables
from pyneuronautofit.simulators.cells.targets import Targets
from pyneuronautofit.space import ParameterPath
from simulators.cells.user_classes import PROFILES, KeptClass, one_cell_of


@pytest.fixture
def cell():
    yield from one_cell_of(KeptClass)


def written(cell, texts, values):
    """Return what is written where: (section, segment, mechanism, name) -> value."""
    sections = [*cell.soma, *cell.dend]
    named = all_variables(sections)
    numbers = Numbers.of([reference for _name, reference in named])
    view = numbers.read().copy()
    before = view.copy()
    places = {name: at for at, (name, _reference) in enumerate(named)}
    paths = [ParameterPath.parse(text) for text in texts]
    targets = Targets(cell, sections, paths, places, PROFILES)
    targets.write(view, values)
    targets.set_others(values)
    names = [name for name, _reference in named]
    return {names[at]: float(view[at]) for at in np.flatnonzero(view != before)}


def test_sections_segments_mechanisms_and_ions(cell):
    found = written(
        cell,
        (
            "dend[0].g_pas",
            "dend[1](0.9).pas.e",
            "soma[0](0.5).ena",
            "soma[0].cm",
            "dend[1](0.1).cm",
        ),
        (2e-3, -50.0, 61.0, 1.25, 0.5),
    )
    assert found == {
        (1, 0, "pas", "g"): 2e-3,
        (1, 1, "pas", "g"): 2e-3,
        (1, 2, "pas", "g"): 2e-3,
        (2, 2, "pas", "e"): -50.0,
        (0, 0, "", "ena"): 61.0,
        (0, 0, "", "cm"): 1.25,
        (2, 0, "", "cm"): 0.5,
    }


def test_profiles_multiply_and_the_last_of_two_counts(cell):
    found = written(cell, ("dend[*](*).g_pas", "dend[1](0.5).pas.g"), (1e-2, 0.7))
    # Distances from soma(0.5): half the soma's 100 um to its end, then into the dendrite.
    wanted = [1e-2 * (1.0 + (50.0 + um) / 100.0) for um in (25.0, 75.0, 125.0)]
    assert [found[1, place, "pas", "g"] for place in range(3)] == pytest.approx(wanted)
    assert found[2, 1, "pas", "g"] == 0.7


def test_what_is_no_variable_of_a_segment_is_set_by_name(cell):
    assert written(cell, ("soma[0].L", "free.share", "all[*].Ra"), (33.0, 0.8, 77.0)) == {}
    assert cell.soma[0].L == 33.0
    assert cell.free.share == 0.8
    assert [section.Ra for section in (*cell.soma, *cell.dend)] == [77.0] * 3


def test_what_has_no_value_stays(cell):
    assert written(cell, ("dend[0].g_pas", "free.share"), (math.nan, math.nan)) == {}
    assert cell.free.share == 0.3
