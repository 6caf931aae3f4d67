"""The words and tables of `benchmark`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

from pyneuronautofit._types import Json
from pyneuronautofit.benchmarking import (
    CONTESTANTS,
    NAMES,
    BenchmarkTrial,
    ProblemResult,
    PublishedValue,
    problem_of,
)
from pyneuronautofit.benchmarking.writing import (
    PUBLISHED_COLUMNS,
    columns_of,
    header_of,
    level_columns,
    level_rows,
    note_on,
    published_rows,
    rank_rows,
    ranked,
    results_as_json,
    results_as_markdown,
    rows_of,
)
from pyneuronautofit.cli.screen import Screen


@dataclass(frozen=True)
class WrittenResults:
    """Results in the forms of files.

    Attributes
    ----------
    json, markdown
    """

    json: dict[str, Json]
    markdown: str


def trial_line(trial: BenchmarkTrial) -> str:
    """Return a line about a trial that has ended."""
    least = f"F {trial.curve[-1][1]:.3g}" if trial.curve else "no candidate could be scored"
    return (
        f"{trial.problem} by {trial.algorithm}, seed {trial.seed}: {least} after {trial.used:,} "
        f"evaluations, {trial.seconds:.1f} s"
    )


def show_results(
    screen: Screen,
    results: Sequence[ProblemResult],
    published: Sequence[PublishedValue],
    *,
    as_json: bool,
) -> WrittenResults:
    """Print the tables, unless JSON is wanted, and return all that is written into files."""
    content = results_as_json(results, published)
    written = WrittenResults(content, results_as_markdown(results, published))
    if as_json:
        return written
    for result in results:
        columns = columns_of(result)
        _show_table(screen, header_of(result), columns, rows_of(result), whole=len(columns))
        levels = level_rows(result)
        if levels:
            columns = level_columns(result)
            _show_table(screen, "", columns, levels, whole=len(columns))
        note = note_on(result)
        if note:
            screen.print(f"{note}.", soft_wrap=True)
    known = ranked(results)
    if len(known) > 1:
        names = [result.problem.name for result in known]
        _show_table(screen, "ranks", ["algorithm", "mean", *names], rank_rows(known))
    if published:
        _show_table(screen, "published values", PUBLISHED_COLUMNS, published_rows(published))
        _show_missed(screen, published)
    return written


def show_list(screen: Screen, *, as_json: bool) -> None:
    """Print what problems and algorithms there are."""
    problems = [problem_of(name) for name in NAMES]
    if as_json:
        content = {
            "problems": [
                {
                    "name": each.name,
                    "about": each.about,
                    "answer": each.answer,
                    "alike": each.alike,
                    "evaluations": each.evaluations,
                    "quick": each.quick,
                    "solved": each.solved,
                    "truth": dict(each.truth),
                }
                for each in problems
            ],
            "algorithms": {name: each.about for name, each in CONTESTANTS.items()},
        }
        screen.print_lines(json.dumps(content))
        return
    columns = ("problem", "what", "answer", "evaluations", "--quick")
    rows = [
        [each.name, each.about, each.answer, f"{each.evaluations:,}", f"{each.quick:,}"]
        for each in problems
    ]
    _show_table(screen, "problems", columns, rows)
    known = [[name, each.about] for name, each in CONTESTANTS.items()]
    _show_table(screen, "algorithms", ("algorithm", "what"), known)


def _show_missed(screen: Screen, published: Sequence[PublishedValue]) -> None:
    for each in published:
        if not each.agrees:
            screen.print(
                f"model {each.model}, {each.quantity} {each.place}: published {each.published}, "
                f"found {each.found}",
                soft_wrap=True,
            )


def _show_table(
    screen: Screen,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    whole: int = 1,
) -> None:
    if title:
        screen.print(title, soft_wrap=True)
    table = Table()
    for place, column in enumerate(columns):
        # Names and numbers are whole; what is said about them may be broken.
        table.add_column(column, no_wrap=place < whole)
    for row in rows:
        table.add_row(*map(escape, row))
    screen.print(table)
