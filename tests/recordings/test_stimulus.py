import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.errors import RecordingError, UsageError
from pyneuronautofit.recordings import (
    StimulusWindow,
    detect_stimulus,
    read_recording,
    stimulus_from_times,
)

from ._shared import shared_file


def _steps(n_sample, first, last, levels, base=0.0):
    current = np.full((len(levels), n_sample), float(base))
    current[:, first : last + 1] += np.asarray(levels, dtype=float)[:, None]
    return current


@st.composite
def _families(draw):
    n_sample = draw(st.integers(200, 3000))
    first = draw(st.integers(int(0.02 * n_sample) + 1, int(0.8 * n_sample)))
    last = draw(st.integers(first, int(0.97 * n_sample) - 1))
    levels = draw(
        st.lists(st.floats(-500, 500).filter(lambda level: abs(level) > 5), min_size=1, max_size=6)
    )
    return n_sample, first, last, levels, draw(st.floats(-200, 200))


@given(_families())
def test_finds_a_commanded_step(family):
    n_sample, first, last, levels, base = family
    current = _steps(n_sample, first, last, [*levels, 0.0], base)
    assert detect_stimulus(current) == StimulusWindow(first, last)


@given(_families(), st.integers(0, 2**32 - 1))
def test_finds_a_recorded_step(family, seed):
    n_sample, first, _, levels, base = family
    # Noise must stay below the distance of the baseline and of the step to the threshold: with a
    # part f of the sweep in the step these are sqrt(f (1-f)) - f and 1 - f - sqrt(f (1-f)).
    last = min(first + n_sample // 4, int(0.97 * n_sample) - 1)
    part = (last + 1 - first) / n_sample
    spread = np.sqrt(part * (1 - part))
    room = min(spread - part, 1 - part - spread) * min(map(abs, levels))
    current = _steps(n_sample, first, last, levels, base)
    noise = np.random.default_rng(seed).uniform(-1, 1, size=current.shape)
    assert detect_stimulus(current + 0.45 * room * noise) == StimulusWindow(first, last)


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
    assert detect_stimulus(current) == StimulusWindow(*window)
    assert not caplog.records


def test_small_differences_from_the_first_sample_are_not_stimulus():
    current = _steps(1000, 200, 899, [100.0])
    current[0, 100:950] += 4.9  # below 5 % of the largest difference, 104.9
    assert detect_stimulus(current) == StimulusWindow(200, 899)
    current[0, 100:950] += 1.0  # above it
    assert detect_stimulus(current) == StimulusWindow(100, 949)


@pytest.mark.parametrize("level", [0.0, 0.1, -1 / 3, 1e-12, 1e9])
@pytest.mark.parametrize("n_sample", [7, 1000, 20000, 59999])
def test_constant_current_is_no_stimulus(level, n_sample):
    with pytest.raises(
        RecordingError, match=r"cell\.abf: a stimulus was expected.*3 sweeps.*--cur"
    ):
        detect_stimulus(np.full((3, n_sample), level), "cell.abf")


def test_most_common_window_wins_and_the_others_are_named(caplog):
    current = np.concatenate(
        [
            _steps(1000, 300, 599, [10, 20]),
            _steps(1000, 400, 499, [10, 20, 30]),
            np.zeros((1, 1000)),
        ]
    )
    assert detect_stimulus(current, "cell.abf", 0.5) == StimulusWindow(400, 499)
    assert (
        "cell.abf: the sweeps disagree about the stimulus: samples 400..499 (200 to 250 ms) in "
        "sweeps 2-4; samples 300..599 (150 to 300 ms) in sweeps 0-1." in caplog.text
    )
    assert "--stimulus START STOP" in caplog.text


def test_of_equally_common_windows_the_wider_wins(caplog):
    narrow, wide = _steps(1000, 400, 499, [10]), _steps(1000, 300, 499, [10])
    assert detect_stimulus(np.concatenate([narrow, wide])) == StimulusWindow(300, 499)
    assert "in sweep 1; samples 400..499 in sweep 0" in caplog.text


def test_many_windows_are_not_all_listed(caplog):
    current = np.concatenate([_steps(1000, 300 + k, 599, [10]) for k in range(9)])
    assert detect_stimulus(current) == StimulusWindow(300, 599)
    assert "3 more" in caplog.text


def test_noise_without_a_step_is_warned_of(caplog):
    noise = np.random.default_rng(1).normal(size=(1, 2000))
    detect_stimulus(noise, "cell.abf")
    assert "nearly the whole sweep" in caplog.text


def test_real_recording_with_a_step_of_half_the_sweep(caplog):
    recording = read_recording(shared_file("data", "File_axon_5.abf"))
    assert detect_stimulus(recording.current_pA) == StimulusWindow(4312, 14311)
    assert not caplog.records


def test_real_recording_with_two_steps(caplog):
    recording = read_recording(shared_file("data", "171116sh_0018.abf"))
    window = detect_stimulus(recording.current_pA, recording.name, recording.step_ms)
    assert window == StimulusWindow(2937, 42936)
    assert "22937..32936 (1146.85 to 1646.85 ms) in sweeps 1-6" in caplog.text
    told = stimulus_from_times(1646.8, 2146.8, recording.step_ms, recording.n_sample)
    assert told == StimulusWindow(32936, 42935)


@given(
    first=st.integers(0, 50000),
    length=st.integers(1, 50000),
    step=st.sampled_from([0.01, 0.02, 0.025, 0.05, 0.1, 1 / 3, 0.5]),
)
def test_times_of_samples_give_these_samples(first, length, step):
    window = stimulus_from_times(first * step, (first + length) * step, step, 100_000)
    assert window == StimulusWindow(first, first + length - 1)


@given(st.integers(0, 9_999), st.integers(1, 10_000))
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
