"""Scores in words; what `Fit` does with them is in test_fit_result.py."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.library.results.responses import Scores, SimulatedSweeps


def test_scores_in_words():
    sums = {"V": np.array([1.0, np.nan, 3.0]), "O": np.array([2.0, np.nan, 2.0])}
    found = Scores(np.zeros((3, 2)), ("V", "O"), sums, {"V": "mV^2", "O": ""}, {1: "DIVERGED"})
    assert repr(found) == "Scores(3 models, 1 failed: V 1 to 3 mV^2, O 2)"
    text = found._repr_html_()
    assert "<th>V (mV^2)</th><th>O</th>" in text
    assert "<td>1</td><td>nan</td><td>nan</td><td>DIVERGED</td>" in text
    nothing = Scores(np.zeros((1, 1)), ("V",), {"V": np.array([np.nan])}, {"V": ""}, {0: "x"})
    assert repr(nothing) == "Scores(1 models, 1 failed: V nan)"


def test_sweeps_in_words():
    found = SimulatedSweeps(
        "cell.abf", (0, 3), frozenset(), np.zeros((1, 2, 50)), np.zeros((2, 50)),
        np.zeros((2, 50)), 0.2, (1.0, 5.0),
    )  # fmt: skip
    assert repr(found) == "SimulatedSweeps(cell.abf: 1 models, 2 sweeps of 10 ms, 0.2 ms apart)"
    np.testing.assert_allclose(found.time_ms[:3], [0.0, 0.2, 0.4])
