"""Uncertainties against posteriors that are computed by brute force, and what is said of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from certainty.algebra import inquiry_into
from certainty.conftest import HH_NOISE_MV, PASSIVE_NOISE_MV
from pyneuronautofit.certainty import ResidualScale, find_certainty, inquiry_of
from pyneuronautofit.certainty.findings import UNKNOWN
from pyneuronautofit.certainty.said import certainty_lines
from pyneuronautofit.errors import UsageError

# What nothing changes: noise.
OFF = np.random.default_rng(5).normal(size=30)


def grid_around(problem, x, covariance, n_point=9):
    """Points of the unit cube within four standard deviations, along a covariance's axes.

    The axes only say where to look: a posterior of another shape would be seen, too.
    """
    variances, axes = np.linalg.eigh(covariance)
    steps = np.linspace(-4.0, 4.0, n_point)
    every = np.stack(np.meshgrid(*[steps] * len(variances), indexing="ij"), axis=-1)
    moves = every.reshape(-1, len(variances)) * np.sqrt(variances)
    return problem.space.to_unit(x)[0] + np.einsum("ij,kj->ik", moves, axes)


def posterior_deviations(problem, unit, noise_mV):
    """Of the voltages alone: every sample is off by independent noise of a known size."""
    table = problem.space.to_model(problem.space.from_unit(unit))
    recorded = problem.target.voltage_mV[list(problem.suite.sweeps)]
    missed = problem.simulate(table).voltage_mV - recorded
    square = (missed**2).sum(axis=(1, 2)) / noise_mV**2
    chance = np.exp(-0.5 * (square - square.min()))
    chance /= chance.sum()
    return np.sqrt(chance @ (unit - chance @ unit) ** 2)


def test_three_conductances_are_as_uncertain_as_their_posterior_on_a_grid(hh, hh_certainty):
    problem, x = hh
    unit = grid_around(problem, x, hh_certainty.covariance)
    expected = posterior_deviations(problem, unit, HH_NOISE_MV)
    found = [each.deviation for each in hh_certainty.parameters]
    assert np.allclose(found, expected, rtol=0.2)
    # They are correlated: alone each would be far better known.
    assert all(each.alone < 0.5 * each.deviation for each in hh_certainty.parameters)
    assert len(hh_certainty.pairs) >= 1


def test_a_passive_cell_is_as_uncertain_as_its_posterior_on_a_grid(passive):
    problem, x = passive
    found = find_certainty(inquiry_of(problem), x)
    unit = grid_around(problem, x, found.covariance, n_point=15)
    expected = posterior_deviations(problem, unit, PASSIVE_NOISE_MV)
    assert np.allclose([each.deviation for each in found.parameters], expected, rtol=0.2)


def linear(u):
    return np.concatenate([100 * u[:1], 10 * u[1:2], 0 * u[2:3], np.zeros(97)])


ROWS = [
    ["soma.a", "log", 1e-4, 1e-2],
    ["soma.b", "lin", -10.0, 10.0],
    ["soma.c", "lin", 0.0, 1.0],
    ["soma.d", "con", 3.0, 3.0],
    ["soma.e", "int", 1, 5],
]


def test_what_is_said_of_parameters():
    inquiry = inquiry_into(linear, 0, 100, param_nslh=ROWS)
    x = np.array([[-3.0, 9.9, 0.5, 3.0, 2.0], [-3.0, 9.9, 0.2, 3.0, 2.0]])
    found = find_certainty(inquiry, x, [7, 9], ResidualScale(1.0, "given"))
    assert found.rows.tolist() == [7, 9]
    assert found.names == ("soma.a", "soma.b", "soma.c")
    assert found.constant == ("soma.d", "soma.e")
    a, b, c = found.parameters
    assert (a.verdict, b.verdict, c.verdict) == ("fixed", "roughly fixed", "no effect")
    assert np.isclose(a.deviation, 1 / np.sqrt(100**2 + 12), rtol=1e-6)
    # Of a logarithmic parameter the interval is one of factors.
    assert np.isclose(a.value, 1e-3)
    assert np.isclose(a.high / a.value, a.value / a.low)
    assert np.isclose(np.log10(a.high / a.value), 1.959964 * a.deviation * 2)
    assert (a.bound, b.bound) == ("", "upper")
    assert b.high == 10.0
    assert (c.low, c.high, c.acts) == (0.0, 1.0, False)
    assert np.isclose(c.deviation, UNKNOWN)
    assert np.isclose(c.spread, np.std([0.5, 0.2], ddof=1))
    assert found.n_evaluation > 2 * (1 + 5 * 3) - 1
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert told["models"] == [7, 9]
    assert told["parameters"][1]["at_bound"] == "upper"
    assert told["scale"] == {"variance": 1.0, "source": "given", "independent_residuals": None}
    assert [each["sloppy"] for each in told["directions"]] == [False, False, True]


def test_models_are_averaged_and_the_least_misfit_is_the_scale():
    inquiry = inquiry_into(lambda u: np.concatenate([u[0] ** 2 * np.ones(50), [1.0]]), 1, 51)
    low, high, both = (
        find_certainty(inquiry, np.array(x)) for x in ([[0.2]], [[0.8]], [[0.8], [0.2]])
    )
    assert both.scale.variance == low.scale.variance < high.scale.variance
    with_one = [
        find_certainty(inquiry, np.array([[u]]), scale=both.scale).parameters[0].deviation
        for u in (0.2, 0.8)
    ]
    assert np.isclose(both.parameters[0].deviation, np.sqrt(np.mean(np.square(with_one))))


def test_where_nothing_can_be_moved_there_is_nothing_to_say():
    inquiry = inquiry_into(linear, 0, 100, param_nslh=ROWS[3:])
    with pytest.raises(UsageError, match="all parameters of this run are constant or whole"):
        find_certainty(inquiry, np.array([[3.0, 2.0]]))


def test_a_model_that_is_not_at_its_minimum_is_fitted_again_first():
    """Slopes of a bent curve are others where the model is than at the minimum."""

    def bent(u):
        return np.concatenate([[20 * (np.exp(3 * u[0]) - np.exp(1.2)), 30 * (u[1] - 0.5)], OFF])

    inquiry, x = inquiry_into(bent, 2, 2 + len(OFF)), np.array([[0.8, 0.5]])
    scale = ResidualScale(1.0, "given")
    there = find_certainty(inquiry, x, scale=scale)
    found = find_certainty(inquiry, x, scale=scale, settle=True)
    assert there.start_rise == 0
    assert found.parameters[0].value == pytest.approx(0.4, abs=1e-3)
    assert found.start_rise == pytest.approx((20 * (np.exp(2.4) - np.exp(1.2))) ** 2, rel=1e-3)
    # 1 over the slope at 0.4.
    assert found.parameters[0].deviation == pytest.approx(1 / (60 * np.exp(1.2)), rel=0.02)
    assert any("was not at its minimum" in line for line in certainty_lines(found))
    # Where it is at its minimum nothing is changed.
    near = find_certainty(inquiry, np.array([[0.4, 0.5]]), scale=scale, settle=True)
    assert near.start_rise == 0
    assert near.parameters[0].value == 0.4
    assert not any("was not at its minimum" in line for line in certainty_lines(near))


def test_no_verdict_is_better_than_models_agree():
    x = np.array([[0.5, 0.5, 0.5], [0.9, 0.5, 0.5]])
    found = find_certainty(inquiry_into(linear, 3, 100), x, scale=ResidualScale(1.0, "given"))
    assert found.parameters[0].deviation < 0.02 < found.parameters[0].spread
    assert found.parameters[0].verdict == "not fixed"
