"""`status RUN`: how a run is doing, on one screen, from another terminal."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from pyneuronautofit._options import RUN, above
from pyneuronautofit._words import READ, RUN_NAME, real
from pyneuronautofit.cli.calling import from_here
from pyneuronautofit.cli.clusters.array_folder import is_array, read_array
from pyneuronautofit.cli.clusters.array_status import array_as_json, array_lines, members_of
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.runs.near import stores_near
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.cli.stored_run import warn_of_losses
from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.fitting import option
from pyneuronautofit.fitting.outcome.best import COMPROMISE
from pyneuronautofit.objectives.floor import said_floor, said_in_floors
from pyneuronautofit.report import Snapshot, Tally, about_copy, said, take_snapshot
from pyneuronautofit.runs import find_store, open_run
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.sessions.model_table import print_models

DESCRIPTION = """Says how a run does: state, generation, speed, time left, best models, failures.

Looking never disturbs the run. RUN is a stamp, a .sqlite file, or a folder with runs, of which it
is the one that is running, else the newest; where several are running, they are listed. Without
RUN it is sought in the working directory, below it, and in the folders beside it. Of the folder of
an array (`slurm fit`) all runs are counted, with the best so far, and why others have failed."""

_EVERY_S = 2.0
_MOST_S = 86_400.0
_DAMAGED = 2
# More would not fit on one screen.
_MOST_SESSIONS = 3


@dataclass(frozen=True, kw_only=True)
class StatusConfig:
    """A look at a run."""

    run: str | None = option(
        None,
        group="",
        metavar="RUN",
        parse=RUN_NAME,
        help="a run's stamp, or its .sqlite file, or a folder with runs",
    )
    watch_s: float | None = option(
        None,
        "--watch",
        group=RUN,
        metavar="SECONDS",
        parse=real,
        check=above(0, _MOST_S),
        help=f"look again every so many seconds ({_EVERY_S:g} without a number) until the run ends",
    )
    as_json: bool = option(False, "--json", group=RUN, help="print everything as JSON, a line each")
    output: str | None = option(
        None,
        "--output",
        group=RUN,
        metavar="DIR",
        parse=READ,
        help="where the run is (default: the working directory)",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Say how a run is doing and return the exit code: 2 for a damaged store."""
    config = parse_config(StatusConfig, _with_seconds(argv), prog, DESCRIPTION)
    folder = Path.cwd() if config.output is None else Path(config.output)
    screen = Screen()
    place = folder if config.run is None else folder / config.run
    if is_array(place):
        return _print_array(screen, place, config)
    with logging_to_screen():
        if config.run is not None and not os.path.isdir(folder / config.run):
            store = find_store(config.run, folder)
        else:
            found = _found(config, folder)
            running = [path for path in found if _is_running(path)]
            if len(running) > 1:
                return _print_each(screen, running, config)
            store = (running or found)[0]
        last = _watch(screen, store, config) if config.watch_s else _look(store, Tally())
        if not config.watch_s:
            _print(screen, last, config)
        warn_of_losses(store, last.losses)
        return _DAMAGED if last.losses else 0


def _print_array(screen: Screen, place: Path, config: StatusConfig) -> int:
    """Print how an array is doing."""
    if config.watch_s:
        raise UsageError("--watch is for one run, and this is the folder of an array")
    array = read_array(place)
    members = list(members_of(array))
    if config.as_json:
        screen.print_lines(json.dumps(array_as_json(array, members), indent=2, allow_nan=False))
    else:
        for line in array_lines(array, members):
            _print_line(screen, line)
    return 0


def _with_seconds(argv: Sequence[str]) -> list[str]:
    """Give --watch its number of seconds where the command line has none."""
    words = []
    for place, word in enumerate(argv):
        if word == "--watch" and not _is_number([*argv, ""][place + 1]):
            word = f"--watch={_EVERY_S:g}"  # noqa: PLW2901
        words.append(word)
    return words


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _found(config: StatusConfig, folder: Path) -> list[Path]:
    """Return the stores of the first places that have any, the newest first."""
    named = folder if config.run is None else folder / config.run
    beside = config.run is None and config.output is None
    found = stores_near(named, beside=beside)
    if not found:
        where = "below it, or in the folders beside it" if beside else "or below it"
        raise RunError(
            f"there is no run in {named}, {where}: name one (its stamp, or its .sqlite file), "
            "or its folder. A fit leaves it in the recording's folder, or in its --output"
        )
    return found


def _is_running(path: Path) -> bool:
    try:
        with open_run(path, check=False) as opened:
            return opened.running
    except RunError:  # another file, or a damaged one: not what is looked for
        return False


def _print_each(screen: Screen, stores: Sequence[Path], config: StatusConfig) -> int:
    """Print a line for each of several running runs."""
    if config.watch_s:
        names = ", ".join(from_here(path) for path in stores)
        raise UsageError(f"--watch: {len(stores)} runs are running here, name one of them: {names}")
    for store in stores:
        seen = _look(store, Tally())
        _print_line(screen, _in_one_line(seen, config))
    return 0


def _look(store: Path, tally: Tally) -> Snapshot:
    with open_run(store, check=False) as opened:
        return take_snapshot(opened, tally, datetime.now(UTC))


def _watch(screen: Screen, store: Path, config: StatusConfig) -> Snapshot:
    """Look at a run until it ends, and return how it ended."""
    tally = Tally()
    seen = _look(store, tally)
    if config.as_json or not screen.is_terminal:
        while True:
            _print_line(screen, _in_one_line(seen, config))
            if not seen.state.going_on:
                return seen
            time.sleep(config.watch_s or _EVERY_S)
            seen = _look(store, tally)
    with Live(_drawn(screen, seen), console=screen, auto_refresh=False) as live:
        while seen.state.going_on:
            time.sleep(config.watch_s or _EVERY_S)
            seen = _look(store, tally)
            live.update(_drawn(screen, seen), refresh=True)
    return seen


def _drawn(screen: Screen, seen: Snapshot) -> Text:
    """Return one screen as a text that can be put in place of another."""
    paper = Screen(file=io.StringIO(), width=screen.width, force_terminal=True)
    with paper.capture() as captured:
        _print_all(paper, seen)
    return Text.from_ansi(captured.get())


def _print(screen: Screen, seen: Snapshot, config: StatusConfig) -> None:
    if config.as_json:
        screen.print_lines(json.dumps(seen.as_json(), indent=2, allow_nan=False))
    else:
        _print_all(screen, seen)


def _print_line(screen: Console, line: str) -> None:
    screen.print(line, soft_wrap=True)


def _in_one_line(seen: Snapshot, config: StatusConfig) -> str:
    if config.as_json:
        return json.dumps(seen.as_json(), separators=(",", ":"), allow_nan=False)
    return _line(seen)


def _line(seen: Snapshot) -> str:
    # One model: the best numbers of several are not to be had together.
    sums = next((each.sums for each in seen.best if each.title == COMPROMISE), {})
    best = ", ".join(f"{code} {value:.4g}" for code, value in sums.items())
    left = f"  time left {said(seen.pace.left_s)}" if seen.state.going_on else ""
    return (
        f"{seen.stamp}  {seen.state}  generation {max(seen.generation, 0)}"
        f"{_of(seen.goal.generations, '/')}  {_evaluations(seen, '/')} evaluations  "
        f"{_speed(seen.pace.recent_per_second)}{f'  {COMPROMISE} ' if best else ''}{best}{left}"
    )


def _speed(per_second: float) -> str:
    return f"{per_second:.1f}/s" if per_second >= 0 else "-/s"


def _print_all(screen: Console, seen: Snapshot) -> None:
    """Print one screen."""
    for name, value in _facts(seen):
        _print_line(screen, f"{name:14s}{value}")
    if seen.best:
        print_models(
            screen,
            ("model", "evaluation"),
            [((each.title, str(each.row)), each.sums) for each in seen.best],
        )
        if about := seen.about_finer_steps():
            _print_line(screen, about)
        _print_floors(screen, seen)
    elif seen.n_evaluation:
        _print_line(screen, "no candidate could be simulated; the log says why")


def _print_floors(screen: Console, seen: Snapshot) -> None:
    """Print the noise floor, and what the compromise is in units of it, where there is one."""
    if seen.floor is None or not seen.floor.is_told:
        return
    _print_line(screen, f"noise floor   {said_floor(seen.floor)}")
    for each in seen.best:
        if each.title == COMPROMISE:
            said_so = said_in_floors(seen.told_sums(each), seen.floor)
            _print_line(screen, f"{COMPROMISE:14s}{said_so}")


def _facts(seen: Snapshot) -> list[tuple[str, str]]:
    pace, going_on = seen.pace, seen.state.going_on
    done = "none is finished" if seen.generation < 0 else str(seen.generation)
    speeds = f"{_speed(pace.recent_per_second)} lately, {_speed(pace.per_second)} on the whole"
    left = f", about {said(pace.left_s)} left" if going_on and pace.left_s >= 0 else ""
    facts = [
        ("run", f"{seen.stamp}: {seen.state}"),
        ("folder", "" if _is_here(seen.store) else from_here(seen.store.parent)),
        ("error", seen.state.error),
        ("generation", f"{done}{_of(seen.goal.generations, ' of ')}"),
        ("evaluations", f"{_evaluations(seen, ' of ')}, {speeds}" if seen.n_evaluation else "0"),
        ("store", about_copy(seen.sessions, seen.copied_s)),
        ("time", f"{said(pace.used_s)} used{left}"),
        ("non-dominated", str(seen.n_archive)),
        ("failed", _failures(seen)),
        ("last failure", seen.last_failure),
        ("last warning", seen.last_warning),
    ]
    for number, session in list(enumerate(seen.sessions))[-_MOST_SESSIONS:]:
        is_last = number == len(seen.sessions) - 1
        going = is_last and seen.state.computing
        outcome = session.outcome or ("running" if going else "killed")
        began = session.began.replace("T", " ").removesuffix("+00:00")
        facts.append((f"session {number + 1}", f"since {began} UTC, {outcome}"))
    return [(name, value) for name, value in facts if value]


def _is_here(store: Path) -> bool:
    return store.absolute().parent == Path.cwd()


def _of(goal: int | None, word: str) -> str:
    """Return how many there will be, where that is known."""
    return "" if goal is None else f"{word}{goal}"


def _evaluations(seen: Snapshot, word: str) -> str:
    """Return the number of evaluations, and how many there will be where only that is known."""
    goal = seen.goal.evaluations if seen.goal.generations is None else None
    return f"{seen.n_evaluation}{_of(goal, word)}"


def _failures(seen: Snapshot) -> str:
    if not seen.failures:
        return "none"
    listed = ", ".join(f"{status} {number}" for status, number in sorted(seen.failures.items()))
    return f"{sum(seen.failures.values())} ({listed})"
