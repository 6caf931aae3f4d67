"""`sweeps RECORDING`: a table, JSON, a figure; and what is there where no window describes it."""

from __future__ import annotations

import json

import numpy as np
import pytest


@pytest.fixture
def cell(tmp_path):
    current = np.zeros((3, 2000))
    current[:, 500:1200] = np.array([[-50.0], [50.0], [100.0]])
    voltage = -65.0 + 0.1 * current
    voltage[2, [600, 900]] = 30.0
    np.savez(tmp_path / "cell.npz", voltage=voltage, current=current, dt=0.1, command=True)
    return tmp_path / "cell.npz"


def test_a_table(command, cell):
    answer = command("sweeps", cell)
    assert answer.code == 0
    assert "3 sweeps of 200 ms, samples 0.1 ms apart" in answer.out
    assert "stimulus: samples 500..1199 (50 to 120 ms), where the sweeps differ" in answer.out
    rows = [line.split("│")[1:-1] for line in answer.out.splitlines() if line.startswith("│")]
    assert [[word.strip() for word in row] for row in rows] == [
        ["0", "0", "-50", "-65", "0"], ["1", "0", "50", "-65", "0"], ["2", "0", "100", "-65", "2"],
    ]  # fmt: skip


def test_json(command, cell):
    found = json.loads(command("sweeps", cell, "--json", "-t", "40").out)
    assert found["window_ms"] == [50.0, 120.0]
    assert found["wrong"] == ""
    assert found["sweeps"][2] == {
        "used": True, "reason": "", "stimulus": "", "number": 2, "holding_pA": 0.0,
        "amplitude_pA": 100.0, "opposite_pA": 0.0, "resting_mV": -65.0, "spikes": 0,
    }  # fmt: skip


def test_a_stimulus_that_was_given(command, cell):
    found = json.loads(command("sweeps", cell, "--json", "--stimulus", "60", "80").out)
    assert found["window_ms"] == [60.0, 80.0]


def test_a_figure(command, cell, tmp_path):
    answer = command("sweeps", cell, "--figure", tmp_path / "cell.png")
    assert answer.code == 0
    assert (tmp_path / "cell.png").read_bytes().startswith(b"\x89PNG")
    answer = command("sweeps", cell, "--figure", cell)
    assert answer.code == 2
    assert "this is the same file as" in answer.err


def test_sweeps_that_no_window_describes_are_listed_all_the_same(command, cell):
    with np.load(cell) as arrays:
        content = dict(arrays)
    content["current"][2] = np.roll(content["current"][2], 300)
    np.savez(cell, **content)
    answer = command("sweeps", cell)
    assert answer.code == 0
    assert "one window has to describe the stimulus of all sweeps, but theirs differ" in answer.out
    found = json.loads(command("sweeps", cell, "--json").out)
    assert found["window_ms"] is None
    assert "theirs differ" in found["wrong"]
    assert [sweep["holding_pA"] for sweep in found["sweeps"]] == [None] * 3


def test_what_cannot_be_read_is_refused(command, tmp_path):
    (tmp_path / "cell.npz").write_bytes(b"PK nothing")
    answer = command("sweeps", "cell.npz")
    assert answer.code == 2
    assert answer.out == ""
