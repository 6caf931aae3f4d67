"""What the simulators are compared on, and how: models, currents, clocks, tables."""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit import simulators
from pyneuronautofit.database import read_models
from pyneuronautofit.models import CellSource, load_model
from pyneuronautofit.recordings import (
    Recording,
    StimulusWindow,
    detect_stimulus,
    read_recording,
    stimulus_from_times,
)
from pyneuronautofit.simulators import Experiment, NeuronSimulator, Simulator, plan_experiment
from pyneuronautofit.space import ParameterSpace, ParameterTable

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
EXAMPLES = ROOT / "examples" / "experimentaldata"
DT_MS = 0.025
DEFAULT_DEGC = 35.0
N_MODEL = 24
# Of the width of the searched interval, in search coordinates: small enough to spike like before.
PERTURBATION = 0.002
#: How the simulators are named in tables, and in the option --simulators.
SIMULATORS = ("neuron", "batch-double", "batch-single")


@dataclass(frozen=True)
class Workload:
    """Models, and the currents that they get.

    Attributes
    ----------
    recording, path, window
        Whose currents are taken, its file, its stimulus.
    source
        The built-in cell.
    space
        Its searched parameters.
    x : array, shape (n_model, n_param), search coordinates
        The models.
    experiment
        All sweeps of the recording.
    """

    recording: Recording
    path: Path
    window: StimulusWindow
    source: CellSource
    space: ParameterSpace
    x: np.ndarray
    experiment: Experiment

    @property
    def table(self) -> ParameterTable:
        """The models."""
        return self.space.to_model(self.x)

    def candidates(self, n_cand: int, seed: int = 1) -> np.ndarray:
        """Return search coordinates of as many models: the given ones, then perturbed ones."""
        return perturbed(self.space, self.x, n_cand, seed)


def perturbed(space: ParameterSpace, x: np.ndarray, n_cand: int, seed: int) -> np.ndarray:
    """Repeat models; every repetition after the first is moved a little, and stays in bounds."""
    rows = np.resize(np.arange(len(x)), n_cand)
    low, high = space.bounds(x[rows])
    steps = PERTURBATION * (high - low) * np.random.default_rng(seed).normal(size=low.shape)
    steps[: len(x)] = 0.0
    return space.clip(x[rows] + steps)


def add_workload_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `open_workload` reads."""
    shared = SHARED / "File_axon_5.abf"
    models = SHARED / "P07-models-sample.json"
    parser.add_argument(
        "--recording",
        type=Path,
        default=shared if shared.is_file() else EXAMPLES / "TC-example.abf",
        help="whose currents are taken",
    )
    parser.add_argument("--stimulus", type=float, nargs=2, help="its start and end in ms")
    parser.add_argument(
        "--models",
        type=Path,
        default=models if models.is_file() else EXAMPLES / "TC-example-truth.json",
        help="a model database; of a single model perturbed copies are made",
    )


def open_workload(words: argparse.Namespace, folder: Path) -> Workload:
    """Read what the options name; `folder` has no project file and no compiled channels."""
    recording = read_recording(words.recording)
    if words.stimulus:
        window = stimulus_from_times(
            words.stimulus[0], words.stimulus[1], recording.step_ms, recording.n_sample
        )
    else:
        window = detect_stimulus(recording.current_pA, recording.step_ms, recording.name)
    model = load_model(None, folder)
    space = ParameterSpace.from_rows(model.parameters)
    stored = read_models(words.models)
    x = space.from_model(stored.values_for(space))
    x = perturbed(space, x, N_MODEL, 1) if len(x) == 1 else x
    degC = stored.temperature_degC or DEFAULT_DEGC
    plan = plan_experiment(recording, window, range(recording.n_sweep), DT_MS, degC)
    print(
        f"{len(x)} models of {words.models.name}, {plan.n_sweep} sweeps of {plan.n_sample} samples "
        f"of {words.recording.name}, dt {plan.clock.dt_ms:g} ms, {degC:g} degC\n",
        flush=True,
    )
    return Workload(recording, words.recording, window, model.cell_source, space, x, plan)


def shortened(experiment: Experiment, n_sweep: int | None = None, part: float = 1.0) -> Experiment:
    """Return the experiment with so many sweeps, and transient and sweeps cut to a part."""
    n_sample = max(round(part * experiment.n_sample), 1)
    rows = np.resize(np.arange(experiment.n_sweep), n_sweep or experiment.n_sweep)
    return replace(
        experiment,
        current_pA=experiment.current_pA[rows, :n_sample],
        holding_pA=experiment.holding_pA[rows],
        transient_ms=part * experiment.transient_ms,
    )


def transient_in_sweep(experiment: Experiment) -> Experiment:
    """Return an experiment in which every sweep has its own transient, as its first part.

    Of the transient proper one sample is left.
    """
    step_ms = experiment.clock.step_ms
    n_before = round(experiment.transient_ms / step_ms)
    before = np.repeat(experiment.holding_pA[:, None], n_before, axis=1)
    current = np.concatenate([before, experiment.current_pA], axis=1)
    return replace(experiment, current_pA=current, transient_ms=step_ms)


def own_transient_ms(experiment: Experiment) -> float:
    """Return the time of one candidate if each of its sweeps had a transient of its own, ms."""
    sweep_ms = experiment.n_sample * experiment.clock.step_ms
    return experiment.n_sweep * (experiment.transient_ms + sweep_ms)


def axon_segments(table: ParameterTable) -> np.ndarray:
    """Return the axon's segments of every model, by the rule of the built-in cell's `setcable`."""
    names = [paths[0].text for paths in table.targets]
    length, diameter, resistance = (
        table.values[:, names.index(name)] for name in ("axon.L", "axon.diam", "axon.Ra")
    )
    per_um = 1e-5 * np.sqrt(4 * math.pi * 100.0 * resistance)
    lengths = length * math.sqrt(2) * per_um / np.sqrt(2 * diameter)
    return 2 * ((lengths / 0.1 + 0.9) / 2).astype(int) + 1


def available(names: Sequence[str]) -> list[str]:
    """Return the simulators that exist, and say so if the batch simulator does not."""
    if hasattr(simulators, "BatchSimulator"):
        return list(names)
    print("(the batch simulator is left out: this version has none)\n", flush=True)
    return [name for name in names if not name.startswith("batch")]


def make_simulator(
    name: str, source: CellSource, experiment: Experiment, n_worker: int
) -> Simulator:
    """Make one of `SIMULATORS`."""
    if name == "neuron":
        return NeuronSimulator(source, experiment, n_worker=n_worker)
    made: Any = simulators.BatchSimulator  # type: ignore[attr-defined, unused-ignore]
    precision = name.removeprefix("batch-")
    simulator: Simulator = made(source, experiment, n_worker=n_worker, precision=precision)
    return simulator


def timed(action: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return the seconds of the wall and of this process's CPU, and what the action returns."""
    wall, cpu = time.perf_counter(), time.process_time()
    value = action()
    return time.perf_counter() - wall, time.process_time() - cpu, value


def alternate(actions: Mapping[str, Callable[[], Any]], repeats: int) -> dict[str, list[Any]]:
    """Do all actions one after the other, and all of them again; return what they returned.

    A machine that is slower for some minutes is so for all of them.
    """
    found: dict[str, list[Any]] = {name: [] for name in actions}
    for repeat in range(repeats):
        for name, action in actions.items():
            found[name].append(action())
        print(f"<!-- repeat {repeat + 1} of {repeats}, load {load()} -->", flush=True)
    return found


def load() -> str:
    """Return how many processes want to run, on how many cores."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in Markdown."""
    print()
    print(f"| {' | '.join(head)} |")
    print("|---" * len(head) + "|")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


def spread(values: Sequence[float], digits: str = ".4g") -> str:
    """Return median and range in words."""
    low, high = min(values), max(values)
    return f"{float(np.median(values)):{digits}} ({low:{digits}} to {high:{digits}})"


def count_spikes(voltage_mV: np.ndarray) -> int:
    """Return the number of upward crossings of 0 mV of all traces."""
    above = voltage_mV > 0.0
    return int(np.count_nonzero(above[..., 1:] & ~above[..., :-1]))
