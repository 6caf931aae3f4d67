import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit.recordings._steps import compare_steps

N, FIRST, LAST = 4000, 1000, 2999
STEP_MS = 0.05


def _command(levels=(-100.0, -50.0, 0.0, 50.0), first=FIRST, last=LAST):
    command = np.zeros((len(levels), N))
    command[:, first : last + 1] = np.array(levels)[:, None]
    return command


def _filtered(current, tau):
    """A first-order low-pass filter with a time constant in samples."""
    kernel = np.exp(-np.arange(12 * tau) / tau)
    padded = np.pad(current, ((0, 0), (len(kernel) - 1, 0)), mode="edge")
    return np.array([np.convolve(row, kernel / kernel.sum(), "valid") for row in padded])


@given(
    scale=st.floats(0.97, 1.03),
    offset=st.floats(-300, 300),
    tau=st.integers(1, 20),
    shift=st.integers(-20, 20),
    noise=st.floats(0, 10),
    seed=st.integers(0, 2**32 - 1),
)
def test_what_every_recording_has_is_no_difference(*, scale, offset, tau, shift, noise, seed):
    recorded = _filtered(np.roll(scale * _command(), shift, axis=1), tau) + offset
    recorded += noise * np.random.default_rng(seed).normal(size=recorded.shape)
    assert compare_steps(recorded, _command(), STEP_MS) is None


@given(
    scale=st.one_of(st.floats(-2, 0.9), st.floats(1.1, 20)),
    offset=st.floats(-300, 300),
    seed=st.integers(0, 2**32 - 1),
)
def test_another_size_is_found(scale, offset, seed):
    recorded = scale * _command() + offset
    recorded += np.random.default_rng(seed).normal(size=recorded.shape)
    assert "3 of 3 sweeps with a step differ (sweep 0: the step has " in compare_steps(
        recorded, _command(), STEP_MS
    )


@given(
    shift=st.one_of(st.integers(-900, -120), st.integers(120, 900)),
    seed=st.integers(0, 2**32 - 1),
)
def test_another_time_is_found(shift, seed):
    recorded = np.roll(_command(), shift, axis=1)
    recorded += 2 * np.random.default_rng(seed).normal(size=recorded.shape)
    found = compare_steps(recorded, _command(), STEP_MS)
    assert "3 of 3 sweeps" in found
    assert "its first edge is at" in found
    assert "its last edge is at" in found


def test_numbers():
    recorded = _command()
    recorded[1] *= 0.5
    recorded[3, 2800:] = 0.0
    assert compare_steps(recorded, _command(), STEP_MS) == (
        "2 of 3 sweeps with a step differ (sweep 1: the step has -25 pA, commanded were -50 pA "
        "(-50%); sweep 3: its last edge is at 140 ms, commanded was 150 ms (-10% of the step))"
    )


def test_only_the_first_differences_are_listed():
    levels = np.arange(1.0, 9.0)
    assert "8 of 8 sweeps" in compare_steps(2 * _command(levels), _command(levels), STEP_MS)
    assert "; 4 more)" in compare_steps(2 * _command(levels), _command(levels), STEP_MS)


def test_a_channel_that_is_not_connected():
    noise = np.random.default_rng(0).normal(size=(4, N))
    assert "(-100%)" in compare_steps(noise, _command(), STEP_MS)


def test_a_small_step_in_a_coarsely_sampled_channel():
    recorded = np.rint(_command([2.0, 6.0]) / 5.0) * 5.0
    assert compare_steps(recorded, _command([2.0, 6.0]), STEP_MS, 5.0) is None


def test_two_steps_of_which_the_larger_is_measured():
    command = _command([20.0]) + _command([40.0], 1500, 1999)
    assert compare_steps(command, command, STEP_MS) is None
    assert "the step has 54 pA, commanded were 60 pA (-10%)" in compare_steps(
        0.9 * command, command, STEP_MS
    )


def test_a_step_to_the_end():
    command = _command([30.0], FIRST, N - 1)
    assert compare_steps(command, command, STEP_MS) is None
    late = np.roll(command, 300, axis=1) * (np.arange(N) >= 300)
    assert "+10% of the step" in compare_steps(late, command, STEP_MS)


@pytest.mark.parametrize(
    "command",
    [
        np.zeros((2, N)),
        np.linspace([0.0], [100.0], N, axis=1),
        _command([50.0], 2, 2000),
    ],
    ids=["no step", "ramp", "no baseline"],
)
def test_what_is_no_step_is_not_compared(command):
    assert compare_steps(np.zeros_like(command), command, STEP_MS) is None
