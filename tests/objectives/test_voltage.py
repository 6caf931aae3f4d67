import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from objectives._made import SEEDED, candidates, target
from pyneuronautofit.objectives.voltage import VoltageDistance

_VOLTAGES = arrays.arrays(float, (3, 4), elements=st.floats(-200, 200))


def test_score_is_the_mean_square_per_sweep():
    bound = VoltageDistance().bind(target([[0, 0], [1, 3]]))
    models = candidates([[0, 0], [1, 3]], [[3, 1], [1, 1]])
    assert bound.score(models).tolist() == [[0, 0], [5, 2]]
    assert bound.collapsed(models).tolist() == [[0], [3.5]], "collapsed: the mean over the sweeps"


@SEEDED
@given(_VOLTAGES, _VOLTAGES)
def test_against_the_formula(one, other):
    found = VoltageDistance().bind(target(other)).score(candidates(one, other))
    np.testing.assert_allclose(found[0], ((one - other) ** 2).sum(axis=1) / 4, rtol=1e-12)
    np.testing.assert_array_equal(found[1], 0.0)


@pytest.mark.parametrize(
    ("model", "expected"), [([[1.0, 1.0]], 1.0), ([[1.0, 1.0, 1.0, 1.0, 9.0]], 1.0), ([[2.0]], 4.0)]
)
def test_traces_of_another_length_are_compared_where_both_are(model, expected):
    bound = VoltageDistance().bind(target([[0, 0, 0, 0]]))
    assert bound.score(candidates(model)).tolist() == [[expected]]


def test_a_failed_sweep_is_nan():
    bound = VoltageDistance().bind(target([[0, 0], [0, 0]]))
    scores = bound.score(candidates([[np.nan, 0], [1, 1]]))
    np.testing.assert_array_equal(scores, [[np.nan, 1]])
    assert np.isnan(bound.collapsed(candidates([[np.nan, 0], [1, 1]]))).all()
