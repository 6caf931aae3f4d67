import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from objectives._made import SEEDED, target, traces
from pyneuronautofit.objectives import EvaluationSettings
from pyneuronautofit.objectives.spikes import SpikeCount, count_spikes

COUNTS = [
    ("silence", [-70, -70, -70], 0),
    ("one sample", [-70, 20, -70], 1),
    ("a run is one spike", [-70, 20, 30, 20, -70], 1),
    ("two runs", [-70, 20, -70, 20, -70], 2),
    ("from the first sample on", [20, -70, -70, -70], 1),
    ("to the last sample", [-70, -70, 20], 1),
    ("first and last sample", [20, -70, 20], 2),
    ("never below", [20, 30, 20], 1),
    ("the threshold itself is not above it", [-70, 0, -70], 0),
    ("touching the threshold ends a run", [5, 0, 5], 2),
    ("a single sample", [5], 1),
]


@pytest.mark.parametrize(("voltage", "n"), [pytest.param(*case[1:], id=case[0]) for case in COUNTS])
def test_count(voltage, n):
    counts = count_spikes(np.array([[voltage, voltage]], dtype=float), 0.0)
    assert counts.tolist() == [[n, n]]
    assert counts.dtype == np.int64


@SEEDED
@given(st.lists(st.sampled_from([-70.0, -10.0, 0.0, 30.0]), min_size=1, max_size=20))
def test_count_against_a_walk_through_the_samples(voltage):
    wanted, within = 0, False
    for sample in voltage:
        wanted += sample > -10.0 and not within
        within = sample > -10.0
    assert count_spikes(np.array(voltage), -10.0) == wanted


def test_score_is_the_absolute_difference_per_sweep():
    bound = SpikeCount(0.0).bind(target([[-1, 1, -1, 1], [-1, -1, -1, -1]]))
    models = traces(
        [[-1, 1, -1, 1], [-1, -1, -1, -1]],
        [[-1, -1, -1, -1], [1, -1, 1, -1]],
        [[-1, 1, 1, 1], [1, 1, 1, 1]],
    )
    assert bound.score(models).tolist() == [[0, 0], [2, 2], [1, 1]]
    assert bound.collapsed(models).tolist() == [[0], [4], [2]]


def test_the_threshold_is_the_settings():
    mode = SpikeCount.from_settings(EvaluationSettings(spike_threshold_mV=-10.0))
    bound = mode.bind(target([[-70, -5, -70]]))
    assert bound.score(traces([[-70, -70, -70]])).tolist() == [[1]]


def test_a_failed_sweep_is_not_a_silent_one():
    bound = SpikeCount().bind(target([[-1, -1], [-1, -1]]))
    scores = bound.score(traces([[-1, np.nan], [-1, -1]], [[-1, np.inf], [1, -1]]))
    np.testing.assert_array_equal(scores, [[np.nan, 0], [np.nan, 1]])
    assert np.isnan(bound.collapsed(traces([[-1, np.nan], [-1, -1]]))).all()


def test_a_trace_shorter_than_its_target():
    bound = SpikeCount().bind(target([[-1, 1, -1, 1]]))
    assert bound.score(traces([[-1, 1]])).tolist() == [[1]]


def test_traces_are_not_changed():
    models = traces([[-1, np.nan, 3]])
    before = models.copy()
    SpikeCount().bind(target([[-1, 1, -1]])).score(models)
    np.testing.assert_array_equal(models, before)
