"""The search on a refined grid, against a plain one that knows everything beforehand."""

from __future__ import annotations

import json
import math
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.probes.threshold import LOWEST_FIRES, N_GRID, NONE_FIRES, GridSearch

ENDS = st.tuples(st.floats(0.0, 0.1), st.floats(0.101, 1.0))
ACCURACY = st.floats(1e-5, 0.3)
#: Where firing begins; half of the numbers lie beyond all ends.
EDGE = st.floats(0.0, 2.0)


def naive(fires, lowest, highest, accuracy):
    """The smallest conductance that fires as the original program finds it, or None."""
    while True:
        grid = np.linspace(lowest, highest, 11)
        firing = [k for k, g in enumerate(grid) if fires(float(g))]
        if not firing or firing[0] == 0:
            return None
        lowest, highest = float(grid[firing[0] - 1]), float(grid[firing[0]])
        if highest - lowest < accuracy:
            return highest


def upwards(search, fires):
    """Tell one result at a time, from below; returns the conductances that were tried."""
    tried = []
    while search.threshold is None:
        tried.append(search.wanted[0])
        search.tell({tried[-1]: fires(tried[-1])})
    return tried


def whole_grids(search, fires):
    tried = []
    while search.threshold is None:
        tried += search.wanted
        search.tell({g: fires(g) for g in search.wanted})
    return tried


def wavering(seed):
    """A function that fires here and there: decided by the digits of the conductance."""
    return lambda g: zlib.crc32(f"{seed} {g!r}".encode()) % 3 == 0


@given(ENDS, ACCURACY, EDGE)
def test_it_finds_what_the_plain_search_finds(ends, accuracy, edge):
    expected = naive(lambda g: g >= edge, *ends, accuracy)
    for way in (upwards, whole_grids):
        search = GridSearch(*ends, accuracy)
        way(search, lambda g: g >= edge)
        found = search.threshold
        assert found.conductance_uS == expected
        assert (found.reason == "") == (expected is not None)
        assert found.silent_above_uS == ()


@given(ENDS, ACCURACY, st.integers())
def test_also_where_firing_is_not_monotone(ends, accuracy, seed):
    fires = wavering(seed)
    expected = naive(fires, *ends, accuracy)
    for way in (upwards, whole_grids):
        search = GridSearch(*ends, accuracy)
        tried = way(search, fires)
        assert search.threshold.conductance_uS == expected
        smallest = min((g for g in tried if fires(g)), default=math.inf)
        silent = [g for g in sorted(tried) if not fires(g) and g > smallest]
        assert list(search.threshold.silent_above_uS) == silent


@given(ENDS, ACCURACY, EDGE)
def test_the_answer_is_as_near_as_was_asked(ends, accuracy, edge):
    search = GridSearch(*ends, accuracy)
    whole_grids(search, lambda g: g >= edge)
    found = search.threshold.conductance_uS
    if found is not None:
        assert edge <= found < edge + accuracy


@given(ENDS, ACCURACY, EDGE)
def test_nothing_is_tried_twice(ends, accuracy, edge):
    for way in (upwards, whole_grids):
        search = GridSearch(*ends, accuracy)
        tried = way(search, lambda g: g >= edge)
        assert len(tried) == len(set(tried)) == search.threshold.n_trial
        # The ends of every grid after the first are known.
        n_grid = math.ceil(math.log10((ends[1] - ends[0]) / accuracy) + 1e-9) + 1
        assert len(tried) <= N_GRID + max(n_grid - 1, 0) * (N_GRID - 2)


@given(ENDS, ACCURACY, EDGE, st.randoms(use_true_random=False))
def test_in_any_order_and_in_any_pieces(ends, accuracy, edge, random):
    search = GridSearch(*ends, accuracy)
    while search.threshold is None:
        some = random.sample(search.wanted, random.randint(1, len(search.wanted)))
        search.tell({g: g >= edge for g in some})
    assert search.threshold.conductance_uS == naive(lambda g: g >= edge, *ends, accuracy)


def test_why_there_is_none():
    search = GridSearch(0.1, 0.2, 1e-3)
    assert search.threshold is None
    assert len(search.wanted) == N_GRID
    whole_grids(search, lambda _g: False)
    assert search.threshold.conductance_uS is None
    assert search.threshold.reason == NONE_FIRES
    assert search.wanted == ()
    search = GridSearch(0.1, 0.2, 1e-3)
    assert upwards(search, lambda _g: True) == [0.1]
    assert search.threshold.reason == LOWEST_FIRES


def test_a_voltage_that_is_no_number_ends_it_unless_less_fires():
    search = GridSearch(0.0, 1.0, 1e-3)
    search.tell({g: None if g > 0.45 else False for g in search.wanted})
    assert search.threshold.conductance_uS is None
    assert search.threshold.reason == "with 0.5 uS the voltage became no number"
    search = GridSearch(0.0, 1.0, 2e-3)
    while search.threshold is None:
        search.tell({g: None if g > 0.45 else g > 0.3215 for g in search.wanted})
    assert search.threshold.conductance_uS == pytest.approx(0.322, abs=1e-9)
    assert search.threshold.silent_above_uS == ()


def test_an_accuracy_below_what_numbers_can_tell_apart_ends():
    search = GridSearch(0.0, 1.0, 1e-30)
    whole_grids(search, lambda g: g >= 1 / 3)
    assert search.threshold.conductance_uS == pytest.approx(1 / 3, abs=1e-15)


def test_published_values_lie_on_the_grid(shared):
    """They have the rounding of the same arithmetic: a strong test without a simulation."""
    content = json.loads((shared / "data" / "P07-models-sample.json").read_text())
    values = [value for model in content["models"] if model for value in model["gsynmin"]]
    assert len(values) == 984
    for value in values:
        search = GridSearch(0.0, 0.4, 1e-4)
        # Less than half a step of the last grid, so that any other grid would be seen.
        whole_grids(search, lambda g, value=value: g > value - 1e-6)
        assert search.threshold.conductance_uS == pytest.approx(value, abs=1e-9)
