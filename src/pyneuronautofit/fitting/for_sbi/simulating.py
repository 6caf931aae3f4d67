"""Draws from the prior, simulated, with the features of their voltages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.for_sbi.features import FEATURES, trace_features
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.fitting.reduction import reduce_traces
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.space import Parameter, ParameterTable
from pyneuronautofit.space.scales import LOG10


@dataclass(frozen=True)
class SbiData:
    """What an inference is trained with.

    Attributes
    ----------
    parameters
        The searched ones.
    log : BoolArray, shape (n_param,)
        Which are searched as decimal logarithms: theta, low and high are these.
    low, high : FloatArray, shape (n_param,)
        The prior is uniform between them.
    theta : FloatArray, shape (n_simulation, n_param)
    x : FloatArray, shape (n_simulation, n_feature)
        A row of nan for a simulation that failed.
    x_observed : FloatArray, shape (n_feature,)
        Of the recording.
    features
        Their names, with recording (where there are several), sweep and unit.
    failures
        Status -> how many simulations ended so.
    """

    parameters: tuple[Parameter, ...]
    log: BoolArray
    low: FloatArray
    high: FloatArray
    theta: FloatArray
    x: FloatArray
    x_observed: FloatArray
    features: tuple[str, ...]
    failures: Mapping[str, int]

    @property
    def outside(self) -> list[str]:
        """The features of the recording that no simulation reaches, on either side."""
        good = self.x[np.isfinite(self.x).all(axis=1)]
        if not len(good):
            return list(self.features)
        beyond = (self.x_observed < good.min(axis=0)) | (self.x_observed > good.max(axis=0))
        return [name for name, is_out in zip(self.features, beyond, strict=True) if is_out]


def simulate_prior(
    problem: Problem,
    n_simulation: int,
    seed: int,
    on_done: Callable[[int, int], None] = lambda _done, _all: None,
) -> SbiData:
    """Draw parameters uniformly between their bounds, as a search draws its first ones.

    The same seed gives the same simulations, whoever computes. The problem's simulators are open.

    Parameters
    ----------
    on_done
        Called as (simulated, all), for all recordings together.

    Raises
    ------
    UsageError
        If the prior is none that is uniform in a box.
    """
    space = problem.space
    _refuse_no_box(problem)
    drawn = space.sample(np.random.default_rng(seed), n_simulation)
    columns = np.flatnonzero(~space.fixed)
    parameters = tuple(space.parameters[k] for k in columns)
    low, high = space.bounds(drawn[:1])
    table = space.to_model(drawn)
    failures: Counter[str] = Counter()
    parts, observed, names = [], [], []
    several = len(problem.parts) > 1
    for number, part in enumerate(problem.parts):
        done = _of_parts(on_done, number, len(problem.parts))
        parts.append(_simulated(part, part.table_of(table.values), problem, failures, done))
        target = part.target.voltage_mV[list(part.suite.sweeps)]
        observed.append(_features(part, target[None])[0])
        names += _names(part, several=several)
    return SbiData(
        parameters=parameters,
        log=np.array([p.scale is LOG10 and space.log_search for p in parameters], dtype=bool),
        low=low[0, columns],
        high=high[0, columns],
        theta=drawn[:, columns],
        x=np.concatenate(parts, axis=1),
        x_observed=np.concatenate(observed),
        features=tuple(names),
        failures=dict(failures),
    )


def _refuse_no_box(problem: Problem) -> None:
    for parameter, is_whole in zip(
        problem.space.parameters, problem.space.whole.tolist(), strict=True
    ):
        if not (isinstance(parameter.low, float) and isinstance(parameter.high, float)):
            raise UsageError(
                f"--sbi: a bound of {parameter.name} is the value of another parameter, but sbi's "
                "prior is uniform in a box: expected numbers. Change the project's bounds, and "
                "make a run with them (-G 0 is enough)"
            )
        if is_whole:
            raise UsageError(
                f"--sbi: {parameter.name} is a whole number ('{parameter.scale.code}'), which sbi "
                "cannot infer: expected 'lin', 'log' or 'con' in the project"
            )


def _simulated(
    part: Problem,
    table: ParameterTable,
    whole: Problem,
    failures: Counter[str],
    on_done: Callable[[int, int], None],
) -> FloatArray:
    """Return the features of every model on one recording, shape (n_cand, n_feature)."""
    found = np.full((len(table), len(part.suite.sweeps) * len(FEATURES)), np.nan)
    n_done = 0
    for block in part.simulator.stream(table):
        ok = block.traces.ok
        voltage_mV = reduce_traces(block.traces.voltage_mV[ok], whole.downsampler)
        if len(voltage_mV):
            found[block.candidates[ok]] = _features(part, voltage_mV)
        failures.update(s.value for s in block.traces.status if s is not RunStatus.OK)
        n_done += len(block.candidates)
        on_done(n_done, len(table))
    return found


def _features(part: Problem, voltage_mV: FloatArray) -> FloatArray:
    """Return the features of a recording's or of models' sweeps, shape (n_cand, n_feature)."""
    n_sample = min(voltage_mV.shape[-1], part.target.n_sample)
    found = trace_features(
        voltage_mV[..., :n_sample],
        part.stimulus,
        part.target.step_ms,
        part.suite.settings.spike_threshold_mV,
    )
    return found.reshape(len(voltage_mV), -1)


def _names(part: Problem, *, several: bool) -> list[str]:
    begin = f"{part.recording.name}, " if several else ""
    return [
        f"{begin}sweep {part.target.numbers[place]}: {each.name}"
        + (f" ({each.unit})" if each.unit else "")
        for place in part.suite.sweeps
        for each in FEATURES
    ]


def _of_parts(
    on_done: Callable[[int, int], None], number: int, n_part: int
) -> Callable[[int, int], None]:
    return lambda done, everything: on_done(number * everything + done, n_part * everything)
