"""Moments against scipy's, and the histogram of neighbours against `numpy.histogram2d`."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pyneuronautofit.objectives._kernels import samples

TRACES = -70.0 + np.random.default_rng(2).gamma(2.0, 3.0, (3, 2, 150))


@pytest.mark.parametrize(("start", "stop"), [(0, 150), (30, 31), (40, 99), (100, 10_000)])
def test_moments(start, stop):
    part = TRACES[:, :, start:stop]
    found = samples.moments(TRACES, start, stop)
    np.testing.assert_allclose(found[:, :, 0], part.mean(axis=-1), rtol=1e-12)
    np.testing.assert_allclose(found[:, :, 1], part.std(axis=-1), rtol=1e-9, atol=1e-12)
    if stop - start > 1:
        np.testing.assert_allclose(found[:, :, 2], stats.skew(part, axis=-1), rtol=1e-9)
        kurtosis = stats.kurtosis(part, axis=-1, fisher=False)
        np.testing.assert_allclose(found[:, :, 3], kurtosis, rtol=1e-9)
    else:
        assert not found[:, :, 1:].any()


def test_moments_of_no_sample_are_0():
    assert not samples.moments(TRACES, 50, 50).any()
    assert not samples.moments(TRACES, 150, 200).any()


@pytest.mark.parametrize("stop", [1, 60, 150, 10_000])
def test_sweeps_taken_together(stop):
    pooled = TRACES[:, :, :stop].reshape(3, -1)
    expected = np.stack([pooled.mean(axis=1), pooled.std(axis=1)], axis=1)
    found = samples.pooled_mean_and_std(TRACES, stop)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_of_no_sweeps_and_no_samples_there_is_nothing_to_take_together():
    assert not samples.pooled_mean_and_std(TRACES, 0).any()
    assert not samples.pooled_mean_and_std(np.empty((2, 3, 0)), 5).any()


def walking(rng, n_sample, jump):
    """A voltage that stays, drifts and jumps: most neighbours are in the bin of the last ones."""
    steps = np.where(rng.random(n_sample) < 0.1, jump, 0.05) * rng.normal(size=n_sample)
    return np.cumsum(steps)


def counted(voltage, sum_edges, difference_edges):
    """The histogram of what is below the last edges: numpy's last bins have them, too."""
    sums, differences = voltage[:-1] + voltage[1:], np.diff(voltage)
    inside = (sums < sum_edges[-1]) & (differences < difference_edges[-1])
    return np.histogram2d(sums[inside], differences[inside], [sum_edges, difference_edges])[0]


def ends_of(edges):
    return np.concatenate([[-np.inf], edges, [np.inf]])


SUM_EDGES, DIFFERENCE_EDGES = np.linspace(-20, 15, 8), np.linspace(-2.0, 3.5, 6)
ENDS = ends_of(SUM_EDGES), ends_of(DIFFERENCE_EDGES)


@pytest.mark.parametrize("jump", [0.0, 1.0, 30.0])
@pytest.mark.parametrize("n_sample", [0, 1, 2, 64, 65, 66, 1000])
def test_sums_and_differences_of_neighbours(n_sample, jump):
    voltage = walking(np.random.default_rng(n_sample), n_sample, jump)
    # On the edges, too.
    voltage[::5] = np.rint(voltage[::5] * 2) / 2
    histogram = samples.phase_histogram(voltage, *ENDS)
    np.testing.assert_array_equal(histogram, counted(voltage, SUM_EDGES, DIFFERENCE_EDGES))
    assert n_sample < 2 or histogram.any()


def test_weighted_distances_of_histograms():
    rng = np.random.default_rng(5)
    traces = np.stack([[walking(rng, 90, 3.0) for _ in range(2)] for _ in range(3)])
    wanted, weights = rng.integers(0, 9, (2, 7, 5)).astype(float), rng.random((2, 7, 5))
    histograms = np.array(
        [
            [counted(sweep[20:70], SUM_EDGES, DIFFERENCE_EDGES) for sweep in sweeps]
            for sweeps in traces
        ]
    )
    expected = (np.abs(histograms - wanted) * weights).sum(axis=(2, 3))
    found = samples.phase_distance(traces, (20, 70), ENDS, wanted, weights)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("begin", [0, 2, 4])
def test_a_place_is_found_from_wherever_one_looks(begin):
    ends = np.array([-np.inf, 0.0, 1.0, 3.0, 7.0, np.inf])
    values = [-5.0, 0.0, 0.5, 1.0, 2.9, 3.0, 6.0, 7.0, 99.0]
    found = [samples.place_of(value, ends, begin) for value in values]
    assert found == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    places = np.empty(len(values), dtype=np.int64)
    samples.find_places(np.array(values), ends, begin, places)
    assert places.tolist() == found


def test_pairs_between_two_ends_the_upper_ones_open():
    one, other = np.array([0.0, 1.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0, 2.0])
    # Sums 1, 2, 3, 4; differences 1, 0, 1, 0.
    assert samples.count_between(one, other, (1.0, 4.0), (0.0, 1.0)) == 1
    assert samples.count_between(one, other, (1.0, 4.0), (0.0, 1.5)) == 3
    assert samples.count_between(one, other, (2.0, 5.0), (-1.0, 1.0)) == 2
