"""Reduced recordings: a project's `downsampler`.

The currents are played as they were recorded; the recording's voltage and the model's are reduced
alike before they are compared, and from there on every sample is a reduced one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from pyneuronautofit._text import told
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import ModelError
from pyneuronautofit.recordings import Recording, StimulusWindow

#: Given a number, the new step; given a trace, the reduced one.
Downsampler: TypeAlias = Callable[[Any], Any]

# What a function of the user's may raise, but for Ctrl-C.
_RAISED = (Exception, SystemExit, GeneratorExit)


def reduce_recording(recording: Recording, downsampler: Downsampler | None) -> Recording:
    """Return the recording that models are compared with.

    Raises
    ------
    ModelError
        If the downsampler returns something else than a step and shorter traces that fit it.
    """
    if downsampler is None:
        return recording
    try:
        step_ms = float(downsampler(recording.step_ms))
    except _RAISED as error:
        raise _unusable(f"given the step {recording.step_ms:g} ms: {_said(error)}") from error
    voltage = _reduce(recording.voltage_mV, downsampler)
    current = _reduce(recording.current_pA, downsampler)
    expected = recording.duration_ms / step_ms if step_ms > 0 else 0.0
    if step_ms <= 0 or abs(voltage.shape[-1] - expected) > 1:
        raise _unusable(
            f"it turns a step of {recording.step_ms:g} ms into {step_ms:g} ms but a trace of "
            f"{recording.n_sample} samples into {voltage.shape[-1]}, which do not go together"
        )
    return Recording(
        name=recording.name,
        voltage_mV=voltage,
        current_pA=current,
        step_ms=step_ms,
        current_is_command=recording.current_is_command,
        channels=recording.channels,
        numbers=recording.numbers,
    )


def reduce_traces(voltage_mV: FloatArray, downsampler: Downsampler | None) -> FloatArray:
    """Reduce traces (n_cand, n_sweep, n_sample) in mV along their last axis."""
    if downsampler is None or not len(voltage_mV):
        return voltage_mV
    return np.stack([_reduce(candidate, downsampler) for candidate in voltage_mV])


def stimulus_on(
    stimulus: StimulusWindow, reduced: Recording, recording: Recording
) -> StimulusWindow:
    """Return a window of the reduced recording in samples of the recording itself."""
    ratio = reduced.step_ms / recording.step_ms
    first = min(round(stimulus.first * ratio), recording.n_sample - 1)
    last = min(round((stimulus.last + 1) * ratio) - 1, recording.n_sample - 1)
    return StimulusWindow(first, max(first, last))


def _reduce(sweeps: FloatArray, downsampler: Downsampler) -> FloatArray:
    try:
        # A copy: the user's function may change its argument, and the recording is read-only.
        rows = [np.asarray(downsampler(np.array(sweep)), dtype=np.float64) for sweep in sweeps]
        return np.stack(rows)
    except _RAISED as error:
        raise _unusable(f"given a trace of {sweeps.shape[-1]} samples: {_said(error)}") from error


def _said(error: BaseException) -> str:
    # That of a project runs elsewhere, and what went wrong there is told already.
    return str(error) if isinstance(error, ModelError) else told(error)


def _unusable(what: str) -> ModelError:
    return ModelError(
        f"the project's downsampler cannot be used: {what}. It has to return the new step for a "
        "number, and the reduced trace, an array of one dimension, for an array"
    )
