"""Residuals by hand, on traces with spikes at known places."""

from __future__ import annotations

import numpy as np
import pytest

from objectives._made import recording
from objectives.residuals._spikes import (
    BASE_MV,
    BLOCK,
    N_BLOCK,
    N_POINT,
    N_SAMPLE,
    PEAK_MV,
    STEP_MS,
    bound,
    residuals_of,
    trace,
)
from pyneuronautofit._options import taken
from pyneuronautofit.objectives.residuals import bind_residuals, mode_weights
from pyneuronautofit.objectives.residuals.bound import SURPLUS
from pyneuronautofit.optimisers import ResidualRows


def parts_of(row, n_spike):
    """Times, peaks, surplus, voltage and shapes of the only sweep."""
    of_spikes, surplus, others = np.split(row, [2 * n_spike, 2 * n_spike + 1])
    voltage, shapes = np.split(others, [N_BLOCK])
    return of_spikes[::2], of_spikes[1::2], surplus[0], voltage, shapes.reshape(n_spike, N_POINT)


def one(target, candidate):
    row, counts = residuals_of(bound(target), [candidate])
    return *parts_of(row[0], sum(bound(target)[1].aims.counts)), counts[0, 0]


def test_the_recording_itself_misses_nothing():
    residuals, counts = residuals_of(bound(trace(50, 90), trace()), [trace(50, 90), trace()])
    np.testing.assert_allclose(residuals, 0.0, atol=1e-12)
    assert counts.tolist() == [[2, 0]]


@pytest.mark.parametrize("late_ms", [-20.0, -0.5, 0.5, 3.0, 15.0])
def test_times(late_ms):
    """The k-th with the k-th; the farther away, the less a millisecond counts: eq. 12."""
    times, peaks, surplus, _voltage, shapes, n = one(trace(50, 90), trace(50, 90 + late_ms))
    assert times == pytest.approx([0.0, 5 * np.arcsinh(late_ms / 5)])
    assert peaks == pytest.approx([0.0, 0.0])
    assert (surplus, n) == (0.0, 2)
    # A shape is compared where the spike is.
    np.testing.assert_allclose(shapes, 0.0, atol=1e-12)


@pytest.mark.parametrize("peak_mV", [10.0, 40.0])
def test_peaks(peak_mV):
    """Eq. 13; a triangle that is lower crosses a bit later."""
    times, peaks, surplus, *_others, n = one(trace(50), trace(50, peak_mV=peak_mV))
    assert peaks == pytest.approx([0.1 * (peak_mV - PEAK_MV)])
    rise_ms = 2.0 * (1 - 60.0 / (peak_mV - BASE_MV))
    assert times == pytest.approx([5 * np.arcsinh((50 - rise_ms - (50 - 0.8)) / 5)])
    assert (surplus, n) == (0.0, 1)


@pytest.mark.parametrize(
    ("highest_mV", "expected"),
    [(-70.0, 35.0), (-50.0, 30.0), (-10.5, 20.125), (-100.0, 40.0), (-90.0, 40.0)],
)
def test_missing_spikes(highest_mV, expected):
    """What is missing counts by how far the voltage stays below the threshold there: eq. 14."""
    candidate = np.minimum(trace(), highest_mV)
    candidate[200] = highest_mV
    times, peaks, surplus, _voltage, shapes, n = one(trace(100), candidate)
    assert times == pytest.approx([expected])
    assert (peaks == 0).all()
    assert (surplus, n) == (0.0, 0)
    assert (shapes == 0).all()


def test_a_missing_spike_is_looked_for_where_it_would_have_to_be():
    """Between the middles to its neighbours, and away from the spikes that are there."""
    target = trace(50, 100, 150)
    candidate = trace(50, 100)
    candidate[:100] = np.maximum(candidate[:100], -30.0)  # before the middle to the third spike
    times, *_ = one(target, candidate)
    assert times == pytest.approx([0.0, 0.0, 35.0], abs=1e-9)
    candidate = trace(50, 100)
    candidate[270] = -30.0
    times, *_ = one(target, candidate)
    assert times[2] == pytest.approx(20 + 10 * 0.5)


@pytest.mark.parametrize(
    ("peak_mV", "expected"), [(30.0, 19.0), (0.0, 16.0), (90.0, 20.0), (-9.0, 15.1)]
)
def test_surplus_spikes(peak_mV, expected):
    """Eq. 15: those behind as many as there should be."""
    target = trace(50)
    candidate = np.maximum(target, trace(100, peak_mV=peak_mV))
    times, _peaks, surplus, *_others, n = one(target, candidate)
    assert surplus == pytest.approx(expected)
    assert times == pytest.approx([0.0])
    assert n == 2
    twice = np.maximum(candidate, trace(130, peak_mV=peak_mV))
    assert one(target, twice)[2] == pytest.approx(expected * np.sqrt(2))


def test_a_bump_without_prominence_is_no_spike():
    """Noise on a plateau at the threshold is not what spikes are."""
    plateau = trace()
    plateau[100:300] = -12.0
    plateau[200] = -5.0
    *_others, n = one(trace(), plateau)
    assert n == 0
    plateau[195:200] = -16.0
    *_others, n = one(trace(), plateau)
    assert n == 1


@pytest.mark.parametrize("shift_mV", [-3.0, 2.0])
def test_the_squares_of_the_voltage_add_up_to_four_times_their_mean(shift_mV):
    target = trace() + np.sin(np.arange(N_SAMPLE) / 40)
    made = bound(target)
    residuals, _counts = residuals_of(made, [target + shift_mV])
    *_spikes, voltage, _shapes = parts_of(residuals[0], 0)
    np.testing.assert_allclose(voltage, shift_mV)
    rows = taken(ResidualRows, made[1])
    weighted = voltage * rows.coarse[1 : 1 + N_BLOCK]
    assert (weighted**2).sum() == pytest.approx(4 * shift_mV**2)
    # Which is mode V over 100 mV^2.
    told = np.concatenate([residuals, [[0.0]]], axis=1)
    assert rows.costs(told) == pytest.approx(
        made[0].score(np.array([[target + shift_mV]]))[0, 1] / 100
    )


def test_above_the_top_nothing_is_compared():
    """A candidate that stays depolarised differs by what is below, however high it is."""
    target = trace(50)
    *_spikes, voltage, _shapes, _n = one(target, np.full(N_SAMPLE, -40.0))
    assert voltage.max() == pytest.approx(5.0)
    at = slice(20, None)
    assert (voltage[at] == voltage.max()).all()


def test_shapes():
    """Points of a spike from 1 ms before its crossing to 4 ms behind it: eq. 17."""
    target, candidate = trace(50), trace(50, peak_mV=10.0)
    *_others, shapes, _n = one(target, candidate)
    t = np.arange(N_SAMPLE) * STEP_MS
    at_ms = -1 + 0.25 * np.arange(N_POINT)
    own_ms, target_ms = 50 - 2.0 * (1 - 60 / 80), 50 - 0.8
    expected = np.interp(own_ms + at_ms, t, candidate) - np.interp(target_ms + at_ms, t, target)
    np.testing.assert_allclose(shapes[0], expected, atol=1e-9)
    made = bound(target)[1]
    weights = made.fine[-N_POINT:]
    # As much as they would in the mean square of the sweep.
    assert (weights**2).sum() == pytest.approx(4 * 0.25 * N_POINT / (N_SAMPLE * STEP_MS))
    assert (made.coarse[-N_POINT:] == 0).all()


def test_what_residuals_are_about():
    made, residuals = bound(trace(50, 90), trace(70), modes="OVR")
    n_one, n_two = 2 * (2 + N_POINT) + 1 + N_BLOCK, 2 + N_POINT + 1 + N_BLOCK
    n_scored = made.markers.count("R")
    assert n_scored == len(residuals.scored) > 0
    assert residuals.sweep.tolist() == [0] * n_one + [1] * n_two + [-1] * n_scored
    expected = [0, 0, 1, 1, SURPLUS, *[-1] * N_BLOCK, *[0] * N_POINT, *[1] * N_POINT]
    expected += [0, 0, SURPLUS, *[-1] * N_BLOCK, *[0] * N_POINT, *[-1] * n_scored]
    assert residuals.spike.tolist() == expected
    assert residuals.n_number == len(expected) + 2
    per_block = 2 * np.sqrt(BLOCK / N_SAMPLE)
    assert residuals.coarse[:6].tolist() == [1, 1, 1, 1, 1, pytest.approx(per_block)]
    assert residuals.fine[:6].tolist() == [4, 1, 4, 1, 1, pytest.approx(per_block)]
    for weights in (residuals.coarse, residuals.fine):
        assert (weights[-n_scored:] == 1).all()


def test_modes_that_traces_say_nothing_about_are_residuals_themselves():
    """20 times what they count in the sum: one that counts 1 is worth a missing spike."""
    target = trace(50)
    made = bound(target, modes="OVR")
    candidate = np.array([[trace(50) + 4.0]])
    scores = made[0].score(candidate)
    weights = mode_weights(made[0])
    residuals = made[1].of(candidate, scores)[0, :-1]
    places = [place for place, code in enumerate(made[0].markers) if code == "R"]
    n = len(places)
    assert residuals[-n:] == pytest.approx(20 * scores[0, places] * weights[places])
    assert (residuals[-n:] > 0).any()


def test_failed_candidates_and_short_ones():
    made, residuals = bound(trace(50))
    traces = np.array([[trace(50)], [trace(50)], [trace(50)]])
    traces[1, 0, 7] = np.nan
    scores = made.score(traces)
    found = residuals.of(traces, scores)
    assert np.isfinite(found).all(axis=1).tolist() == [True, False, True]
    assert np.isnan(found[1]).all()
    # A component that is no number is a failure, too.
    scores[2, 0] = np.inf
    assert np.isnan(residuals.of(traces, scores)[2]).all()
    assert np.isnan(residuals.of(traces[:, :, :50], scores)).all()
    assert residuals.of(traces[:0], scores[:0]).shape == (0, residuals.n_number)


@pytest.mark.parametrize("n_chunk", [1, 2, 7])
def test_company_has_no_say(n_chunk):
    """Whoever is scored in the same pass: the numbers are the same to the last bit."""
    rng = np.random.default_rng(2)
    made, residuals = bound(trace(50, 90), trace(70), modes="OVRA")
    traces = np.array(
        [
            [trace(*rng.integers(20, 180, rng.integers(0, 5))) + rng.normal(0, 1, N_SAMPLE)] * 2
            for _ in range(14)
        ]
    )
    scores = made.score(traces)
    before = traces.copy()
    together = residuals.of(traces, scores)
    assert np.isfinite(together).all()
    assert traces.tobytes() == before.tobytes()
    apart = [
        residuals.of(traces[k : k + n_chunk].copy(), scores[k : k + n_chunk])
        for k in range(0, 14, n_chunk)
    ]
    assert together.tobytes() == np.concatenate(apart).tobytes()
    assert residuals.of(np.asfortranarray(traces), scores).tobytes() == together.tobytes()


def test_the_squares_of_a_sweep_count_as_it_does():
    """And so what everything is worth (eq. 20) is the sum of what each sweep is worth."""
    target, candidate = [trace(50), trace(90)], [trace(53), trace(80, 120)]
    made, plain = bound(*target, modes="OVL")
    weights = mode_weights(made)
    values = plain.of(np.array([candidate]), made.score(np.array([candidate])))

    def cost(*of_sweeps, fine=False):
        factors = np.array(of_sweeps, dtype=float)
        residuals = bind_residuals(made, recording(target), weights, factors)
        np.testing.assert_array_equal(residuals.weights, weights)
        return taken(ResidualRows, residuals).costs(values, fine=fine)[0]

    for fine in (False, True):
        first, second = cost(1, 0, fine=fine), cost(0, 1, fine=fine)
        assert min(first, second) > 0
        assert cost(1, 1, fine=fine) == pytest.approx(first + second)
        assert cost(3, 0.25, fine=fine) == pytest.approx(3 * first + 0.25 * second)
        assert cost(1, 1, fine=fine) == taken(ResidualRows, plain).costs(values, fine=fine)[0]
