"""How far simulated voltages are from the truth, as numbers that matter for a fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pyneuronautofit.simulators.agreement import SPIKE_MV, spike_samples

# Voltages are compared where no spike is nearer than this: beside one, its shift is all that shows.
AWAY_MS = 10.0


@dataclass(frozen=True)
class SweepError:
    """The errors of one sweep.

    Attributes
    ----------
    quiet_mV
        Root of the mean square of the difference, far from spikes; nan where there is no such time.
    same_count
        Whether there are as many spikes.
    typical_ms, largest_ms
        Median and largest shift of the spikes; nan without spikes, or where their numbers differ.
    objective
        Relative error of the mean-square distance to another model's trace, which stands for a
        recording that is fitted.
    """

    quiet_mV: float
    same_count: bool
    typical_ms: float
    largest_ms: float
    objective: float


def sweep_error(
    truth_mV: np.ndarray, found_mV: np.ndarray, other_mV: np.ndarray, step_ms: float
) -> SweepError:
    """Compare a sweep with the truth; each of shape (n_sample,), mV."""
    true_ms, found_ms = (spike_times(voltage, step_ms) for voltage in (truth_mV, found_mV))
    away = _away_from(np.concatenate([true_ms, found_ms]), len(truth_mV), step_ms)
    difference = (found_mV - truth_mV)[away]
    quiet_mV = float(np.sqrt(np.mean(difference**2))) if len(difference) else float("nan")
    same = len(true_ms) == len(found_ms)
    shifts = np.abs(true_ms - found_ms) if same and len(true_ms) else np.array([np.nan])
    distance, found_distance = (
        float(np.mean((voltage - other_mV) ** 2)) for voltage in (truth_mV, found_mV)
    )
    objective = abs(found_distance - distance) / distance if distance else float("nan")
    return SweepError(quiet_mV, same, float(np.median(shifts)), float(shifts.max()), objective)


def all_errors(
    truth_mV: np.ndarray, found_mV: np.ndarray, models: Sequence[int], step_ms: float
) -> Iterator[SweepError]:
    """Compare the sweeps of some models; both of shape (n_model, n_sweep, n_sample), mV.

    The other model of each is the next of them.
    """
    for place, model in enumerate(models):
        other = truth_mV[models[(place + 1) % len(models)]]
        for rows in zip(truth_mV[model], found_mV[model], other, strict=True):
            yield sweep_error(*rows, step_ms)


def spike_times(voltage_mV: np.ndarray, step_ms: float) -> np.ndarray:
    """Return when the threshold is crossed upwards, between samples, ms."""
    after = spike_samples(voltage_mV)
    before_mV, after_mV = voltage_mV[after - 1], voltage_mV[after]
    return np.asarray(step_ms * (after - (after_mV - SPIKE_MV) / (after_mV - before_mV)))


def _away_from(spikes_ms: np.ndarray, n_sample: int, step_ms: float) -> np.ndarray:
    away = np.ones(n_sample, dtype=bool)
    for time_ms in spikes_ms.tolist():
        first = max(round((time_ms - AWAY_MS) / step_ms), 0)
        away[first : round((time_ms + AWAY_MS) / step_ms) + 1] = False
    return away


@dataclass(frozen=True)
class Summary:
    """The errors of all sweeps: median and 95th percentile, where there are two numbers."""

    quiet_mV: tuple[float, float]
    n_other_count: int
    typical_ms: tuple[float, float]
    largest_ms: tuple[float, float]
    objective: tuple[float, float]
    n_sweep: int


def summarise(errors: list[SweepError]) -> Summary:
    """Put the errors of sweeps together."""
    return Summary(
        _two([e.quiet_mV for e in errors]),
        sum(not e.same_count for e in errors),
        _two([e.typical_ms for e in errors]),
        _two([e.largest_ms for e in errors]),
        _two([e.objective for e in errors]),
        len(errors),
    )


def _two(values: list[float]) -> tuple[float, float]:
    known = np.array(values)[~np.isnan(values)]
    if not len(known):
        return float("nan"), float("nan")
    return float(np.median(known)), float(np.percentile(known, 95))
