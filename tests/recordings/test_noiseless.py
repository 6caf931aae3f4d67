"""Commands are told from recorded currents by their beginning."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.recordings._noiseless import is_noiseless


@pytest.mark.parametrize(
    ("current_pA", "found"),
    [
        (np.zeros(1000), True),
        (np.repeat([5.0, 50.0], 500), True),
        (np.random.default_rng(1).normal(size=1000), False),
        (np.repeat([np.nan, 5.0], [3, 997]), True),
        (np.full(10, np.nan), True),
    ],
)
def test_what_is_constant_at_first(current_pA, found):
    assert is_noiseless(current_pA) == found
