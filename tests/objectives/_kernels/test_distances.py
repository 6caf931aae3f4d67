"""Distances between samples, against plain numpy over masks of samples."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.objectives._kernels import distances, spikes

N_CAND, N_SWEEP, N_SAMPLE = 3, 2, 200
THRESHOLD = 30.0


def slow_noise(seed, *shape):
    """Noise that crosses the threshold now and then, for a few samples."""
    noise = np.random.default_rng(seed).normal(size=(*shape, N_SAMPLE + 5))
    return np.stack([noise[..., k : k + N_SAMPLE] for k in range(6)]).sum(axis=0) * 14


TRACES, TARGET = slow_noise(6, N_CAND, N_SWEEP), slow_noise(7, N_SWEEP)
#: A model may have been simulated for longer, or not as long.
LENGTHS = [N_SAMPLE, 131, 1]


def found(traces):
    return spikes.find_spikes(np.ascontiguousarray(traces), THRESHOLD)[0]


def onsets(voltage):
    above = np.concatenate([[False], voltage > THRESHOLD])
    return np.flatnonzero(above[1:] & ~above[:-1])


@pytest.fixture(params=LENGTHS, ids=str)
def traces(request):
    return np.ascontiguousarray(TRACES[:, :, : request.param])


@pytest.mark.parametrize(("start", "stop"), [(0, N_SAMPLE), (40, 90), (0, 10_000), (150, 140)])
def test_squares_of_a_part(traces, start, stop):
    n = traces.shape[-1]
    expected = ((traces - TARGET[:, :n])[:, :, start:stop] ** 2).sum(axis=-1)
    sums = distances.sum_of_squares(traces, TARGET, start, stop)
    np.testing.assert_allclose(sums, expected, rtol=1e-12)
    # The shorter one of both decides, whichever that is.
    other = distances.sum_of_squares(TRACES, np.ascontiguousarray(TARGET[:, :n]), start, stop)
    np.testing.assert_allclose(other, expected, rtol=1e-12)


@pytest.mark.parametrize("window", [(0, 1), (3, 6), (5, 0), (30, 40), (500, 500)])
def test_squares_outside_of_both_spikes(traces, window):
    before, after = window
    n = traces.shape[-1]
    sums, numbers = distances.subthreshold_squares(
        traces, found(traces), TARGET, found(TARGET[None]), window
    )
    for candidate in range(N_CAND):
        for sweep in range(N_SWEEP):
            one, other = traces[candidate, sweep], TARGET[sweep, :n]
            left = np.ones(n, dtype=bool)
            for u in [*onsets(one), *onsets(TARGET[sweep])]:
                left[max(u - before, 0) : max(u + after, 0)] = False
            assert numbers[candidate, sweep] == left.sum()
            expected = ((one - other)[left] ** 2).sum()
            assert sums[candidate, sweep] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("weights", [(1.0, 1.0), (7.0, 0.25), (0.0, 3.0)])
def test_spikes_weigh_more_or_less(traces, weights):
    n = traces.shape[-1]
    means = distances.mean_absolute(traces, TARGET, found(TARGET[None]), np.array(weights))
    # A spike is u .. d - 1: its last sample above the threshold does not belong to it.
    above = TARGET > THRESHOLD
    within = above & np.concatenate([above[:, 1:], np.zeros((N_SWEEP, 1), bool)], axis=1)
    w = np.where(within, np.array(weights)[:, None], 1.0)[:, :n]
    expected = (w * np.abs(traces - TARGET[:, :n])).sum(axis=-1) / w.sum(axis=-1)
    np.testing.assert_allclose(means, expected, rtol=1e-12)


def test_where_nothing_weighs_anything_there_is_no_difference():
    target = np.array([[50.0, 50.0, 50.0]])
    # The spike is samples 0 and 1; the model has no others.
    means = distances.mean_absolute(
        np.zeros((1, 1, 2)), target, found(target[None]), np.array([0.0])
    )
    assert means.tolist() == [[0.0]]


@pytest.mark.parametrize("half", [0, 1, 7, 99, 100, 300])
def test_moving_averages(traces, half):
    n = traces.shape[-1]

    def smoothed(x):
        return np.array([x[max(k - half, 0) : k + half + 1].mean() for k in range(n)])

    expected = [
        [((smoothed(one) - smoothed(other[:n])) ** 2).mean() for one, other in zip(sweeps, TARGET)]
        for sweeps in traces
    ]
    means = distances.smoothed_mean_square(traces, TARGET, half)
    np.testing.assert_allclose(means, expected, rtol=1e-9)


def test_averages_of_no_samples_do_not_differ():
    means = distances.smoothed_mean_square(np.empty((2, N_SWEEP, 0)), TARGET, 3)
    assert means.tolist() == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("n_sample", [0, 1, 7, 8, 9, 100])
def test_sums_that_run_on(n_sample):
    x, y = np.random.default_rng(n_sample).normal(size=(2, n_sample))
    running = np.full(n_sample + 1, np.nan)
    distances.add_up(x, y, running)
    np.testing.assert_allclose(running, np.concatenate([[0.0], np.cumsum(x - y)]), atol=1e-12)
