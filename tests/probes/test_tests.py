"""What a probe is asked: samples of a step test, simulated times, answers that are numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.probes.tests import (
    Probed,
    Rest,
    RestTest,
    StepTest,
    StepTraces,
    SynapseTest,
    SynapseThresholds,
)
from pyneuronautofit.probes.threshold import Threshold
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.space import ParameterPath

STEPS = StepTest((10.0, 20.0, 30.0), 35.0, 0.1, ("soma(0.5).v", "axon.v"), 1000.0, 500.0, 3000.0)
SEARCH = SynapseTest(((1.0, 0.0), (0.5, 0.5)), 35.0, 0.1)


@pytest.mark.parametrize(
    ("onset_ms", "end_ms", "dt_ms", "n_onset", "n_sample"),
    [
        (1000.0, 3000.0, 0.1, 10_000, 30_001),
        # 0.3/0.1 is 2.9999999999999996, and 0.7/0.1 6.999999999999999.
        (0.3, 0.7, 0.1, 3, 8),
        # 3 * 0.1 is a little more than 0.3: that is no step more.
        (3 * 0.1, 7 * 0.1, 0.1, 3, 8),
        # The first sample that is not before it.
        (1.05, 2.01, 0.1, 11, 22),
        (0.0, 1.0, 0.025, 0, 41),
    ],
)
def test_samples_are_one_every_time_step_from_zero_on(onset_ms, end_ms, dt_ms, n_onset, n_sample):
    test = replace(STEPS, onset_ms=onset_ms, end_ms=end_ms, dt_ms=dt_ms)
    assert (test.n_onset, test.n_sample) == (n_onset, n_sample)


def test_places_are_paths():
    assert STEPS.paths == tuple(map(ParameterPath.parse, ("soma(0.5).v", "axon.v")))
    assert StepTest((1.0,), 35.0, 0.1).paths == (ParameterPath.parse("soma(0.5).v"),)


def test_what_comes_before_the_steps_is_simulated_once():
    assert STEPS.cell_ms == 1000.0 + 3 * 2000.0


def test_a_rest_is_simulated_to_its_end():
    assert RestTest(35.0, 0.1, 4321.0, 10.0).cell_ms == 4321.0


@pytest.mark.parametrize(
    ("lowest_uS", "accuracy_uS", "n_grid"),
    [
        # Each grid is a tenth of the one before it; the last one, too, is tried.
        (0.0, 0.02, 2),
        (0.0, 0.0199, 3),
        (0.0, 1e-3, 4),
        (0.1, 0.0199, 2),
        (0.0, 0.2, 1),
        (0.0, 7.0, 1),
    ],
)
def test_a_search_takes_no_longer_than_it_says(lowest_uS, accuracy_uS, n_grid):
    test = SynapseTest(
        ((1.0, 0.0), (0.5, 0.5)), 35.0, 0.1, lowest_uS, 0.2, accuracy_uS,
        rest_ms=700.0, response_ms=30.0,
    )  # fmt: skip
    assert test.cell_ms == 700.0 + 2 * n_grid * 11 * 30.0
    # It is true: all of a grid, whatever fires.
    search, n_trial = test.search(), 0
    while search.threshold is None:
        n_trial += len(search.wanted)
        search.tell({g: g > 0.123456 for g in search.wanted})
    assert n_trial <= n_grid * 11
    assert n_trial > (n_grid - 1) * 11 - 2 * n_grid


def test_the_search_is_between_the_ends():
    search = replace(SEARCH, lowest_uS=0.1, highest_uS=0.3, accuracy_uS=0.05).search()
    np.testing.assert_allclose(search.wanted, np.linspace(0.1, 0.3, 11), rtol=0, atol=1e-15)
    search.tell({g: g > 0.199 for g in search.wanted})
    assert search.threshold.conductance_uS == pytest.approx(0.2)


FOUND = (Threshold(0.1, "", (), 3),)


@pytest.mark.parametrize(
    ("answer", "finite"),
    [
        (StepTraces((1.0,), np.zeros((1, 2, 3))), True),
        (StepTraces((1.0,), np.array([[[0.0, 1.0], [np.nan, 1.0]]])), False),
        (StepTraces((1.0,), np.array([[[0.0, -np.inf], [1.0, 1.0]]])), False),
        (Rest({"soma.v": -70.0}, np.zeros(3)), True),
        (Rest({"soma.v": -70.0, "axon.v": np.nan}, np.zeros(3)), False),
        (Rest({"soma.v": -70.0}, np.array([0.0, np.inf])), False),
        (SynapseThresholds(FOUND, -70.0, settled=True), True),
        (SynapseThresholds(FOUND, np.nan, settled=True), False),
    ],
)
def test_an_answer_is_one_if_all_its_voltages_are_numbers(answer, finite):
    assert answer.is_finite() is finite


def test_an_answer_is_given_its_row_in_a_larger_table():
    rest = Rest({"soma.v": -70.0}, np.zeros(1))
    probed = Probed(2, RunStatus.OK, "", rest, 0.5)
    assert probed.numbers.tolist() == [2]
    renumbered = probed.renumbered(np.array([4, 7, 9, 11]))
    assert renumbered == Probed(9, RunStatus.OK, "", rest, 0.5)
    assert type(renumbered.candidate) is int
