"""Spaces to search, problems with a known answer, and dominance by its definition."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from pyneuronautofit.space import ParameterSpace

SEEDED = settings(max_examples=150)

#: Every scale, a dependent bound, and bounds in the wrong order.
MIXED = ParameterSpace.from_rows(
    [
        ["a.x", "lin", 2.0, -1.0],
        ["a.y", "lin", "a.x", 3.0],
        ["a.g", "log", 1e-6, 1e-1],
        ["a.n", "int", 1, 9],
        ["a.c", "con", 5.0, 7.0],
    ]
)


def plain(n_param, low=0.0, high=1.0):
    return ParameterSpace.from_rows([[f"a.p{i}", "lin", low, high] for i in range(n_param)])


def inside(space, x):
    low, high = space.bounds(x)
    whole = x[:, space.whole]
    return bool(((low <= x) & (x <= high)).all() and (whole == np.rint(whole)).all())


@st.composite
def score_matrices(draw, failed=True, most=12):
    """Few different values, so that there are ties and duplicates; some rows have failed."""
    n_score = draw(st.integers(1, 4))
    value = st.integers(0, 3).map(float)
    broken = st.sampled_from([np.nan, np.inf])
    row = st.lists(value, min_size=n_score, max_size=n_score)
    if failed:
        row = st.one_of(row, row, row, st.lists(broken, min_size=n_score, max_size=n_score))
    rows = draw(st.lists(row, min_size=1, max_size=most))
    return np.array(rows).reshape(-1, n_score)


def dominates(one, other):
    """By definition: nowhere worse and somewhere better; a failed one is worse than any other."""
    if not np.isfinite(one).all():
        return False
    if not np.isfinite(other).all():
        return True
    return bool((one <= other).all() and (one < other).any())


def fronts(scores):
    """The number of every candidate's front: peel off who is dominated by nobody left."""
    ranks, left, rank = np.full(len(scores), -1), set(range(len(scores))), 0
    while left:
        front = {c for c in left if not any(dominates(scores[o], scores[c]) for o in left)}
        for candidate in front:
            ranks[candidate] = rank
        left -= front
        rank += 1
    return ranks


def zdt1(x):
    """Two objectives of x in 0..1; the front is f2 = 1 - sqrt(f1), where all but the first are 0.

    E. Zitzler, K. Deb, L. Thiele, Evolutionary Computation 8 (2000) 173-195.
    """
    first = x[:, 0]
    g = 1.0 + 9.0 * x[:, 1:].mean(axis=1)
    return np.stack([first, g * (1.0 - np.sqrt(first / g))], axis=1)


def crowding(scores):
    """The crowding distance of every row, component by component."""
    distances = np.zeros(len(scores))
    for values in scores.T:
        order = np.argsort(values, kind="stable")
        spread = np.ptp(values)
        if spread:
            distances[order[1:-1]] += (values[order[2:]] - values[order[:-2]]) / spread
            distances[order[[0, -1]]] = np.inf
    return distances
