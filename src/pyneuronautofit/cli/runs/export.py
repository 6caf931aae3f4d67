"""`export RUN`: the files of a run, finished or not, out of its store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from pyneuronautofit._options import MODEL, RUN
from pyneuronautofit._plugins import PluginOptions
from pyneuronautofit._text import listed_numbers, quoted, shortened
from pyneuronautofit._words import FOLDER, RUN_NAME, text, whole
from pyneuronautofit.cli.outputs import check_outputs, run_inputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.database.starts import selected_rows
from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.fitting import (
    FittedModel,
    KnownProjectOptions,
    OpenedFit,
    Problem,
    Sweep,
    open_again,
    option,
    stimulus_on,
    write_script,
)
from pyneuronautofit.fitting.for_sbi import (
    Inference,
    SbiOptions,
    files_of,
    head_of,
    said_of,
    simulate_prior,
    write_folder,
)
from pyneuronautofit.runs import (
    RunFiles,
    RunReader,
    export_results,
    open_run,
    write_csv,
    write_parquet,
)
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.simulators import plan_experiment

_log = logging.getLogger(__name__)

DESCRIPTION = """Writes the result files of a run, which may be running, finished or killed.

-final.json, -arXive.json and -chpnt.json are those that a run leaves at its end. --scripts writes
STAMP-model_0007.py and the like: NEURON scripts that rebuild one model and replay one sweep, and
need nothing of this package. --sbi simulates draws from the parameters' ranges, for the package sbi
(simulation-based inference); then no other files are written unless --formats or --scripts asks."""

_TABLES: Mapping[str, tuple[str, Callable[[Path, RunReader], None]]] = MappingProxyType(
    {
        "csv": ("-evaluations.csv", write_csv),
        "parquet": ("-evaluations.parquet", write_parquet),
    }
)
_FORMATS = ("json", *_TABLES)
# What says of which run a script is stands in its first line.
_HEAD = 8000


@dataclass(frozen=True, kw_only=True)
class ExportConfig(KnownProjectOptions, PluginOptions, SbiOptions):
    """What is written of a run."""

    run: str = option(
        "", group="", metavar="RUN", parse=RUN_NAME, help="a run's stamp, or its .sqlite file"
    )
    formats: str | None = option(
        None,
        "--formats",
        group=RUN,
        metavar="NAMES",
        parse=text,
        help="json: the files that a run leaves; csv, parquet: a table of all evaluations "
        "(default: json,csv; with --sbi none)",
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
        parse=text,
        help="evaluations of which NEURON scripts are written: numbers or half-open ranges such "
        "as 7,12:15",
    )
    sweep: int | None = option(
        None,
        "--sweep",
        group=MODEL,
        metavar="N",
        parse=whole,
        help="the sweep that scripts replay (default: that with the largest current)",
    )
    recording: str | None = option(
        None,
        "--recording",
        group=MODEL,
        metavar="NAME",
        parse=text,
        help="the name of the recording whose sweep scripts replay (default: the first)",
    )
    output: str | None = option(
        None,
        "--output",
        group=RUN,
        metavar="DIR",
        parse=FOLDER,
        help="where to (default: the run's)",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Export a run and return the exit code."""
    config = parse_config(ExportConfig, argv, prog, DESCRIPTION)
    wanted = config.formats
    if wanted is None:
        wanted = "json,csv" if config.sbi is None else ""
    names = (name.strip() for name in wanted.split(","))
    formats = list(dict.fromkeys(name for name in names if name))
    if not set(formats) <= set(_FORMATS):
        raise UsageError(f"--formats {shortened(wanted)}: expected some of {quoted(_FORMATS)}")
    screen = Screen()
    with logging_to_screen(), open_run(config.run) as opened:
        for loss in opened.losses:
            _log.warning("%s is damaged: %s", opened.path, loss)
        folder = opened.path.parent if config.output is None else Path(config.output)
        files = RunFiles(folder, opened.path.stem)
        rows = [] if config.scripts is None else selected_rows(opened, config.scripts, "--scripts")
        _check(config, opened, files, formats, rows)
        _make(folder)
        written = _write_json(opened, files, config) if "json" in formats else []
        for name in formats:
            if name in _TABLES:
                ending, write = _TABLES[name]
                path = folder / f"{files.stamp}{ending}"
                write(path, opened)
                written.append(path)
        if config.scripts is not None:
            written += _write_scripts(opened, files, rows, config)
        if config.sbi is not None:
            written += _write_for_sbi(opened, Path(config.sbi), config, screen)
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


def _check(
    config: ExportConfig,
    opened: RunReader,
    files: RunFiles,
    formats: Sequence[str],
    rows: Sequence[int],
) -> None:
    """Refuse to write over what is not this run's."""
    if files.store.exists() and not files.store.samefile(opened.path):
        raise UsageError(
            f"--output {files.folder}: another run of the stamp {files.stamp} is there; choose "
            "another folder, so that its files are not lost"
        )
    endings = [_TABLES[name][0] for name in formats if name in _TABLES]
    writes = [files.folder / f"{files.stamp}{ending}" for ending in endings]
    if "json" in formats:
        writes += [files.final, files.evaluations, files.checkpoint, files.adaptations]
    scripts = {row: _script(files, row) for row in rows}
    sbi = [] if config.sbi is None else files_of(Path(config.sbi))
    check_outputs(
        config,
        reads=run_inputs(opened),
        writes=[*writes, *scripts.values(), *sbi],
        remade=opened.path,
    )
    for row, path in scripts.items():
        if path.exists() and f"\nTITLE = {_title(opened, row)!r}\n" not in _head(path):
            raise UsageError(
                f"{path} is there, and is not the script of this run: choose another folder with "
                "--output, so that it is not lost"
            )


def _script(files: RunFiles, row: int) -> Path:
    return files.folder / f"{files.stamp}-model_{row:04d}.py"


def _title(opened: RunReader, row: int) -> str:
    return f"Evaluation {row} of the run {opened.path.stem}"


def _head(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return lines.read(_HEAD)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error


def _write_scripts(
    opened: RunReader, files: RunFiles, rows: Sequence[int], config: ExportConfig
) -> list[Path]:
    values = opened.evaluations(np.array(rows, dtype=np.int64)).parameters
    again = open_again(opened, config.project)
    sweep = _sweep(again, _part(again.problem, config.recording), config.sweep)
    paths = []
    for row, value in zip(rows, values, strict=True):
        path, source = _script(files, row), again.model.cell_source
        model = FittedModel(_title(opened, row), source, again.problem.space, value)
        write_script(path, model, sweep)
        paths.append(path)
    return paths


def _write_for_sbi(
    opened: RunReader, folder: Path, config: ExportConfig, screen: Screen
) -> list[Path]:
    again = open_again(opened, config.project)
    with again.problem.opened():
        data = simulate_prior(again.problem, config.simulations, config.sbi_seed)
    write_folder(folder, Inference(opened.path.stem, head_of(opened), config.sbi_seed, data))
    screen.print(said_of(data), soft_wrap=True, markup=False, highlight=False)
    return files_of(folder)


def _part(problem: Problem, name: str | None) -> Problem:
    """Return the problem on the recording that scripts replay."""
    parts = {part.recording.name: part for part in problem.parts}
    if name is None:
        return problem
    if name not in parts:
        raise UsageError(f"--recording {name}: the run was fitted to {quoted(parts)}")
    return parts[name]


def _sweep(again: OpenedFit, problem: Problem, asked: int | None) -> Sweep:
    """Return the sweep that scripts replay, under a fixed step."""
    recording = problem.recording
    if asked is None:
        current = recording.current_pA[list(problem.suite.sweeps)].max(axis=1)
        place = problem.suite.sweeps[int(np.argmax(current))]
    elif asked in recording.numbers:
        place = recording.numbers.index(asked)
    else:
        raise UsageError(
            f"--sweep {asked}: the recording has the sweeps {listed_numbers(recording.numbers)}"
        )
    experiment = plan_experiment(
        recording,
        stimulus_on(problem.stimulus, problem.target, recording),
        [place],
        again.config.step_ms,
        again.config.temperature_degC,
    )
    return Sweep(recording.name, recording.numbers[place], experiment)
