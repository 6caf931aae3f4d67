"""What every mode has to do, run over the table: a new mode is tested by being in it.

Most of it is in `pyneuronautofit.testing`, for plug-ins, too.
"""

import pickle

import numpy as np
import pytest

from objectives._made import suite as made_suite
from pyneuronautofit.objectives import ALL_MODES, OBJECTIVES, EvaluationSettings
from pyneuronautofit.testing import OBJECTIVE_CHECKS, ModeCase, made_recording

VOLTAGE = np.random.default_rng(7).normal(-20.0, 25.0, (3, 40))
MODES = sorted(OBJECTIVES)
MADE = made_recording()


def suite(voltage_mV, code, **settings):
    """A stimulus of some length, and spikes so short that something is left between them."""
    return made_suite(voltage_mV, code, (10, 29), before_spike=1, after_spike=2, **settings)


def test_the_letters():
    assert list(OBJECTIVES) == list(ALL_MODES)
    assert set(ALL_MODES) == set("ONTSAWRLMUCDVZPQFX")


@pytest.mark.parametrize("code", MODES)
class TestEveryMode:
    def test_describes_itself(self, code):
        assert OBJECTIVES[code].__doc__

    @pytest.mark.parametrize("check", OBJECTIVE_CHECKS, ids=lambda check: check.__name__)
    def test_every_mode(self, code, check):
        settings = EvaluationSettings(code, before_spike=7, after_spike=14, spike_threshold_mV=-20)
        check(ModeCase(code, *MADE, settings))

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
