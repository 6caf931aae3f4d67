"""The command waveform of an Axon file is that of its protocol."""

from __future__ import annotations

import numpy as np
import pyabf.abfWriter
import pytest

from pyneuronautofit.recordings import ChannelChoice, read_recording
from recordings import _made

#: Where the entry of the waveforms is in the header.
WAVEFORM = 156


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cell.abf"


def test_command_only(path):
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command()])
    recording = read_recording(path)
    np.testing.assert_array_equal(recording.current_pA, _made.current())
    assert recording.current_is_command
    assert "current from the command waveform 0 'Cmd 0' in pA" in recording.channels


def test_command_in_nA(path):
    _made.write_channels(path, ("Vm", "mV"), commands=[_made.command(-0.1, 0.05, unit="nA")])
    np.testing.assert_allclose(read_recording(path).current_pA, _made.current(), atol=1e-5)


def _early_header_to_late(path):
    """Give an ABF 1 file the long header, with steps in its table of epochs."""
    content = path.read_bytes()
    path.write_bytes(content[:2048] + bytes(6144 - 2048) + content[2048:])
    _made.patch(path, 40, "<i", 12)  # first block of the data
    _made.patch(path, 1306, "<10s", b"Cmd 0     ")
    _made.patch(path, 1346, "<8s", b"nA      ")
    _made.patch(path, 2296, "<h", 1)  # the waveform is on ..
    _made.patch(path, 2300, "<h", 1)  # .. and from epochs
    _made.patch(path, 2308, "<2h", 1, 1)
    _made.patch(path, 2348, "<2f", 0.0, -0.1)
    _made.patch(path, 2428, "<2f", 0.0, 0.05)
    _made.patch(path, 2508, "<2i", _made.FIRST - _made.HOLDING, _made.LAST + 1 - _made.FIRST)


def test_abf1_with_a_command(path):
    pyabf.abfWriter.writeABF1(_made.voltage(), str(path), 1e4, units="mV")
    _early_header_to_late(path)
    recording = read_recording(path)
    np.testing.assert_allclose(recording.current_pA, _made.current(), atol=1e-5)
    assert recording.current_is_command


def test_second_cell_takes_the_second_command(path):
    first = _made.command()
    second = _made.command(-40.0, 20.0, name="Cmd B")
    _made.write_channels(path, ("V1", "mV"), ("V2", "mV"), commands=[first, second])
    np.testing.assert_array_equal(read_recording(path).current_pA, _made.current())
    recording = read_recording(path, ChannelChoice(voltage=1))
    np.testing.assert_allclose(recording.current_pA, 0.4 * _made.current())
    assert "command waveform 1 'Cmd B'" in recording.channels


def test_command_can_be_asked_for_by_its_name(path):
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA", 0.5), commands=[_made.command()])
    recording = read_recording(path, ChannelChoice(current="cmd 0"))
    np.testing.assert_array_equal(recording.current_pA, _made.current())
    assert recording.current_is_command


def test_recorded_current_needs_no_command_that_can_be_rebuilt(path):
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA"), commands=[_made.command()])
    _made.patch(path, _made.section(path, WAVEFORM) + 48 + 14, "<i", 10**6)
    assert read_recording(path).channels.endswith("current from channel 1 'Im' in pA")
