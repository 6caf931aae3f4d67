"""What is logged when a recording is read."""

from __future__ import annotations

import logging

import numpy as np

from pyneuronautofit.recordings import SweepChoice, read_recording, read_sweeps

from . import _made


def test_what_was_taken_is_said(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    path = tmp_path / "cell.npz"
    _made.write_npz(path)
    chosen = read_sweeps(path, sweeps=SweepChoice("0,2"))
    assert chosen.recording.numbers == (0, 2)
    assert "cell.npz: 2 sweeps of 1280 samples, 0.1 ms apart; voltage " in caplog.text
    assert read_recording(path).n_sweep == _made.N_SWEEP
    assert not [each for each in caplog.records if each.levelno > logging.INFO]


def test_what_is_hardly_a_cells_is_warned_of(tmp_path, caplog):
    path = tmp_path / "cell.npz"
    volts = _made.voltage() / 1000
    np.savez(path, voltage=volts, current=_made.current(), dt=_made.STEP_MS)
    read_recording(str(path))
    (warning,) = [each.getMessage() for each in caplog.records if each.levelno > logging.INFO]
    assert warning.startswith("cell.npz: the voltage goes from ")
    assert "is it in V?" in warning
