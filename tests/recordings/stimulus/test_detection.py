"""The stimulus is found in protocols as labs use them, and refused where no window describes it."""

from __future__ import annotations

import importlib.util
import logging

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import (
    ChannelChoice,
    StimulusWindow,
    detect_stimulus,
    read_recording,
)
from recordings._shared import shared_file
from recordings.stimulus.protocols import drawn

STEP_MS = 0.1


def detect(current, name="cell.abf", *, is_command=False):
    return detect_stimulus(current, STEP_MS, name, is_command=is_command)


def _steps(n_sample, first, last, levels, base=0.0):
    current = np.full((len(levels), n_sample), float(base))
    current[:, first : last + 1] += np.asarray(levels, dtype=float)[:, None]
    return current


@st.composite
def _families(draw):
    n_sample = draw(st.integers(200, 3000))
    first = draw(st.integers(int(0.02 * n_sample) + 1, int(0.8 * n_sample)))
    last = draw(st.integers(first, int(0.97 * n_sample) - 1))
    levels = draw(st.lists(st.floats(5, 500) | st.floats(-500, -5), min_size=1, max_size=6))
    return n_sample, first, last, levels, draw(st.floats(-200, 200))


@given(_families())
def test_finds_a_commanded_step(family):
    n_sample, first, last, levels, base = family
    current = _steps(n_sample, first, last, [*levels, 0.0], base)
    assert detect(current, is_command=True) == StimulusWindow(first, last)


# Noise of less than a millisecond, 6 ms behind the end, was once taken for it.
@example((200, 5, 5, [5.0], 0.0), 15371)
@given(_families(), st.integers(0, 2**32 - 1))
def test_finds_a_recorded_step(family, seed):
    _n_sample, _first, _last, levels, base = family
    current = _steps(4000, 1500, 2499, [*levels, 0.0], base)
    largest = np.abs(np.diff(np.unique([*levels, 0.0]))).max()
    noise = np.random.default_rng(seed).normal(0.0, largest / 16, size=current.shape)
    window = detect(current + noise)
    assert abs(window.first - 1500) <= 20
    assert abs(window.last - 2499) <= 20


CASES = [
    ("less than half", _steps(1000, 300, 599, [50]), (300, 599)),
    ("exactly half", _steps(1000, 300, 799, [50]), (300, 799)),
    ("exactly half, odd numbers", _steps(1000, 300, 799, [0.1 / 3], base=0.7), (300, 799)),
    ("more than half", _steps(1000, 200, 899, [-50]), (200, 899)),
    ("from sample 1", _steps(1000, 1, 700, [50]), (1, 700)),
    ("to the end", _steps(1000, 300, 999, [50]), (300, 999)),
    ("one sample", _steps(1000, 500, 500, [50]), (500, 500)),
    ("some sweeps without", _steps(1000, 300, 599, [0, 0, 0, 25]), (300, 599)),
]


@pytest.mark.parametrize(
    ("current", "window"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_window(current, window, caplog):
    assert detect(current, is_command=True) == StimulusWindow(*window)
    assert not caplog.records


@pytest.mark.parametrize("level", [0.0, 0.1, -1 / 3, 1e-12, 1e9])
@pytest.mark.parametrize("n_sample", [7, 1000, 20000, 59999])
def test_constant_current_is_no_stimulus(level, n_sample):
    with pytest.raises(
        RecordingError, match=r"cell\.abf: a stimulus was expected.*3 sweeps.*--cur"
    ):
        detect(np.full((3, n_sample), level))


def test_windows_that_differ_are_refused_with_their_list():
    current = np.concatenate(
        [
            _steps(3000, 300, 599, [10, 20]),
            _steps(3000, 400, 499, [10, 20, 30]),
            np.zeros((1, 3000)),
        ]
    )
    with pytest.raises(RecordingError) as refused:
        detect(current)
    assert (
        "cell.abf: one window has to describe the stimulus of all sweeps, but theirs differ: "
        "samples 400..499 (40 to 50 ms) in sweeps 2-4; samples 300..599 (30 to 60 ms) in sweeps 0-1"
    ) in str(refused.value)
    assert "--stimulus START STOP" in str(refused.value)


def test_many_windows_are_not_all_listed():
    current = np.concatenate([_steps(6000, 300 + 50 * k, 599, [10]) for k in range(6)])
    current = np.concatenate(
        [current, _steps(6000, 300, 2000, [10]), _steps(6000, 300, 3000, [10])]
    )
    with pytest.raises(RecordingError, match="2 more"):
        detect(current)


def test_noise_alone_is_no_stimulus():
    noise = np.random.default_rng(1).normal(size=(4, 20_000))
    with pytest.raises(RecordingError, match="nothing but noise in the 4 sweeps"):
        detect(noise)
    with pytest.raises(RecordingError, match="nothing but noise in the 1 sweeps"):
        detect(noise[:1])


def test_what_the_original_would_take_is_said_where_it_is_something_else(caplog):
    current = _steps(20_000, 8000, 11_999, [-50, 50, 100])
    current[:, 1000:2000] -= 30.0  # a test pulse
    assert detect(current, is_command=True) == StimulusWindow(8000, 11_999)
    assert (
        "cell.abf: the stimulus is taken to be samples 8000..11999 (800 to 1200 ms), where the "
        "sweeps differ from each other; the rule of the original program would take samples "
        "1000..11999 (100 to 1200 ms)"
    ) in caplog.text


def test_an_original_that_takes_noise_for_a_stimulus_is_not_worth_a_word(caplog):
    current = _steps(20_000, 2000, 17_999, [-50, 50, 100])
    noise = np.random.default_rng(2).normal(0, 3, current.shape)
    window = detect(current + noise)
    assert abs(window.first - 2000) <= 20
    assert abs(window.last - 17_999) <= 20
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_where_nothing_is_the_same_in_all_sweeps_the_original_rule_is_taken(caplog):
    current = _steps(2000, 500, 999, [100, 200, 300]) + np.array([[0.0], [5.0], [-5.0]])
    assert detect(current, is_command=True) == StimulusWindow(500, 999)
    assert "the sweeps differ from each other all over" in caplog.text


@pytest.mark.parametrize("seed", range(40))
def test_protocols_of_all_kinds(seed):
    protocol = drawn(seed)
    window = detect_stimulus(
        protocol.current_pA, protocol.step_ms, protocol.name, is_command=protocol.is_command
    )
    assert window.times_ms(protocol.step_ms) == pytest.approx(protocol.window_ms, abs=2.0)


def test_protocols_that_went_wrong():
    spec = importlib.util.spec_from_file_location("cases", shared_file("cases", "stimulus.py"))
    cases = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cases)
    n_case = 0
    for name, current, step_ms, wanted_ms, _holding, is_command in cases.cases():
        n_case += 1
        if wanted_ms is None:
            with pytest.raises(RecordingError):
                detect_stimulus(current, step_ms, name, is_command=is_command)
            continue
        window = detect_stimulus(current, step_ms, name, is_command=is_command)
        assert window.times_ms(step_ms) == pytest.approx(wanted_ms, abs=2.0), name
    assert n_case == 20


@pytest.mark.parametrize(
    ("file", "first", "last"),
    [
        ("File_axon_5.abf", 4312, 14_311),
        ("2020_03_02_0000.abf", 1314, 6313),
        # A pre-pulse that is the same in all sweeps comes before it.
        ("18711001.abf", 16_468, 26_467),
    ],
)
def test_real_recordings(file, first, last):
    recording = read_recording(shared_file("data", file), ChannelChoice())
    window = detect_stimulus(
        recording.current_pA, recording.step_ms, is_command=recording.current_is_command
    )
    assert window == StimulusWindow(first, last)


def test_real_recording_with_two_steps():
    recording = read_recording(shared_file("data", "171116sh_0018.abf"))
    with pytest.raises(RecordingError, match=r"1146\.85 to 1646\.85 ms\) in sweep"):
        detect_stimulus(recording.current_pA, recording.step_ms, is_command=True)
