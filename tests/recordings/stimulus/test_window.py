"""The window of the stimulus as the user gives it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.errors import UsageError
from pyneuronautofit.recordings import StimulusWindow, stimulus_from_times


def test_times_and_words():
    window = StimulusWindow(1000, 3199)
    assert window.times_ms(0.1) == (100.0, 320.0)
    assert window.spelt(0.1) == "samples 1000..3199 (100 to 320 ms)"


@given(
    first=st.integers(100, 50000),  # what is nearer to the begin may be in seconds
    length=st.integers(1, 50000),
    step=st.sampled_from([0.01, 0.02, 0.025, 0.05, 0.1, 1 / 3, 0.5]),
)
def test_times_of_samples_give_these_samples(first, length, step):
    window = stimulus_from_times(first * step, (first + length) * step, step, 100_000)
    assert window == StimulusWindow(first, first + length - 1)


@given(st.integers(50, 9_999), st.integers(1, 10_000))
def test_times_written_with_one_decimal(first, length):
    # As a user types them: 0.05 divides none of these numbers exactly.
    start, stop = float(f"{first / 10:.1f}"), float(f"{(first + length) / 10:.1f}")
    window = stimulus_from_times(start, stop, 0.05, 100_000)
    assert window == StimulusWindow(2 * first, 2 * (first + length) - 1)


@pytest.mark.parametrize(
    ("start", "stop", "match"),
    [
        (5.0, 5.0, "must start before it stops"),
        (6.0, 5.0, "--stimulus 6 5: .*must start before"),
        (float("nan"), 5.0, "must start before"),
        (0.0, float("inf"), "must start before"),
        (-0.1, 5.0, "within the sweep, which lasts from 0 to 50 ms"),
        (5.0, 50.1, "within the sweep, which lasts from 0 to 50 ms"),
        (60.0, 70.0, "within the sweep"),
        (0.0, 1.7e308, "within the sweep"),
        (1.6e308, 1.7e308, "within the sweep"),
        (-1.7e308, 1.7e308, "within the sweep"),
        (5.01, 5.02, "no sample lies between"),
    ],
)
def test_impossible_times(start, stop, match):
    with pytest.raises(UsageError, match=match):
        stimulus_from_times(start, stop, 0.1, 500)


def test_whole_sweep_by_times():
    assert stimulus_from_times(0.0, 50.0, 0.1, 500) == StimulusWindow(0, 499)


def test_seconds_are_told_from_milliseconds():
    with pytest.raises(UsageError, match=r"look like seconds .* ms: --stimulus 215\.6 715\.6"):
        stimulus_from_times(0.2156, 0.7156, 0.05, 20_000)
    # Pulses that are as short, and sweeps in which seconds would lie behind the end.
    assert stimulus_from_times(100.0, 100.5, 0.05, 20_000) == StimulusWindow(2000, 2009)
    assert stimulus_from_times(0.2, 0.7, 0.05, 10_000) == StimulusWindow(4, 13)
