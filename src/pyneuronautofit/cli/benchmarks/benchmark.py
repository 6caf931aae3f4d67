"""`benchmark`: public problems with known answers, our algorithms beside others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._atomic import write_text
from pyneuronautofit._options import FITTING, RUN, at_least, between, option, same_option
from pyneuronautofit._words import FOLDER, READ, text, whole
from pyneuronautofit.benchmarking import (
    CONTESTANTS,
    NAMES,
    QUICK,
    USUAL,
    BenchmarkFolder,
    BenchmarkSchedule,
    PublishedValue,
    find_again,
    problem_of,
    read_published,
    run_missing,
)
from pyneuronautofit.cli.benchmarks.naming import chosen_names
from pyneuronautofit.cli.benchmarks.showing import show_list, show_results, trial_line
from pyneuronautofit.cli.benchmarks.summing import draw_results, results_of
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.fitting import SimulationOptions
from pyneuronautofit.sessions.logs import logging_to_screen
from pyneuronautofit.simulators.processes.cores import available_cores

DESCRIPTION = """Compares search algorithms on public problems whose answers are known.

Every algorithm has the same number of evaluations on a problem, from each of several seeds. Shown
are medians and quartiles of the least weighted sum F of all components, after how many evaluations
levels were reached, and which algorithms a test can tell apart. Trials are kept in the folder of
-o as they end: the same command goes on where it was interrupted, and adds what is new."""

_SEEDS, _QUICK_SEEDS = 10, 3
# The largest population that is begun with has as many.
_FEWEST = 100


@dataclass(frozen=True, kw_only=True)
class BenchmarkConfig:
    """A comparison of algorithms."""

    problems: str = option(
        ",".join(NAMES),
        "--problems",
        group=FITTING,
        metavar="NAME,..",
        parse=text,
        help=f"which problems, of {', '.join(NAMES)} (default: all); --list says what they are",
    )
    algorithms: str | None = option(
        None,
        "--algorithms",
        group=FITTING,
        metavar="NAME,..",
        parse=text,
        help=f"which algorithms, of {', '.join(CONTESTANTS)} (default: {', '.join(USUAL)}; "
        f"with --quick {', '.join(QUICK)})",
    )
    seeds: int | None = option(
        None,
        "--seeds",
        group=FITTING,
        metavar="N",
        parse=whole,
        check=between(1, 10_000),
        help=f"how many seeds (default: {_SEEDS}, with --quick {_QUICK_SEEDS})",
    )
    first_seed: int = option(
        1,
        "--first-seed",
        group=FITTING,
        metavar="N",
        parse=whole,
        check=at_least(0),
        help="the first seed; the others follow it",
    )
    evaluations: int | None = option(
        None,
        "--evaluations",
        group=FITTING,
        metavar="N",
        parse=whole,
        check=between(_FEWEST, 100_000_000),
        help="evaluations of every search (default: the problem's own, see --list)",
    )
    quick: bool = option(
        False, "--quick", group=FITTING, help="few algorithms, seeds and evaluations: a look"
    )
    database: str | None = option(
        None,
        "--database",
        group=FITTING,
        metavar="FILE",
        parse=READ,
        help="a published database of the built-in cell: its resting states and smallest synaptic "
        "conductances are found anew, too, and compared",
    )
    output: str = option(
        "benchmark",
        "-o",
        "--output",
        group=RUN,
        metavar="FOLDER",
        parse=FOLDER,
        help="folder of the trials and results (default: benchmark)",
    )
    n_worker: int | None = same_option(
        SimulationOptions, "n_worker", help="trials at a time (default: one for each core)"
    )
    as_json: bool = option(False, "--json", group=RUN, help="print JSON instead of tables")
    listed: bool = option(
        False, "--list", group=RUN, help="say what the problems and algorithms are, and stop"
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Run what is missing, write and print the results, and return the exit code."""
    config = parse_config(BenchmarkConfig, argv, prog, DESCRIPTION)
    # JSON is alone on standard output.
    screen = Screen(stderr=config.as_json)
    schedule = _schedule(config)
    if config.listed:
        show_list(Screen(), as_json=config.as_json)
        return 0
    folder = BenchmarkFolder(Path(config.output))
    published: list[PublishedValue] = []
    with logging_to_screen("WARNING"):
        given = None
        if config.database is not None:
            given = read_published(Path(config.database), quick=config.quick)
        folder.prepare(schedule)
        n_worker = config.n_worker or available_cores()
        _run_trials(screen, folder, schedule, n_worker)
        if given is not None:
            screen.print(
                f"{len(given.stored.models)} published models: resting states, then synaptic "
                "conductances",
                soft_wrap=True,
            )
            published = list(find_again(given, folder.path / "published", n_worker))
    results, curves = results_of(folder.trials(schedule))
    content = show_results(screen, results, published, as_json=config.as_json)
    write_text(folder.path / "results.json", json.dumps(content.json, indent=1) + "\n")
    write_text(folder.path / "results.md", content.markdown)
    draw_results(folder.path / "results.png", results, curves)
    screen.print(f"{folder.path}: results.md, results.json, results.png", soft_wrap=True)
    if config.as_json:
        Screen().print_lines(json.dumps(content.json, allow_nan=False))
    return 0 if all(each.agrees for each in published) else 1


def _schedule(config: BenchmarkConfig) -> BenchmarkSchedule:
    problems = chosen_names(config.problems, NAMES, "--problems")
    usual = QUICK if config.quick else USUAL
    algorithms: tuple[str, ...] = usual
    if config.algorithms is not None:
        algorithms = chosen_names(config.algorithms, tuple(CONTESTANTS), "--algorithms")
    n_seed = config.seeds or (_QUICK_SEEDS if config.quick else _SEEDS)
    evaluations = {}
    for name in problems:
        problem = problem_of(name)
        own = problem.quick if config.quick else problem.evaluations
        evaluations[name] = config.evaluations or own
    seeds = tuple(range(config.first_seed, config.first_seed + n_seed))
    return BenchmarkSchedule(problems, algorithms, seeds, evaluations)


def _run_trials(
    screen: Screen, folder: BenchmarkFolder, schedule: BenchmarkSchedule, n_worker: int
) -> None:
    n_all, missing = len(list(schedule.tasks())), folder.missing(schedule)
    n_done = n_all - len(missing)
    n_problem = len(schedule.problems)
    said = f"{n_all} trials of {n_problem} problem(s) in {folder.path}"
    screen.print(said + (f", of which {n_done} have ended" if n_done else ""), soft_wrap=True)

    def told(problem: str) -> None:
        screen.print(f"the problem {problem} is compiled, where it has not been", soft_wrap=True)

    try:
        for trial in run_missing(folder, schedule, n_worker, told):
            n_done += 1
            screen.print(f"{n_done} of {n_all}: {trial_line(trial)}", soft_wrap=True)
    except KeyboardInterrupt:
        screen.print(
            f"{n_done} of {n_all} trials are kept: the same command goes on where this one ended",
            soft_wrap=True,
        )
        raise
