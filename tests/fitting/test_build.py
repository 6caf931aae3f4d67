"""From options to a problem and a search."""

from __future__ import annotations

import logging
from functools import partial

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitConfig, build_problem, build_search, open_recording
from pyneuronautofit.models import CellSource, Model

ROWS = (("soma.L", "log", 1.0, 100.0), ("soma.diam", "lin", 1.0, "soma.L"))


def every_fourth(what):
    if isinstance(what, float):
        return 4 * what
    return what.reshape(-1, 4).mean(axis=1)


def model(downsampler=None):
    return Model("1", ROWS, downsampler, CellSource(None, None, None), "a test's model")


@pytest.fixture
def recording(tmp_path):
    """Three sweeps of 80 ms; the current is recorded, with noise, around different levels."""
    rng = np.random.default_rng(1)
    current = rng.normal(0.0, 0.01, (3, 800)) + np.array([[0.0], [-20.0], [0.0]])
    current[:, 200:400] += np.array([[-50.0], [50.0], [100.0]])
    path = tmp_path / "cell.npz"
    np.savez(path, voltage=current - 65.0, current=current, dt=0.1)
    return str(path)


def config(recording, **changed):
    return FitConfig(recording=recording, **{"algorithm": "N", "modes": "OV", **changed})


def problem_of(settings, a_model):
    return build_problem(settings, open_recording(settings), a_model)


def test_the_problem_of_some_sweeps(recording):
    problem = problem_of(config(recording, mask="{'O': [2], 'V': (1, 2)}"), model())
    assert problem.suite.sweeps == (1, 2)
    assert problem.suite.markers == ("O", "V", "V")
    assert (problem.stimulus.first, problem.stimulus.last) == (200, 399)
    experiment = problem.simulator.experiment
    assert experiment.current_pA.shape == (2, 800)
    assert experiment.holding_pA.tolist() == [-20.0, 0.0]
    assert experiment.temperature_degC == 35.0
    assert experiment.clock.dt_ms == 0.025


def test_a_given_stimulus_is_taken(recording):
    problem = problem_of(config(recording, stimulus=(10.0, 30.0)), model())
    assert (problem.stimulus.first, problem.stimulus.last) == (100, 299)


def test_currents_are_played_unreduced_and_everything_else_counts_reduced_samples(recording):
    problem = problem_of(config(recording), model(every_fourth))
    assert problem.target.step_ms == pytest.approx(0.4)
    assert problem.target.n_sample == 200
    assert (problem.stimulus.first, problem.stimulus.last) == (50, 99)
    experiment = problem.simulator.experiment
    assert experiment.n_sample == 800
    assert experiment.clock.step_ms == pytest.approx(0.1)
    assert experiment.holding_pA.tolist() == [0.0, -20.0, 0.0]


def test_files_say_what_reduces_samples(recording):
    def named(downsampler):
        return problem_of(config(recording), model(downsampler)).suite.settings.downsampler

    assert named(None) is None
    assert named(every_fourth) == "every_fourth"
    assert named(partial(every_fourth)) == "downsampler"


@pytest.mark.parametrize(("asked", "size"), [(10, 10), (0, 6), (-1, 6), (-3, 18)])
def test_population_size(recording, asked, size):
    settings = config(recording, population_size=asked)
    assert build_search(settings, problem_of(settings, model())).population_size == size


def test_too_small_a_population_is_refused(recording):
    settings = config(recording, population_size=1)
    with pytest.raises(UsageError, match=r"-P 1: .* at least 2"):
        build_search(settings, problem_of(settings, model()))


def test_log_search_can_be_turned_off(recording):
    logarithmic = problem_of(config(recording), model()).space
    linear = problem_of(config(recording, off_log_scale=True), model()).space
    assert logarithmic.from_model(np.array([[10.0, 5.0]])).tolist() == [[1.0, 5.0]]
    assert linear.from_model(np.array([[10.0, 5.0]])).tolist() == [[10.0, 5.0]]


def test_options_that_no_chosen_mode_reads_are_noted(recording, caplog):
    with caplog.at_level(logging.INFO):
        problem_of(config(recording, histogram_bins=5, spike_threshold_mV=-10.0), model())
    assert "-Q is used by the modes PQ only; none of them is in -m OV" in caplog.text
    assert "-t is used" not in caplog.text


def test_a_threshold_in_noise_is_warned_of(recording, caplog):
    """The step to the highest current ends at 35 mV: there is nothing but noise."""
    problem_of(config(recording, spike_threshold_mV=35.0), model())
    problem_of(config(recording, spike_threshold_mV=35.0, modes="V"), model())
    problem_of(config(recording, spike_threshold_mV=80.0), model())
    (warning,) = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert warning.getMessage().startswith("-t 35: the compared sweeps cross this threshold ")
