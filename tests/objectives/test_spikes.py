import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from objectives._made import SEEDED, candidates, target, traces
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.objectives.spikes import SpikeCount

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
    found = candidates([voltage, voltage]).spikes(0.0)
    assert found.counts.tolist() == [n, n]


@SEEDED
@given(st.lists(st.sampled_from([-70.0, -10.0, 0.0, 30.0]), min_size=1, max_size=20))
def test_count_against_a_walk_through_the_samples(voltage):
    wanted, within = 0, False
    for sample in voltage:
        wanted += sample > -10.0 and not within
        within = sample > -10.0
    assert candidates([voltage]).spikes(-10.0).counts.tolist() == [wanted]


def test_score_is_the_absolute_difference_per_sweep():
    bound = SpikeCount(0.0).bind(target([[-1, 1, -1, 1], [-1, -1, -1, -1]]))
    models = candidates(
        [[-1, 1, -1, 1], [-1, -1, -1, -1]],
        [[-1, -1, -1, -1], [1, -1, 1, -1]],
        [[-1, 1, 1, 1], [1, 1, 1, 1]],
    )
    assert bound.score(models).tolist() == [[0, 0], [2, 2], [1, 1]]
    assert bound.collapsed(models).tolist() == [[0], [4], [2]]


def test_the_threshold_is_the_settings():
    mode = SpikeCount(spike_threshold_mV=-10.0)
    bound = mode.bind(target([[-70, -5, -70]]))
    assert bound.score(candidates([[-70, -70, -70]])).tolist() == [[1]]


def test_a_failed_sweep_is_not_a_silent_one():
    bound = SpikeCount(0.0).bind(target([[-1, -1], [-1, -1]]))
    scores = bound.score(candidates([[-1, np.nan], [-1, -1]], [[-1, np.inf], [1, -1]]))
    np.testing.assert_array_equal(scores, [[np.nan, 0], [np.nan, 1]])
    assert np.isnan(bound.collapsed(candidates([[-1, np.nan], [-1, -1]]))).all()


def test_traces_are_not_changed():
    models = traces([[-1, np.nan, 3]])
    before = models.copy()
    SpikeCount(0.0).bind(target([[-1, 1, -1]])).score(Candidates(models))
    np.testing.assert_array_equal(models, before)


def test_a_trace_shorter_than_its_target():
    bound = SpikeCount(0.0).bind(target([[-1, 1, -1, 1]]))
    assert bound.score(candidates([[-1, 1]])).tolist() == [[1]]


@pytest.mark.parametrize("n_sample", [1, 127, 128, 129, 5001])
@pytest.mark.parametrize("every", [2, 3, 100, 127, 128, 129, 300])
def test_spikes_are_found_wherever_samples_are_taken_together(every, n_sample):
    """Runs that begin and end at any place, and more of them than there was room for at first."""
    k = np.arange(n_sample)
    voltage = np.stack([k % every, -(k % every) + 1, every - k % every - 1.5]).astype(float)
    found = Candidates(voltage[None]).spikes(0.0)
    padded = np.pad(voltage > 0, ((0, 0), (1, 1))).astype(int)
    for trace, steps in enumerate(np.diff(padded, axis=1)):
        own = slice(found.offsets[trace], found.offsets[trace + 1])
        np.testing.assert_array_equal(found.starts[own], np.flatnonzero(steps > 0))
        np.testing.assert_array_equal(found.ends[own], np.flatnonzero(steps < 0) - 1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("level", [-70.0, 30.0])
@pytest.mark.parametrize("place", [0, 127, 128, 299])
def test_what_is_no_number_is_seen_at_rest_and_within_spikes(place, level, bad):
    voltage = np.full((1, 2, 300), level)
    voltage[0, 1, place] = bad
    assert Candidates(voltage).finite.tolist() == [[True, False]]
    assert not Candidates(voltage).all_finite


def test_only_the_threshold_itself_is_not_above_it():
    above = np.nextafter(-10.0, 0.0)
    found = candidates([[-10.0, above, -10.0, above, above, -20.0]]).spikes(-10.0)
    assert (found.starts.tolist(), found.ends.tolist()) == ([1, 3], [1, 4])
