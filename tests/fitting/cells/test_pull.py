"""Private parameters that are pulled towards each other."""

from __future__ import annotations

import numpy as np
import pytest

from fitting.parabolas import make_problem
from pyneuronautofit.fitting import Evaluation
from pyneuronautofit.fitting.cells import PULL, Pull, with_pull
from pyneuronautofit.fitting.cells.pull import UNIT
from pyneuronautofit.objectives.residuals import JointResiduals
from pyneuronautofit.optimisers import ResidualRows
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.space import ParameterSpace

SPACE = ParameterSpace.from_rows(
    [
        ["s.a@x", "lin", 0, 10], ["s.a@y", "lin", 0, 10], ["s.a@z", "lin", 0, 10],
        ["s.b", "lin", 0, 10],
        ["s.g@x", "log", 1e-3, 1e1], ["s.g@y", "log", 1e-3, 1e1], ["s.g@z", "log", 1e-3, 1e1],
    ]
)  # fmt: skip
# u of a: .1, .2, .6, mean .3; of g: .25, .5, .75.
X = SPACE.from_model(np.array([[1.0, 2.0, 6.0, 9.0, 1e-2, 1e-1, 1.0]]))


def evaluated(residuals=None, n=1):
    ok = (RunStatus.OK,) * n
    return Evaluation(np.zeros((n, 7)), np.ones((n, 2)), ok, ("",) * n, np.ones(n), residuals)


def test_the_cost_is_that_of_the_formula():
    pull = Pull.on(SPACE, 0.2)
    wanted = np.array([-0.2, -0.1, 0.3, -0.25, 0.0, 0.25]) / 0.2
    np.testing.assert_allclose(pull.distances(X)[0], wanted, atol=1e-12)
    found = pull.scored(evaluated(), X, 0)
    assert found.scores[0, :2].tolist() == [1.0, 1.0]
    assert found.scores[0, 2] == pytest.approx((0.14 + 0.125) / 0.04)
    assert found.residuals is None


def test_residuals_cost_the_same_and_stand_before_the_numbers_of_spikes():
    pull = Pull.on(SPACE, 0.2)
    found = pull.scored(evaluated(np.array([[7.0, 8.0, 3.0]])), X, 2)
    assert found.residuals[0, [0, 1, -1]].tolist() == [7.0, 8.0, 3.0]
    joint = JointResiduals(np.zeros(2), np.zeros(2), np.array([0, 0]), np.array([0, -1]), 1)
    told = pull.rows(joint)
    rows = ResidualRows(told.coarse, told.fine, told.sweep, told.spike, told.n_sweep)
    assert rows.length == 8
    for fine in (False, True):
        np.testing.assert_allclose(rows.costs(found.residuals, fine=fine), found.scores[:, 2])
    # They are about no spike: a slope is never left out.
    assert rows.comparable(found.residuals, found.residuals[0])[0, 2:].all()
    assert rows.wanted.tolist() == [1]
    assert UNIT == 400.0


def test_a_candidate_that_failed_costs_nothing_that_is_known():
    failed = evaluated(np.array([[np.nan, np.nan, np.nan]]))
    failed.scores[:] = np.nan
    found = Pull.on(SPACE, 0.2).scored(failed, X, 2)
    assert np.isnan(found.scores).all()
    assert np.isnan(found.residuals).all()


def test_one_candidate_has_the_bits_that_it_has_among_many():
    pull = Pull.on(SPACE, 0.07)
    x = SPACE.sample(np.random.default_rng(3), 50)
    many = pull.scored(evaluated(n=50), x, 0).scores
    for place in (0, 17, 49):
        one = pull.scored(evaluated(), x[place : place + 1], 0).scores
        assert one[0].tobytes() == many[place].tobytes()


def test_its_floor_is_what_cells_cost_that_are_as_far_apart_as_expected():
    """Two parameters of three cells, whose mean it is: two degrees of freedom for each."""
    floor = Pull.on(SPACE, 0.2).floor
    assert (floor.markers, floor.components.tolist()) == ((PULL,), [4.0])


def test_it_is_a_component_of_its_own():
    suite = make_problem().suite
    whole = with_pull(suite)
    assert whole.markers == (*suite.markers, PULL)
    assert whole.n_scores == (*suite.n_scores, 1)
    scores = np.arange(float(len(whole.markers)))[None]
    assert whole.mode_sums(scores)[PULL].tolist() == [scores[0, -1]]
    with pytest.raises(ValueError, match="no trace has a score"):
        whole.members[-1].objective.score(None)
