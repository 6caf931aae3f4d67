"""What is added to a recording."""

from __future__ import annotations

import logging

import numpy as np

from pyneuronautofit.recordings import Recording, corrected

MADE = Recording(
    "cell.abf", np.full((2, 3), -60.0), np.zeros((2, 3)), 0.1,
    command_pA=np.ones((2, 3)), numbers=(4, 7),
)  # fmt: skip


def test_voltage_and_currents_are_shifted(caplog):
    caplog.set_level(logging.INFO)
    found = corrected(MADE, -11.5, 20.0)
    assert (found.voltage_mV == -71.5).all()
    assert (found.current_pA == 20.0).all()
    assert (found.command_pA == 21.0).all()
    assert (found.numbers, found.name) == ((4, 7), "cell.abf")
    assert "corrected by -11.5 mV (--voltage-offset) and 20 pA (--add-current)" in caplog.text


def test_nothing_to_correct():
    assert corrected(MADE, 0.0, 0.0) is MADE
