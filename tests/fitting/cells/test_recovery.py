"""Cells that share channels say more about them together than each by itself."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from conftest import REPOSITORY


@pytest.fixture
def joint_fit(monkeypatch):
    """The script of the benchmark, as a module."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "benchmarks"))
    return importlib.import_module("joint_fit")


@pytest.mark.nightly
def test_shared_parameters_are_found_better_together(joint_fit, tmp_path):
    """Against the truth; as many simulated cells in all, medians of five seeds."""
    errors = []
    for seed in range(11, 16):
        folder = tmp_path / str(seed)
        folder.mkdir()
        joint, alone, _mean = joint_fit.errors_of(joint_fit.compared(seed, 2000, folder))
        errors.append((joint, np.mean(alone)))
    joint, alone = np.median(errors, axis=0)
    assert joint < alone


def test_errors_are_in_logarithms_and_means_too(joint_fit):
    na, k = joint_fit.SHARED
    found = {
        "truth": {na: 1.0, k: 1.0},
        "joint": {na: np.e, k: 1.0},
        "alone": [{na: np.e, k: np.e}, {na: 1 / np.e, k: np.e}],
    }
    joint, alone, mean = joint_fit.errors_of(found)
    assert joint == pytest.approx(0.5)
    assert alone == pytest.approx([1.0, 1.0])
    assert mean == pytest.approx(0.5)
