"""Residuals that are asked for: of a problem, counted."""

from __future__ import annotations

import numpy as np

from certainty.algebra import inquiry_into
from pyneuronautofit.certainty import inquiry_of


def test_what_a_problem_answers_is_what_its_evaluation_has(hh):
    problem, x = hh
    told = []
    inquiry = inquiry_of(problem, lambda done, n: told.append((done, n)))
    found = inquiry.residuals(x)
    expected = problem.evaluate(x, with_residuals=True).residuals
    assert np.array_equal(found, expected)
    assert told[-1] == (1, 1)
    # The weights are those of the search's end.
    weighted = inquiry.weighted(found[0])
    cost = inquiry.rows.costs(found, fine=True)[0]
    assert np.isclose((weighted**2).sum(), 400.0 * cost)


def test_candidates_are_counted():
    inquiry = inquiry_into(lambda u: u, 2, 2)
    inquiry.at_units(np.full((3, 2), 0.5))
    inquiry.at_units(np.empty((0, 2)))
    inquiry.residuals(np.full((2, 2), 0.5))
    assert inquiry.count.n_asked == 5
