"""What all searches by a weighted sum answer alike."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import made_merits
from pyneuronautofit.optimisers import Merits
from pyneuronautofit.optimisers.scalar.summing import Summing, needed


class Halving(Summing):
    """Knows nothing but how candidates are ordered."""

    def __init__(self, merits):
        self.merits = merits


def test_candidates_are_ordered_by_the_weighted_sum_and_failed_ones_are_last():
    merits = Merits(np.array([1.0, 0.5]), made_merits(2).rows)
    scores = np.array([[1.0, 4.0], [2.0, 0.0], [np.nan, 0.0], [np.inf, 1.0]])
    assert Halving(merits).scalars(None, scores).tolist() == [3.0, 2.0, np.inf, np.inf]


def test_no_weights_are_adapted():
    assert Halving(made_merits(2)).adaptation(None) is None


def test_residuals_that_are_missing_are_the_callers_fault():
    residuals = np.zeros((2, 3))
    assert needed(residuals) is residuals
    with pytest.raises(ValueError, match="residuals"):
        needed(None)
