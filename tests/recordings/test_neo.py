"""Formats that neo reads, by a file of WinWCP that is written here."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import ChannelChoice, is_recording, read_recording
from recordings import _made

pytest.importorskip("neo")


def test_records_are_sweeps(tmp_path):
    path = tmp_path / "cell.wcp"
    _made.write_wcp(path)
    recording = read_recording(path)
    assert recording.voltage_mV.shape == _made.voltage().shape
    assert "voltage from channel 0 'Vm' in mV, current from channel 1 'Im' in pA" in (
        recording.channels
    )
    assert is_recording(path)


@pytest.mark.parametrize(
    ("units", "said"),
    [(("V?", "pA"), "a channel in mV is needed"), (("mV", "mV"), "a channel in pA is needed")],
)
def test_units_that_are_lacking(tmp_path, units, said):
    path = tmp_path / "cell.wcp"
    _made.write_wcp(path, units)
    with pytest.raises(RecordingError, match=said):
        read_recording(path)


def test_a_unit_that_is_said(tmp_path):
    path = tmp_path / "cell.wcp"
    _made.write_wcp(path, ("mV", "mV"))
    assert read_recording(path, ChannelChoice(0, "1:pA")).n_sweep == _made.N_SWEEP


def test_a_file_that_is_damaged(tmp_path):
    path = tmp_path / "cell.wcp"
    path.write_bytes(b"VER=8\r\nNC=")
    with pytest.raises(RecordingError, match="neo cannot read this file"):
        read_recording(path)
