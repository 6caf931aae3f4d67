"""Spaces to search, problems with a known answer, and dominance by its definition."""

from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from pyneuronautofit.optimisers import Merits, ResidualRows
from pyneuronautofit.runs.store.encoding import Rows, decode, encode, restore
from pyneuronautofit.space import ParameterSpace
from pyneuronautofit.testing.strategies import same as same  # noqa: PLC0414 (tests take it from here)

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


def made_merits(n_score=1, n_residual=0):
    """Every component counts the same; residuals are about no spike, and count as they are."""
    nothing = np.full(n_residual, -1)
    rows = ResidualRows(np.ones(n_residual), np.ones(n_residual), nothing, nothing, n_sweep=1)
    return Merits(np.ones(n_score), rows)


def made_residuals(values, failed=None):
    """What is told as residuals: values (n_cand, n_residual), and no spikes in the one sweep."""
    told = np.concatenate([values, np.zeros((len(values), 1))], axis=1)
    if failed is not None:
        told[failed] = np.nan
    return told


def stored(state, rows_of=None):
    """A state as it comes out of a store.

    With arrays that are evaluations (`rows_of`) written as numbers of their rows, as stores do.
    """
    kept = [] if rows_of is None else [rows_of]

    def find(array):
        for table in kept:
            if array.ndim == 2 and len(array) and array.shape[1] == table.shape[1]:
                at = [np.flatnonzero((table == row).all(axis=1))[:1] for row in array]
                if all(len(place) for place in at):
                    return Rows("coordinates", np.concatenate(at))
        return None

    record = decode(encode(state, find), Path("made.sqlite"))
    return restore(record, type(state), lambda rows: kept[0][rows.numbers])
