"""The sweeps that a fit does not compare: whether a model is right where nobody has looked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fit.build import build_problem
from pyneuronautofit.fit.config import FitConfig
from pyneuronautofit.fit.problem import Problem
from pyneuronautofit.models import Model
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.space import ParameterTable

#: So many of them are simulated, evenly spaced: a recording may have hundreds.
MOST_HELD_OUT = 9


@dataclass(frozen=True)
class HeldOut:
    """A model on sweeps that were not compared.

    Attributes
    ----------
    sweeps
        Their numbers in the recording.
    voltage_mV : FloatArray, shape (n_sweep, n_sample), mV
        The model's, on the clock of what fits compare with.
    mean_square : FloatArray, shape (n_sweep,), mV^2
        How far it is from the recording's: mode V.
    """

    sweeps: tuple[int, ...]
    voltage_mV: FloatArray
    mean_square: FloatArray


def held_out_sweeps(problem: Problem) -> tuple[int, ...]:
    """Return the sweeps that no mode looks at, of many some."""
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
    others = replace(config, mask=repr(list(sweeps)), modes="V", weights=None, collapse=False)
    other = build_problem(others, problem.recording, model)
    space = problem.space
    targets = tuple(parameter.targets for parameter in space.parameters)
    table = ParameterTable(targets, tuple(space.whole.tolist()), parameters[None])
    with other.simulator:
        traces = other.simulate(table)
    if traces.status[0] is not RunStatus.OK:
        return None
    scores = other.suite.score(traces.voltage_mV)
    return HeldOut(sweeps, traces.voltage_mV[0], scores[0])
