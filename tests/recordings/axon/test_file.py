"""What the header of an Axon file says, alike for both versions."""

from __future__ import annotations

import numpy as np
import pytest

from abf2_writer import AbfChannel, write_abf2_channels
from pyneuronautofit.recordings import read_recording
from recordings import _made

#: Where the entry of the protocol is in the header.
PROTOCOL = 76


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cell.abf"


def test_early_abf1_whose_samples_look_like_a_telegraph(path):
    _made.write_abf1(path)
    # In the short header these places, telegraph on and its gain, are the data's.
    _made.patch(path, 4512, "<2h", 1, 1)
    _made.patch(path, 4576, "<2f", 5.0, 5.0)
    recording = read_recording(path)
    np.testing.assert_allclose(recording.current_pA[1:], _made.current()[1:], rtol=0, atol=0.04)


def test_step_between_samples_is_not_cut_to_whole_hertz(path):
    write_abf2_channels(
        path,
        [AbfChannel("Vm", "mV", _made.voltage()), AbfChannel("Im", "pA", _made.current())],
        0.03,
    )
    assert read_recording(path).step_ms == pytest.approx(0.03, rel=1e-7)  # 33,333.3 Hz


def test_gap_free_with_both_channels_is_one_sweep(path):
    _made.write_channels(path, ("Vm", "mV"), ("Im", "pA"), commands=[_made.command()])
    _made.patch(path, _made.section(path, PROTOCOL), "<h", 3)
    recording = read_recording(path)
    np.testing.assert_array_equal(recording.current_pA, _made.current().reshape(1, -1))
