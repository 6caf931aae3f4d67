"""The rule that ends silent trials, in numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pyneuronautofit.probes import settling

REST = np.array([-65.0, 0.6, 2e-7, 1e-30])


def moved(place, by):
    state = REST.copy()
    state[place] += by
    return state


@pytest.mark.parametrize(
    ("place", "by", "distance"),
    [(0, 6.5, 0.1), (1, -0.06, 0.1), (2, 4e-7, 2.0), (3, 1e-9, 0.01)],
)
def test_distance(place, by, distance):
    """Of its size; what is next to nothing counts as if it had the size 1e-7."""
    assert settling.distance(moved(place, by), REST) == pytest.approx(distance)


def test_distances_of_lanes():
    states = np.stack([moved(0, 6.5), REST, np.where(REST < 0, np.nan, REST)], axis=1)
    found = settling.distance(states, np.stack([REST] * 3, axis=1))
    np.testing.assert_allclose(found, [0.1, 0.0, np.nan])
    back = settling.is_back(np.full(3, 0.05), found, np.zeros(3))
    assert back.tolist() == [False, True, False], "no number is not back"


def test_what_has_settled():
    assert settling.has_settled(REST, REST)
    assert settling.has_settled(moved(0, 6e-5), REST)
    assert not settling.has_settled(moved(0, 7e-5), REST)


@pytest.mark.parametrize(
    ("before", "now", "synapse_uS", "back"),
    [
        (0.12, 0.09, 1e-7, True),
        (math.inf, 0.09, 1e-7, True),
        (0.12, 0.11, 1e-7, False),  # not near
        (0.08, 0.09, 1e-7, False),  # going away
        (0.08, 0.08, 1e-7, False),  # staying where it is, which is not where it was
        (0.12, 0.09, 1e-5, False),  # the synapse still works
        (0.0, 0.0, 0.0, True),  # an event without weight
        (1e-7, 2e-7, 0.0, True),  # what a settled cell moves by itself
    ],
)
def test_what_is_back(before, now, synapse_uS, back):
    assert bool(settling.is_back(before, now, synapse_uS)) is back
