"""How long tests are, in samples and in simulated time, counted by hand."""

from __future__ import annotations

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
from pyneuronautofit.simulators import RunStatus


def test_samples_of_steps():
    test = StepTest((25.0, 50.0), 36.0, 0.1, onset_ms=10.0, duration_ms=5.0, end_ms=20.0)
    assert test.n_onset == 100
    assert test.n_sample == 201  # both ends
    # 0.3 / 0.1 is a little below 3, 0.7 / 0.1 a little below 7: they are 3 and 7 all the same.
    odd = StepTest((25.0,), 36.0, 0.1, onset_ms=0.3, duration_ms=0.1, end_ms=0.7)
    assert (odd.n_onset, odd.n_sample) == (3, 8)


def test_what_comes_before_steps_is_simulated_once():
    test = StepTest((25.0, 50.0, 75.0), 36.0, 0.1, onset_ms=10.0, end_ms=30.0)
    assert test.cell_ms == 10.0 + 3 * 20.0


def test_places_are_paths():
    test = StepTest((25.0,), 36.0, 0.1, ("soma(0.5).v", "axon(0).v"))
    assert [path.text for path in test.paths] == ["soma(0.5).v", "axon(0).v"]


def test_a_rest_is_as_long_as_it_is():
    assert RestTest(36.0, 0.1, duration_ms=1234.0).cell_ms == 1234.0


@pytest.mark.parametrize(
    ("lowest_uS", "highest_uS", "accuracy_uS", "n_grid"),
    [
        (0.0, 1.0, 2.0, 1),  # the first grid is fine enough
        (0.0, 1.0, 0.1, 2),
        (0.0, 1.0, 0.05, 3),
        (0.5, 1.0, 0.05, 2),
        (0.0, 0.2, 1e-3, 4),
    ],
)
def test_trials_of_a_search_at_the_most(lowest_uS, highest_uS, accuracy_uS, n_grid):
    """Every grid has eleven conductances and is ten times as fine as the one before."""
    test = SynapseTest(
        ((1.0, 0.0), (0.0, 1.0)), 36.0, 0.1, lowest_uS, highest_uS, accuracy_uS,
        rest_ms=100.0, response_ms=10.0,
    )  # fmt: skip
    assert test.cell_ms == 100.0 + 2 * 11 * n_grid * 10.0


def test_a_search_has_the_ends_and_the_accuracy_of_its_test():
    search = SynapseTest(((1.0, 0.0),), 36.0, 0.1, 0.1, 0.3, 0.05).search()
    assert search.wanted == pytest.approx(np.linspace(0.1, 0.3, 11))
    # Grids of 0.02 and of 0.002: the first is fine enough.
    search.tell({g: g > 0.2 for g in search.wanted})
    assert search.threshold is not None


def test_which_answers_are_numbers():
    trace = np.zeros((1, 1, 5))
    assert StepTraces((1.0,), trace).is_finite()
    assert not StepTraces((1.0,), np.where(np.arange(5) == 3, np.inf, trace)).is_finite()
    watched = np.zeros(3)
    assert Rest({"soma.v": -70.0}, watched).is_finite()
    assert not Rest({"soma.v": -70.0, "axon.v": np.nan}, watched).is_finite()
    assert not Rest({"soma.v": -70.0}, np.array([0.0, np.nan])).is_finite()
    assert SynapseThresholds((), -70.0, True).is_finite()
    assert not SynapseThresholds((), np.nan, True).is_finite()


def test_a_model_has_the_number_of_the_table_that_it_came_from():
    probed = Probed(1, RunStatus.OK, "", None, 0.5)
    assert probed.numbers.tolist() == [1]
    moved = probed.renumbered(np.array([4, 7, 9]))
    assert (moved.candidate, moved.seconds) == (7, 0.5)
