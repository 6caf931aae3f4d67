"""The sweeps that a fit does not compare: whether a model is right where nobody has looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fit.build import build_problem
from pyneuronautofit.fit.config import FitConfig
from pyneuronautofit.fit.problem import Problem
from pyneuronautofit.models import Model
from pyneuronautofit.objectives import Mask, bind_suite, held_out_places
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.space import ParameterTable

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
    """

    sweeps: tuple[int, ...]
    numbers: tuple[int, ...]
    voltage_mV: FloatArray
    mean_square: FloatArray
    per_sweep: Mapping[str, float]


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
    """Simulate a model on the sweeps that were held out.

    Parameters
    ----------
    config, model
        What the problem was made from.
    problem
    parameters : FloatArray, shape (n_param,), model values

    Returns
    -------
    HeldOut or None
        None where there are no such sweeps, or the simulation failed.
    """
    sweeps = held_out_sweeps(problem)
    if not sweeps:
        return None
    numbers = tuple(problem.recording.numbers[sweep] for sweep in sweeps)
    others = replace(
        config, mask=repr(list(numbers)), modes="V", weights=None, collapse=False, hold_out=None
    )
    other = build_problem(others, problem.recording, model)
    space = problem.space
    targets = tuple(parameter.targets for parameter in space.parameters)
    table = ParameterTable(targets, tuple(space.whole.tolist()), parameters[None])
    with other.simulator:
        traces = other.simulate(table)
    if traces.status[0] is not RunStatus.OK:
        return None
    per_sweep: dict[str, float] = {}
    if problem.suite.settings.hold_out is not None:
        # The same modes as in the fit, on these sweeps instead.
        mask = replace(problem.suite.settings, mask=Mask(rule=list(numbers)), hold_out=None)
        suite = bind_suite(problem.target, problem.stimulus, mask)
        sums = suite.mode_sums(suite.score(traces.voltage_mV))
        per_sweep = {code: float(each[0]) / len(sweeps) for code, each in sums.items()}
    scores = other.suite.score(traces.voltage_mV)
    return HeldOut(sweeps, numbers, traces.voltage_mV[0], scores[0], per_sweep)


def per_fitted_sweep(problem: Problem, sums: Mapping[str, float]) -> dict[str, float]:
    """Return the sums of every mode's components, divided by the number of sweeps it looks at."""
    n_sweep = {member.code: len(member.sweeps) for member in problem.suite.members}
    return {code: value / n_sweep[code] for code, value in sums.items()}


def far_worse(problem: Problem, fitted: Mapping[str, float], held_out: HeldOut) -> list[str]:
    """Return the modes whose scores are far worse on the sweeps that were held out.

    Parameters
    ----------
    fitted
        As of `per_fitted_sweep`.
    """
    of_zero = problem.suite.mode_sums(problem.suite.bvalues[None])
    silent = per_fitted_sweep(problem, {code: float(each[0]) for code, each in of_zero.items()})
    return [
        code
        for code, value in held_out.per_sweep.items()
        if value > _FAR * max(fitted[code], _LITTLE * silent[code])
    ]
