"""What every mode has to do, run over the table: a new mode is tested by being in it."""

import pickle

import numpy as np
import pytest

from objectives._made import suite as made_suite
from pyneuronautofit.objectives import ALL_MODES, OBJECTIVES

VOLTAGE = np.random.default_rng(7).normal(-20.0, 25.0, (3, 40))
MODES = sorted(OBJECTIVES)


def suite(voltage_mV, code, **settings):
    """A stimulus of some length, and spikes so short that something is left between them."""
    return made_suite(voltage_mV, code, (10, 29), before_spike=1, after_spike=2, **settings)


def test_the_letters():
    assert list(OBJECTIVES) == list(ALL_MODES)
    assert set(ALL_MODES) == set("ONTSAWRLMUCDVZPQFX")


@pytest.mark.parametrize("code", MODES)
class TestEveryMode:
    def test_describes_itself(self, code):
        mode = OBJECTIVES[code]
        assert mode.code == code
        assert mode.title
        assert mode.unit
        assert mode.__doc__

    @pytest.mark.parametrize("collapse", [False, True])
    def test_the_recording_itself_scores_zero(self, code, collapse):
        bound = suite(VOLTAGE, code, collapse=collapse)
        scores = bound.score(VOLTAGE[None, list(bound.sweeps)])
        assert scores.shape == (1, len(bound.markers))
        np.testing.assert_allclose(scores, 0.0, atol=1e-12)

    def test_collapsed_it_is_one_number(self, code):
        bound = suite(VOLTAGE, code, collapse=True)
        assert bound.markers == (code,)
        assert bound.score(np.stack([VOLTAGE, VOLTAGE + 30.0])).shape == (2, 1)

    def test_scores_are_not_negative_and_depend_on_the_candidate_alone(self, code):
        bound = suite(VOLTAGE, code)
        models = np.stack([VOLTAGE[::-1], VOLTAGE + 30.0, np.full_like(VOLTAGE, -70.0)])
        before = models.copy()
        together = bound.score(models)
        np.testing.assert_array_equal(models, before)
        assert (together >= 0).all()
        assert together[1:].any(), "a model that differs must not look equal everywhere"
        for number in (2, 0, 1):
            np.testing.assert_array_equal(bound.score(models[number][None])[0], together[number])

    @pytest.mark.parametrize("collapse", [False, True])
    def test_a_failed_candidate_gets_nan_and_spoils_no_other(self, code, collapse):
        bound = suite(VOLTAGE, code, collapse=collapse)
        models = np.stack([VOLTAGE, np.full_like(VOLTAGE, np.nan), VOLTAGE])
        scores = bound.score(models)
        assert np.isnan(scores[1]).all()
        np.testing.assert_array_equal(scores[[0, 2]], bound.score(models[[0, 2]]))
        assert np.isfinite(scores[[0, 2]]).all()

    def test_a_model_shorter_than_its_recording_is_scored(self, code):
        assert np.isfinite(suite(VOLTAGE, code).score(VOLTAGE[None, :, :25])).all()

    def test_no_candidates(self, code):
        bound = suite(VOLTAGE, code)
        assert bound.score(np.empty((0, *VOLTAGE.shape))).shape == (0, len(bound.markers))

    def test_goes_to_worker_processes(self, code):
        bound = suite(VOLTAGE, code)
        again = pickle.loads(pickle.dumps(bound))
        np.testing.assert_array_equal(
            again.score(VOLTAGE[None] + 9), bound.score(VOLTAGE[None] + 9)
        )
