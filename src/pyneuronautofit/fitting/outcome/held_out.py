"""The sweeps that a fit does not compare: whether a model is right where nobody has looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fitting.build import build_problem
from pyneuronautofit.fitting.config import FitConfig
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.models import Model
from pyneuronautofit.objectives import Mask, Suite, bind_suite, held_out_places

# Held-out scores are far worse if they are so many times the fitted ones, which count as so much
# of a silent cell's at least: what is nearly perfect is not to be twice as perfect elsewhere.
_FAR, _LITTLE = 3.0, 0.01

#: So many of them are simulated, evenly spaced: a recording may have hundreds.
MOST_HELD_OUT = 9


@dataclass(frozen=True)
class HeldOut:
    """A model on sweeps that were not compared.

    Attributes
    ----------
    recording
        What it is called.
    sweeps
        Their places in the recording.
    numbers
        What the file calls them.
    voltage_mV : FloatArray, shape (n_sweep, n_sample), mV
        The model's, on the clock of what fits compare with.
    mean_square : FloatArray, shape (n_sweep,), mV^2
        How far it is from the recording's: mode V.
    per_sweep
        Mode letter -> the sum of its components over these sweeps, divided by how many they are;
        of the modes that are fitted. Empty where nobody asked for sweeps to be held out.
    resting_per_sweep
        The same of a cell that stays at rest: how much there is to miss.
    """

    recording: str
    sweeps: tuple[int, ...]
    numbers: tuple[int, ...]
    voltage_mV: FloatArray
    mean_square: FloatArray
    per_sweep: Mapping[str, float]
    resting_per_sweep: Mapping[str, float] = field(default_factory=dict)


def held_out_sweeps(problem: Problem) -> tuple[int, ...]:
    """Return the places of the sweeps that are held out, or else of those no mode looks at."""
    asked = held_out_places(problem.suite.settings.hold_out, problem.recording.numbers)
    if asked:
        return asked
    others = sorted(set(range(problem.recording.n_sweep)) - set(problem.suite.sweeps))
    if len(others) <= MOST_HELD_OUT:
        return tuple(others)
    places = np.linspace(0, len(others) - 1, MOST_HELD_OUT).round().astype(int)
    return tuple(others[place] for place in np.unique(places).tolist())


def on_held_out(
    config: FitConfig, model: Model, problem: Problem, parameters: FloatArray
) -> HeldOut | None:
    """Simulate a model on the sweeps of one recording that were held out.

    Parameters
    ----------
    config, model
        What the problem was made from.
    problem
        On that recording.
    parameters : FloatArray, shape (n_param,), model values

    Returns
    -------
    HeldOut or None
        None where there are no such sweeps, or the simulation failed.
    """
    return models_on(config, model, problem, held_out_sweeps(problem), parameters[None])[0]


def on_everything_held_out(
    config: FitConfig, model: Model, problem: Problem, parameters: FloatArray
) -> list[HeldOut]:
    """Simulate a model on all that was held out: sweeps of what is fitted, and whole recordings."""
    found = [on_held_out(config, model, part, parameters) for part in problem.parts]
    for part in problem.elsewhere:
        everything = tuple(range(part.recording.n_sweep))
        found += models_on(config, model, part, everything, parameters[None], asked=True)
    return [each for each in found if each is not None]


def models_on(
    config: FitConfig,
    model: Model,
    problem: Problem,
    sweeps: Sequence[int],
    parameters: FloatArray,
    *,
    asked: bool = False,
) -> list[HeldOut | None]:
    """Simulate models on sweeps of a recording; None for each that failed, or without any sweeps.

    Parameters
    ----------
    sweeps
        Their places.
    parameters : FloatArray, shape (n_model, n_param), model values
    asked
        Whether somebody asked for these to be held out.
    """
    if not sweeps:
        return [None] * len(parameters)
    numbers = tuple(problem.recording.numbers[sweep] for sweep in sweeps)
    others = replace(
        config, mask=repr(list(numbers)), modes="V", weights=None, collapse=False, hold_out=None
    )
    other = build_problem(others, problem.recording, model, window=problem.stimulus)
    table = problem.table_of(parameters)
    with other.simulator:
        traces = other.simulate(table)
    ok = traces.ok
    scores = np.full((len(parameters), len(sweeps)), np.nan)
    scores[ok] = other.suite.score(traces.voltage_mV[ok])
    per_sweep: list[dict[str, float]] = [{} for _model in parameters]
    resting: dict[str, float] = {}
    if asked or problem.suite.settings.hold_out is not None:
        # The same modes as in the fit, on these sweeps instead.
        settings = replace(problem.suite.settings, mask=Mask(rule=list(numbers)), hold_out=None)
        suite = bind_suite(problem.target, problem.stimulus, settings)
        sums = suite.mode_sums(suite.score(traces.voltage_mV[ok]))
        for row, place in enumerate(np.flatnonzero(ok).tolist()):
            per_sweep[place] = {c: float(each[row]) / len(sweeps) for c, each in sums.items()}
        resting = {code: sum_ / len(sweeps) for code, sum_ in _at_rest(problem, suite).items()}
    name = problem.recording.name
    return [
        HeldOut(
            name, tuple(sweeps), numbers, traces.voltage_mV[k], scores[k], per_sweep[k], resting
        )
        if ok[k]
        else None
        for k in range(len(parameters))
    ]


def per_fitted_sweep(problem: Problem, sums: Mapping[str, float]) -> dict[str, float]:
    """Return the sums of every mode's components, divided by the number of sweeps it looks at."""
    n_sweep: dict[str, int] = {}
    for member in problem.whole.members:
        n_sweep[member.code] = n_sweep.get(member.code, 0) + len(member.sweeps)
    return {code: value / n_sweep[code] for code, value in sums.items()}


def per_held_out_sweep(held_out: Sequence[HeldOut]) -> dict[str, float]:
    """Return the sums of every mode's components per sweep, of all that somebody held out."""
    asked = [each for each in held_out if each.per_sweep]
    return _per_sweep([(each.per_sweep, len(each.sweeps)) for each in asked])


def resting_per_sweep(problem: Problem) -> dict[str, float]:
    """Return what a cell that stays at rest scores on the fitted sweeps, as `per_fitted_sweep`."""
    sums: dict[str, float] = {}
    for part in problem.parts:
        for code, value in _at_rest(part, part.suite).items():
            sums[code] = sums.get(code, 0.0) + value
    return per_fitted_sweep(problem, sums)


def _at_rest(problem: Problem, suite: Suite) -> dict[str, float]:
    """Return what the level before the stimulus scores on the sweeps of a suite."""
    voltage_mV = problem.target.voltage_mV[list(suite.sweeps)]
    level_mV = np.median(voltage_mV[:, : max(problem.stimulus.first, 1)], axis=1)
    scores = suite.score(np.broadcast_to(level_mV[:, None], voltage_mV.shape)[None].copy())
    return {code: float(each[0]) for code, each in suite.mode_sums(scores).items()}


def far_worse(
    problem: Problem,
    fitted: Mapping[str, float],
    held_out: Sequence[HeldOut],
    resting: Mapping[str, float],
) -> list[str]:
    """Return the modes whose scores are far worse on the sweeps that were held out.

    Where there is more to miss than on those that were fitted, a model may miss more: on a sweep
    with spikes, where most of the others have none.

    Parameters
    ----------
    fitted
        As of `per_fitted_sweep`.
    resting
        As of `resting_per_sweep`.
    """
    asked = [each for each in held_out if each.per_sweep]
    found = per_held_out_sweep(asked)
    of_zero = problem.whole.mode_sums(problem.whole.bvalues[None])
    silent = per_fitted_sweep(problem, {code: float(each[0]) for code, each in of_zero.items()})
    elsewhere = _per_sweep([(each.resting_per_sweep, len(each.sweeps)) for each in asked])
    worse = []
    for code, value in found.items():
        least = resting.get(code, 0.0)
        more = elsewhere.get(code, 0.0) / least if least > 0 else 1.0
        if value > _FAR * max(fitted[code], _LITTLE * silent[code]) * max(more, 1.0):
            worse.append(code)
    return worse


def _per_sweep(sums: Sequence[tuple[Mapping[str, float], int]]) -> dict[str, float]:
    """Return the means of modes over sweeps, from those of groups of so many sweeps."""
    n_sweep = sum(n for _each, n in sums)
    codes = dict.fromkeys(code for each, _n in sums for code in each)
    return {code: sum(each[code] * n for each, n in sums) / n_sweep for code in codes}
