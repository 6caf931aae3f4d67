"""Slopes against derivatives that are known."""

from __future__ import annotations

import numpy as np
import pytest

from certainty.algebra import inquiry_into, plain_rows
from pyneuronautofit.certainty import inquiry_of, slopes
from pyneuronautofit.certainty.slopes import find_slopes
from pyneuronautofit.errors import RunError


def waves(u):
    return np.array([np.sin(3 * u[0]), np.exp(u[1]), u[0] * u[1], 1.0])


def slopes_of_waves(u):
    return np.array([[3 * np.cos(3 * u[0]), 0], [0, np.exp(u[1])], [u[1], u[0]], [0, 0]])


@pytest.mark.parametrize("u", [(0.3, 0.6), (0.0, 1.0), (1.0, 0.01)])
def test_slopes_inside_and_at_bounds(u):
    (found,) = find_slopes(inquiry_into(waves, 2, 4), np.array([u]))
    assert np.allclose(found.jacobian, slopes_of_waves(u), atol=0.04)
    assert found.one_sided.tolist() == [u[0] in (0, 1), u[1] in (1, 0.01)]
    assert (found.disagreement < 0.01).all()
    assert (found.lost == 0).all()


def test_all_models_are_asked_at_once_and_answer_as_each_alone():
    asked = []
    inquiry = inquiry_into(waves, 2, 4)
    plain = inquiry.answer
    counting = type(inquiry)(
        inquiry.space, inquiry.rows, lambda x: asked.append(len(x)) or plain(x)
    )
    x = np.array([[0.3, 0.6], [0.8, 0.1], [0.5, 0.5]])
    together = find_slopes(counting, x)
    # The models, the first differences, all points of all parameters, and of all directions.
    assert asked == [3, 6, 24, 24]
    for one, other in zip(together, [find_slopes(inquiry, row[None])[0] for row in x], strict=True):
        assert np.array_equal(one.jacobian, other.jacobian)


def test_a_rough_function_is_looked_at_from_farther_away():
    """Steps of a simulation make short differences useless; half the difference tells."""
    rough = inquiry_into(lambda u: np.array([u[0] + 0.2 * np.sin(1e4 * u[0]), 3 * u[1]]), 2, 2)
    (found,) = find_slopes(rough, np.array([[0.43, 0.5]]))
    assert np.allclose(found.jacobian, [[1, 0], [0, 3]], atol=4.0)
    assert found.moves[0] > 0.01
    assert found.disagreement[0] > found.disagreement[1]


def test_what_little_is_left_of_large_slopes_is_no_error_of_theirs(monkeypatch):
    """Two parameters make up for each other, and what a simulation leaves makes slopes rough."""

    def rough(u):
        p, q = u
        left = 0.1 * (np.sin(5e3 * p) + np.sin(7e3 * q))
        return np.array([1000 * (p - q) + left, 5 * (p + q)])

    inquiry, x = inquiry_into(rough, 2, 2), np.array([[0.43, 0.52]])
    both_up = np.full(2, np.sqrt(0.5))
    (found,) = find_slopes(inquiry, x)
    assert np.linalg.norm(found.jacobian @ both_up) == pytest.approx(5 * np.sqrt(2), rel=0.2)
    assert np.linalg.norm(found.jacobian @ [1, 0]) == pytest.approx(1000, rel=0.05)
    # By parameters alone it would be far off.
    monkeypatch.setattr(slopes, "_N_ALONG", 0)
    (alone,) = find_slopes(inquiry, x)
    assert np.linalg.norm(alone.jacobian @ both_up) > 2 * 5 * np.sqrt(2)


def test_what_is_about_another_spike_says_nothing():
    rows = plain_rows(2)
    rows.spike[0] = 0

    def answer(x):
        # The only spike is lost above 0.5.
        return np.stack([x[:, 0], 2 * x[:, 0], (x[:, 0] <= 0.5).astype(float)], axis=1)

    inquiry = inquiry_into(waves, 1, 2, rows=rows)
    inquiry = type(inquiry)(inquiry.space, rows, answer)
    (found,) = find_slopes(inquiry, np.array([[0.5]]))
    # From below there is a slope; it is taken.
    assert np.allclose(found.jacobian[:, 0], [1, 2])
    assert found.lost[0] == 0
    (found,) = find_slopes(
        type(inquiry)(
            inquiry.space,
            rows,
            lambda x: np.where((x == 0.5) | (np.arange(3) != 2), answer(x), 0.0),
        ),
        np.array([[0.5]]),
    )
    assert np.allclose(found.jacobian[:, 0], [0, 2])
    assert found.lost[0] == 0.5


def test_a_model_that_fails_is_refused():
    inquiry = inquiry_into(lambda u: np.full(2, np.nan), 1, 2)
    with pytest.raises(RunError, match=r"model 1 of those .* cannot be simulated any more"):
        find_slopes(inquiry, np.array([[0.5]]))


def test_a_passive_cell_has_its_analytic_sensitivities(passive):
    """V = E + R I (1 - exp(-t / RC)): what g and C change is known at every sample."""
    problem, x = passive
    inquiry = inquiry_of(problem)
    (found,) = find_slopes(inquiry, x)
    (bound,) = problem.bound_residuals
    n_block = bound.aims.target.voltages.shape[1]
    step_ms, block = problem.target.step_ms, bound.aims.scales.block
    area_cm2 = np.pi * 20e-4**2
    ranges = np.array([2e-4 - 2e-5, 2.0 - 0.5])

    def voltage_mV(g, cm, current_pA):
        r_mohm = 1e-6 / (g * area_cm2)
        tau_ms = 1e-3 * cm / g
        time = np.arange(1200) * step_ms
        on, off = np.clip(time - 19.9, 0, None), np.clip(time - 79.9, 0, None)
        course = np.exp(-off / tau_ms) - np.exp(-on / tau_ms)
        return -70 + 1e-3 * r_mohm * current_pA * course

    def derivative(current_pA):
        """Written out, not by differences: d/dg and d/dC of the line above."""
        g, cm = 1e-4, 1.0
        r, tau = 1e-6 / (g * area_cm2), 1e-3 * cm / g
        time = np.arange(1200) * step_ms
        on, off = np.clip(time - 19.9, 0, None), np.clip(time - 79.9, 0, None)
        course = np.exp(-off / tau) - np.exp(-on / tau)
        by_tau = (off * np.exp(-off / tau) - on * np.exp(-on / tau)) / tau**2
        size = 1e-3 * r * current_pA
        by_g = -size * course / g - size * by_tau * tau / g
        return np.stack([by_g, size * by_tau * tau / cm])

    # The formula is that of the simulated cell.
    table = problem.space.to_model(x)
    simulated = problem.simulate(table).voltage_mV[0]
    for sweep, current in enumerate((-20.0, 10.0)):
        # A sample's current flows from the one before it on.
        assert np.abs(simulated[sweep] - voltage_mV(1e-4, 1.0, current)).max() < 0.05
        column = found.jacobian[(inquiry.rows.sweep == sweep) & (inquiry.rows.spike == -1)]
        assert column.shape == (n_block, 2)
        means = derivative(current)[:, : n_block * block].reshape(2, n_block, block).mean(axis=2)
        expected = (means * ranges[:, None] * bound.aims.block_factor).T
        assert np.abs(column - expected).max() < 0.01 * np.abs(expected).max()
