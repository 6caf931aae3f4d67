"""Statistics of parts of a sweep, against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from objectives._made import candidates
from pyneuronautofit._options import taken
from pyneuronautofit.objectives import EvaluationSettings, Target
from pyneuronautofit.objectives.statistics import AfterStimulus, RestingPotential, WithinStimulus

FIRST, LAST, N_SAMPLE = 30, 70, 110
RNG = np.random.default_rng(8)
#: Skewed, and different in every part.
RECORDED = -70.0 + RNG.gamma(2.0, 3.0, (3, N_SAMPLE)) + 5.0 * np.sin(np.arange(N_SAMPLE) / 7.0)
MODELS = np.stack([RECORDED[::-1], -60.0 + RNG.gamma(1.0, 5.0, (3, N_SAMPLE))])


def bound(mode):
    made = taken(mode, EvaluationSettings())
    return made.bind(Target(RECORDED, 0.1, FIRST, LAST))


def four(x):
    """Mean, standard deviation, skewness and kurtosis along the last axis."""
    each = (x.mean(axis=-1), x.std(axis=-1), stats.skew(x, axis=-1))
    return np.stack([*each, stats.kurtosis(x, axis=-1, fisher=False)], axis=-1)


@pytest.mark.parametrize(
    ("mode", "part"),
    [(WithinStimulus, slice(FIRST, LAST)), (AfterStimulus, slice(LAST, N_SAMPLE))],
)
def test_four_statistics_of_every_sweep(mode, part):
    expected = np.abs(four(MODELS[:, :, part]) - four(RECORDED[:, part])).reshape(2, 12)
    found = bound(mode).score(candidates(*MODELS.tolist()))
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    collapsed = bound(mode).collapsed(candidates(*MODELS.tolist()))
    np.testing.assert_allclose(collapsed[:, 0], expected.sum(axis=1), rtol=1e-9)


def test_the_rest_of_all_sweeps_together():
    rest = RECORDED[:, :FIRST].ravel()
    models = MODELS[:, :, :FIRST].reshape(2, -1)
    expected = np.abs(
        np.stack([models.mean(axis=1) - rest.mean(), models.std(axis=1) - rest.std()], axis=1)
    )
    found = bound(RestingPotential).score(candidates(*MODELS.tolist()))
    # The first model is the recording with its sweeps in another order.
    assert expected[0].max() < 1e-12
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    collapsed = bound(RestingPotential).collapsed(candidates(*MODELS.tolist()))
    np.testing.assert_allclose(collapsed[:, 0], expected.sum(axis=1), rtol=1e-9, atol=1e-12)


def test_of_a_failed_sweep_there_are_no_statistics():
    broken = MODELS.copy()
    broken[0, 1, 50] = np.nan
    broken[1, 2, 5] = np.inf
    within = bound(WithinStimulus).score(candidates(*broken.tolist())).reshape(2, 3, 4)
    assert np.isnan(within[0, 1]).all()
    assert np.isnan(within[1, 2]).all()
    assert np.isfinite(within[0, [0, 2]]).all()
    assert np.isfinite(within[1, :2]).all()
    # The rest belongs to all sweeps: one that failed spoils it for the candidate, not for others.
    rest = bound(RestingPotential).score(candidates(broken[0].tolist(), MODELS[1].tolist()))
    assert np.isnan(rest[0]).all()
    assert np.isfinite(rest[1]).all()


def test_a_stimulus_from_the_first_sample_on_leaves_no_rest():
    mode = RestingPotential().bind(Target(RECORDED, 0.1, 0, LAST))
    assert mode.score(candidates(*MODELS.tolist())).tolist() == [[0, 0], [0, 0]]
