"""Spikes and their windows, against a walk through the samples."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.objectives._kernels import spikes

N_CAND, N_SWEEP, N_SAMPLE = 3, 2, 400
THRESHOLD = 5.0


@pytest.fixture(scope="module")
def traces():
    """Slow noise that crosses the threshold often; one sweep never does, one is always above."""
    rng = np.random.default_rng(4)
    noise = rng.normal(size=(N_CAND, N_SWEEP, N_SAMPLE + 9))
    slow = np.stack([noise[:, :, k : k + N_SAMPLE] for k in range(10)]).sum(axis=0) * 3
    slow[0, 1] = -70.0
    slow[2, 0] = 30.0
    return slow


def runs(voltage):
    """The first and the last sample of every run above the threshold."""
    found, begin = [], None
    for k, above in enumerate([*(voltage > THRESHOLD), False]):
        if above and begin is None:
            begin = k
        elif not above and begin is not None:
            found.append((begin, k - 1))
            begin = None
    return found


def windows(voltage, before, after):
    places = [np.arange(u - before, u + after) for u, _d in runs(voltage)]
    return [voltage[np.clip(each, 0, N_SAMPLE - 1)] for each in places]


def test_runs_of_all_traces_one_after_the_other(traces):
    (starts, ends, offsets), finite = spikes.find_spikes(traces, THRESHOLD)
    expected = [runs(sweep) for candidate in traces for sweep in candidate]
    assert offsets.tolist() == np.cumsum([0, *map(len, expected)]).tolist()
    pairs = [pair for each in expected for pair in each]
    assert list(zip(starts.tolist(), ends.tolist())) == pairs
    assert len(pairs) > 50
    assert expected[1] == []
    assert expected[4] == [(0, N_SAMPLE - 1)]
    assert finite.shape == (N_CAND, N_SWEEP)
    assert finite.all()


def test_what_is_no_number_is_told_of_its_trace_alone(traces):
    broken = traces.copy()
    broken[0, 1, 200] = np.nan
    broken[2, 0, -1] = -np.inf
    _found, finite = spikes.find_spikes(broken, THRESHOLD)
    assert finite.tolist() == [[True, False], [True, True], [False, True]]


@pytest.mark.parametrize("count", [1, 3, 60])
def test_the_windows_of_the_first_spikes(traces, count):
    found, _finite = spikes.find_spikes(traces, THRESHOLD)
    shapes = spikes.spike_shapes(traces, found, (4, 7), count)
    flat = [np.full(11, 1000.0)] * count
    expected = [
        [(windows(sweep, 4, 7) + flat)[:count] for sweep in candidate] for candidate in traces
    ]
    np.testing.assert_array_equal(shapes, expected)


def test_the_mean_window_of_all_spikes(traces):
    found, _finite = spikes.find_spikes(traces, THRESHOLD)
    averages = spikes.average_shapes(traces, found, (4, 7))
    for candidate, sweeps in enumerate(traces):
        for sweep, voltage in enumerate(sweeps):
            expected = np.mean(windows(voltage, 4, 7) or [np.full(11, 1000.0)], axis=0)
            np.testing.assert_allclose(averages[candidate, sweep], expected, rtol=1e-12)


def test_samples_are_added_to_what_is_there():
    shape = np.array([100.0, 200.0, 300.0, 400.0])
    spikes.add_samples(shape, np.array([1.0, 2.0]), -1)
    assert shape.tolist() == [101.0, 201.0, 302.0, 402.0]


def test_both_ends_of_a_range_belong_to_it():
    block = np.array([-1.0, 0.0, 0.5, 1.0, 1.5, np.nan])
    assert spikes.count_between(block, 0.0, 1.0) == 3


def test_room_is_made_for_twice_as_many():
    twice = spikes.longer(np.array([7, 8, 9]))
    assert len(twice) == 6
    assert twice[:3].tolist() == [7, 8, 9]
