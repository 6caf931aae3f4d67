"""What is hardly a cell's is warned of with its likely cause; what is a cell's is not."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import Recording, read_recording
from pyneuronautofit.recordings.plausible import doubts_about, ranges_of, refuse_absurd
from recordings._shared import shared_file

N_SWEEP, N_SAMPLE, STEP_MS = 5, 4000, 0.05


def arrays():
    """A cell that rests at -68 mV and fires, and its steps of -100 to 300 pA."""
    rng = np.random.default_rng(3)
    current = np.zeros((N_SWEEP, N_SAMPLE))
    current[:, 1000:3000] = np.linspace(-100.0, 300.0, N_SWEEP)[:, None]
    voltage = -68.0 + 0.1 * current + rng.normal(0.0, 0.1, current.shape)
    voltage[3:, 1500::400] = 30.0
    return voltage, current


def made(voltage, current, step_ms=STEP_MS):
    return Recording("cell.abf", voltage, current, step_ms)


def prepared():
    """Recordings that were prepared wrongly, and what the warning has to name."""
    voltage, current = arrays()
    return {
        "V": (made(voltage / 1e3, current), "is it in V?"),
        "uV": (made(voltage * 100, current), "its gain wrong"),
        "nA": (made(voltage, current / 1e3), "is it in nA?"),
        "fA": (made(voltage, current * 1e3), "which no cell stands"),
        "s": (made(voltage, current, STEP_MS / 1e3), "in s?"),
        "swapped": (made(current, voltage), "in each other's place"),
        "transposed": (made(voltage.T.copy(), current.T.copy()), "transposed"),
        "gain of 10": (made(voltage * 10, current), "its gain wrong"),
        "V and nA": (made(voltage / 1e3, current / 1e3), "is it in V?"),
        "an offset": (made(voltage + 65, current), "has the amplifier an offset"),
        "swapped, one sweep": (made(current[2:3], voltage[2:3]), "in each other's place"),
    }


@pytest.mark.parametrize("name", list(prepared()))
def test_wrong_ones_name_their_likely_cause(name):
    recording, cause = prepared()[name]
    assert cause in "; ".join(doubts_about(recording))


def right_ones():
    """Other cells and other amplifiers: offsets, sizes, rates, parts."""
    rng = np.random.default_rng(4)
    voltage, current = arrays()
    for _recording in range(100):
        sweeps = slice(int(rng.integers(0, 2)), int(rng.integers(4, 6)))
        every = int(rng.choice([1, 2, 5]))
        end = int(rng.integers(1200, 4000))
        yield made(
            voltage[sweeps, :end:every] * rng.uniform(0.6, 1.2) + rng.uniform(-15, 15),
            current[sweeps, :end:every] * rng.uniform(0.1, 8.0) + rng.uniform(-50, 50),
            STEP_MS * every * float(rng.choice([0.2, 1.0, 2.0])),
        )


def test_right_ones_are_not_doubted():
    assert [list(doubts_about(recording)) for recording in right_ones()] == [[]] * 100


@pytest.mark.parametrize(
    ("name", "doubts"),
    [
        ("File_axon_5.abf", []),
        ("171116sh_0018.abf", []),
        ("18425108.abf", []),
        # From -104 to 300 mV.
        ("2020_03_02_0000.abf", ["rests at -3.2 mV"]),
    ],
)
def test_real_ones_are_not_doubted_but_for_one_with_an_offset(name, doubts, caplog):
    path = shared_file("data", name)
    with caplog.at_level(logging.INFO):
        recording = read_recording(path)
    said = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert len(said) == len(doubts)
    assert all(doubt in warning for doubt, warning in zip(doubts, said, strict=True))
    assert ranges_of(recording) in caplog.text


def test_what_nobody_has_recorded_is_refused():
    voltage, current = arrays()
    refuse_absurd(made(voltage, current))
    with pytest.raises(RecordingError, match=r"would be 5e-05 ms, .*20 kHz is 0\.05"):
        refuse_absurd(made(voltage, current, 5e-5))
    with pytest.raises(RecordingError, match="would be 200 ms"):
        refuse_absurd(made(voltage, current, 200.0))
    with pytest.raises(RecordingError, match=r"would reach \d+\.?\d* mV, but at most 10000 mV"):
        refuse_absurd(made(voltage * 1e3, current))


def test_reading_warns(tmp_path, caplog):
    voltage, current = arrays()
    np.savez(tmp_path / "cell.npz", voltage=voltage / 1e3, current=current, dt=STEP_MS)
    read_recording(tmp_path / "cell.npz")
    assert "cell.npz: the voltage goes from" in caplog.text
