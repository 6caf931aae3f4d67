"""`final-check DATABASE ID|None [PATTERN...]`: models over their recordings, to be judged."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pyneuronautofit._native import isa
from pyneuronautofit._text import shortened
from pyneuronautofit._words import PATTERN, READ, whole
from pyneuronautofit.cli.databases.probing import watched
from pyneuronautofit.cli.databases.serving import Exhibition, RatingOptions, export_accepted, serve
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_model import model_of
from pyneuronautofit.cli.traces.stored import StoredModelsOptions, evaluations_beside
from pyneuronautofit.database import (
    Database,
    Journal,
    StoredModels,
    find_target,
    parse_selection,
    read_database,
)
from pyneuronautofit.database.journal import journal_path, model_digest
from pyneuronautofit.database.tools.reviewing import (
    ReviewBench,
    Reviewed,
    Subject,
    check_patterns,
    heading_of,
    paths_of,
    review,
    sweep_titles,
)
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import build_simulator, open_recording, option, stimulus_window
from pyneuronautofit.fitting.reduction import reduce_recording, stimulus_on
from pyneuronautofit.models import Model
from pyneuronautofit.plots import check_target
from pyneuronautofit.rating import Stage, sheet_paths
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.simulators import Simulator, plan_experiment

DESCRIPTION = """Draws the voltage of models over their recordings, all sweeps, at most eight a row.

ID is a model's id, or None for all. A figure is written to every PATTERN, in the format of its
suffix, with {} replaced by the id; without a pattern it is shown. The recordings that models were
fitted to are sought in --recordings, beside DATABASE, here and in ../experimentaldata.

With --serve a web page on this computer shows one model after the other, to be accepted or rejected
by keys; --accepted OUT writes the models that were accepted."""

_FAILED = 3


def one_or_all(text: str) -> int | None:
    """Read an id, or None."""
    if text.casefold() in {"none", "all"}:
        return None
    if not text.isdecimal():
        raise ArgumentTypeError(
            f"{shortened(repr(text))}: expected the id of a model, or None for all models"
        )
    return whole(text)


@dataclass(frozen=True, kw_only=True)
class FinalCheckConfig(StoredModelsOptions, RatingOptions):
    """Figures of models over their recordings."""

    models: str = option(
        "",
        group="",
        metavar="DATABASE",
        parse=READ,
        place=-1,
        help="a model database, or the file of a run",
    )
    number: int | None = option(
        None, group="", metavar="ID", parse=one_or_all, help="the id of a model, or None: all"
    )
    patterns: tuple[str, ...] = option(
        (), group="", metavar="PATTERN", parse=PATTERN, place=1,
        help="files to write, {} is replaced by the id",
    )  # fmt: skip
    recordings: str | None = option(
        None,
        "--recordings",
        group="Model",
        metavar="DIR",
        parse=READ,
        help="folder of the recordings that the models name",
    )
    #: Which recording follows from the models.
    recording: str = ""


def run(argv: Sequence[str], prog: str) -> int:
    """Draw, and return the exit code."""
    config = parse_config(FinalCheckConfig, argv, prog, DESCRIPTION)
    isa.require(config.isa)
    config.check_rating(len(config.patterns))
    screen = Screen(config.accepted, *config.patterns)
    with logging_to_screen("INFO"):
        database = _chosen(config)
        if config.accepted is not None:
            check_outputs(config, reads=sheet_paths(database.path))
            return export_accepted(config, database, Path(config.accepted), screen)
        if config.serve:
            return _serve(config, database, screen)
        return _draw(config, database, screen)


def _serve(config: FinalCheckConfig, database: Database, screen: Screen) -> int:
    """Let somebody rate the models, and return the exit code."""
    stored = database.stored
    # The page shows one recording for each model.
    found = [group for group in _recordings(config, database) if group.is_first]
    model = model_of(config, stored, config.models)
    stages: list[Stage] = []
    stage_of, headings = [0] * len(stored.models), [""] * len(stored.models)
    for number, group in enumerate(found):
        stages.append(_stage(group.config, model, group.path, stored))
        for place in group.places:
            stage_of[place] = number
            headings[place] = heading_of(database, place, group.path.name)
    return serve(config, Exhibition(database, headings, stages, stage_of), screen)


def _draw(config: FinalCheckConfig, database: Database, screen: Screen) -> int:
    """Draw figures, and return the exit code."""
    stored = database.stored
    check_patterns(config.patterns, len(stored.models))
    for pattern in config.patterns:
        check_target(paths_of([pattern], stored.models[0].number)[0])
    if not config.patterns:
        check_target(None)
    found = _recordings(config, database)
    drawn = [p for g in found for k in g.places for p in g.figures_of(stored.models[k].number)]
    paths = list(dict.fromkeys(group.path for group in found))
    journals = [journal_path(_output_of(config, path)) for path in paths if config.patterns]
    check_outputs(replace(config, patterns=()), reads=paths, writes=[*drawn, *journals])
    model = model_of(config, stored, config.models)
    reviewed: list[Reviewed] = []
    for group in found:
        reviewed += _review(group, database, model, screen)
    failed = [each for each in reviewed if each.problem]
    for lost in failed:
        screen.print(f"model {lost.number}: {lost.problem}", soft_wrap=True, markup=False)
    if config.patterns:
        n_drawn = len(reviewed) - len(failed)
        names = ", ".join(config.patterns)
        screen.print(f"{n_drawn} of {len(reviewed)} models drawn: {names}", soft_wrap=True)
    return _FAILED if len(failed) == len(reviewed) else 0


def _chosen(config: FinalCheckConfig) -> Database:
    """Read the database, with the models that were asked for."""
    database = read_database(Path(config.models))
    if config.number is not None and config.selection is not None:
        raise UsageError(f"ID {config.number} and --models exclude each other: give one of them")
    if config.number is not None:
        return database.select([config.number])
    if config.selection is not None:
        return database.select(parse_selection(config.selection))
    return database


class _Group(NamedTuple):
    """Models of one recording that was taken in one way.

    Attributes
    ----------
    config
        With which it is taken so.
    path
        The recording.
    is_first
        Whether it is the recording that they are called after; else it is one beside that.
    places
        Of the models.
    """

    config: FinalCheckConfig
    path: Path
    is_first: bool
    places: list[int]

    def figures_of(self, number: int) -> tuple[Path, ...]:
        """Return the files of a model; of further recordings their names end with theirs."""
        paths = paths_of(self.config.patterns, number)
        if self.is_first:
            return paths
        return tuple(path.with_stem(f"{path.stem}-{self.path.stem}") for path in paths)


def _recordings(config: FinalCheckConfig, database: Database) -> Sequence[_Group]:
    """Return the recordings with the places of their models; raises if one is not there."""
    folders = [] if config.recordings is None else [Path(config.recordings)]
    here = Path.cwd()
    folders += [database.path.parent, here, here.parent / "experimentaldata"]
    found: dict[tuple[FinalCheckConfig, Path, bool], list[int]] = {}
    for place, model in enumerate(database.stored.models):
        key = config.taking_as(model.evaluation), find_target(model.target, folders), True
        found.setdefault(key, []).append(place)
        for other in evaluations_beside(model.evaluation, config.models):
            path = find_target(str(other["target"]), [key[1].parent, *folders])
            found.setdefault((config.taking_as(other), path, False), []).append(place)
    return [_Group(*key, places) for key, places in found.items()]


def _review(group: _Group, database: Database, model: Model, screen: Screen) -> list[Reviewed]:
    """Draw the models that were fitted to one recording."""
    config, path, places = group.config, group.path, group.places
    stored = database.stored
    members = replace(stored, models=tuple(stored.models[place] for place in places))
    subjects = [
        Subject(
            stored.models[place].number,
            heading_of(database, place, path.name),
            group.figures_of(stored.models[place].number),
        )
        for place in places
    ]
    journal = _journal(config, model, path)
    bench = _bench(config, model, path, members)
    with bench.simulator:
        work = review(bench, members, subjects, journal, config.n_worker)
        reviewed = list(watched(screen, work, len(subjects), f"drawn for {path.name}"))
    if journal is not None:
        journal.remove()
    return reviewed


def _journal(config: FinalCheckConfig, model: Model, recording: Path) -> Journal | None:
    if not config.patterns:
        return None
    # What decides a figure, but for the model, which the journal adds.
    made_of = replace(config, number=None, selection=None, n_worker=None)
    output = _output_of(config, recording)
    written = recording.stat().st_mtime_ns
    return Journal(output, "final-check", repr(made_of), written, model_digest(model.cell_source))


def _output_of(config: FinalCheckConfig, recording: Path) -> Path:
    """Return the file that the journal of a recording's models is beside."""
    return Path(config.patterns[0].replace("{}", recording.stem))


def _bench(config: FinalCheckConfig, model: Model, path: Path, stored: StoredModels) -> ReviewBench:
    stage = _stage(config, model, path, stored)
    return ReviewBench(stage.target, stage.titles, stage.make_simulator(), stage.downsampler)


def _stage(config: FinalCheckConfig, model: Model, path: Path, stored: StoredModels) -> Stage:
    recording = open_recording(config, path)
    target = reduce_recording(recording, model.downsampler)
    window = stimulus_window(config, target, shown=True)
    experiment = plan_experiment(
        recording,
        stimulus_on(window, target, recording),
        range(recording.n_sweep),
        config.step_ms,
        config.temperature_of(stored),
    )

    def make() -> Simulator:
        return build_simulator(model.cell_source, experiment, config)

    return Stage(target, window, sweep_titles(target, window), model.downsampler, make)
