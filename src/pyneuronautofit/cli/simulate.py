"""`simulate MODELS RECORDING -o OUT.npz`: models under a recording's currents."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from pyneuronautofit._atomic import replacing
from pyneuronautofit._types import FloatArray
from pyneuronautofit.cli.logs import logging_to_screen
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored import StoredModelsOptions
from pyneuronautofit.database import StoredModels
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fit import (
    build_simulator,
    open_recording,
    option,
    stimulus_window,
)
from pyneuronautofit.fit.common import RUN
from pyneuronautofit.models import load_model
from pyneuronautofit.simulators import RunStatus, Simulator, Traces, plan_experiment
from pyneuronautofit.simulators._base import gather
from pyneuronautofit.space import ParameterTable

_log = logging.getLogger(__name__)

DESCRIPTION = """Runs models under a recording's currents and writes their voltages.

MODELS is a model database or a run's file. OUT.npz holds voltage [model, sweep, sample] in mV, dt
(the recorded step, ms), status (one word per model, OK where it was simulated) and id."""


@dataclass(frozen=True, kw_only=True)
class SimulateConfig(StoredModelsOptions):
    """A simulation of stored models."""

    out: str | None = option(
        None, "-o", "--out", group=RUN, metavar="OUT.npz", parse=str, help="where to write"
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Simulate, write, and return the exit code."""
    config = parse_config(SimulateConfig, argv, prog, DESCRIPTION)
    if config.out is None:
        raise UsageError("-o is missing: expected the .npz file to write the voltages to")
    if not Path(config.out).absolute().parent.is_dir():
        raise UsageError(f"-o {config.out}: the folder {Path(config.out).parent} does not exist")
    screen = Screen()
    with logging_to_screen("INFO"):
        stored = config.read_models()
        recording = open_recording(config)
        window = stimulus_window(config, recording)
        model = load_model(config.project_path(), Path.cwd())
        experiment = plan_experiment(
            recording, window, range(recording.n_sweep), config.dt, config.temperature_of(stored)
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


def _simulate(
    simulator: Simulator, table: ParameterTable, shape: tuple[int, int, int], screen: Screen
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
