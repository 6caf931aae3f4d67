"""Projects' downsamplers."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.fitting.reduction import reduce_recording, reduce_traces, stimulus_on
from pyneuronautofit.recordings import Recording, StimulusWindow

from .parabolas import N_SAMPLE, make_problem


def every_fourth(what):
    """Given a step, the new step; given a trace, the mean of every four samples."""
    if isinstance(what, float):
        return 4 * what
    return what.reshape(-1, 4).mean(axis=1)


def recording():
    voltage = np.arange(80.0).reshape(2, 40)
    return Recording("r", voltage, -voltage, 0.1, current_is_command=True, channels="c")


def test_recording_and_model_are_reduced_alike():
    whole = recording()
    reduced = reduce_recording(whole, every_fourth)
    assert reduced.step_ms == pytest.approx(0.4)
    assert reduced.n_sample == 10
    assert reduced.current_is_command
    np.testing.assert_allclose(reduced.voltage_mV[0, :2], [1.5, 5.5])
    traces = reduce_traces(whole.voltage_mV[None], every_fourth)
    np.testing.assert_array_equal(traces[0], reduced.voltage_mV)


def test_without_a_downsampler_nothing_is_copied():
    whole = recording()
    assert reduce_recording(whole, None) is whole
    traces = np.zeros((1, 2, 3))
    assert reduce_traces(traces, None) is traces


def test_a_window_of_the_reduced_recording_in_samples_of_the_whole():
    whole = recording()
    reduced = reduce_recording(whole, every_fourth)
    window = stimulus_on(StimulusWindow(2, 6), reduced, whole)
    assert (window.first, window.last) == (8, 27)
    assert stimulus_on(StimulusWindow(3, 9), whole, whole) == StimulusWindow(3, 9)


def test_simulated_voltages_are_on_the_targets_clock():
    plain, reduced = make_problem(), make_problem(downsampler=every_fourth)
    table = plain.space.to_model(np.ones((1, 2)))
    whole = plain.simulate(table).voltage_mV
    assert whole.shape == (1, 2, N_SAMPLE)
    expected = whole.reshape(1, 2, -1, 4).mean(axis=-1)
    np.testing.assert_allclose(reduced.simulate(table).voltage_mV, expected)


@pytest.mark.parametrize(
    ("downsampler", "message"),
    [
        (lambda what: what, None),
        (lambda what: 2 * what if isinstance(what, float) else what, "do not go together"),
        (lambda what: "x", "given the step"),
        (lambda what: 0.4 if isinstance(what, float) else what[:, None, 5], "given a trace"),
    ],
)
def test_an_unusable_downsampler_is_refused(downsampler, message):
    if message is None:
        assert reduce_recording(recording(), downsampler).n_sample == 40
        return
    with pytest.raises(ModelError, match=message):
        reduce_recording(recording(), downsampler)


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, GeneratorExit, KeyError])
@pytest.mark.parametrize("kind", [float, np.ndarray])
def test_whatever_a_downsampler_raises_is_said(error, kind):
    def downsampler(what):
        if isinstance(what, kind):
            raise error("x" * 5_000_000)
        return what

    with pytest.raises(ModelError, match=f"{error.__name__}: .*It has to return") as caught:
        reduce_recording(recording(), downsampler)
    assert len(str(caught.value)) < 3000
