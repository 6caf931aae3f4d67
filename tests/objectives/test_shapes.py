"""The shapes of spikes, cut out and compared in plain numpy."""

from __future__ import annotations

import numpy as np
import pytest

from objectives._made import candidates
from pyneuronautofit._options import taken
from pyneuronautofit.objectives import EvaluationSettings, Target
from pyneuronautofit.objectives.shapes import AverageSpikeShape, SpikeShapes

THRESHOLD, BEFORE, AFTER = -10.0, 3, 5
FIRST, LAST, N_SAMPLE = 20, 60, 90


def spiking(*onsets, height=40.0, slope=10.0):
    """A sweep at rest, with spikes four samples wide that begin where they are told to."""
    voltage = -70.0 + 0.01 * np.arange(N_SAMPLE)
    for place, onset in enumerate(onsets):
        inside = voltage[onset : onset + 4]
        inside[:] = height + place - slope * np.arange(len(inside))
        inside[0] = -5.0  # above the threshold of these tests, but not above 0 mV
    return voltage


def cut(voltage):
    """The windows of the spikes that begin in the stimulus; the ends of the sweep are repeated."""
    above = voltage > THRESHOLD
    onsets = [k for k in range(N_SAMPLE) if above[k] and not (k and above[k - 1])]
    padded = np.pad(voltage, (BEFORE, AFTER), mode="edge")
    return [padded[onset : onset + BEFORE + AFTER] for onset in onsets if FIRST <= onset <= LAST]


def first_shapes(voltage, count):
    flat = np.full(BEFORE + AFTER, 1000.0)
    return np.array((cut(voltage) + [flat] * count)[:count])


RECORDED = [spiking(20, 35, 60), spiking(19, 30), spiking()]
MODELS = [
    [spiking(21, 35, 61), spiking(30, 40, 50, height=20.0), spiking(40)],
    [spiking(22, 34, 44, 58, slope=8.0), spiking(), spiking(2, 88)],
]


def bound(mode):
    return mode.bind(Target(np.array(RECORDED), 0.1, FIRST, LAST))


@pytest.mark.parametrize("count", [1, 2, 4])
def test_first_spikes_one_by_one(count):
    mode = bound(SpikeShapes(THRESHOLD, count, BEFORE, AFTER))
    expected = [
        np.concatenate(
            [
                np.abs(first_shapes(one, count) - first_shapes(other, count)).sum(axis=1)
                for one, other in zip(sweeps, RECORDED)
            ]
        )
        for sweeps in MODELS
    ]
    np.testing.assert_allclose(mode.score(candidates(*MODELS)), expected, rtol=1e-12)
    collapsed = mode.collapsed(candidates(*MODELS))
    np.testing.assert_allclose(collapsed[:, 0], np.sum(expected, axis=1), rtol=1e-12)


def test_the_average_of_all_spikes():
    mode = bound(AverageSpikeShape(THRESHOLD, BEFORE, AFTER))

    def average(voltage):
        shapes = cut(voltage)
        return np.mean(shapes, axis=0) if shapes else np.full(BEFORE + AFTER, 1000.0)

    expected = [
        [np.abs(average(one) - average(other)).mean() for one, other in zip(sweeps, RECORDED)]
        for sweeps in MODELS
    ]
    np.testing.assert_allclose(mode.score(candidates(*MODELS)), expected, rtol=1e-12)
    # A spike that is missing is far away from any real one, and near to another missing one.
    assert expected[0][2] > 900
    assert expected[1][2] == 0
    collapsed = mode.collapsed(candidates(*MODELS))
    np.testing.assert_allclose(collapsed[:, 0], np.sum(expected, axis=1), rtol=1e-12)


def test_windows_that_reach_over_the_ends():
    """A stimulus of the whole sweep, whose spikes are at its ends."""
    voltage, flat = spiking(1, 88), spiking(1, 88) - 2.0
    whole = Target(voltage[None], 0.1, 0, N_SAMPLE - 1)
    found = SpikeShapes(THRESHOLD, 2, BEFORE, AFTER).bind(whole).score(candidates([flat]))
    # Whatever is repeated is 2 mV apart like all the rest.
    np.testing.assert_allclose(found, [[2.0 * (BEFORE + AFTER)] * 2], rtol=1e-12)


@pytest.mark.parametrize("mode", [SpikeShapes, AverageSpikeShape])
def test_settings_are_taken_each_for_itself(mode):
    settings = EvaluationSettings(
        spike_threshold_mV=-12.5, spike_count=7, before_spike=11, after_spike=13
    )
    made = taken(mode, settings)
    assert (made.spike_threshold_mV, made.before_spike, made.after_spike) == (-12.5, 11, 13)
    assert getattr(made, "spike_count", 7) == 7


@pytest.mark.parametrize(
    "mode", [SpikeShapes(THRESHOLD, 2, 70, 140), AverageSpikeShape(THRESHOLD, 70, 140)]
)
def test_what_is_not_finite_is_not_a_missing_spike(mode):
    broken = [sweep.copy() for sweep in RECORDED]
    broken[1][5] = np.nan
    scores = bound(mode).score(candidates(broken, RECORDED)).reshape(2, 3, -1)
    assert np.isnan(scores[0, 1]).all()
    assert not scores[0, [0, 2]].any()
    assert not scores[1].any()


def test_the_made_sweeps_are_what_the_tests_mean():
    assert [len(cut(sweep)) for sweep in RECORDED] == [3, 1, 0]
    assert [[len(cut(sweep)) for sweep in sweeps] for sweeps in MODELS] == [[2, 3, 1], [4, 0, 0]]
    assert all(len(window) == BEFORE + AFTER for window in cut(RECORDED[0]))
