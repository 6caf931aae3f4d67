"""What residuals count, and which of them can be compared: by hand."""

from __future__ import annotations

import numpy as np
import pytest

from optimisers._made import made_merits, made_residuals
from pyneuronautofit.optimisers import Merits, ResidualRows

#: Two sweeps: the first has times of two spikes, the second a surplus and a voltage; and a score.
ROWS = ResidualRows(
    np.array([1.0, 1.0, 1.0, 0.5, 1.0]),
    np.array([4.0, 4.0, 1.0, 0.5, 1.0]),
    np.array([0, 0, 1, 1, -1]),
    np.array([0, 1, -2, -1, -1]),
    2,
)


def test_costs_by_hand():
    residuals = np.array([[20.0, 0.0, 0.0, 0.0, 0.0, 2, 1], [2.0, -4.0, 20.0, 8.0, 1.0, 2, 0]])
    assert ROWS.length == 5
    assert ROWS.costs(residuals) == pytest.approx([1.0, (4 + 16 + 400 + 16 + 1) / 400])
    fine = [16.0, (64 + 256 + 400 + 16 + 1) / 400]
    assert ROWS.costs(residuals, fine=True) == pytest.approx(fine)
    assert np.isnan(ROWS.costs(np.full((1, 7), np.nan))).all()


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((2, 0), [True, True, True, True, True]),
        # The second spike is missing there: its time is no time, but how far it is from being one.
        ((1, 0), [True, False, True, True, True]),
        ((0, 0), [False, False, True, True, True]),
        # One more than there should be: which is not about those that are there.
        ((3, 0), [True, True, True, True, True]),
        ((2, 1), [True, True, False, True, True]),
    ],
)
def test_what_can_be_compared(counts, expected):
    base = np.array([0.0, 0, 0, 0, 0, 2, 0])
    other = np.array([0.0, 0, 0, 0, 0, *counts])
    assert ROWS.comparable(other[None], base)[0].tolist() == expected
    assert ROWS.comparable(base[None], other)[0].tolist() == expected
    assert ROWS.comparable(np.full((1, 7), np.nan), base).shape == (1, 5)


def test_merits_by_hand():
    merits = Merits(np.array([1.0, 0.01]), ROWS)
    scores = np.array([[1.0, 50.0], [0.0, 10.0], [np.nan, np.nan], [1.0, np.inf]])
    assert merits.plain(scores).tolist() == [1.5, 0.1, np.inf, np.inf]
    residuals = np.zeros((4, 7))
    residuals[0, 0] = 20.0
    residuals[2] = np.nan
    assert merits.mixed(scores, residuals).tolist() == [2.5, 0.1, np.inf, np.inf]
    # Scores may be finite where a residual is not.
    assert merits.mixed(scores[:1], np.full((1, 7), np.nan)).tolist() == [np.inf]
    assert merits.plain(np.empty((0, 0))).tolist() == []


@pytest.mark.parametrize("n_company", [1, 2, 9, 64])
def test_company_has_no_say(n_company):
    """Sums are rounded alike, whoever is scored in the same pass."""
    rng = np.random.default_rng(3)
    merits = made_merits(37, 113)
    scores, residuals = rng.random((64, 37)), made_residuals(rng.normal(size=(64, 113)))
    together = merits.mixed(scores, residuals)
    apart = np.concatenate(
        [
            merits.mixed(scores[k : k + n_company].copy(), residuals[k : k + n_company].copy())
            for k in range(0, 64, n_company)
        ]
    )
    assert together.tobytes() == apart.tobytes()
