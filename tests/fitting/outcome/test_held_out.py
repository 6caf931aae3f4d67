"""Sweeps that a fit does not compare: which these are, and a model on them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cli.conftest import HH_PROJECT, write_recording
from pyneuronautofit.fitting import FitConfig, build_problem, open_recording
from pyneuronautofit.fitting.outcome.held_out import (
    MOST_HELD_OUT,
    HeldOut,
    far_worse,
    held_out_sweeps,
    models_on,
    on_held_out,
    per_fitted_sweep,
)
from pyneuronautofit.models import load_model
from pyneuronautofit.space import ParameterTable

SANE, REFUSED = np.array([0.1, 0.03, 1e-4]), np.array([0.1, 0.9, 1e-4])


def problem_of_sweeps(n_sweep, compared):
    recording = SimpleNamespace(n_sweep=n_sweep, numbers=tuple(range(n_sweep)))
    suite = SimpleNamespace(sweeps=compared, settings=SimpleNamespace(hold_out=None))
    return SimpleNamespace(recording=recording, suite=suite)


def test_those_that_no_mode_looks_at():
    assert held_out_sweeps(problem_of_sweeps(5, (1, 2))) == (0, 3, 4)
    assert held_out_sweeps(problem_of_sweeps(2, (0, 1))) == ()


def test_of_many_some_from_the_first_to_the_last():
    some = held_out_sweeps(problem_of_sweeps(102, (0, 101)))
    assert len(some) == len(set(some)) == MOST_HELD_OUT
    assert (some[0], some[-1]) == (1, 100)
    assert set(np.diff(some).tolist()) <= {12, 13}


@pytest.fixture
def fit_of(tmp_path):
    """Returns the settings, the model and the problem of a fit with a mask."""
    (tmp_path / "project.py").write_text(HH_PROJECT)
    model = load_model(tmp_path, tmp_path)

    def made(mask):
        config = FitConfig(
            recording=str(write_recording(tmp_path / "cell.npz")),
            algorithm="N",
            modes="OV",
            mask=mask,
            weights="V=2",
            collapse=True,
            simulator="neuron",
            n_worker=1,
        )
        return config, model, build_problem(config, open_recording(config), model)

    return made


def test_a_model_does_there_what_it_would_do_in_a_fit_of_them(fit_of):
    config, model, problem = fit_of("[0, 2]")
    found = on_held_out(config, model, problem, SANE)
    _config, _model, everything = fit_of(None)
    space = everything.space
    targets = tuple(parameter.targets for parameter in space.parameters)
    with everything.simulator:
        traces = everything.simulate(
            ParameterTable(targets, tuple(space.whole.tolist()), SANE[None])
        )
    assert found.sweeps == (1,)
    np.testing.assert_array_equal(found.voltage_mV, traces.voltage_mV[0, [1]])
    away = found.voltage_mV - everything.target.voltage_mV[[1]]
    inside = slice(problem.stimulus.first, problem.stimulus.last + 1)
    assert found.mean_square.shape == (1,)
    assert found.mean_square[0] == pytest.approx(np.mean(away[:, inside] ** 2), rel=0.05)


def test_there_may_be_nothing_to_say(fit_of):
    assert on_held_out(*fit_of("[0, 1, 2]"), SANE) is None
    assert on_held_out(*fit_of("[0, 2]"), REFUSED) is None


def compared(spikes_missed, mean_square, silent):
    """Returns a problem of seven fitted sweeps and what a model scores on each on average."""
    members = [SimpleNamespace(code=code, sweeps=range(7)) for code in "OV"]
    whole = SimpleNamespace(
        members=members,
        bvalues=np.array(silent, dtype=float),
        mode_sums=lambda scores: {"O": scores[:, 0], "V": scores[:, 1]},
    )
    problem = SimpleNamespace(whole=whole)
    return problem, per_fitted_sweep(problem, {"O": spikes_missed, "V": mean_square})


def elsewhere(scores, silent, n_sweep=1):
    sweeps = tuple(range(n_sweep))
    return HeldOut("r", sweeps, sweeps, np.zeros((n_sweep, 2)), np.zeros(n_sweep), scores, silent)


@pytest.mark.parametrize(("scores", "silent", "worse"), [
    # All spikes are missed, as they are on the fitted sweeps: five of five there, two of two here.
    ({"O": 2.0, "V": 30.0}, {"O": 2.0, "V": 5000.0}, []),
    # It has spikes where neither cell nor fitted sweeps have so many.
    ({"O": 9.0, "V": 30.0}, {"O": 0.0, "V": 5000.0}, ["O"]),
    ({"O": 9.0, "V": 300.0}, {"O": 2.0, "V": 5000.0}, ["O", "V"]),
    # There is more to miss, but not so much more.
    ({"O": 6.0, "V": 30.0}, {"O": 1.0, "V": 5000.0}, ["O"]),
    # Less to miss is no reason to be asked for more.
    ({"O": 0.5, "V": 30.0}, {"O": 0.1, "V": 500.0}, []),
])  # fmt: skip
def test_far_worse_is_what_misses_more_of_what_there_is(scores, silent, worse):
    problem, fitted = compared(5.0, 7 * 20.0, (5.0, 7 * 5000.0))
    assert far_worse(problem, fitted, [elsewhere(scores, silent)]) == worse


def test_of_several_recordings_every_sweep_counts_once():
    problem, fitted = compared(5.0, 7 * 20.0, (5.0, 7 * 5000.0))
    one = elsewhere({"O": 9.0, "V": 20.0}, {"O": 1.0, "V": 5000.0})
    many = elsewhere({"O": 0.0, "V": 20.0}, {"O": 1.0, "V": 5000.0}, n_sweep=9)
    assert far_worse(problem, fitted, [one]) == ["O"]
    assert far_worse(problem, fitted, [one, many]) == []


def test_a_silent_cell_is_scored_on_what_is_held_out(fit_of):
    config, model, problem = fit_of("[0, 2]")
    [found] = models_on(config, model, problem, [1], SANE[None], asked=True)
    voltage_mV = problem.target.voltage_mV[1]
    inside = slice(problem.stimulus.first, problem.stimulus.last + 1)
    assert set(found.silent_per_sweep) == set(found.per_sweep) == {"O", "V"}
    square = np.mean(voltage_mV[inside] ** 2)
    assert found.silent_per_sweep["V"] == pytest.approx(square, rel=0.3)
