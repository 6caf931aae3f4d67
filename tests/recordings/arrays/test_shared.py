"""Recordings that are named arrays: which keys, which values."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError, UsageError
from pyneuronautofit.recordings import ChannelChoice
from pyneuronautofit.recordings.arrays.shared import recording_from, refuse_channels, require_keys

GOOD = {"voltage": [[-70.0, -69.0]], "current": [[0.0, 5.0]], "dt": 0.05}


def test_values_and_what_is_said_of_them():
    found = recording_from(GOOD, "cell.npz")
    assert found.name == "cell.npz"
    (sweep,) = found.sweeps
    np.testing.assert_array_equal(sweep.voltage_mV, GOOD["voltage"][0])
    np.testing.assert_array_equal(sweep.current_pA, GOOD["current"][0])
    assert (sweep.step_ms, found.current_is_command) == (0.05, False)
    assert found.channels == (
        "voltage from the array voltage (mV), current from the array current (pA)"
    )


@pytest.mark.parametrize("command", [True, np.array(True), np.array([True])])
def test_a_command_waveform_is_one_if_the_file_says_so(command):
    found = recording_from(GOOD | {"command": command}, "cell.npz")
    assert found.current_is_command
    assert found.channels.endswith("current (pA), a command waveform")
    assert not recording_from(GOOD | {"command": np.array(False)}, "a").current_is_command


@pytest.mark.parametrize("step", [1, np.int16(1), np.float32(1.0), np.array([[1.0]])])
def test_a_step_is_one_number_of_any_kind(step):
    assert recording_from(GOOD | {"dt": step}, "cell.npz").sweeps[0].step_ms == 1.0


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("dt", [0.1, 0.1], r"dt must be one number.*shape \(2,\)"),
        ("dt", [], r"dt must be one number.*shape \(0,\)"),
        ("dt", True, "dt must be one number.*type bool"),
        ("dt", "0.1", "dt must be one number"),
        ("dt", 1j, "dt must be one number.*complex"),
        ("dt", 0, "positive number of ms"),
        ("command", 1, "command must be true or false.*it is 1. Correct it"),
        ("command", [True, True], "command must be true or false"),
    ],
)
def test_values_that_are_refused(key, value, said):
    with pytest.raises(RecordingError, match=rf"cell\.npz: .*{said}"):
        recording_from(GOOD | {key: value}, "cell.npz")


def test_missing_keys_are_named_with_those_that_are_there():
    require_keys({"voltage", "current", "dt", "more"}, "cell.npz")
    with pytest.raises(RecordingError) as caught:
        require_keys({"Dt", "current", "a"}, "cell.npz")
    assert "voltage, dt missing; the file has Dt, a, current. Add" in str(caught.value)
    assert "voltage in mV and current in pA [sweep, sample], dt in ms" in str(caught.value)


@pytest.mark.parametrize(
    ("choice", "flag"),
    [
        (ChannelChoice(voltage=0), "--voltage-channel 0"),
        (ChannelChoice(current="Im"), "--current-channel Im"),
    ],
)
def test_there_are_no_channels_to_choose_from(choice, flag):
    refuse_channels(ChannelChoice(), "cell.npz")
    with pytest.raises(UsageError, match=rf"{flag}: cell\.npz has no channels .*Leave --"):
        refuse_channels(choice, "cell.npz")
