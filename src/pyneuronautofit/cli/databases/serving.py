"""`final-check --serve` and `--accepted`: rating models on a local page, and what comes of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import RUN, at_least, one_of, same_option
from pyneuronautofit._words import WRITTEN, text, whole
from pyneuronautofit.cli.pages import PageOptions, open_in_browser
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.database import Database
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import option
from pyneuronautofit.rating import (
    AGREEMENTS,
    Forerunner,
    RatingServer,
    RatingSession,
    SheetFile,
    Stage,
    Work,
    accepted_models,
    begin,
    in_order,
    ratings_path,
    read_sheet,
    read_sheets,
)
from pyneuronautofit.sessions.interrupt import Interruption


def _rater_name(value: str) -> str | None:
    """Allow what can stand in a file's name, and on a screen."""
    usable = value.isprintable() and value == value.strip() and 0 < len(value) <= 60
    return None if usable and "/" not in value else "up to 60 letters, without '/'"


@dataclass(frozen=True, kw_only=True)
class RatingOptions:
    """Rating models, and exporting those that were accepted."""

    serve: bool = option(
        False,
        "--serve",
        group=RUN,
        help="open a web page on this computer on which models are accepted or rejected by keys",
    )
    port: int | None = same_option(PageOptions, "port")
    no_browser: bool = same_option(PageOptions, "no_browser")
    rater: str | None = option(
        None,
        "--rater",
        group=RUN,
        metavar="NAME",
        parse=text,
        check=_rater_name,
        help="who rates: every rater has ratings of their own",
    )
    blind: int | None = option(
        None,
        "--blind",
        group=RUN,
        metavar="SEED",
        parse=whole,
        check=at_least(0),
        help="hide ids and origins, and shuffle the models with this seed",
    )
    accepted: str | None = option(
        None,
        "--accepted",
        group=RUN,
        metavar="OUT",
        parse=WRITTEN,
        help="write the accepted models as a database, and end",
    )
    agreement: str | None = option(
        None,
        "--agree",
        group=RUN,
        metavar="RULE",
        parse=text,
        check=one_of(*AGREEMENTS),
        help="how many raters must have accepted a model: all, any, or the majority (default all)",
    )

    def check_rating(self, n_pattern: int) -> None:
        """Raise UsageError where options do nothing, or contradict each other."""
        if self.serve and self.accepted is not None:
            raise UsageError("--serve and --accepted exclude each other: rate first, then export")
        what = "--serve" if self.serve else "--accepted"
        if n_pattern and (self.serve or self.accepted is not None):
            raise UsageError(f"{what} draws no figures: leave out {what}, or the patterns")
        serving = {
            "--port": self.port is not None,
            "--no-browser": self.no_browser,
            "--blind": self.blind is not None,
        }
        for flag, is_given in serving.items():
            if is_given and not self.serve:
                raise UsageError(f"{flag} is for the page: it needs --serve")
        if self.agreement is not None and self.accepted is None:
            raise UsageError("--agree is for the export: it needs --accepted OUT")
        if self.rater is not None and not (self.serve or self.accepted is not None):
            raise UsageError("--rater is for ratings: it needs --serve or --accepted OUT")
        if self.rater is not None and self.agreement is not None:
            raise UsageError(
                f"--rater {self.rater} exports what this one rater accepted, and --agree is for "
                "several: leave out one of them"
            )


def export_accepted(options: RatingOptions, database: Database, out: Path, screen: Screen) -> int:
    """Write the accepted models, and return the exit code."""
    if options.rater is None:
        sheets = read_sheets(database.path)
    else:
        sheets = [read_sheet(ratings_path(database.path, options.rater))]
    agreement = options.agreement or "all"
    found = accepted_models(database, sheets, agreement)
    found.database.write(out)
    numbers = len(found.database.records), len(database.records)
    names = ", ".join(_spelt(sheet.rater) for sheet in sheets)
    screen.print(
        f"{numbers[0]} of {numbers[1]} models are accepted ({agreement} of {len(sheets)} rater(s): "
        f"{names}): {out}",
        soft_wrap=True,
        markup=False,
    )
    for rater, number in found.unrated.items():
        screen.print(
            f"{_spelt(rater)} has not rated {number} of them", soft_wrap=True, markup=False
        )
    return 0


@dataclass(frozen=True)
class Exhibition:
    """What is to be rated.

    Attributes
    ----------
    database
        The models.
    headings
        What is known of each.
    stages, stage_of
        The recordings, and for every model which of them is its.
    """

    database: Database
    headings: Sequence[str]
    stages: Sequence[Stage]
    stage_of: Sequence[int]


def serve(options: RatingOptions, shown: Exhibition, screen: Screen) -> int:
    """Serve the page until Ctrl-C, and return the exit code."""
    database = shown.database
    path = ratings_path(database.path, options.rater)
    with Interruption() as interruption, SheetFile(path, database.path.name) as file:
        try:
            with interruption.allowed():
                sheet = begin(file, options.rater, options.blind)
                session = RatingSession(database, shown.headings, file, sheet)
                _serve(options, shown, session, screen)
        except KeyboardInterrupt:
            _say(screen, f"the ratings are in {path}" if path.exists() else "nothing was rated")
    return 0


def _serve(
    options: RatingOptions, shown: Exhibition, session: RatingSession, screen: Screen
) -> None:
    """Serve the page until something interrupts it."""
    models = in_order(shown.database.stored, session.order)
    stage_of = [shown.stage_of[place] for place in session.order]
    forerunner = Forerunner(models, shown.stages, stage_of, session.place)
    work = Work(session, forerunner, shown.stages, stage_of)
    with closing(forerunner), RatingServer(work, options.port or 0) as server:
        forerunner.start()
        server.start()
        _announce(screen, session, server)
        if not options.no_browser:
            open_in_browser(server.url_for_once)
        threading.Event().wait()


def _announce(screen: Screen, session: RatingSession, server: RatingServer) -> None:
    path = session.path
    n_model = len(session.order)
    how = ", shuffled and without their ids" if session.is_blind else ""
    _say(screen, f"{n_model} model(s) to rate{how}; {session.n_rated} rated so far")
    if session.n_foreign:
        _say(
            screen,
            f"{session.n_foreign} rating(s) of {path.name} are of models that are not among these; "
            "they are kept",
        )
    _say(screen, f"every key is kept in {path} at once; Ctrl-C here ends")
    _say(screen, f"the page, for you alone: {server.url}")


def _say(screen: Screen, text: str) -> None:
    screen.print(text, soft_wrap=True, markup=False)


def _spelt(rater: str | None) -> str:
    return "the rater without a name" if rater is None else rater
