"""Traces with fewer samples that look the same."""

from __future__ import annotations

import base64

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.report.findings.thinning import STEP_MV, thin


def noisy(n_trace, n_sweep, n_sample):
    return np.random.default_rng(0).normal(-60, 5, (n_trace, n_sweep, n_sample))


def test_what_fits_is_left_alone():
    voltage = noisy(2, 3, 100)
    thinned = thin(voltage, 600)
    assert thinned.n_bin == 0
    assert (thinned.voltage_mV == voltage).all()


def test_a_spike_of_one_sample_stays():
    voltage = np.full((1, 1, 100_000), -70.0)
    voltage[0, 0, 54_321] = 30.0
    thinned = thin(voltage, 2_000)
    assert thinned.voltage_mV.max() == 30.0
    place = int(thinned.voltage_mV[0, 0].argmax())
    assert abs(place / 2 * thinned.n_bin - 54_321) <= thinned.n_bin


@given(st.integers(501, 5_000), st.integers(1, 3), st.integers(1, 4))
def test_extremes_and_their_order_stay_and_there_are_not_too_many(n_sample, n_trace, n_sweep):
    voltage = noisy(n_trace, n_sweep, n_sample)
    thinned = thin(voltage, 500 * n_trace * n_sweep)
    assert thinned.n_bin > 0
    assert thinned.voltage_mV.shape[-1] <= 502
    for bin_ in range(thinned.voltage_mV.shape[-1] // 2):
        part = voltage[..., bin_ * thinned.n_bin : (bin_ + 1) * thinned.n_bin]
        pair = thinned.voltage_mV[..., 2 * bin_ : 2 * bin_ + 2]
        assert (pair.min(axis=-1) == part.min(axis=-1)).all()
        assert (pair.max(axis=-1) == part.max(axis=-1)).all()
        rising = part.argmin(axis=-1) <= part.argmax(axis=-1)
        assert (rising == (pair[..., 0] <= pair[..., 1])).all()


def test_the_text_is_the_voltage_to_half_a_step():
    voltage = noisy(1, 2, 40)
    voltage[0, 0, 0] = 1e6
    raw = np.frombuffer(base64.b64decode(thin(voltage, 1000).text), "<i2")
    read = raw.reshape(voltage.shape) * STEP_MV
    assert np.abs(read - voltage)[0].ravel()[1:].max() <= STEP_MV / 2 + 1e-9
    assert read[0, 0, 0] == 327.67
