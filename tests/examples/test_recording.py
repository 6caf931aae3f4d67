"""The shipped recording is what the script says, and looks like a thalamocortical cell."""

from __future__ import annotations

import logging

import numpy as np
import pyabf
import pytest

from pyneuronautofit.recordings import detect_stimulus, holding_current

from .conftest import DATA

ABF = DATA / "TC-example.abf"
N_BEFORE, N_WITHIN, N_AFTER = (
    [0] * 9,
    [0, 0, 0, 0, 0, 7, 13, 18, 22],
    [6, 4, 0, 0, 0, 0, 0, 0, 0],
)


def spike_samples(trace_mV, threshold_mV):
    above = trace_mV > threshold_mV
    return np.flatnonzero(above[1:] & ~above[:-1]) + 1


def test_is_small():
    assert ABF.stat().st_size < 400_000


def test_has_the_shape_and_the_channels_of_the_script(recording, script):
    assert recording.voltage_mV.shape == (script.N_SWEEP, script.N_SAMPLE) == (9, 6000)
    assert recording.step_ms == script.STEP_MS == 0.1
    assert not recording.current_is_command
    file = pyabf.ABF(str(ABF))
    assert file.adcUnits == ["mV", "pA"]


def test_the_protocol_holds_the_command_that_was_played(script):
    file = pyabf.ABF(str(ABF))
    played = script.command_pA()
    for sweep in file.sweepList:
        file.setSweep(sweep, channel=0)
        np.testing.assert_array_equal(file.sweepC, played[sweep])


def test_the_current_channel_is_the_command_with_noise(recording, script):
    noise = recording.current_pA - script.command_pA()
    np.testing.assert_allclose(noise.std(axis=1), script.WHITE_PA, rtol=0.05)
    np.testing.assert_allclose(noise.mean(axis=1), 0.0, atol=0.05)


def test_the_stimulus_is_found_in_every_sweep_without_a_warning(recording, script, caplog):
    with caplog.at_level(logging.INFO):
        assert detect_stimulus(recording.current_pA, recording.step_ms) == script.WINDOW
        for sweep in range(recording.n_sweep):
            assert (
                detect_stimulus(recording.current_pA[[sweep]], recording.step_ms) == script.WINDOW
            )
    assert not caplog.records


def test_all_sweeps_share_one_transient(recording, script):
    np.testing.assert_array_equal(holding_current(recording, script.WINDOW), 0.0)


@pytest.mark.parametrize("threshold_mV", [-10.0, 0.0])
def test_spikes_are_on_the_right_sweeps(recording, script, threshold_mV):
    first, last = script.WINDOW.first, script.WINDOW.last
    spikes = [spike_samples(trace, threshold_mV) for trace in recording.voltage_mV]
    assert [int((s < first).sum()) for s in spikes] == N_BEFORE
    assert [int(((s >= first) & (s <= last)).sum()) for s in spikes] == N_WITHIN
    assert [int((s > last).sum()) for s in spikes] == N_AFTER
    # No spike is so near to the end of the step that another time step would move it across.
    assert all(np.abs(s - last).min(initial=10_000) > 50 for s in spikes)


def test_rests_like_a_thalamocortical_cell(recording, script):
    before = recording.voltage_mV[:, : script.WINDOW.first]
    assert -70.0 < before.mean() < -62.0
    assert before.std(axis=1).max() < 0.5


def test_has_a_plausible_input_resistance_and_time_constant(recording, script):
    first, last = script.WINDOW.first, script.WINDOW.last
    # Sweeps 2 and 3 are the two smallest steps, 70 pA apart and free of spikes.
    apart_mV = recording.voltage_mV[3] - recording.voltage_mV[2]
    steady_mV = apart_mV[last - 499 : last + 1].mean()
    assert 100.0 < steady_mV / script.INCREMENT_PA * 1e3 < 300.0
    charged = np.convolve(apart_mV, np.ones(11) / 11, "same")[first:] > (1 - np.exp(-1)) * steady_mV
    assert 10.0 < charged.argmax() * recording.step_ms < 30.0


def test_sags_under_the_strongest_hyperpolarising_step(recording, script):
    within = recording.voltage_mV[0, script.WINDOW.first : script.WINDOW.last + 1]
    assert within[-100:].mean() - within.min() > 5.0


def test_rebound_spikes_come_as_a_burst_on_a_slow_wave(recording, script):
    trace_mV = recording.voltage_mV[0]
    burst = spike_samples(trace_mV, -10.0)
    intervals_ms = np.diff(burst) * recording.step_ms
    assert intervals_ms.max() < 10.0
    assert (burst[0] - script.WINDOW.last) * recording.step_ms < 60.0
    # Within the burst the cell stays depolarised; after it, it falls below rest.
    assert trace_mV[burst[0] : burst[-1]].min() > -55.0
    assert trace_mV[burst[-1] :].min() < trace_mV[: script.WINDOW.first].mean() - 5.0
