"""Directions, pairs and what is said about them."""

from __future__ import annotations

import numpy as np
import pytest

from certainty.cells import LEAK2, TWICE, made_problem, steps_pA, write_project
from pyneuronautofit.certainty import find_certainty, inquiry_of
from pyneuronautofit.certainty.directions import (
    covariance_of,
    directions_of,
    information,
    pairs_of,
    promised_gain,
)


def test_information_is_added_up_over_residuals_and_averaged_over_models():
    one, other = np.array([[1.0, 0.0], [2.0, 1.0]]), np.array([[0.0, 2.0], [0.0, 0.0]])
    assert np.allclose(information([one, other], 0.5), [[5.0, 2.0], [2.0, 5.0]])


def test_without_data_parameters_are_anywhere_between_their_bounds():
    """The variance of what is anywhere in an interval of length 1."""
    assert np.allclose(covariance_of(np.zeros((2, 2))), np.eye(2) / 12)


def test_directions_are_the_axes_of_what_is_known_the_stiffest_first():
    found = directions_of(np.diag([4.0, 10_000.0, 0.0]), ["a", "b", "c"])
    assert [round(each.singular, 6) for each in found] == [100.0, 2.0, 0.0]
    assert [each.is_sloppy for each in found] == [False, True, True]
    assert [each.text for each in found] == [
        "b up: fixed to 1 % of the ranges",
        "a up: hardly anything changes",
        "c up: nothing changes",
    ]


def test_many_parameters_are_not_all_named():
    (*_others, last) = directions_of(np.eye(6) - np.full((6, 6), 1 / 6), list("abcdef"))
    assert "2 more: nothing changes" in last.text


def test_pairs_make_up_for_each_other():
    data = np.array([[100.0, 99.9, 0.0], [99.9, 100.0, 0.0], [0.0, 0.0, 50.0]])
    (pair,) = pairs_of(1000 * data, ["a", "b", "c"])
    assert pair.text == "a up, b down"
    assert pair.correlation < -0.99
    assert np.isclose(pair.cosine, 0.999)
    # What does nothing compensates nothing.
    assert pairs_of(np.zeros((2, 2)), ["a", "b"]) == []


def test_a_conductance_that_is_there_twice_is_one_sloppy_direction(tmp_path):
    project = write_project(tmp_path / "model", TWICE, {"leak2": LEAK2})
    current = steps_pA([-20, 10], 1200, 200, 800)
    truth = [6e-5, 9e-5, 1.0]
    with made_problem(tmp_path, project, current, truth, 0.2, tolerance_mV=3e-5) as (problem, x):
        found = find_certainty(inquiry_of(problem), x)
    (sloppy,) = found.sloppy
    expected = np.array([1.0, -1.0, 0.0]) / np.sqrt(2.0)
    assert abs(sloppy.vector @ expected) > 0.99
    assert sloppy.text.endswith(": nothing changes")
    assert {"soma(0.5).pas.g up", "soma(0.5).leak2.g down"} <= set(
        sloppy.text.removesuffix(": nothing changes").split(", ")
    ) or {"soma(0.5).pas.g down", "soma(0.5).leak2.g up"} <= set(
        sloppy.text.removesuffix(": nothing changes").split(", ")
    )
    (pair,) = found.pairs
    assert {pair.one, pair.other} == {"soma(0.5).pas.g", "soma(0.5).leak2.g"}
    assert pair.correlation < -0.99
    assert pair.cosine > 0.999
    # The capacitance is known all the same, and each of the others hardly more than before.
    verdicts = [each.verdict for each in found.parameters]
    assert verdicts[:2] == ["hardly fixed", "hardly fixed"]
    assert verdicts[2] in ("fixed", "roughly fixed")


def test_what_a_step_promises_is_what_regression_gains():
    rng = np.random.default_rng(3)
    jacobian, weighted = 30 * rng.normal(size=(40, 3)), rng.normal(size=40)
    solved, *_rest = np.linalg.lstsq(jacobian, weighted, rcond=None)
    gained = ((weighted**2).sum() - ((weighted - jacobian @ solved) ** 2).sum()) / 0.5
    inside = np.full(3, 0.5)
    # What is known of the bounds counts a little.
    assert promised_gain(jacobian, weighted, 0.5, inside) == pytest.approx(gained, rel=1e-3)
    # Bounds stop what leads beyond them, and only that.
    steps = -solved
    behind = np.where(steps > 0, 1.0, 0.0)
    assert promised_gain(jacobian, weighted, 0.5, behind) == 0.0
    assert promised_gain(jacobian, weighted, 0.5, 1.0 - behind) == pytest.approx(gained, rel=1e-3)
    one = np.where(np.arange(3) == 1, behind, 0.5)
    others = jacobian[:, [0, 2]]
    solved, *_rest = np.linalg.lstsq(others, weighted, rcond=None)
    less = ((weighted**2).sum() - ((weighted - others @ solved) ** 2).sum()) / 0.5
    assert promised_gain(jacobian, weighted, 0.5, one) == pytest.approx(less, rel=1e-3)
