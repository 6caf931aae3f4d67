"""Residuals of several recordings are about sweeps that are counted through all of them."""

from __future__ import annotations

import numpy as np

from objectives._made import recording, suite
from pyneuronautofit.objectives.residuals import bind_residuals, joint_residuals

VOLTAGE = np.full((2, 400), -70.0)
VOLTAGE[1, 120:130] = 20.0
VOLTAGE[1, 200:210] = 20.0


def bound(voltage_mV):
    made = suite(voltage_mV, "OV", (100, 300))
    return bind_residuals(made, recording(voltage_mV), np.ones(len(made.markers)))


def test_sweeps_are_counted_through():
    one, two = bound(VOLTAGE), bound(VOLTAGE[::-1])
    found = joint_residuals([one, two])
    n = len(one.coarse)
    assert found.n_sweep == 4
    np.testing.assert_array_equal(found.coarse, [*one.coarse, *two.coarse])
    np.testing.assert_array_equal(found.fine, [*one.fine, *two.fine])
    np.testing.assert_array_equal(found.spike, [*one.spike, *two.spike])
    np.testing.assert_array_equal(found.sweep[:n], one.sweep)
    about = two.sweep >= 0
    np.testing.assert_array_equal(found.sweep[n:][about], two.sweep[about] + 2)
    assert (found.sweep[n:][~about] == -1).all()
