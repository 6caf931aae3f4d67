"""`simulate MODELS RECORDING -o OUT.npz`: models under a recording's currents."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from pyneuronautofit._atomic import replacing
from pyneuronautofit._types import FloatArray
from pyneuronautofit.cli.logs import logging_to_screen
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.database import StoredModels, parse_selection, read_models
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fit import (
    RecordingOptions,
    SimulationOptions,
    build_simulator,
    open_recording,
    option,
    stimulus_window,
)
from pyneuronautofit.fit.config import RUN
from pyneuronautofit.models import load_model
from pyneuronautofit.simulators import RunStatus, Simulator, Traces, plan_experiment
from pyneuronautofit.simulators._base import gather
from pyneuronautofit.space import ParameterTable

_log = logging.getLogger(__name__)

DESCRIPTION = """Runs models under a recording's currents and writes their voltages.

MODELS is a model database or a run's file. OUT.npz holds voltage [model, sweep, sample] in mV, dt
(the recorded step, ms), status (one word per model, OK where it was simulated) and id."""
_DEFAULT_DEGC = 35.0


@dataclass(frozen=True, kw_only=True)
class SimulateConfig(RecordingOptions, SimulationOptions):
    """A simulation of stored models."""

    models: str = option(
        "",
        group="",
        metavar="MODELS",
        parse=str,
        place=-1,
        help="a model database or a run's file",
    )
    temperature_degC: float | None = option(  # type: ignore[assignment]
        None,
        "-q",
        "--temperature",
        group="Model",
        metavar="TEMP",
        parse=float,
        help="temperature, degC (default: the database's, or 35)",
    )
    selection: str | None = option(
        None,
        "--models",
        group="Model",
        metavar="IDS",
        parse=str,
        help="ids or half-open ranges of ids such as 0,3,10:20 (default: all); positions where "
        "models have no ids",
    )
    out: str | None = option(
        None, "-o", "--out", group=RUN, metavar="OUT.npz", parse=str, help="where to write"
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Simulate, write, and return the exit code."""
    config = parse_config(SimulateConfig, argv, prog, DESCRIPTION)
    if config.out is None:
        raise UsageError("-o is missing: expected the .npz file to write the voltages to")
    screen = Console(highlight=False)
    with logging_to_screen("INFO"):
        stored = read_models(Path(config.models))
        if config.selection is not None:
            stored = stored.select(parse_selection(config.selection))
        recording = open_recording(config)
        window = stimulus_window(config, recording)
        model = load_model(None if config.project is None else Path(config.project), Path.cwd())
        experiment = plan_experiment(
            recording, window, range(recording.n_sweep), config.dt, _temperature(config, stored)
        )
        with build_simulator(model.cell_source, experiment, config) as simulator:
            table = stored.table()
            simulator.check(table)
            began = time.monotonic()
            shape = (len(table), experiment.n_sweep, experiment.n_sample)
            traces = _simulate(simulator, table, shape, screen)
            seconds = time.monotonic() - began
    _write(Path(config.out), traces, recording.step_ms, stored)
    n_ok = int(traces.ok.sum())
    for model_, status, message in zip(stored.models, traces.status, traces.messages, strict=True):
        if status is not RunStatus.OK:
            screen.print(f"model {model_.number}: {status.value}: {message}", soft_wrap=True)
    speed = n_ok * experiment.cell_ms / seconds
    screen.print(
        f"{n_ok} of {len(table)} models simulated in {seconds:.1f} s: {speed:.0f} cell-ms per "
        f"second; voltages in {config.out}",
        soft_wrap=True,
    )
    return 0


def _temperature(config: SimulateConfig, stored: StoredModels) -> float:
    for temperature in (config.temperature_degC, stored.temperature_degC):
        if temperature is not None:
            return temperature
    return _DEFAULT_DEGC


def _simulate(
    simulator: Simulator, table: ParameterTable, shape: tuple[int, int, int], screen: Console
) -> Traces:
    blocks = track(
        simulator.stream(table),
        "simulating",
        total=len(table),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    )
    return gather(iter(blocks), *shape)


def _write(path: Path, traces: Traces, step_ms: float, stored: StoredModels) -> None:
    voltage: FloatArray = traces.voltage_mV
    with replacing(path) as stream:
        np.savez(
            stream,
            voltage=voltage,
            dt=step_ms,
            status=np.array([status.name for status in traces.status]),
            id=np.array([model.number for model in stored.models]),
        )
