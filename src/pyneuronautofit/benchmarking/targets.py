"""A problem's folder: its files, and the target that its models are compared with.

A folder is a project folder like any other: a fit by hand of the same problem needs nothing else.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pyneuronautofit._atomic import replacing
from pyneuronautofit._types import FloatArray
from pyneuronautofit.benchmarking.problem import FOLDER, BenchmarkProblem
from pyneuronautofit.errors import ModelError
from pyneuronautofit.fitting import FitConfig, build_simulator
from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import (
    DEFAULT_DT_MS,
    NeuronSimulator,
    Simulator,
    plan_experiment,
)
from pyneuronautofit.space import ParameterSpace

#: The file that a target is written into.
TARGET = "target.npz"
# The passive cell of `problems/passive/project.txt` is a cylinder as long as it is wide.
_PASSIVE_DIAMETER_UM = 50.0
_CM2_PER_UM2 = 1e-8


def prepare(problem: BenchmarkProblem, folder: Path) -> None:
    """Write a problem's files and its target into a folder, as far as they are not there.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    for name, source in problem.files.items():
        path = folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as stream:
                stream.write((FOLDER / source).read_bytes())
    target = problem.target
    if target.made_by == "recording" or (folder / TARGET).exists():
        return
    current_pA = commands_pA(problem)
    voltage_mV = (
        passive_mV(problem) if target.made_by == "formula" else _simulated_mV(problem, folder)
    )
    content = io.BytesIO()
    np.savez_compressed(
        content, voltage=voltage_mV, current=current_pA, dt=target.step_ms, command=True
    )
    with replacing(folder / TARGET) as stream:
        stream.write(content.getvalue())


def recording_of(problem: BenchmarkProblem, folder: Path) -> Path:
    """Return the file that a problem's models are compared with."""
    return folder / (problem.target.recording or TARGET)


def digest_of(problem: BenchmarkProblem, folder: Path) -> str:
    """Return a digest of all that decides a problem: its files, its target, how they are compared.

    A target by its numbers: how they are compressed is another library's affair.
    """
    digest = hashlib.sha256(repr((problem.fit, problem.truth, problem.files)).encode())
    for name in sorted(problem.files):
        digest.update((folder / name).read_bytes())
    if problem.target.made_by != "recording":
        with np.load(folder / TARGET) as arrays:
            for name in ("voltage", "current", "dt"):
                digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()[:16]


def fit_config(
    problem: BenchmarkProblem,
    folder: Path,
    sweeps: Sequence[int] = (),
    modes: str = "",
) -> FitConfig:
    """Return the options of a fit to a problem; sweeps and modes other than its own if given."""
    fit = problem.fit
    chosen = list(sweeps or fit.sweeps)
    return FitConfig(
        recording=str(recording_of(problem, folder)),
        project=str(folder) if "project.py" in problem.files else None,
        mask=str(chosen) if chosen else None,
        modes=modes or fit.modes,
        temperature_degC=fit.temperature_degC,
        integrator=fit.integrator,
        spike_count=fit.spike_count,
        spike_threshold_mV=fit.spike_threshold_mV,
        n_worker=1,
    )


def commands_pA(problem: BenchmarkProblem) -> FloatArray:
    """Return the currents that are played, shape (n_sweep, n_sample), pA."""
    target = problem.target
    command = np.zeros((len(target.currents_pA), target.n_sample))
    first, last = target.window
    command[:, first : last + 1] = np.array(target.currents_pA)[:, np.newaxis]
    return command


def passive_mV(problem: BenchmarkProblem) -> FloatArray:
    """Return the exact voltages of the passive cell, shape (n_sweep, n_sample), mV.

    With the membrane's area a, a step I of duration d and s, the time since it began,

        v = E + I / (a g) (1 - exp(-s g / c))                                    within it,
        v = E + I / (a g) (1 - exp(-d g / c)) exp(-(s - d) g / c)                after it.

    An edge lies half way between two samples, and a sample is the mean of the voltages in its
    interval, as for every recording that is compared.
    """
    target = problem.target
    cm_uF, g_S, e_mV = (problem.truth[n] for n in ("soma.cm", "soma(0.5).pas.g", "soma(0.5).pas.e"))
    area_cm2 = math.pi * _PASSIVE_DIAMETER_UM**2 * _CM2_PER_UM2
    tau_ms = cm_uF / g_S * 1e-3
    first, last = target.window
    substeps = round(target.step_ms / DEFAULT_DT_MS)
    fine_ms = np.arange(target.n_sample * substeps) * DEFAULT_DT_MS
    since_ms = fine_ms - (first - 0.5) * target.step_ms
    lasts_ms = (last + 1 - first) * target.step_ms
    charged = 1.0 - np.exp(-np.clip(since_ms, 0.0, lasts_ms) / tau_ms)
    left = np.exp(-np.clip(since_ms - lasts_ms, 0.0, None) / tau_ms)
    # pA / S is nV.
    steady_mV = np.array(target.currents_pA) / (area_cm2 * g_S) * 1e-9
    fine_mV = e_mV + steady_mV[:, np.newaxis] * charged * left
    return np.asarray(fine_mV.reshape(len(steady_mV), -1, substeps).mean(axis=2))


def _simulated_mV(problem: BenchmarkProblem, folder: Path) -> FloatArray:
    """Return the voltages of the true model, shape (n_sweep, n_sample), mV."""
    target, command = problem.target, commands_pA(problem)
    stimulus = Recording(
        problem.name, np.zeros_like(command), command, target.step_ms, current_is_command=True
    )
    config, window = fit_config(problem, folder), StimulusWindow(*target.window)
    by_neuron = target.made_by == "neuron"
    plan = plan_experiment(
        stimulus,
        window,
        range(len(command)),
        DEFAULT_DT_MS if by_neuron else config.step_ms,
        config.temperature_degC,
    )
    model = load_model(folder, folder)
    space = ParameterSpace.from_rows(model.parameters)
    table = space.to_model(truth_of(problem, space)[np.newaxis])
    simulator: Simulator
    if by_neuron:
        simulator = NeuronSimulator(model.cell_source, plan, n_worker=1)
    else:
        simulator = build_simulator(model.cell_source, plan, config)
    with simulator:
        traces = simulator.run(table)
    if not traces.ok.all():
        raise ModelError(
            f"the target of the problem {problem.name} was not simulated: {traces.messages[0]}"
        )
    return np.asarray(traces.voltage_mV[0])


def truth_of(problem: BenchmarkProblem, space: ParameterSpace) -> FloatArray:
    """Return the true model, shape (n_param,), search coordinates."""
    values = [problem.truth[name] for name in space.names]
    return np.asarray(space.from_model(np.array([values]))[0])
