"""What the recording and some models answer to every sweep: traces, spikes, latencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.fitting import HeldOut, OpenedFit, Problem, held_out_sweeps, models_on
from pyneuronautofit.objectives.candidates import Candidates
from pyneuronautofit.report.findings.thinning import Thinned, thin
from pyneuronautofit.simulators import RunStatus

# All traces of a report together: 2 bytes each, a third more as text.
_MOST_SAMPLES = 1_400_000


@dataclass(frozen=True)
class ShownResponses:
    """The recording and models under the recording's currents. The recording comes first.

    Attributes
    ----------
    models
        Places of the models in the report's list, of those that could be simulated.
    failed
        (place, what went wrong) of the others.
    recording
        What it is called.
    sweeps
        Numbers of the sweeps.
    held_out
        Those among them that are held out.
    scores
        For every mode its letter, and of every model the sum of its components per sweep, on the
        fitted sweeps and on those that are held out; empty where none are.
    current_pA : FloatArray, shape (n_sweep,), pA
        The mean current during the stimulus.
    counts : IntArray, shape (1 + n_model, n_sweep)
        Spikes in the whole sweep.
    rates_Hz, latency_ms : FloatArray, shape (1 + n_model, n_sweep)
        Of the stimulus; latency from its start to its first spike, nan without one.
    traces
        Voltages (1 + n_model, n_sweep, n_sample).
    stimulus_ms
        When the stimulus begins and ends.
    step_ms, n_sample
        The recording's clock, and how long a sweep is.
    simulator
        What simulated.
    """

    models: tuple[int, ...]
    failed: tuple[tuple[int, str], ...]
    recording: str
    sweeps: tuple[int, ...]
    held_out: tuple[int, ...]
    scores: tuple[tuple[str, FloatArray, FloatArray], ...]
    current_pA: FloatArray
    counts: IntArray
    rates_Hz: FloatArray
    latency_ms: FloatArray
    traces: Thinned
    stimulus_ms: tuple[float, float]
    step_ms: float
    n_sample: int
    simulator: str


def answers(
    opened: OpenedFit, parameters: FloatArray, places: tuple[int, ...]
) -> tuple[ShownResponses, ...]:
    """Simulate models and find out how they and the recordings answer.

    Parameters
    ----------
    opened
        Whatever the run was made from, again.
    parameters : FloatArray, shape (n_model, n_param), model values
    places
        What these models are called.

    Returns
    -------
    tuple of ShownResponses
        One for every recording: first those that are fitted, then those that are held out.
    """
    problem = opened.problem
    return tuple(
        _on(part, opened, parameters, places, is_fitted=number < len(problem.parts))
        for number, part in enumerate((*problem.parts, *problem.elsewhere))
    )


def _on(
    problem: Problem,
    opened: OpenedFit,
    parameters: FloatArray,
    places: tuple[int, ...],
    *,
    is_fitted: bool,
) -> ShownResponses:
    fitted = problem.suite.sweeps
    found = problem.simulate(problem.table_of(parameters))
    ok = np.flatnonzero(found.ok).tolist()
    apart = _held_out(problem, opened, parameters[ok])
    held_out = apart[0].sweeps if apart else ()
    order = sorted([*fitted, *held_out])
    where = [[*fitted, *held_out].index(sweep) for sweep in order]
    simulated = found.voltage_mV[ok]
    if apart:
        others = np.stack([each.voltage_mV for each in apart])
        n_common = min(others.shape[-1], simulated.shape[-1])
        simulated = np.concatenate([simulated[..., :n_common], others[..., :n_common]], axis=1)
    recorded = problem.target.voltage_mV[order]
    n_sample = min(recorded.shape[-1], simulated.shape[-1])
    voltage = np.concatenate([recorded[None, :, :n_sample], simulated[:, where, :n_sample]])
    counts, rates, latency = _spikes(problem, voltage)
    step_ms, stimulus = problem.target.step_ms, problem.stimulus
    window = slice(stimulus.first, stimulus.last + 1)
    numbers = problem.target.numbers
    return ShownResponses(
        models=tuple(places[member] for member in ok),
        failed=tuple(
            (place, f"{status.value}: {message}" if message else status.value)
            for place, status, message in zip(places, found.status, found.messages, strict=True)
            if status is not RunStatus.OK
        ),
        recording=problem.title,
        sweeps=tuple(numbers[sweep] for sweep in order),
        held_out=tuple(numbers[sweep] for sweep in (held_out if is_fitted else order)),
        scores=_side_by_side(problem, found.voltage_mV[ok], apart)
        if is_fitted
        else _all_held_out(problem, found.voltage_mV[ok]),
        current_pA=problem.target.current_pA[order, window].mean(axis=1),
        counts=counts,
        rates_Hz=rates,
        latency_ms=latency,
        traces=thin(voltage, _MOST_SAMPLES),
        stimulus_ms=(stimulus.first * step_ms, (stimulus.last + 1) * step_ms),
        step_ms=step_ms,
        n_sample=n_sample,
        simulator=problem.simulator.description,
    )


def _held_out(problem: Problem, opened: OpenedFit, parameters: FloatArray) -> list[HeldOut]:
    """Return the models on the sweeps that were held out; nothing where one of them failed."""
    if problem.suite.settings.hold_out is None or not len(parameters):
        return []
    sweeps = held_out_sweeps(problem)
    found = models_on(opened.config, opened.model, problem, sweeps, parameters)
    there = [each for each in found if each is not None]
    return there if len(there) == len(found) else []


def _all_held_out(
    problem: Problem, voltage_mV: FloatArray
) -> tuple[tuple[str, FloatArray, FloatArray], ...]:
    """Return the same where a whole recording is held out: nothing of it is fitted."""
    n_sweep = {member.code: len(member.sweeps) for member in problem.suite.members}
    sums = problem.suite.mode_sums(problem.suite.score(voltage_mV))
    return tuple(
        (code, np.full(len(each), np.nan), each / n_sweep[code]) for code, each in sums.items()
    )


def _side_by_side(
    problem: Problem, voltage_mV: FloatArray, apart: Sequence[HeldOut]
) -> tuple[tuple[str, FloatArray, FloatArray], ...]:
    """Return what every mode comes to per sweep, fitted and held out, for every model."""
    if not apart:
        return ()
    n_sweep = {member.code: len(member.sweeps) for member in problem.suite.members}
    sums = problem.suite.mode_sums(problem.suite.score(voltage_mV))
    return tuple(
        (code, each / n_sweep[code], np.array([model.per_sweep[code] for model in apart]))
        for code, each in sums.items()
    )


def _spikes(problem: Problem, voltage_mV: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return counts, rates (Hz) and first-spike latencies (ms), each (n_trace, n_sweep)."""
    threshold = problem.suite.settings.spike_threshold_mV
    stimulus, step_ms = problem.stimulus, problem.target.step_ms
    candidates = Candidates(np.require(voltage_mV, np.float64, ["C", "W"]), threshold)
    shape = candidates.shape
    counts = candidates.spikes(threshold).counts.reshape(shape)
    inside = candidates.stimulus_spikes(threshold, stimulus.first, stimulus.last)
    seconds = (stimulus.last - stimulus.first + 1) * step_ms / 1000
    first = inside.first_of_each(inside.starts - stimulus.first, 1, step_ms, np.nan)
    return counts, inside.counts.reshape(shape) / seconds, first.reshape(shape)
