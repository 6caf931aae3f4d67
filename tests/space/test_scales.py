import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.space import SCALES
from space._made import SEEDED


def test_the_words_of_the_project_file():
    assert set(SCALES) == {"lin", "log", "int", "con"}
    assert [code for code, scale in SCALES.items() if scale.whole] == ["int"]


@pytest.mark.parametrize("code", sorted(SCALES))
def test_the_maps_are_inverse(code):
    values = np.array([1e-7, 0.5, 1.0, 3.0, 120.0])
    values = np.rint(values) + 1.0 if SCALES[code].whole else values
    there = SCALES[code].to_search(values)
    np.testing.assert_allclose(SCALES[code].to_model(there), values, rtol=1e-14)


def test_the_search_coordinate_of_log_is_the_decadic_logarithm():
    assert SCALES["log"].to_search(np.array([1e-3, 100.0])).tolist() == [-3.0, 2.0]
    assert SCALES["log"].to_model(np.array([-3.0, 2.0])).tolist() == [1e-3, 100.0]


def test_every_whole_number_has_the_same_share():
    unit = (np.arange(4000) + 0.5) / 4000
    drawn = SCALES["int"].draw(unit, np.full(4000, -1.0), np.full(4000, 2.0))
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [-1.0, 0.0, 1.0, 2.0]
    assert counts.tolist() == [1000] * 4


@SEEDED
@given(st.integers(-1000, 1000), st.integers(0, 1000), st.floats(0.0, 1.0, exclude_max=True))
def test_drawn_whole_numbers_lie_within(low, width, unit):
    ends = np.array([float(low)]), np.array([float(low + width)])
    drawn = SCALES["int"].draw(np.array([unit]), *ends)
    assert low <= drawn[0] <= low + width
    assert drawn[0] == round(drawn[0])


def test_fixed_ignores_the_draw_and_does_not_lend_its_bound():
    low = np.array([3.0, 4.0])
    drawn = SCALES["con"].draw(np.array([0.1, 0.9]), low, low + 1)
    assert drawn.tolist() == [3.0, 4.0]
    drawn[0] = 9.0
    assert low[0] == 3.0
