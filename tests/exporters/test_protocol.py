"""The sweeps that an export replays."""

from __future__ import annotations

import json

import numpy as np

from pyneuronautofit.exporters.protocol import Protocol, run_lengths
from pyneuronautofit.simulators import Clock, Experiment

CURRENT = np.array([[0.0, 0.0, 0.1 + 0.2, 5.0], [1.0, 1.0, 1.0, 1.0]])
PROTOCOL = Protocol(
    "cell.abf", (2, 5), Experiment(CURRENT, np.array([0.0, -3.0]), Clock(0.1, 4), 34.0)
)


def test_equal_neighbours_are_together():
    assert run_lengths(CURRENT[0]) == [[2, 0.0], [1, 0.1 + 0.2], [1, 5.0]]
    assert run_lengths(CURRENT[1]) == [[4, 1.0]]


def test_json_says_all_that_is_needed():
    found = json.loads(json.dumps(PROTOCOL.as_json()))
    assert found.pop("sweeps") == [
        {"number": 2, "holding_pA": 0.0, "current_pA": [[2, 0.0], [1, 0.1 + 0.2], [1, 5.0]]},
        {"number": 5, "holding_pA": -3.0, "current_pA": [[4, 1.0]]},
    ]
    assert found == {
        "recording": "cell.abf", "step_ms": 0.1, "dt_ms": 0.025, "substeps": 4, "n_sample": 4,
        "n_transient": 40_000, "initial_mV": -76.0, "temperature_degC": 34.0,
    }  # fmt: skip


def test_one_of_them():
    one = PROTOCOL.one(1)
    assert one.numbers == (5,)
    np.testing.assert_array_equal(one.experiment.current_pA, CURRENT[1:])
    assert one.experiment.holding_pA.tolist() == [-3.0]
