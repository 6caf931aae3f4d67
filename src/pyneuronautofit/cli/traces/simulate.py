"""`simulate MODELS RECORDING -o OUT.npz`: models under a recording's currents."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.progress import track
from rich.table import Table

from pyneuronautofit._atomic import replacing
from pyneuronautofit._native import isa
from pyneuronautofit._options import RUN, one_of, option, same_option
from pyneuronautofit._words import WRITTEN
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_model import model_of
from pyneuronautofit.cli.traces.stored import StoredModelsOptions
from pyneuronautofit.database import StoredModels
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import build_simulator, open_recording, stimulus_window
from pyneuronautofit.models import CellSource
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.simulators import (
    Experiment,
    NeuronSimulator,
    RunStatus,
    Simulator,
    Traces,
    compare_sweep,
    gather,
    plan_experiment,
    worst,
)

_log = logging.getLogger(__name__)

DESCRIPTION = """Runs models under a recording's currents and writes their voltages.

MODELS is a model database or a run's file. OUT.npz holds voltage [model, sweep, sample] in mV, dt
(the recorded step, ms), status (one word per model, OK where it was simulated) and id. With
--simulator both, the batch simulator and NEURON are compared: voltage is the batch simulator's and
voltage_neuron NEURON's."""


@dataclass(frozen=True, kw_only=True)
class SimulateConfig(StoredModelsOptions):
    """A simulation of stored models."""

    simulator: str | None = same_option(
        StoredModelsOptions,
        "simulator",
        check=one_of("batch", "neuron", "both"),
        help="batch: generated code, many models at a time; neuron: the reference; both: compare "
        "them (default: batch, and neuron for a model that it cannot simulate)",
    )
    out: str | None = option(
        None, "-o", "--out", group=RUN, metavar="OUT.npz", parse=WRITTEN, help="where to write"
    )
    #: Whether NEURON is there for the comparison; no flag of its own.
    compared: bool = False


def run(argv: Sequence[str], prog: str) -> int:
    """Simulate, write, and return the exit code."""
    config = parse_config(SimulateConfig, argv, prog, DESCRIPTION)
    isa.require(config.isa)
    if config.out is None:
        raise UsageError("-o is missing: expected the .npz file to write the voltages to")
    if not Path(config.out).absolute().parent.is_dir():
        raise UsageError(f"-o {config.out}: the folder {Path(config.out).parent} does not exist")
    screen, out = Screen(config.out), Path(config.out)
    with logging_to_screen("INFO"):
        stored = config.read_models()
        config = _taking(config, stored)
        recording = open_recording(config)
        window = stimulus_window(config, recording, shown=True)
        model = model_of(config, stored, config.models)
        experiment = plan_experiment(
            recording,
            window,
            range(recording.n_sweep),
            config.step_ms,
            config.temperature_of(stored),
        )
        simulated = [
            _simulate(each, model.cell_source, experiment, stored, screen)
            for each in _configs(config)
        ]
    _write(out, simulated, recording.step_ms, stored)
    if len(simulated) > 1:
        _print_comparison(screen, simulated, recording.step_ms, stored)
    screen.print(f"voltages in {out}", soft_wrap=True)
    return 0


def _taking(config: SimulateConfig, stored: StoredModels) -> SimulateConfig:
    """Return options that take the recording as the models had it, if they all had it alike."""
    ways = [config.taking_as(model.evaluation) for model in stored.models]
    if all(way == ways[0] for way in ways):
        return ways[0]
    _log.warning(
        "the models were fitted to recordings that were taken in different ways (their sweeps, "
        "corrections or channels); here the options of this command alone count"
    )
    return config


def _configs(config: SimulateConfig) -> list[SimulateConfig]:
    """Return the config, or one for each of both simulators."""
    if config.simulator != "both":
        return [config]
    return [
        replace(config, simulator="batch"),
        # NEURON has but one precision.
        replace(config, simulator="neuron", precision="double", compared=True),
    ]


def _simulator(config: SimulateConfig, source: CellSource, experiment: Experiment) -> Simulator:
    if config.compared:
        return NeuronSimulator(source, experiment, config.n_worker, config.time_limit_s)
    return build_simulator(source, experiment, config)


def _simulate(
    config: SimulateConfig,
    source: CellSource,
    experiment: Experiment,
    stored: StoredModels,
    screen: Screen,
) -> Traces:
    """Simulate all models and say how it went."""
    table = stored.table()
    with _simulator(config, source, experiment) as simulator:
        simulator.check(table)
        began = time.monotonic()
        blocks = track(
            simulator.stream(table),
            "simulating",
            total=len(table),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
        )
        traces = gather(iter(blocks), len(table), experiment.n_sweep, experiment.n_sample)
        seconds = time.monotonic() - began
        description = simulator.description
    for model, status, message in zip(stored.models, traces.status, traces.messages, strict=True):
        if status is not RunStatus.OK:
            screen.print(f"model {model.number}: {status.value}: {message}", soft_wrap=True)
    n_ok = int(traces.ok.sum())
    speed = n_ok * experiment.cell_ms / seconds
    screen.print(
        f"{n_ok} of {len(table)} models simulated in {seconds:.1f} s: {speed:.0f} cell-ms per "
        f"second ({description})",
        soft_wrap=True,
    )
    return traces


def _print_comparison(
    screen: Screen, simulated: Sequence[Traces], step_ms: float, stored: StoredModels
) -> None:
    """Print, for every model, how far both simulators are apart."""
    batch, neuron = simulated
    table = Table(title="the batch simulator against NEURON, the worst of each model's sweeps")
    for column in ("model", "before spikes (mV)", "anywhere (mV)", "spikes", "spike times (ms)"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for place, model in enumerate(stored.models):
        if not (batch.ok[place] and neuron.ok[place]):
            status = (batch.status[place].name, neuron.status[place].name)
            table.add_row(str(model.number), "", "", " / ".join(status), "")
            continue
        sweeps = zip(batch.voltage_mV[place], neuron.voltage_mV[place], strict=True)
        found = worst([compare_sweep(*pair, step_ms) for pair in sweeps])
        one, other = found.n_spike
        spikes = "the same" if one == other else f"{one} / {other}"
        table.add_row(
            str(model.number),
            _number(found.quiet_mV),
            _number(found.largest_mV),
            spikes,
            _number(found.shift_ms),
        )
    screen.print(table)


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2g}"


def _write(path: Path, simulated: Sequence[Traces], step_ms: float, stored: StoredModels) -> None:
    voltages = {
        name: traces.voltage_mV
        for name, traces in zip(("voltage", "voltage_neuron"), simulated, strict=False)
    }
    with replacing(path) as stream:
        np.savez(
            stream,
            dt=step_ms,
            status=np.array([status.name for status in simulated[0].status]),
            id=np.array([model.number for model in stored.models]),
            **voltages,  # type: ignore[arg-type]
        )
