import logging

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError, UsageError
from pyneuronautofit.recordings import ChannelChoice, read_recording

from . import _made

pytest.importorskip("pynwb")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cell.nwb"


@pytest.mark.parametrize("pairing", ["number", "table", "name", "order"])
def test_stimuli_find_their_responses(path, pairing):
    _made.write_nwb(path, pairing=pairing)
    recording = read_recording(path)
    np.testing.assert_allclose(recording.current_pA, _made.current(), rtol=0, atol=1e-9)
    np.testing.assert_allclose(recording.voltage_mV, _made.voltage(), rtol=0, atol=1e-9)
    assert recording.current_is_command
    assert "voltage of electrode 'tip', current of electrode 'tip'" in recording.channels


def test_time_stamps_instead_of_a_rate(path):
    _made.write_nwb(path, jitter=0.0)
    assert read_recording(path).step_ms == pytest.approx(_made.STEP_MS, rel=1e-9)


def test_one_of_several_electrodes(path):
    _made.write_nwb(path, electrodes=("left", "right"))
    first = read_recording(path)
    assert "--voltage-channel would take channel 1 'right'" in first.channels
    second = read_recording(path, ChannelChoice(voltage="right"))
    np.testing.assert_allclose(second.voltage_mV, _made.voltage() + 1, rtol=0, atol=1e-9)
    with pytest.raises(UsageError, match=r"--voltage-channel rigt: .*Did you mean right\?"):
        read_recording(path, ChannelChoice(voltage="rigt"))


def test_bias_current_is_mentioned(path, caplog):
    caplog.set_level(logging.WARNING)
    _made.write_nwb(path, bias_current=-20e-12)
    read_recording(path)
    assert "a bias current of -20 pA, which is not added" in caplog.text


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"kind": "VoltageClampSeries"}, "this file is voltage clamp; .*VoltageClampSeries"),
        ({"kind": "IZeroClampSeries"}, "its acquisition has IZeroClampSeries"),
        ({"stimuli": 0}, "no stimulus series"),
        ({"stimuli": 3, "pairing": "order"}, "4 responses and 3 stimuli without common sweep"),
        ({"jitter": 0.3}, "evenly spaced, but the time stamps of 'v0_0' are 0.07 to 0.13 ms apart"),
        ({"lengths": (1280, 1280, 900)}, "same length.*900 samples.*1280"),
        ({"rates": (1e4, 2e4)}, "same sampling rate.*20000 Hz.*10000 Hz"),
    ],
)
def test_refused(path, settings, match):
    _made.write_nwb(path, **settings)
    with pytest.raises(RecordingError, match=match):
        read_recording(path)


def test_another_hdf5_file(path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        file["data"] = np.zeros(3)
    with pytest.raises(RecordingError, match="an NWB file was expected, but pynwb cannot read it"):
        read_recording(path)
