"""Floors in words, and words that mean floors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.objectives.floor import (
    about_floor,
    floor_limit,
    floor_word,
    in_floors,
    is_floor_word,
    said_floor,
    said_in_floors,
    unknown_floor,
)

from .test_floor import FLOOR


@pytest.mark.parametrize(("word", "factor", "kept"), [
    ("floor", 1, "floor"), ("2floor", 2, "2floor"), (" 1.50 floors", 1.5, "1.5floor"),
    (".5FLOOR", 0.5, "0.5floor"), ("1e1floor", 10, "10floor"),
])  # fmt: skip
def test_words(word, factor, kept):
    assert is_floor_word(word)
    assert floor_limit(word) == factor
    assert floor_word(word) == kept


@pytest.mark.parametrize("word", ["", "2", "flor", "-1floor", "floor2", "2floor3", "1e999floor"])
def test_others(word):
    with pytest.raises(ValueError, match="not so many floors"):
        floor_limit(word)
    assert not is_floor_word(word) or word == "1e999floor"


def test_no_floors_at_all_are_none():
    with pytest.raises(ValueError, match="not so many floors"):
        floor_limit("0floor")


def test_sums_in_floors():
    assert in_floors({"O": 0.0, "V": 3.0}, FLOOR) == {"O": 0.0, "V": 1.5}
    assert in_floors({"O": 2.0, "V": 0.0}, FLOOR) == {"O": np.inf, "V": 0.0}
    assert in_floors({"V": 1.0}, FLOOR) == {"V": 0.5}


def test_sums_in_words():
    said = said_in_floors({"O": 0.0, "V": 2.6}, FLOOR)
    assert said == "O 0, at the floor of 0; V 2.6, 1.3 x the floor"
    assert said_in_floors({"O": 1.0}, FLOOR) == "O 1, the floor is 0"
    assert said_in_floors({"V": 0.0}, FLOOR) == "V 0, 0 x the floor"


def test_what_it_is_from_and_that_it_is_a_lower_bound():
    noise = "0.25 mV and a drift of 0.5 mV between sweeps"
    assert said_floor(FLOOR) == (
        "O 0, V 2 (from repeats of 1 of 2 compared sweeps; for the others a lower bound, from "
        f"noise alone, {noise})"
    )
    none = replace(FLOOR, n_repeated=0, is_bound=np.ones(3, dtype=bool), drift_mV=(0.0,))
    assert about_floor(none) == (
        "a lower bound: from the recording's noise alone, 0.25 mV; no compared sweep has a repeat"
    )
    two = replace(none, noise_mV=(0.25, 1.0), drift_mV=(0.5, 0.0))
    assert about_floor(two) == (
        f"a lower bound: from the recordings' noise alone, of each: {noise}; 1 mV; no compared "
        "sweep has a repeat"
    )
    every = replace(FLOOR, is_bound=np.zeros(3, dtype=bool), n_repeated=2)
    assert about_floor(every) == f"from repeats of 2 of 2 compared sweeps; noise {noise}"
    assert said_floor(unknown_floor("V", 1, "why")) == "not known"
