"""Whether a threshold finds spikes, on traces of which that is known."""

from __future__ import annotations

import numpy as np
import pytest

from objectives._made import recording
from pyneuronautofit.objectives import EvaluationSettings, bind_suite, note_threshold
from pyneuronautofit.objectives.sweeps.mask import Mask
from pyneuronautofit.objectives.thresholds import Crossings, Sweeps, about_threshold, stable_range
from pyneuronautofit.recordings import StimulusWindow, read_recording

STEP_MS = 0.1
REST_MV, PLATEAU_MV = -60.0, -10.0


def trace(*, spikes=(), plateau=None, noise_mV=0.0, seed=0):
    """200 ms at rest, with spikes of 1 ms to +30 mV, or a plateau of 100 ms, and noise."""
    voltage = np.full(2000, REST_MV)
    if plateau is not None:
        # It is reached as slowly as a membrane is charged.
        since_ms = np.arange(1000) * STEP_MS
        voltage[500:1500] += (plateau - REST_MV) * (1 - np.exp(-since_ms / 10))
    for at_ms in spikes:
        at = round(at_ms / STEP_MS)
        voltage[at : at + 11] += (30.0 - REST_MV) * (1 - np.abs(np.linspace(-1, 1, 11)))
    return voltage + np.random.default_rng(seed).normal(0, noise_mV or 1e-9, len(voltage))


def sweeps(*traces):
    return Sweeps(np.stack(traces), STEP_MS)


CLEAN = sweeps(trace(spikes=(50, 90, 130)), trace(spikes=(60, 160), seed=1))
NOISY = sweeps(
    trace(spikes=(10, 20, 30, 170, 180), plateau=PLATEAU_MV, noise_mV=1.0),
    trace(spikes=(15,), seed=1),
)


def test_crossings_are_counted_by_what_they_are_like():
    # One spike; a plateau, which rises slowly and lasts; and one that is there from the beginning.
    voltage = trace(spikes=(10,), plateau=-20.0)
    assert sweeps(voltage).crossings(-21.0) == Crossings(2, 1, 1)
    assert sweeps(voltage).crossings(-70.0) == Crossings(1, 0, 0)
    assert sweeps(voltage).crossings(0.0) == Crossings(1, 1, 1)


@pytest.mark.parametrize("threshold_mV", [-40.0, -10.0, 0.0, 15.0])
def test_nothing_is_said_of_a_clean_recording(threshold_mV):
    assert about_threshold(CLEAN, threshold_mV) == ""


def test_a_plateau_with_noise_at_the_threshold_is_told_and_a_better_one_named():
    here = NOISY.crossings(PLATEAU_MV)
    assert here.n_all > 60
    low, high = stable_range(NOISY)
    assert -8 < low < -4
    assert 27 < high < 30
    assert about_threshold(NOISY, PLATEAU_MV) == (
        f"-t -10: the compared sweeps cross this threshold {here.n_all} times, but "
        f"{_nearest(NOISY, PLATEAU_MV)} mV 6 times; {here.n_all - 6} of the {here.n_all} crossings "
        "rise by less than 10 mV, as noise does. Spikes would be counted that are none, or be "
        f"missed. Thresholds from {low:g} to {high:g} mV all find about 6: give -t "
        f"{round((low + high) / 2)}"
    )


def _nearest(noisy, threshold_mV):
    """The nearest threshold, of those at most 10 mV off, that is crossed the least often."""
    near = sorted(threshold_mV + np.arange(-10, 11), key=lambda each: abs(each - threshold_mV))
    return f"{min(near, key=lambda each: noisy.crossings(float(each)).n_all):g}"


def test_it_is_told_on_both_sides_of_the_plateau():
    """A model whose plateau is a little higher, or lower, is in the noise."""
    assert about_threshold(NOISY, -15.0).startswith("-t -15: the compared sweeps cross")
    assert about_threshold(NOISY, -1.0).startswith("-t -1: the compared sweeps cross")


def test_what_is_advised_is_not_doubted():
    advised = [about_threshold(NOISY, float(each)).rpartition("give -t ")[2] for each in (-12, -9)]
    assert advised[0] == advised[1] != ""
    assert about_threshold(NOISY, float(advised[0])) == ""


def test_a_threshold_above_all_spikes_is_told():
    assert about_threshold(CLEAN, 35.0).startswith(
        "-t 35: the compared sweeps cross this threshold 0 times, but 29 mV 5 times. "
    )


def test_small_crossings_are_told_though_their_number_is_stable():
    waves = -20.0 + 3.0 * np.sign(np.sin(np.arange(4000) / 40))
    said = about_threshold(sweeps(np.concatenate([np.full(400, -23.0), waves])), -20.0)
    assert "rise by less than 10 mV, as noise does" in said


def test_where_no_threshold_is_stable_none_is_named():
    noise = np.random.default_rng(1).normal(-20.0, 8.0, (2, 3000))
    said = about_threshold(Sweeps(noise, STEP_MS), -20.0)
    assert "no threshold is much better: look at the recording" in said
    assert "give -t" not in said


def test_a_plateau_is_no_spike_however_stable_its_number_is():
    """Its one crossing is found by thresholds of a range far wider than that of the spikes."""
    mixed = sweeps(trace(spikes=(10, 20, 30), plateau=15.0, noise_mV=0.5))
    low, high = stable_range(mixed)
    assert low > 15
    assert 27 < high < 30


def test_silence_is_not_doubted():
    assert about_threshold(sweeps(trace()), 0.0) == ""
    assert stable_range(sweeps(trace())) is None


def test_a_recording_in_a_wrong_unit_is_looked_through_in_large_steps():
    wrong = Sweeps(1000.0 * CLEAN.voltage_mV, STEP_MS)
    low, high = stable_range(wrong)
    assert low < 0 < high


@pytest.fixture
def said(caplog):
    return lambda: [record.getMessage() for record in caplog.records]


def noted(modes, mask=None, threshold_mV=PLATEAU_MV):
    made = recording(NOISY.voltage_mV, STEP_MS)
    settings = EvaluationSettings(modes, mask or Mask(), spike_threshold_mV=threshold_mV)
    note_threshold(bind_suite(made, StimulusWindow(500, 1500), settings), made)


@pytest.mark.parametrize("modes", ["O", "VT", "WAM"])
def test_modes_that_look_for_spikes_warn_once(modes, said):
    noted(modes)
    (line,) = said()
    assert line.startswith("-t -10: the compared sweeps cross this threshold ")


def test_modes_that_need_no_threshold_do_not_warn(said):
    noted("VR")
    assert said() == []


def test_only_compared_sweeps_are_looked_at(said):
    noted("OV", Mask(by_mode={"O": [1], "V": [0, 1]}))
    assert said() == []


def test_a_sound_threshold_does_not_warn(said):
    noted("O", threshold_mV=10.0)
    assert said() == []


def test_real_recordings(shared):
    """Two of real cells, of which spikes are clear far from plateaus, and one in a wrong unit."""
    axon = real(shared, "File_axon_5.abf")
    assert [about_threshold(axon, t) for t in (-40.0, -10.0, 0.0, 20.0)] == [""] * 4
    assert about_threshold(axon, -60.0).endswith("all find about 7: give -t -8")
    pyramidal = real(shared, "18711001.abf")
    assert about_threshold(pyramidal, -10.0) == ""
    assert "75 of the 185 crossings rise by less than 10 mV" in about_threshold(pyramidal, -30.0)
    plateaus = real(shared, "2020_03_02_0000.abf")
    for threshold_mV in (-10.0, 0.0, 20.0):
        assert "as noise does" in about_threshold(plateaus, threshold_mV)


def real(shared, name):
    found = read_recording(shared / "data" / name)
    return Sweeps(found.voltage_mV, found.step_ms)
