"""Choosing parents."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import IntArray


def binary_tournaments(standing: IntArray, n_winner: int, rng: np.random.Generator) -> IntArray:
    """Choose parents: each is the better of two candidates drawn at random.

    Parameters
    ----------
    standing : IntArray, shape (n_cand,)
        The place of every candidate in the order of merit, 0 the best.
    n_winner
        How many parents.

    Returns
    -------
    IntArray, shape (n_winner,)
        Candidates; the two of one tournament differ where there are two.
    """
    n_cand = len(standing)
    first = rng.integers(0, n_cand, n_winner)
    # A step of 1..n-1 around the circle lands on anybody but oneself.
    second = (first + rng.integers(1, max(n_cand, 2), n_winner)) % n_cand
    return np.where(standing[first] <= standing[second], first, second)
