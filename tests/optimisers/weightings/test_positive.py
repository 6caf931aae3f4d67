import numpy as np
import pytest

from pyneuronautofit.optimisers.weighting import Weights
from pyneuronautofit.optimisers.weightings.krayzman import MOST_STEPS, AdaptationRule, first_weights
from pyneuronautofit.optimisers.weightings.positive import PositiveCorrelations


def _vectors(opposition, n_score=8, n_vector=400, seed=0):
    """The first two components are correlated with -opposition, the others with nothing."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n_vector, n_score))
    vectors[:, 1] = -opposition * vectors[:, 0] + np.sqrt(1 - opposition**2) * vectors[:, 1]
    return vectors


def _updated(vectors, weights, rule=None):
    weighting = PositiveCorrelations(AdaptationRule() if rule is None else rule)
    return weighting.update(vectors, weights, np.random.default_rng(0))


@pytest.mark.parametrize("opposition", [0.3, 0.6, 0.9])
@pytest.mark.parametrize(
    "rule",
    [
        AdaptationRule(),
        AdaptationRule(krayzman_threshold=0.9, hold_normalization=True, weight_bound=20.0),
    ],
)
def test_in_the_end_every_correlation_is_positive(opposition, rule):
    vectors = _vectors(opposition)
    begin = np.ones(8)
    begin[1] = 0.02
    after, trace = _updated(vectors, Weights(begin, np.ones(8, dtype=bool)), rule)
    scalar = vectors @ after.values
    assert np.corrcoef(vectors[:, 1], vectors @ begin)[0, 1] < 0
    assert all(np.corrcoef(column, scalar)[0, 1] > 0 for column in vectors.T)
    assert trace.reached
    assert 0 < len(trace.ratios) < MOST_STEPS


def test_it_ends_at_the_first_step_where_they_are():
    begin = np.array([1.0, 0.05, *[1.0] * 6])
    after, trace = _updated(_vectors(0.9), Weights(begin, np.ones(8, dtype=bool)))
    assert len(trace.ratios) > 1
    assert (trace.ratios <= 0).all()
    assert 0 < trace.ratio < 0.5
    assert after.values.max() == 1.0


def test_opposites_cannot_be():
    one = np.random.default_rng(0).random(200)
    vectors = np.stack([one, 1 - one, 2 * one], axis=1)
    after, trace = _updated(vectors, Weights(np.ones(3), np.ones(3, dtype=bool)))
    assert not trace.reached
    assert len(trace.ratios) == MOST_STEPS
    assert np.isfinite(after.values).all()


def test_first_weights_are_those_of_the_krayzman_iteration():
    vectors, rule = _vectors(0.5), AdaptationRule(norm_space=True)
    np.testing.assert_array_equal(
        PositiveCorrelations(rule).first(vectors).values, first_weights(vectors, rule).values
    )
