"""Sweeps of matrices."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.recordings.selection import raw_of_matrices


def test_rows_of_matrices_are_sweeps():
    voltage, current = np.arange(6.0).reshape(2, 3).copy(), np.ones((2, 3))
    found = raw_of_matrices("a", voltage, current, 0.1, -current, channels="both")
    assert [sweep.number for sweep in found.sweeps] == [0, 1]
    assert found.sweeps[1].voltage_mV.base is voltage
    assert found.sweeps[1].command_pA.tolist() == [-1.0, -1.0, -1.0]
    assert (found.channels, found.current_is_command) == ("both", False)
    assert raw_of_matrices("a", voltage, current, 0.1).sweeps[0].command_pA is None
