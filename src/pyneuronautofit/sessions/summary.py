"""What a fit prints before, between and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from pyneuronautofit._text import quoted
from pyneuronautofit.fitting import (
    BestModel,
    FitOptions,
    HeldOut,
    OpenedFit,
    Plan,
    Problem,
    Progress,
    far_worse,
    per_fitted_sweep,
    per_held_out_sweep,
    resting_per_sweep,
)
from pyneuronautofit.fitting.finer import FinerSums, about_finer_steps, far_apart
from pyneuronautofit.models import Model
from pyneuronautofit.optimisers import ALGORITHMS, algorithm_letter
from pyneuronautofit.recordings import in_a_line
from pyneuronautofit.runs import RunFiles
from pyneuronautofit.sessions.model_table import print_models
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.space import cells_in


def print_plan(
    screen: Console, config: FitOptions, opened: OpenedFit, plan: Plan, files: RunFiles
) -> None:
    """Say what is going to run."""
    problem, model = opened.problem, opened.model
    generations = "" if plan.generations is None else f"{plan.generations} generation(s), "
    n_sweep = sum(len(part.suite.sweeps) for part in problem.parts)
    lines = [
        *(line for part in problem.parts for line in _about_recording(part, "recording")),
        *(line for part in problem.elsewhere for line in _about_recording(part, "held out")),
        f"model       {model.description}, version {model.version}{_why_built_in(model)}",
        *_about_cells(config, problem),
        f"evaluation  modes {problem.suite.settings.modes}, {len(problem.whole.markers)} "
        f"components from {n_sweep} simulated sweep(s)",
        f"search      {ALGORITHMS[algorithm_letter(config.algorithm)]}, {len(problem.space)} "
        f"parameters, {generations}{plan.evaluations} evaluations, seed {config.seed}",
        f"simulator   {problem.simulator.description}",
        *([] if problem.evaluator is None else [f"evaluated   by {problem.evaluator.description}"]),
        f"results     {files.folder / files.stamp}-*",
    ]
    for line in lines:
        screen.print(line, soft_wrap=True)


def _why_built_in(model: Model) -> str:
    """Say why it is the built-in cell; nothing where a project file was found."""
    if model.cell_source.project is not None:
        return ""
    return ": no project file is named (--project), and none is in this folder"


def _about_cells(config: FitOptions, problem: Problem) -> Iterator[str]:
    """Say what several cells share."""
    cells = cells_in(problem.space)
    if cells:
        shared = [p.name for p in problem.space.parameters if not p.targets[0].cell]
        own = len(problem.own_space) - len(shared)
        pulled = "" if config.pull is None else f", pulled to within {config.pull:g} of their mean"
        yield (
            f"cells       {', '.join(cells)} share {quoted(shared) or 'nothing'}; "
            f"{own} parameter(s) for each{pulled}"
        )


def _about_recording(part: Problem, what: str) -> list[str]:
    recording, stimulus, step_ms = part.recording, part.stimulus, part.target.step_ms
    return [
        f"{what:12s}{part.title}: {recording.n_sweep} sweeps of {recording.duration_ms:g} ms, "
        f"stimulus {stimulus.first * step_ms:g} to {(stimulus.last + 1) * step_ms:g} ms"
        + (stimulus.reason and f", {stimulus.reason}"),
        f"            {in_a_line(part.target, stimulus, part.suite.settings.spike_threshold_mV)}",
    ]


def print_checkpoint(screen: Console, problem: Problem, progress: Progress) -> None:
    """Print the sums of every mode for each member of the population."""
    sums = problem.whole.mode_sums(progress.population.scores)
    screen.print(f"population after generation {progress.generation}:")
    for member in range(len(progress.population)):
        values = "  ".join(f"{code} {values[member]:.6g}" for code, values in sums.items())
        screen.print(f"{member:6d}  {values}", soft_wrap=True)


def print_summary(
    screen: Console,
    problem: Problem,
    progress: Progress,
    *,
    best: Sequence[BestModel],
    reference: Sequence[Mapping[str, float]],
    files: RunFiles,
    figure: str | None,
    distinct: str = "",
    cells: str = "",
    held_out: str = "",
    floor: str = "",
    notes: Sequence[str] = (),
) -> None:
    """Say what was found and where it is.

    Parameters
    ----------
    reference
        The sums of the best models' modes under NEURON's fixed step; empty where that is what was
        searched with.
    distinct
        How many distinct models were found, in words.
    cells
        How a model does on each of several cells, in words.
    held_out
        How a model does on sweeps that were not compared, in words.
    floor
        What the noise floor is, and how near a model is to it, in words.
    notes
        What a person should know about how it went.
    """
    how = "interrupted" if progress.interrupted else "finished"
    how = "given up" if progress.given_up else how
    screen.print(
        f"{how}: {len(progress.history)} evaluations in {progress.seconds:.1f} s, "
        f"{len(progress.archive.rows)} non-dominated models"
    )
    if best:
        _print_best(screen, problem, best, reference, progress.finer)
        said = {
            "cells": cells,
            "noise floor": floor,
            "distinct models": distinct,
            "held-out sweeps": held_out,
        }
        for what, words in said.items():
            if words:
                screen.print(f"{what}: {words}", soft_wrap=True)
    elif len(progress.history):
        screen.print(
            "no candidate could be simulated; the log says why. Correct the model or the bounds of "
            "its parameters, or give it more time (--time-limit)"
        )
    else:
        screen.print("it was interrupted before the first generation was complete")
    for note in filter(None, (progress.lost, progress.stopped, *notes)):
        screen.print(f"note: {note}", soft_wrap=True)
    _print_files(screen, files, figure)


def _print_best(
    screen: Console,
    problem: Problem,
    best: Sequence[BestModel],
    reference: Sequence[Mapping[str, float]],
    finer: FinerSums | None,
) -> None:
    pairs = zip(best, reference or [{}] * len(best), strict=True)
    rows = [((model.title, str(model.row)), _beside(model.mode_sums, own)) for model, own in pairs]
    screen.print("best models (sums of the components of each mode):")
    print_models(screen, ("model", "evaluation"), rows)
    if reference and problem.reference is not None:
        steps = f"NEURON, fixed steps of {problem.reference.step_ms:g} ms"
        apart: dict[int, tuple[list[str], list[str]]] = {}
        for model, own in zip(best, reference, strict=True):
            if codes := list(far_apart(model.mode_sums, own)):
                apart.setdefault(model.row, ([], codes))[0].append(model.title)
        why = _why_apart(list(apart.values()), problem.reference.step_ms)
        screen.print(f"in brackets: {steps}{why}", soft_wrap=True)
    said = about_finer_steps({m.title: (m.row, m.mode_sums) for m in best}, finer)
    if said:
        screen.print(said, soft_wrap=True)


def _why_apart(apart: Sequence[tuple[Sequence[str], Sequence[str]]], step_ms: float) -> str:
    """Say why a reference differs; nothing where it hardly does.

    Parameters
    ----------
    apart
        For every model its titles, and the modes in which it does.
    """
    if not apart:
        return ""
    models = "; ".join(f"{', '.join(titles)}: {', '.join(codes)}" for titles, codes in apart)
    return (
        f". They are more than a fifth apart ({models}): these models depend on the time step. "
        f"Who needs NEURON's numbers fits with --dt {step_ms:g}"
    )


def _print_files(screen: Console, files: RunFiles, figure: str | None) -> None:
    screen.print(f"population and archive  {files.final}", soft_wrap=True)
    for what, path in (
        ("every evaluation", files.evaluations),
        ("checkpoint", files.checkpoint),
        ("weights", files.adaptations),
    ):
        if path.exists():
            screen.print(f"{what:24s}{path}", soft_wrap=True)
    if files.log.exists():
        screen.print(f"log                     {files.log}", soft_wrap=True)
    if figure is not None and Path(figure).exists():
        screen.print(f"figure                  {figure}", soft_wrap=True)


def about_cells(best: BestModel, sums: Mapping[str, Mapping[str, float]]) -> str:
    """Say how a model does on each cell; nothing where there is one.

    Parameters
    ----------
    sums
        Cell -> mode -> the sum of its components.
    """
    each = (
        f"{cell} {', '.join(f'{code} {value:.4g}' for code, value in own.items())}"
        for cell, own in sums.items()
    )
    return f"the {best.title} model: {'; '.join(each)}" if sums else ""


def about_held_out(problem: Problem, best: BestModel, held_out: Sequence[HeldOut]) -> str:
    """Say how far a model is from the sweeps that were not compared; nothing without any."""
    if not held_out:
        return ""
    several = bool(problem.beside or problem.elsewhere)
    listed = ", ".join(
        f"{each.recording + ' ' if several else ''}{number}: {value:.4g}"
        for each in held_out
        for number, value in zip(each.numbers, each.mean_square.tolist(), strict=True)
    )
    said = f"V of the {best.title} model, mV^2: {listed}"
    asked = per_held_out_sweep(held_out)
    if asked:
        fitted = per_fitted_sweep(problem, best.mode_sums)
        both = ", ".join(
            f"{code} {value:.4g} ({fitted[code]:.4g})" for code, value in asked.items()
        )
        said += f"; per held-out sweep (per fitted sweep): {both}"
    return said


def doubt_of_held_out(problem: Problem, best: BestModel, held_out: Sequence[HeldOut]) -> str:
    """Say that a model is far worse where it was not compared; nothing where it is not."""
    fitted = per_fitted_sweep(problem, best.mode_sums)
    worse = far_worse(problem, fitted, held_out, resting_per_sweep(problem))
    if not worse:
        return ""
    return (
        f"on the held-out sweeps the {best.title} model is far worse than on the fitted ones "
        f"({', '.join(worse)}): it follows them, not the cell. Fit more sweeps, or fewer parameters"
    )


def draw_best(path: Path, problem: Problem, best: BestModel, held_out: Sequence[HeldOut]) -> None:
    """Draw a model's voltage over the recording's, also where it was not compared.

    Of several recordings each has a figure of its own, the name of which ends with its own.
    """
    by_name = {each.recording: each for each in held_out}
    for part in (*problem.parts, *problem.elsewhere):
        of_part = path
        if problem.beside or problem.elsewhere:
            of_part = path.with_stem(f"{path.stem}-{Path(part.recording.name).stem}")
        _draw_part(of_part, part, best, by_name.get(part.recording.name))


def _draw_part(path: Path, problem: Problem, best: BestModel, held_out: HeldOut | None) -> None:
    from pyneuronautofit.plots import save_comparison  # noqa: PLC0415 (slow to load)

    traces = problem.simulate(problem.table_of(best.parameters[None]))
    if traces.status[0] is not RunStatus.OK:
        return
    fitted = list(problem.suite.sweeps)
    titles = {sweep: _sweep_title(problem, sweep) for sweep in fitted}
    model = dict(zip(fitted, traces.voltage_mV[0], strict=True))
    if held_out is not None:
        model |= dict(zip(held_out.sweeps, held_out.voltage_mV, strict=True))
        titles |= {s: f"{_sweep_title(problem, s)}, held out" for s in held_out.sweeps}
    sweeps = sorted(model)
    sums = ", ".join(f"{code} {value:.4g}" for code, value in best.mode_sums.items())
    save_comparison(
        path,
        problem.target.voltage_mV[sweeps],
        np.stack([model[sweep] for sweep in sweeps]),
        step_ms=problem.target.step_ms,
        titles=[titles[sweep] for sweep in sweeps],
        heading=f"{problem.title}: {best.title} ({sums})",
    )


def _sweep_title(problem: Problem, sweep: int) -> str:
    window = slice(problem.stimulus.first, problem.stimulus.last + 1)
    current_pA = float(np.mean(problem.target.current_pA[sweep, window]))
    return f"sweep {problem.target.numbers[sweep]}: {current_pA:.0f} pA"


def _beside(sums: Mapping[str, float], reference: Mapping[str, float]) -> dict[str, float | str]:
    """Put the sums of a reference in brackets behind the sums, where there are any."""
    if not reference:
        return dict(sums)
    return {code: f"{value:.6g} ({reference[code]:.6g})" for code, value in sums.items()}
