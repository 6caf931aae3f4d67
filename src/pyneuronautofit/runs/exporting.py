"""The result files of a run, made from its store."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import OutputError
from pyneuronautofit.optimisers import Adaptation
from pyneuronautofit.optimisers.weighting import Weights
from pyneuronautofit.runs.export import (
    Models,
    write_adaptations,
    write_checkpoint,
    write_evaluations,
    write_final,
)
from pyneuronautofit.runs.stamp import RunFiles
from pyneuronautofit.runs.store import Evaluations, Generation, Record, RunReader, restore


def export_results(
    run: RunReader,
    files: RunFiles,
    *,
    checkpoint: bool,
    adaptations: bool,
    evaluations: bool = True,
) -> tuple[OutputError, ...]:
    """Write the JSON files of a run.

    Parameters
    ----------
    files
        Where to write.
    checkpoint
        Whether that file is written, too.
    adaptations
        Whether the trace of the weights is, where the algorithm has weights.
    evaluations
        Whether every evaluation is.

    Returns
    -------
    tuple of OutputError
        Of the files that could not be written; the others were.
    """
    writers: list[Callable[[], None]] = [partial(_export_final, run, files)]
    if evaluations:
        writers.append(partial(_export_evaluations, run, files))
    if checkpoint and run.last is not None:
        writers.append(partial(_export_checkpoint, run, run.last, files))
    if adaptations and has_weights(run):
        writers.append(partial(_export_adaptations, run, files))
    return tuple(problem for write in writers if (problem := _attempt(write)) is not None)


def has_weights(run: RunReader) -> bool:
    """Tell whether the run's algorithm adapts weights of the components."""
    return run.last is not None and "adaptation" in run.state(run.last.number).fields


def final_models(run: RunReader) -> tuple[Models, Models]:
    """Return the final population and the archive."""
    population = run.last.population if run.last else np.empty(0, dtype=np.int64)
    weights = _final_weights(run)
    return (
        _models(run.evaluations(population), weights, "P"),
        _models(run.evaluations(run.archive()), weights, "A"),
    )


def _export_final(run: RunReader, files: RunFiles) -> None:
    write_final(files.final, run.header, *final_models(run))


def _export_evaluations(run: RunReader, files: RunFiles) -> None:
    weights = _final_weights(run)
    blocks = (_models(block, weights) for _generation, block in run.blocks())
    write_evaluations(files.evaluations, run.header, blocks)


def _export_checkpoint(run: RunReader, last: Generation, files: RunFiles) -> None:
    population = _models(run.evaluations(last.population), _final_weights(run))
    write_checkpoint(files.checkpoint, run.header, last.number, population)


def _export_adaptations(run: RunReader, files: RunFiles) -> None:
    stored = (run.state(generation.number).fields["adaptation"] for generation in run.generations)
    adaptations = (
        restore(each, Adaptation, run.look_up).as_json()
        for each in stored
        if isinstance(each, Record)
    )
    write_adaptations(files.adaptations, run.header, adaptations)


def _final_weights(run: RunReader) -> Weights | None:
    return None if run.last is None else run.weights(run.last.number)


def _models(evaluations: Evaluations, weights: Weights | None, source: str | None = None) -> Models:
    """Return evaluations as result files hold them, with their fitness under these weights."""
    scores = evaluations.scores
    weighted = None if weights is None else finite_fitness(weights.scalars(scores), scores)
    return Models(evaluations.parameters, scores, weighted, source)


def finite_fitness(scalars: FloatArray | None, scores: FloatArray) -> FloatArray:
    """Return the scalar fitness of candidates; nan for failed ones, and where there is none.

    The penalty by which a failed candidate is ranked is no result.
    """
    if scalars is None or not len(scores):
        return np.full(len(scores), np.nan)
    return np.where(np.isfinite(scores).all(axis=1), scalars, np.nan)


def _attempt(write: Callable[[], None]) -> OutputError | None:
    try:
        write()
    except OutputError as error:
        return error
    return None
