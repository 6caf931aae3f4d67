"""Profiles: parabolas where everything is straight, and what they are where it is not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from certainty.algebra import inquiry_into
from pyneuronautofit.certainty import ResidualScale, inquiry_of
from pyneuronautofit.certainty.profiling.profile import THRESHOLD_95
from pyneuronautofit.certainty.profiling.scanning import ProfileTask, column_of, scan
from pyneuronautofit.errors import UsageError

A = np.random.default_rng(7).normal(size=(40, 3)) * [20.0, 20.0, 20.0]
TRUTH = np.array([0.4, 0.6, 0.5])
NOISE = np.random.default_rng(8).normal(size=40)


def straight(u):
    return A @ (u - TRUTH) + NOISE


def last(task):
    *_before, found = scan(task)
    return found


def test_where_everything_is_straight_a_profile_is_the_known_parabola():
    """Its interval is that of linear regression."""
    task = ProfileTask(inquiry_into(straight, 3, 40), 1, TRUTH, scale=ResidualScale(1.0, "given"))
    found = last(task)
    assert found.complete
    covariance = np.linalg.inv(A.T @ A)
    best = TRUTH - covariance @ A.T @ NOISE
    values = np.array([point.value for point in found.points])
    expected = (values - best[1]) ** 2 / covariance[1, 1]
    rises = np.array([point.rise for point in found.points])
    assert np.abs(rises - expected).max() < 0.05
    half = np.sqrt(THRESHOLD_95 * covariance[1, 1])
    assert np.allclose(found.interval(), [best[1] - half, best[1] + half], atol=0.05 * half)
    # How far above the least it began.
    assert found.start_rise == pytest.approx(NOISE @ A @ covariance @ A.T @ NOISE, abs=0.05)
    # The others are where regression has them.
    point = found.points[0]
    move = covariance[:, 1] / covariance[1, 1] * (point.value - best[1])
    assert np.allclose(point.parameters, best + move, atol=0.02)


def test_it_goes_as_far_as_it_has_to_and_stops_at_bounds():
    """One side is flat, so the interval is open there; the other is steep."""

    def bent(u):
        return np.array([30 * max(u[0] - 0.5, 0.0), 1e-3 * u[1], 0.0])

    inquiry = inquiry_into(bent, 2, 3)
    found = last(ProfileTask(inquiry, 0, np.array([0.52, 0.5]), scale=ResidualScale(1.0, "given")))
    low, high = found.interval()
    assert low is None
    assert found.points[0].at == 0.0
    assert high == pytest.approx(0.5 + np.sqrt(THRESHOLD_95) / 30, abs=0.02)


def test_a_better_model_beyond_a_wall_is_found_by_its_neighbour():
    """What one point finds is tried at the next ones, back to where it came from."""

    def two(u):
        p, q = u
        near = 4 * (q - 0.2) + 0 * p
        far = 4 * (q - 0.8)
        wall = min(near**2, far**2 - 3 * (p > 0.6) + 1.0)
        return np.array([np.sqrt(max(wall, 0.0) + 1.0), 2 * (p - 0.5)])

    inquiry = inquiry_into(two, 2, 2)
    found = last(
        ProfileTask(
            inquiry,
            0,
            np.array([0.5, 0.2]),
            11,
            between=(0.3, 0.7),
            scale=ResidualScale(0.01, "given"),
        )
    )
    assert [point.value for point in found.points] == sorted(p.value for p in found.points)
    assert min(point.rise for point in found.points) == 0.0


def test_it_is_the_same_again_and_known_more_and_more():
    task = ProfileTask(inquiry_into(straight, 3, 40), 0, TRUTH, n_point=7)
    stages = list(scan(task))
    assert [each.complete for each in stages] == [False] * (len(stages) - 1) + [True]
    counts = [len(each.points) for each in stages]
    assert counts == sorted(counts)
    assert counts[0] == 1
    again = last(ProfileTask(inquiry_into(straight, 3, 40), 0, TRUTH, n_point=7))
    assert again.as_json() == stages[-1].as_json()
    told = json.loads(json.dumps(again.as_json(), allow_nan=False))
    assert told["parameter"] == "soma.p0"
    assert len(told["points"]) == counts[-1]


def test_a_profile_of_a_cell_agrees_with_its_slopes(hh, hh_certainty):
    problem, x = hh
    found = last(ProfileTask(inquiry_of(problem), 1, x[0], n_point=7))
    low, high = found.interval()
    deviation = (high - low) / 2 / np.sqrt(THRESHOLD_95)
    assert deviation == pytest.approx(hh_certainty.parameters[1].deviation * 0.07, rel=0.2)
    # The truth is in it.
    assert low < 0.036 < high


def test_a_parameter_is_found_by_its_name_or_a_part_of_it():
    rows = [
        [["soma.ek", "axon.ek"], "lin", -90.0, -70.0],
        ["soma.ena", "lin", 40.0, 60.0],
        ["soma.cm", "con", 1.0, 1.0],
        ["soma.cao", "lin", "soma.ek", 3.0],
    ]
    inquiry = inquiry_into(straight, 0, 40, param_nslh=rows)
    assert column_of(inquiry, "soma.ek") == column_of(inquiry, "axon.ek") == 0
    assert column_of(inquiry, "ena") == 1
    for name, said in (
        ("e", "'e' is none of the searched parameters: it may be soma.ek, axon.ek, soma.ena"),
        ("soma.eka", r"did you mean soma\.ek\?"),
        ("soma.cm", "soma.cm is constant: expected a parameter that can be moved"),
        ("soma.cao", "has another parameter's value as a bound"),
        ("", "none of the searched parameters"),
    ):
        with pytest.raises(UsageError, match=said):
            column_of(inquiry, name)


def test_a_range_beyond_the_bounds_is_refused():
    task = ProfileTask(inquiry_into(straight, 3, 40), 0, TRUTH, between=(0.2, 1.5))
    with pytest.raises(UsageError, match=r"--between 1.5: soma.p0 is searched between 0 and 1"):
        last(task)


def test_fits_follow_a_valley_and_do_not_fall_into_the_next_one():
    """Two parameters make up for each other; beside the valley there are others, less deep."""

    def valleys(u):
        off = u[0] + u[1] - 1.0
        return np.array([30 * np.sin(10 * off), 10 * off, 0.0])

    inquiry = inquiry_into(valleys, 2, 3)
    scale = ResidualScale(1.0, "given")
    task = ProfileTask(inquiry, 0, np.array([0.5, 0.5]), 5, between=(0.05, 0.95), scale=scale)
    found = last(task)
    assert max(point.rise for point in found.points) < 0.1
    assert found.interval() == (None, None)
    assert not found.humps


@pytest.mark.parametrize("n_point", [3, 7])
def test_where_the_other_one_is_at_its_bound_the_end_is_looked_for(n_point):
    """The curve is flat up to there, and then steep: a straight line would end far before."""
    inquiry = inquiry_into(lambda u: np.array([100 * (u[0] + u[1] - 0.7), 0.0, 0.0]), 2, 3)
    scale = ResidualScale(1.0, "given")
    found = last(ProfileTask(inquiry, 0, np.array([0.3, 0.4]), n_point, scale=scale))
    low, high = found.interval()
    assert low is None
    assert high == pytest.approx(0.7 + np.sqrt(THRESHOLD_95) / 100, abs=0.015)
