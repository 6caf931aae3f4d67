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
    resting_per_sweep,
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


def compared(spikes_missed, mean_square):
    """Returns a problem of seven fitted sweeps and what a model scores on each on average."""
    members = [SimpleNamespace(code=code, sweeps=range(7)) for code in "OV"]
    whole = SimpleNamespace(
        members=members,
        bvalues=np.array([9.0, 7 * 5000.0]),
        mode_sums=lambda scores: {"O": scores[:, 0], "V": scores[:, 1]},
    )
    problem = SimpleNamespace(whole=whole)
    return problem, per_fitted_sweep(problem, {"O": spikes_missed, "V": mean_square})


#: There are five spikes in seven sweeps.
RESTING = {"O": 5 / 7, "V": 100.0}


def elsewhere(scores, resting, n_sweep=1):
    sweeps = tuple(range(n_sweep))
    return HeldOut("r", sweeps, sweeps, np.zeros((n_sweep, 2)), np.zeros(n_sweep), scores, resting)


@pytest.mark.parametrize(("scores", "resting", "worse"), [
    # All spikes are missed, as they are on the fitted sweeps: five of five there, three of three.
    ({"O": 3.0, "V": 30.0}, {"O": 3.0, "V": 100.0}, []),
    # It has spikes where the cell has none.
    ({"O": 3.0, "V": 30.0}, {"O": 0.0, "V": 100.0}, ["O"]),
    ({"O": 9.0, "V": 200.0}, {"O": 2.0, "V": 100.0}, ["O", "V"]),
    ({"O": 3.0, "V": 200.0}, {"O": 3.0, "V": 700.0}, []),
    # Less to miss is no reason to be asked for more.
    ({"O": 0.5, "V": 30.0}, {"O": 0.1, "V": 10.0}, []),
])  # fmt: skip
def test_far_worse_is_what_misses_more_of_what_there_is(scores, resting, worse):
    problem, fitted = compared(5.0, 7 * 20.0)
    assert far_worse(problem, fitted, [elsewhere(scores, resting)], RESTING) == worse


def test_of_several_recordings_every_sweep_counts_once():
    problem, fitted = compared(5.0, 7 * 20.0)
    one = elsewhere({"O": 9.0, "V": 20.0}, RESTING)
    many = elsewhere({"O": 0.0, "V": 20.0}, RESTING, n_sweep=9)
    assert far_worse(problem, fitted, [one], RESTING) == ["O"]
    assert far_worse(problem, fitted, [one, many], RESTING) == []


def test_a_cell_at_rest_misses_all_spikes_that_there_are(fit_of):
    """Whatever the threshold is: 0 mV throughout would be a spike above -10 mV."""
    config, model, problem = fit_of("[0, 2]")
    [found] = models_on(config, model, problem, [1], SANE[None], asked=True)
    counts = problem.target.voltage_mV > problem.suite.settings.spike_threshold_mV
    spikes = [int((np.diff(each.astype(int)) > 0).sum()) for each in counts]
    assert found.resting_per_sweep["O"] == spikes[1]
    resting = resting_per_sweep(problem)
    assert resting["O"] == (spikes[0] + spikes[2]) / 2
    assert 0 < resting["V"] < 2000
