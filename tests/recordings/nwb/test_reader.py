import logging

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError, UsageError
from pyneuronautofit.recordings import ChannelChoice, SweepChoice, read_recording, read_sweeps
from recordings import _made
from recordings.nwb import _mixed

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
        (
            {"jitter": 0.3},
            "no sweep can be used. .*time stamps of 'v0_0' are 0.07 to 0.13 ms apart",
        ),
        ({"rates": (1e4, 2e4)}, "its stimulus has 20000 samples a second, its response 10000"),
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
    with pytest.raises(RecordingError, match="this is another HDF5 file; it has data"):
        read_recording(path)


def test_an_nwb_1_file(path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        file["nwb_version"] = "NWB-1.0.6"
        file.create_group("epochs")
    with pytest.raises(RecordingError, match="this is an NWB 1 file"):
        read_recording(path)


def test_a_sweep_of_another_length_is_left_out(path, caplog):
    _made.write_nwb(path, lengths=(1280, 1280, 900))
    recording = read_recording(path)
    assert recording.numbers == (7, 8)
    assert "9: it lasts 90 ms, not 128" in caplog.text


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    return _mixed.write_mixed(tmp_path_factory.mktemp("nwb") / "mixed.nwb")


def test_of_several_protocols_the_most_frequent_is_taken(mixed, caplog):
    found = read_sweeps(mixed)
    assert found.recording.numbers == tuple(range(2, 12))
    assert set(found.stimuli) == {"Long Square"}
    reasons = {each.sweep.number: each.reason for each in found.left_out}
    assert reasons[0] == reasons[1] == "voltage clamp"
    assert reasons[12] == "its stimulus is 'Short Square', not 'Long Square'"
    assert reasons[15] == "its stimulus is 'Ramp', not 'Long Square'"
    assert reasons[17] == "it lasts 90 ms, not 200"
    assert reasons[18] == "its samples are 0.05 ms apart, not 0.1"
    assert reasons[19] == "it has no stimulus"
    assert "10 of 20 sweeps are left out. 0-1: voltage clamp; 12-14: its stimulus" in caplog.text
    np.testing.assert_allclose(found.recording.current_pA[1], _mixed.square(-20.0), atol=1e-9)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("Short Square", (12, 13, 14)), ("ramp", (15, 16)), ("3:7,10", (3, 4, 5, 6, 10))],
)
def test_a_protocol_is_chosen_by_its_name(mixed, text, numbers):
    assert read_sweeps(mixed, sweeps=SweepChoice(text)).recording.numbers == numbers


def test_an_electrode_for_every_sweep(path):
    file, device = _mixed.opened()
    for number in range(3):
        tip = file.create_icephys_electrode(name=f"tip{number}", device=device, description="-")
        both = _mixed.series(
            number, tip, _mixed.square(10.0 * number), stimulus="N/A", start_s=9.0 * number
        )
        file.add_acquisition(both[0])
        file.add_stimulus(both[1])
    recording = read_recording(_mixed.written(file, path))
    assert recording.numbers == (0, 1, 2)
    assert "3 electrodes, one for every sweep" in recording.channels
    assert read_recording(path, ChannelChoice(voltage="tip1")).numbers == (1,)
