"""Sweeps that belong together are taken, and the others are left out with their reasons."""

from __future__ import annotations

import re

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import SweepChoice
from pyneuronautofit.recordings.selection import RawRecording, RawSweep, select_sweeps
from pyneuronautofit.recordings.selection.alike import said
from recordings.selection._made import recording, squares, sweep


def reasons(found):
    return {each.sweep.number: each.reason for each in found.left_out}


def with_nan(*places, n=100):
    values = np.zeros(n)
    values[list(places)] = np.nan
    return values


def test_all_are_taken_and_copied_at_most_once():
    voltage, current = np.arange(200.0).reshape(2, 100).copy(), np.ones((2, 100))
    rows = [RawSweep(k, voltage[k], current[k], 0.1) for k in range(2)]
    found = select_sweeps(RawRecording("cell.abf", tuple(rows), "both", current_is_command=True))
    taken = found.recording
    assert np.shares_memory(taken.voltage_mV, voltage)
    assert not taken.voltage_mV.flags.writeable
    assert (taken.name, taken.channels, taken.current_is_command) == ("cell.abf", "both", True)
    assert (taken.numbers, taken.step_ms, found.left_out) == ((0, 1), 0.1, ())
    fewer = select_sweeps(RawRecording("cell.abf", tuple(rows)), SweepChoice("1")).recording
    assert not np.shares_memory(fewer.voltage_mV, voltage)
    assert fewer.voltage_mV.tolist() == [voltage[1].tolist()]
    assert fewer.numbers == (1,)


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"unusable": "voltage clamp", "voltage_mV": None}, "voltage clamp"),
        ({"current_pA": None}, "it has no voltage or no current"),
        ({"voltage_mV": np.full(100, np.nan)}, "it has no samples that are numbers"),
        ({"voltage_mV": with_nan(7, 9)}, "its voltage has 2 samples .* the first is sample 7"),
        ({"current_pA": with_nan(7)}, "its current has 1 samples that are no finite numbers"),
        ({"step_ms": 0.05}, "its samples are 0.05 ms apart, not 0.1"),
        ({"n": 60}, "it lasts 6 ms, not 10"),
        ({"voltage_mV": with_nan(*range(60, 100))}, "it lasts 6 ms, not 10"),
        ({"stimulus": "Ramp"}, "its stimulus is 'Ramp', not 'Long Square'"),
    ],
)
def test_one_that_is_different(odd, reason, caplog):
    usual = squares((0, 1, 2, 4))
    found = select_sweeps(recording(*usual, sweep(3, **{"stimulus": "Long Square", **odd})))
    assert found.recording.numbers == (0, 1, 2, 4)
    assert found.recording.voltage_mV[:, 0].tolist() == [-70.0, -69.0, -68.0, -66.0]
    (only,) = found.left_out
    assert only.sweep.number == 3
    assert re.match(reason, only.reason)
    assert "cell.nwb: 1 of 5 sweeps are left out. 3: " in caplog.text


def test_tails_that_all_lack_are_cut_off_all():
    rows = [sweep(k, voltage_mV=with_nan(*range(80 - k, 100))) for k in range(3)]
    found = select_sweeps(recording(*rows))
    assert found.recording.voltage_mV.shape == (3, 78)
    assert found.left_out == ()


def test_names_that_are_each_sweeps_own_say_nothing():
    rows = [sweep(k, stimulus=f"{name} step") for k, name in enumerate(("a", "b", "c", "d"))]
    assert select_sweeps(recording(*rows)).recording.n_sweep == 4


def test_commands_are_kept_where_all_have_one():
    rows = [sweep(k, command_pA=np.full(100, float(k))) for k in range(3)]
    assert select_sweeps(recording(*rows)).recording.command_pA[:, 0].tolist() == [0, 1, 2]
    assert select_sweeps(recording(*rows, sweep(3))).recording.command_pA is None


def test_what_was_asked_for():
    mixed = recording(*squares(range(3)), *squares(range(3, 9), "Ramp"), sweep(9, unusable="odd"))
    assert select_sweeps(mixed).recording.numbers == (3, 4, 5, 6, 7, 8)
    found = select_sweeps(mixed, SweepChoice("Long Square"))
    assert found.recording.numbers == (0, 1, 2)
    assert set(reasons(found).values()) == {"not asked for"}
    # Of a range what cannot be used is left out; what is asked for by its number has to be there.
    assert select_sweeps(mixed, SweepChoice("5:10")).recording.numbers == (5, 6, 7, 8)
    with pytest.raises(RecordingError, match=r"that --sweeps asks for cannot be used. 9: odd"):
        select_sweeps(mixed, SweepChoice("5:9,9"))
    with pytest.raises(RecordingError, match=r"cannot be used. 0: its stimulus is 'Long Square'"):
        select_sweeps(mixed, SweepChoice("0,3:9"))


def test_a_file_of_too_many_kinds():
    mixed = recording(
        *squares((0, 1)), *squares((2, 3, 4), "Ramp"), *squares((5, 6), "Noise", step_ms=0.05)
    )
    with pytest.raises(RecordingError) as caught:
        select_sweeps(mixed)
    assert "several protocols, and fewer than half to any of them. 0-1: 10 ms" in str(caught.value)
    assert "2-4: 10 ms, samples 0.1 ms apart, stimulus 'Ramp'" in str(caught.value)
    assert str(caught.value).endswith("for example --sweeps 2,3,4.")
    assert select_sweeps(mixed, SweepChoice("2,3,4")).recording.n_sweep == 3


def test_nothing_that_can_be_used():
    with pytest.raises(RecordingError, match=r"no sweep can be used. 0, 2: clamp; 1: noise"):
        select_sweeps(recording(*(sweep(k, unusable=w) for k, w in enumerate(
            ("clamp", "noise", "clamp")))))  # fmt: skip


def test_reasons_are_said_once():
    assert said({4: "a", 2: "b", 3: "a", 9: "a"}) == "2: b; 3-4, 9: a"
