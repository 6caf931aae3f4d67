"""Draws from the prior of a cell that draws parabolas: what they are, and what they show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fitting.parabolas import Parabolas, make_problem
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.for_sbi.features import FEATURES, trace_features
from pyneuronautofit.fitting.for_sbi.simulating import simulate_prior
from pyneuronautofit.space import ParameterSpace

BOX = [["s.a", "lin", 2.0, 10.0], ["s.b", "log", 0.1, 10.0], ["s.c", "con", 3.0, 3.0]]


def problem_of(rows=BOX, **how):
    problem = make_problem(Parabolas(**how))
    return replace(problem, space=ParameterSpace.from_rows(rows))


def test_draws_are_uniform_in_the_box():
    found = simulate_prior(problem_of(), 4000, 1)
    assert [each.name for each in found.parameters] == ["s.a", "s.b"]
    assert found.log.tolist() == [False, True]
    assert found.low.tolist() == [2.0, -1.0]
    assert found.high.tolist() == [10.0, 1.0]
    assert found.theta.shape == (4000, 2)
    unit = (found.theta - found.low) / (found.high - found.low)
    # Kolmogorov and Smirnov: 1.63 / sqrt(n) is passed by one in a hundred.
    for column in unit.T:
        steps = np.arange(1, 4001) / 4000
        assert np.abs(np.sort(column) - steps).max() < 1.63 / np.sqrt(4000)


def test_features_are_those_of_the_voltages():
    problem = problem_of()
    found = simulate_prior(problem, 50, 1)
    good = np.isfinite(found.x).all(axis=1)
    # The parabolas fail where a > 9, and are rows of nan.
    np.testing.assert_array_equal(good, found.theta[:, 0] <= 9)
    assert np.isnan(found.x[~good]).all()
    assert sum(found.failures.values()) == (~good).sum() > 0
    a, b = found.theta[good, 0], 10 ** found.theta[good, 1]
    t = np.linspace(0.0, 1.0, 40)
    one = a[:, None] * t + b[:, None] * t**2
    traces = np.stack([one, 2 * one], axis=1)
    wanted = trace_features(traces, problem.stimulus, 0.5, 4.0).reshape(len(one), -1)
    np.testing.assert_allclose(found.x[good], wanted)


def test_the_recording_and_names():
    problem = problem_of()
    found = simulate_prior(problem, 5, 1)
    wanted = trace_features(problem.target.voltage_mV[None], problem.stimulus, 0.5, 4.0)
    np.testing.assert_array_equal(found.x_observed, wanted.ravel())
    assert len(found.features) == 2 * len(FEATURES) == found.x.shape[1]
    assert found.features[:2] == ("sweep 0: spikes", "sweep 0: latency (ms)")
    assert found.features[-1] == "sweep 1: after (mV)"


def test_the_same_seed_gives_the_same_whoever_computes():
    one, many = (simulate_prior(problem_of(block=n), 30, 5) for n in (1, 30))
    other = simulate_prior(problem_of(), 30, 6)
    assert one.x.tobytes() == many.x.tobytes()
    assert one.theta.tobytes() == many.theta.tobytes()
    assert one.theta.tobytes() != other.theta.tobytes()


def test_where_the_recording_is_beyond_all_simulations():
    rows = [["s.a", "lin", 8.0, 8.5], ["s.b", "lin", 8.0, 9.0]]
    found = simulate_prior(problem_of(rows), 20, 1)
    assert "sweep 0: mean (mV)" in found.outside
    # Before the first sample of the sweep all begin at 0 mV.
    low = [["s.a", "lin", 0.0, 8.5], ["s.b", "lin", 0.0, 9.0]]
    assert simulate_prior(problem_of(low), 500, 1).outside == []
    failed = simulate_prior(problem_of([["s.a", "lin", 9.5, 10.0], rows[1]]), 3, 1)
    assert failed.outside == list(failed.features)


def test_several_recordings_are_told_apart():
    problem = problem_of()
    other = problem_of()
    other = replace(other, recording=replace(other.recording, name="second"))
    found = simulate_prior(replace(problem, beside=(other,)), 4, 1)
    assert found.x.shape == (4, 4 * len(FEATURES))
    assert found.features[0] == "r, sweep 0: spikes"
    assert found.features[2 * len(FEATURES)] == "second, sweep 0: spikes"
    half = 2 * len(FEATURES)
    np.testing.assert_array_equal(found.x[:, :half], found.x[:, half:])


def test_how_far_it_is():
    told = []
    simulate_prior(problem_of(block=2), 6, 1, lambda done, every: told.append((done, every)))
    assert told == [(2, 6), (4, 6), (6, 6)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["s.b", "lin", 0.0, "s.a"], "a bound of s.b is the value of another parameter"),
        (["s.b", "int", 1.0, 5.0], "s.b is a whole number"),
    ],
)
def test_what_is_no_box_is_refused(row, said):
    with pytest.raises(UsageError, match=f"--sbi: {said}"):
        simulate_prior(problem_of([BOX[0], row]), 5, 1)
