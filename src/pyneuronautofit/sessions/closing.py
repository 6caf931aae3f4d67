"""What is said of a search in the end: its best models, also where nobody had looked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from rich.console import Console

from pyneuronautofit.fitting import (
    BestModel,
    OpenedFit,
    Problem,
    Progress,
    best_models,
    drawn_model,
    on_everything_held_out,
    reference_sums,
    scores_of,
    sums_of_cells,
)
from pyneuronautofit.fitting.finer import FinerSums
from pyneuronautofit.fitting.notes.levels import about_distinct
from pyneuronautofit.fitting.outcome.best import finer_best_sums
from pyneuronautofit.objectives.floor import said_floor, said_in_floors
from pyneuronautofit.optimisers import Strategy
from pyneuronautofit.runs import RunFiles
from pyneuronautofit.sessions.summary import (
    about_cells,
    about_held_out,
    doubt_of_held_out,
    draw_best,
    print_summary,
)

#: Prints a summary.
Telling: TypeAlias = Callable[[Console], None]


def closing_summary(
    opened: OpenedFit,
    strategy: Strategy[Any],
    files: RunFiles,
    progress: Progress,
    notes: Sequence[str],
    *,
    figure: str | None = None,
) -> Telling:
    """Find out what a closing summary says, and return what prints it.

    The best models are simulated once more: on what was held out, and with NEURON's fixed step.
    After an interruption nothing is simulated.

    Parameters
    ----------
    opened, strategy, files
        What was solved, by what, and where it is.
    notes
        What a person should know about how it went.
    figure
        Where the best model is drawn; None: nowhere.
    """
    problem = opened.problem
    best = best_models(progress, problem.whole)
    shown, said, cells = "", [*notes, *(problem.floor.notes if best else ())], ""
    if best:
        leading = drawn_model(best, strategy)
        cells = about_cells(leading, sums_of_cells(problem, scores_of(progress, leading)))
    if best and not progress.interrupted:
        known = {} if progress.finer is None else progress.finer.sums
        # Of a run of an earlier version, or one that was interrupted.
        if any(model.row not in known for model in best):
            progress = replace(progress, finer=finer_best_sums(problem, best))
        drawn = drawn_model(best, strategy)
        elsewhere = on_everything_held_out(opened.config, opened.model, problem, drawn.parameters)
        shown = about_held_out(problem, drawn, elsewhere)
        said.append(doubt_of_held_out(problem, drawn, elsewhere))
        if figure is not None:
            draw_best(Path(figure), problem, drawn, elsewhere)
    reference = [] if progress.interrupted else reference_sums(problem, best)
    return partial(
        print_summary,
        problem=problem,
        progress=progress,
        best=best,
        reference=reference,
        files=files,
        figure=figure,
        distinct=about_distinct(progress, problem),
        floor=_about_floor(problem, best, strategy, progress.finer),
        cells=cells,
        held_out=shown,
        notes=said,
    )


def _about_floor(
    problem: Problem,
    best: Sequence[BestModel],
    strategy: Strategy[Any],
    finer: FinerSums | None,
) -> str:
    """Say what the noise floor is and how near the model that is drawn is to it; or nothing."""
    floor = problem.floor
    if not best or not floor.is_told:
        return ""
    drawn = drawn_model(best, strategy)
    sums = drawn.mode_sums if finer is None else finer.told(drawn.row, drawn.mode_sums)
    return f"{said_floor(floor)}; {drawn.title}: {said_in_floors(sums, floor)}"
