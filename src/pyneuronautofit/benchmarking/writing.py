"""The results of a benchmark as JSON and as tables in Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict

from pyneuronautofit._types import Json
from pyneuronautofit.benchmarking.comparing import (
    ALPHA,
    AlgorithmResult,
    LevelReached,
    ProblemResult,
    mean_ranks,
)
from pyneuronautofit.benchmarking.published import PublishedValue


def results_as_json(
    results: Sequence[ProblemResult], published: Sequence[PublishedValue]
) -> dict[str, Json]:
    """Return all results; what never happened is null."""
    return {
        "problems": [_problem_as_json(result) for result in results],
        "mean_ranks": mean_ranks(ranked(results)),
        "alpha": ALPHA,
        "published": [{**asdict(each), "agrees": each.agrees} for each in published],
    }


def _problem_as_json(result: ProblemResult) -> dict[str, Json]:
    problem = result.problem
    return {
        "name": problem.name,
        "about": problem.about,
        "answer": problem.answer,
        "evaluations": result.evaluations,
        "solved": problem.solved,
        "seeds_needed": result.seeds_needed,
        "algorithms": [_algorithm_as_json(each) for each in result.algorithms],
    }


def _algorithm_as_json(each: AlgorithmResult) -> dict[str, Json]:
    low, median, high = map(_finite, each.quartiles)
    return {
        "name": each.algorithm,
        "seeds": each.n_seed,
        "median": median,
        "quartiles": [low, high],
        "levels": [
            {"level": one.level, "reached": one.n_reached, "evaluations": _finite(one.median)}
            for one in each.levels
        ],
        "distance": each.distance,
        "held_out_V": each.held_out,
        "seconds": each.seconds,
        "rank": each.rank,
        "worse_than": list(each.worse_than),
    }


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def header_of(result: ProblemResult) -> str:
    """Return what a table of a problem is called."""
    seeds = {each.n_seed for each in result.algorithms}
    shown = f"{min(seeds)} seeds" if len(seeds) == 1 else f"{min(seeds)} to {max(seeds)} seeds"
    return (
        f"{result.problem.name}: {result.problem.title}, {result.evaluations:,} evaluations, "
        f"{shown.replace('1 seeds', '1 seed')}"
    )


def note_on(result: ProblemResult) -> str:
    """Return what has to be said of the ranks of a problem; empty: nothing."""
    if not result.seeds_needed or len(result.algorithms) < 2:
        return ""
    return (
        f"No ranks: to tell any two of {len(result.algorithms)} algorithms apart the test needs "
        f"{result.seeds_needed} seeds"
    )


def columns_of(result: ProblemResult) -> list[str]:
    """Return the heads of the columns of a problem's table."""
    held_out = ["held-out V"] if result.problem.fit.held_out else []
    ranks = [] if result.seeds_needed else ["rank"]
    return ["algorithm", "F", "quartiles", "distance", *held_out, "s", *ranks]


def rows_of(result: ProblemResult) -> list[list[str]]:
    """Return the rows of a problem's table, a row per algorithm."""
    rows = []
    for each in result.algorithms:
        low, median, high = map(_shown, each.quartiles)
        row = [each.algorithm, median, f"{low} .. {high}", _shown(each.distance, "{:.2f}")]
        if result.problem.fit.held_out:
            row.append(_shown(each.held_out, "{:.3g}"))
        row.append(f"{each.seconds:.1f}")
        if not result.seeds_needed:
            row.append(str(each.rank))
        rows.append(row)
    return rows


def level_columns(result: ProblemResult) -> list[str]:
    """Return the heads of the table of levels; one that nobody has reached has none."""
    return ["evaluations until F", *(f"{result.problem.levels[p]:g}" for p in _reached(result))]


def level_rows(result: ProblemResult) -> list[list[str]]:
    """Return after how many evaluations each algorithm has reached levels; empty: nobody has."""
    places = _reached(result)
    return [
        [each.algorithm, *(_level(each.levels[p], each.n_seed) for p in places)]
        for each in result.algorithms
        if places
    ]


def ranked(results: Sequence[ProblemResult]) -> list[ProblemResult]:
    """Return the problems with as many seeds as ranks need."""
    return [result for result in results if not result.seeds_needed]


def rank_rows(results: Sequence[ProblemResult]) -> list[list[str]]:
    """Return the rows of the table of ranks: the algorithm, its mean rank, and that of each."""
    means = mean_ranks(results)
    ranks = {
        (each.algorithm, result.problem.name): each.rank
        for result in results
        for each in result.algorithms
    }
    names = [result.problem.name for result in results]
    return [
        [name, f"{mean:.2f}", *(str(ranks[name, problem]) for problem in names)]
        for name, mean in means.items()
    ]


def published_rows(published: Sequence[PublishedValue]) -> list[list[str]]:
    """Return what of the published values is found again, a row per quantity."""
    rows = []
    for quantity, unit in (("rest", "mV"), ("synapse", "uS")):
        values = [each for each in published if each.quantity == quantity]
        if values:
            n_again = sum(each.agrees for each in values)
            worst = max(each.difference for each in values)
            rows.append([quantity, str(len(values)), str(n_again), f"{worst:.2g} {unit}"])
    return rows


PUBLISHED_COLUMNS = ("published", "values", "found again", "largest difference")


def results_as_markdown(
    results: Sequence[ProblemResult], published: Sequence[PublishedValue]
) -> str:
    """Return all tables."""
    parts = []
    for result in results:
        note = note_on(result)
        said = f"{_sentence(result.problem.about)} Known: {result.problem.answer}."
        parts.append(f"## {header_of(result)}\n\n{said}")
        parts.append(_table(columns_of(result), rows_of(result)))
        if note:
            parts.append(f"{note}.")
        levels = level_rows(result)
        if levels:
            parts.append(_table(level_columns(result), levels))
    known = ranked(results)
    if len(known) > 1:
        names = [result.problem.name for result in known]
        parts.append("## Ranks\n\n" + _table(["algorithm", "mean", *names], rank_rows(known)))
    if published:
        parts.append("## Published\n\n" + _table(PUBLISHED_COLUMNS, published_rows(published)))
    return "\n\n".join(parts) + "\n"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _reached(result: ProblemResult) -> list[int]:
    """Return the places of the levels that somebody has reached."""
    places = range(len(result.problem.levels))
    return [p for p in places if any(each.levels[p].n_reached for each in result.algorithms)]


def _level(reached: LevelReached, n_seed: int) -> str:
    """Return the median of the evaluations, and by how many seeds the level was reached."""
    share = "" if reached.n_reached in {0, n_seed} else f" ({reached.n_reached}/{n_seed})"
    return (f"{reached.median:,.0f}" if math.isfinite(reached.median) else "-") + share


def _shown(value: float | None, form: str = "{:.2g}") -> str:
    if value is None or not math.isfinite(value):
        return "-"
    return form.format(value)
