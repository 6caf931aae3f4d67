"""What a floor is, as a record."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from pyneuronautofit.objectives.floor import Floor, joint_floor, unknown_floor

FLOOR = Floor(
    ("O", "V", "V"),
    np.array([0.0, 0.5, 1.5]),
    np.array([True, False, True]),
    (0.25,),
    (0.5,),
    1,
    2,
    ("a note",),
)


def test_the_floor_of_a_mode_is_the_sum_of_its_components():
    assert FLOOR.modes == {"O": 0.0, "V": 2.0}
    assert FLOOR.is_known


def test_models_within_it_are_so_in_every_mode():
    scores = np.array([[0, 2, 0], [0, 1, 1.5], [1, 0, 0], [0, np.nan, 0], [0, 0, 0]], dtype=float)
    assert FLOOR.reached(scores).tolist() == [True, False, False, False, True]
    assert FLOOR.reached(scores, 1.25).tolist() == [True, True, False, False, True]


def test_json_and_back():
    text = json.dumps(FLOOR.as_json(), allow_nan=False)
    again = Floor.from_json(FLOOR.markers, json.loads(text))
    np.testing.assert_array_equal(again.components, FLOOR.components)
    np.testing.assert_array_equal(again.is_bound, FLOOR.is_bound)
    assert again.as_json() == FLOOR.as_json()


def test_one_of_modes_that_noise_does_not_touch_is_told():
    zero = Floor(("T", "T"), np.zeros(2), np.ones(2, dtype=bool), (0.4,), (0.0,), 0, 2)
    assert (zero.is_known, zero.is_untouched, zero.is_told) == (False, True, True)
    assert (FLOOR.is_untouched, FLOOR.is_told) == (False, True)
    # Without noise, or where nobody knows, there is nothing to tell.
    for other in (replace(zero, noise_mV=(0.0,)), unknown_floor("T", 3, "nobody knows")):
        assert not other.is_told


def test_one_that_is_not_known():
    floor = unknown_floor("OV", 3, "nobody knows")
    assert not floor.is_known
    again = Floor.from_json("OV", json.loads(json.dumps(floor.as_json(), allow_nan=False)))
    assert np.isnan(again.components).all()
    assert again.notes == ("nobody knows",)
    assert not joint_floor([FLOOR, floor]).is_known


def test_several_recordings_have_one_vector():
    both = joint_floor([FLOOR, FLOOR])
    assert both.modes == {"O": 0.0, "V": 4.0}
    assert (both.n_repeated, both.n_sweep, both.notes) == (2, 4, ("a note",))
    assert (both.noise_mV, both.drift_mV) == ((0.25, 0.25), (0.5, 0.5))
