"""Reading as the command does, with the choices as values."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.library.reading import read_recording
from pyneuronautofit.recordings import write_npz


def test_some_sweeps(recording, tmp_path):
    write_npz(tmp_path / "a.npz", recording)
    assert read_recording(tmp_path / "a.npz").numbers == (0, 1, 2, 3)
    some = read_recording(tmp_path / "a.npz", sweeps=[1, 3])
    assert some.numbers == (1, 3)
    np.testing.assert_array_equal(some.voltage_mV, recording.voltage_mV[[1, 3]])
    assert read_recording(tmp_path / "a.npz", sweeps="2:4").numbers == (2, 3)
    with pytest.raises(UsageError, match="9"):
        read_recording(tmp_path / "a.npz", sweeps=[9])


def test_numbers_of_sweeps_survive_writing(recording, tmp_path):
    write_npz(tmp_path / "a.npz", recording)
    some = read_recording(tmp_path / "a.npz", sweeps=[1, 3])
    write_npz(tmp_path / "b.npz", some)
    again = read_recording(tmp_path / "b.npz")
    assert again.numbers == (1, 3)
    np.testing.assert_array_equal(again.current_pA, some.current_pA)
