"""`export RUN`: the files of a run, finished or not, out of its store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from pyneuronautofit._options import MODEL, RUN
from pyneuronautofit._text import quoted
from pyneuronautofit.cli.logs import logging_to_screen
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.database import parse_selection
from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.fit import (
    FittedModel,
    KnownProjectOptions,
    OpenedFit,
    Sweep,
    open_again,
    option,
    stimulus_on,
    write_script,
)
from pyneuronautofit.runs import (
    RunFiles,
    RunReader,
    export_results,
    open_run,
    write_csv,
    write_parquet,
)
from pyneuronautofit.simulators import plan_experiment

_log = logging.getLogger(__name__)

DESCRIPTION = """Writes the result files of a run, which may be running, finished or killed.

-final.json, -arXive.json and -chpnt.json are those that a run leaves at its end. --scripts writes
model_0007.py and the like: NEURON scripts that rebuild one model and replay one sweep, and need
nothing of this package."""

_TABLES: Mapping[str, tuple[str, Callable[[Path, RunReader], None]]] = MappingProxyType(
    {
        "csv": ("-evaluations.csv", write_csv),
        "parquet": ("-evaluations.parquet", write_parquet),
    }
)
_FORMATS = ("json", *_TABLES)


@dataclass(frozen=True, kw_only=True)
class ExportConfig(KnownProjectOptions):
    """What is written of a run."""

    run: str = option(
        "", group="", metavar="RUN", parse=str, help="a run's stamp, or its .sqlite file"
    )
    formats: str = option(
        "json,csv",
        "--formats",
        group=RUN,
        metavar="NAMES",
        parse=str,
        help="json: the files that a run leaves; csv, parquet: a table of all evaluations",
    )
    weights: bool = option(
        False,
        "-Z",
        "--Krayzman-debug",
        group=RUN,
        help="write the adaptation of the weights, -KrWtLg.json, also where the run had no -Z",
    )
    scripts: str | None = option(
        None,
        "--scripts",
        group=MODEL,
        metavar="ROWS",
        parse=str,
        help="evaluations of which NEURON scripts are written: numbers or half-open ranges such "
        "as 7,12:15",
    )
    sweep: int | None = option(
        None,
        "--sweep",
        group=MODEL,
        metavar="N",
        parse=int,
        help="the sweep that scripts replay (default: that with the largest current)",
    )
    output: str | None = option(
        None, "--output", group=RUN, metavar="DIR", parse=str, help="where to (default: the run's)"
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Export a run and return the exit code."""
    config = parse_config(ExportConfig, argv, prog, DESCRIPTION)
    formats = [name.strip() for name in config.formats.split(",") if name.strip()]
    unknown = [name for name in formats if name not in _FORMATS]
    if unknown:
        raise UsageError(f"--formats {config.formats}: expected some of {quoted(_FORMATS)}")
    screen = Screen()
    with logging_to_screen(), open_run(config.run) as opened:
        for loss in opened.losses:
            _log.warning("%s is damaged: %s", opened.path, loss)
        folder = opened.path.parent if config.output is None else Path(config.output)
        files = RunFiles(folder, opened.path.stem)
        _make(folder)
        written = _write_json(opened, files, config) if "json" in formats else []
        for name in formats:
            if name in _TABLES:
                ending, write = _TABLES[name]
                path = folder / f"{files.stamp}{ending}"
                write(path, opened)
                written.append(path)
        if config.scripts is not None:
            written += _write_scripts(opened, folder, config)
        for path in written:
            screen.print(str(path), soft_wrap=True, markup=False, highlight=False)
    return 0


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"the output folder {folder} cannot be made: {error.strerror}. Choose another with "
            "--output"
        ) from error


def _write_json(opened: RunReader, files: RunFiles, config: ExportConfig) -> list[Path]:
    wanted = config.weights or bool(opened.info.settings.get("krayzman_debug"))
    problems = export_results(opened, files, checkpoint=True, adaptations=wanted)
    if problems:
        raise problems[0]
    kinds = (files.final, files.evaluations, files.checkpoint, files.adaptations)
    return [path for path in kinds if path.exists()]


def _write_scripts(opened: RunReader, folder: Path, config: ExportConfig) -> list[Path]:
    rows = [
        row
        for part in parse_selection(config.scripts or "")
        for row in ([part] if isinstance(part, int) else part)
    ]
    values = opened.evaluations(np.array(rows, dtype=np.int64)).parameters
    again = open_again(opened, config.project)
    sweep = _sweep(again, config.sweep)
    paths = []
    for row, value in zip(rows, values, strict=True):
        path = folder / f"model_{row:04d}.py"
        title = f"Evaluation {row} of the run {opened.path.stem}"
        space = again.problem.space
        write_script(path, FittedModel(title, again.model.cell_source, space, value), sweep)
        paths.append(path)
    return paths


def _sweep(again: OpenedFit, asked: int | None) -> Sweep:
    """Return the sweep that scripts replay, under a fixed step."""
    problem, recording = again.problem, again.problem.recording
    number = asked
    if number is None:
        current = recording.current_pA[list(problem.suite.sweeps)].max(axis=1)
        number = problem.suite.sweeps[int(np.argmax(current))]
    if not 0 <= number < recording.n_sweep:
        raise UsageError(
            f"--sweep {number}: the recording has the sweeps 0 to {recording.n_sweep - 1}"
        )
    experiment = plan_experiment(
        recording,
        stimulus_on(problem.stimulus, problem.target, recording),
        [number],
        again.config.step_ms,
        again.config.temperature_degC,
    )
    return Sweep(recording.name, number, experiment)
