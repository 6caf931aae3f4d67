"""Which channels are read of an Axon file."""

import logging

import numpy as np
import pyabf.abfWriter
import pytest

from pyneuronautofit.errors import RecordingError, UsageError
from pyneuronautofit.recordings import ChannelChoice, read_recording
from recordings import _made
from recordings._shared import shared_file


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cell.abf"


def test_two_channels(path):
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA"))
    recording = read_recording(path)
    np.testing.assert_array_equal(recording.voltage_mV, _made.voltage())
    np.testing.assert_array_equal(recording.current_pA, _made.current())
    assert recording.step_ms == 0.1
    assert not recording.current_is_command
    assert (
        recording.channels == "voltage from channel 0 'Vm' in mV, current from channel 1 'Im' in pA"
    )


@pytest.mark.parametrize(
    ("voltage_unit", "to_mV", "current_unit", "to_pA"),
    [
        ("V", 1e3, "nA", 1e3),
        ("uV", 1e-3, "A", 1e12),
        ("mV", 1.0, "uA", 1e6),
        ("mV", 1.0, "fA", 1e-3),
    ],
)
def test_units(path, voltage_unit, to_mV, current_unit, to_pA):
    _made.write_channels(path, ("Vm", voltage_unit, 1 / to_mV), ("Im", current_unit, 1 / to_pA))
    recording = read_recording(path)
    np.testing.assert_allclose(recording.voltage_mV, _made.voltage(), rtol=0, atol=0.005)
    np.testing.assert_allclose(recording.current_pA, _made.current(), rtol=0, atol=0.005)


def test_abf1(path):
    _made.write_abf1(path)
    recording = read_recording(path)
    np.testing.assert_allclose(recording.voltage_mV, _made.voltage(), rtol=0, atol=0.04)
    np.testing.assert_allclose(recording.current_pA, _made.current(), rtol=0, atol=0.04)
    assert recording.step_ms == pytest.approx(0.1, rel=1e-7)
    assert (
        recording.channels
        == "voltage from channel 0 'IN 0' in mV, current from channel 1 'IN 1' in pA"
    )


def test_several_voltage_channels(path):
    _made.write_channels(path, ("V1", "mV"), ("I1", "pA"), ("V2", "V"), ("V3", "mV", 2.0))
    recording = read_recording(path)
    assert recording.channels.startswith(
        "voltage from channel 0 'V1' in mV, current from channel 1"
    )
    assert "; --voltage-channel would take channel 2 'V2' in V, channel 3 'V3' in mV" in (
        recording.channels
    )
    third = read_recording(path, ChannelChoice(voltage="V3"))
    np.testing.assert_array_equal(third.voltage_mV, 2 * _made.voltage())
    np.testing.assert_array_equal(
        read_recording(path, ChannelChoice(voltage=3, current=1)).voltage_mV, third.voltage_mV
    )


def test_voltage_behind_the_current(path):
    _made.write_channels(path, ("Im", "pA"), ("Vm", "mV"), commands=[_made.command()])
    recording = read_recording(path)
    np.testing.assert_array_equal(recording.voltage_mV, _made.voltage())
    assert "compared with command 0" in recording.channels


def test_recorded_current_that_is_not_the_commanded_one_is_warned_of(path, caplog):
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA", 0.5), commands=[_made.command()])
    recording = read_recording(path)
    np.testing.assert_array_equal(recording.current_pA, 0.5 * _made.current())
    (warning,) = (record.message for record in caplog.records if record.levelno == logging.WARNING)
    assert "channel 1 'Im' in pA, is not what command 0 'Cmd 0' in pA asked for: 3 of 3" in warning
    assert "sweep 0: the step has -50 pA, commanded were -100 pA (-50%)" in warning
    assert "--current-channel 'Cmd 0'" in warning


def test_recorded_current_that_is_the_commanded_one_is_not(path, caplog):
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA", 1.02), commands=[_made.command()])
    assert "compared with command 0 'Cmd 0'" in read_recording(path).channels
    assert not [record for record in caplog.records if record.levelno == logging.WARNING]


def test_channels_that_do_not_exist(path):
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA"))
    with pytest.raises(UsageError, match=r"--voltage-channel 2: cell\.abf has no such channel"):
        read_recording(path, ChannelChoice(voltage=2))
    with pytest.raises(UsageError, match=r"--current-channel Vm: .*this is channel 0 'Vm' in mV"):
        read_recording(path, ChannelChoice(current="Vm"))


def test_real_recording():
    path = shared_file("data", "File_axon_5.abf")
    recording = read_recording(path)
    assert (recording.n_sweep, recording.n_sample, recording.step_ms) == (9, 20000, 0.05)
    assert recording.current_is_command
    abf = pyabf.ABF(str(path))
    for sweep in range(recording.n_sweep):
        abf.setSweep(sweep)
        np.testing.assert_array_equal(recording.voltage_mV[sweep], abf.sweepY)
        np.testing.assert_array_equal(recording.current_pA[sweep], abf.sweepC)


def test_an_output_that_is_off_drives_nothing():
    """Its command 0, in mV, is off; command 1, in nA, drives."""
    recording = read_recording(shared_file("data", "18425108.abf"))
    assert "voltage from channel 1 '10_Vm' in mV, current from channel 0 'Imemb' in nA" in (
        recording.channels
    )
    assert "compared with command 1 'ME1' in nA" in recording.channels


def test_a_unit_that_is_wrong_can_be_said():
    path = shared_file("data", "180329_ts_0005-badUnits.abf")
    with pytest.raises(
        RecordingError, match=r"is a current, so the unit .* --voltage-channel 0:mV"
    ):
        read_recording(path)
    recording = read_recording(path, ChannelChoice(voltage="0:mV"))
    assert "voltage from channel 0 'IN 0' in mV, current from the command waveform" in (
        recording.channels
    )


def test_the_current_of_a_second_cell_is_the_one_behind_its_voltage(path):
    _made.write_channels(path, ("V1", "mV"), ("I1", "pA"), ("V2", "mV"), ("I2", "pA", 2.0))
    first, second = read_recording(path), read_recording(path, ChannelChoice(voltage="V2"))
    np.testing.assert_array_equal(first.current_pA, _made.current())
    np.testing.assert_array_equal(second.current_pA, 2 * _made.current())
    assert "current from channel 3 'I2' in pA" in second.channels
    named = read_recording(path, ChannelChoice(voltage="2:uV", current="1:nA"))
    np.testing.assert_array_equal(named.voltage_mV, 1e-3 * _made.voltage())
    np.testing.assert_array_equal(named.current_pA, 1e3 * _made.current())
