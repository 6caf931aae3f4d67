"""Choosing parents.

Source: the selection by rank is that of J. E. Baker, "Adaptive selection methods for genetic
algorithms", Proceedings of an International Conference on Genetic Algorithms and their Applications
(1985) 101-111. Equations are those of docs/search.md.
"""

from __future__ import annotations

import numpy as np

from pyneuronautofit._types import IntArray


def binary_tournaments(ranks: IntArray, n_winner: int, rng: np.random.Generator) -> IntArray:
    """Choose parents: each is the better of two candidates drawn at random.

    Parameters
    ----------
    ranks : IntArray, shape (n_cand,)
        The place of every candidate in the order of merit, 0 the best.
    n_winner
        How many parents.

    Returns
    -------
    IntArray, shape (n_winner,)
        Candidates; the two of one tournament differ where there are two.
    """
    n_cand = len(ranks)
    first = rng.integers(0, n_cand, n_winner)
    # A step of 1..n-1 around the circle lands on anybody but oneself.
    second = (first + rng.integers(1, max(n_cand, 2), n_winner)) % n_cand
    return np.where(ranks[first] <= ranks[second], first, second)


def rank_proportional(ranks: IntArray, n_parent: int, rng: np.random.Generator) -> IntArray:
    """Choose parents with replacement: of P candidates the r-th best with weight P + 1 - r.

    So the best is P times as likely as the last, and chances do not depend on how far apart the
    candidates' fitnesses are.

    Parameters
    ----------
    ranks : IntArray, shape (n_cand,)
        The place of every candidate in the order of merit, 0 the best.
    n_parent
        How many parents.

    Returns
    -------
    IntArray, shape (n_parent,)
        Candidates.
    """
    n_cand = len(ranks)
    # eq. 7: P + 1 - r with r = rank + 1; they add up to P(P + 1)/2.
    weights = n_cand - ranks
    return rng.choice(n_cand, n_parent, p=weights / weights.sum())
