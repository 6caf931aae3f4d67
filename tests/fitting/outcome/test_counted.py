"""What the components of a stored run count is what its search added them up by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.fitting.outcome.counted import floor_of, mode_codes, weights_of
from pyneuronautofit.objectives.residuals import component_weights
from pyneuronautofit.runs import open_run
from runs._made import make_info, make_store


def made(tmp_path, weights):
    info = make_info()
    info = replace(info, settings={**info.settings, "weights": weights})
    make_store(tmp_path / "a.sqlite", info=info)
    return open_run(tmp_path / "a.sqlite")


def test_modes_in_their_order(tmp_path):
    with made(tmp_path, None) as run:
        assert mode_codes(run) == tuple(dict.fromkeys(run.header.markers))


def test_a_mode_counts_what_the_user_said(tmp_path):
    with made(tmp_path, "V=2") as run:
        usual = component_weights(run.header.markers, run.header.bvalues, {})
        of_V = np.array(run.header.markers) == "V"
        assert weights_of(run)[of_V].tolist() == [2.0] * of_V.sum()
        np.testing.assert_array_equal(weights_of(run)[~of_V], usual[~of_V])


def test_the_noise_floor_is_that_which_the_store_has(tmp_path):
    n_score = len(make_info().header.markers)
    floor = {
        "components": [0.5] * n_score, "is_bound": [True] * n_score, "noise_mV": [0.2],
        "drift_mV": [0.1], "n_repeated": 0, "n_sweep": 2, "notes": ["look"],
    }  # fmt: skip
    make_store(tmp_path / "b.sqlite", info=replace(make_info(), floor=floor))
    with open_run(tmp_path / "b.sqlite") as run:
        found = floor_of(run)
        assert found.as_json() == floor
        assert found.markers == run.header.markers
    with made(tmp_path, None) as run:
        assert floor_of(run) is None


def test_weights_that_are_none(tmp_path):
    with made(tmp_path, "V=much") as run, pytest.raises(PyNeuronAutofitError):
        weights_of(run)
