"""A generator goes on where another one stands."""

from __future__ import annotations

import json

import numpy as np

from pyneuronautofit.optimisers._random import generator_from


def test_it_draws_what_the_other_one_would_draw():
    other = np.random.default_rng(5)
    other.random(17)
    # Half a word is left over: that belongs to the state, too.
    other.integers(0, 10, dtype=np.uint32)
    stored = json.loads(json.dumps(other.bit_generator.state))
    again = generator_from(stored)
    for rng in (again, other):
        rng.integers(0, 10, dtype=np.uint32)
    np.testing.assert_array_equal(again.random(100), other.random(100))
    np.testing.assert_array_equal(again.normal(size=10), other.normal(size=10))


def test_what_it_draws_does_not_change_the_stored_state():
    stored = np.random.default_rng(5).bit_generator.state
    generator_from(stored).random(10)
    first, second = (generator_from(stored).random(10) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, np.random.default_rng(5).random(10))
