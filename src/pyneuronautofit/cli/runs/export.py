"""`export RUN`: the files of a run, finished or not, out of its store."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from pyneuronautofit._options import MODEL, RUN
from pyneuronautofit._plugins import PluginOptions
from pyneuronautofit._text import listed_numbers, quoted, shortened
from pyneuronautofit._words import FOLDER, READ, RUN_NAME, text, whole
from pyneuronautofit.cli.outputs import check_outputs, run_inputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.runs.export_scores import about_fixed_steps
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_run import opened_run
from pyneuronautofit.database.starts import best_row, selected_rows
from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.exporters.exporting import Order, export_models
from pyneuronautofit.exporters.kind import ExportKind
from pyneuronautofit.exporters.protocol import Protocol
from pyneuronautofit.exporters.table import EXPORTS, read_kinds
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
    cell_recorded,
    export_results,
    write_csv,
    write_parquet,
)
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.simulators import Experiment, plan_experiment

_log = logging.getLogger(__name__)

DESCRIPTION = """Writes the result files of a run, which may be running, finished or killed.

-final.json, -arXive.json and -chpnt.json are those that a run leaves at its end. --scripts writes
STAMP-model_0007.py and the like: NEURON scripts that rebuild one model and replay one sweep, and
need nothing of this package. --as writes folders STAMP-model_0007-hoc and the like: the model for
another program, which has replayed the fitted sweeps; if its voltages are not those of the model,
that is an error. --sbi simulates draws from the parameters' ranges, for the package sbi
(simulation-based inference). With --as or --sbi no other files are written unless asked for."""

_TABLES: Mapping[str, tuple[str, Callable[[Path, RunReader], None]]] = MappingProxyType(
    {
        "csv": ("-evaluations.csv", write_csv),
        "parquet": ("-evaluations.parquet", write_parquet),
    }
)
_FORMATS = ("json", *_TABLES)
_USUAL = "json,csv"
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
        "(default: json,csv; with --as or --sbi none)",
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
    kinds: str | None = option(
        None,
        "--as",
        group=MODEL,
        metavar="NAMES",
        parse=text,
        help=f"write models for other programs, with a proof: some of {','.join(EXPORTS)}",
    )
    models: str | None = option(
        None,
        "--models",
        group=MODEL,
        metavar="ROWS",
        parse=text,
        help="evaluations that --as writes, as of --scripts (default: the one with the least "
        "weighted sum of all components)",
    )
    engines: str | None = option(
        None,
        "--engines",
        group=MODEL,
        metavar="PYTHON",
        parse=READ,
        help="the Python that has what --as needs (default: this one)",
    )
    sweep: int | None = option(
        None,
        "--sweep",
        group=MODEL,
        metavar="N",
        parse=whole,
        help="the sweep that scripts replay (default: that with the largest current), and the "
        "only one that proves what --as writes (default: all that were fitted)",
    )
    recording: str | None = option(
        None,
        "--recording",
        group=MODEL,
        metavar="NAME",
        parse=text,
        help="the name of the recording whose sweeps are replayed; of several cells it says whose "
        "model is written (default: the first)",
    )
    output: str | None = option(
        None,
        "-o",
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
        wanted = _USUAL if config.kinds is None and config.sbi is None else ""
    names = (name.strip() for name in wanted.split(","))
    formats = list(dict.fromkeys(name for name in names if name))
    if not set(formats) <= set(_FORMATS):
        raise UsageError(f"--formats {shortened(wanted)}: expected some of {quoted(_FORMATS)}")
    kinds = () if config.kinds is None else read_kinds(config.kinds)
    if config.models is not None and not kinds:
        raise UsageError("--models says what --as writes: give --as, too, or --scripts instead")
    screen = Screen()
    with logging_to_screen(), opened_run(config.run) as opened:
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
        if kinds:
            written += _write_exports(opened, files, kinds, config)
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
    cell = _cell(opened, config)
    scripts = {row: _script(files, row, cell) for row in rows}
    sbi = [] if config.sbi is None else files_of(Path(config.sbi))
    check_outputs(
        config,
        reads=run_inputs(opened),
        writes=[*writes, *scripts.values(), *sbi],
        remade=opened.path,
    )
    for row, path in scripts.items():
        if path.exists() and f"\nTITLE = {_title(opened, row, cell)!r}\n" not in _head(path):
            raise UsageError(
                f"{path} is there, and is not the script of this run: choose another folder with "
                "--output, so that it is not lost"
            )


def _cell(opened: RunReader, config: ExportConfig) -> str:
    """Return the cell whose models are written; "" where all recordings are of one."""
    header = opened.info.header
    return cell_recorded(header.evaluation, header.target, config.recording)


def _script(files: RunFiles, row: int, cell: str) -> Path:
    of_cell = cell and f"-{cell}"
    return files.folder / f"{files.stamp}-model_{row:04d}{of_cell}.py"


def _title(opened: RunReader, row: int, cell: str) -> str:
    of_cell = cell and f", cell {cell}"
    return f"Evaluation {row} of the run {opened.path.stem}{of_cell}"


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
    part = _part(again.problem, config.recording)
    sweep = _sweep(again, part, config.sweep)
    if part.cell:
        _note_cell("scripts", part.cell)
    paths = []
    for row, value in zip(rows, part.table_of(values).values, strict=True):
        path, source = _script(files, row, part.cell), again.model.cell_source
        model = FittedModel(_title(opened, row, part.cell), source, part.own_space, value)
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


def _write_exports(
    opened: RunReader, files: RunFiles, kinds: Sequence[ExportKind], config: ExportConfig
) -> list[Path]:
    again = open_again(opened, config.project)
    if config.models is None:
        rows = [best_row(opened, again.problem.weights)]
    else:
        rows = list(dict.fromkeys(selected_rows(opened, config.models, "--models")))
    values = opened.evaluations(np.array(rows, dtype=np.int64)).parameters
    problem = _part(again.problem, config.recording)
    if problem.cell:
        _note_cell("--as", problem.cell)
    places = list(problem.suite.sweeps)
    if config.sweep is not None:
        places = [_place(problem, config.sweep)]
    numbers = tuple(problem.recording.numbers[place] for place in places)
    order = Order(
        kinds,
        {
            _script(files, row, problem.cell).stem: FittedModel(
                _title(opened, row, problem.cell), again.model.cell_source, problem.own_space, value
            )
            for row, value in zip(rows, problem.table_of(values).values, strict=True)
        },
        Protocol(problem.recording.name, numbers, _experiment(again, problem, places)),
        files.folder,
        config.engines or sys.executable,
    )
    written = export_models(order)
    for note in about_fixed_steps(opened, again.problem, rows):
        _log.warning("%s", note)
    return written


def _note_cell(written: str, cell: str) -> None:
    _log.info(
        "%s: models of the cell %s; --recording names one of another cell",
        written,
        cell,
        extra={"notice": True},
    )


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
    else:
        place = _place(problem, asked)
    experiment = _experiment(again, problem, [place])
    return Sweep(recording.name, recording.numbers[place], experiment)


def _place(problem: Problem, asked: int) -> int:
    """Return the position of a sweep in its recording."""
    numbers = problem.recording.numbers
    if asked not in numbers:
        raise UsageError(f"--sweep {asked}: the recording has the sweeps {listed_numbers(numbers)}")
    return numbers.index(asked)


def _experiment(again: OpenedFit, problem: Problem, places: Sequence[int]) -> Experiment:
    """Plan the simulation of some sweeps, under a fixed step."""
    recording = problem.recording
    return plan_experiment(
        recording,
        stimulus_on(problem.stimulus, problem.target, recording),
        places,
        again.config.step_ms,
        again.config.temperature_degC,
    )
