"""Writes a search's files: checkpoints on the way, everything at the end."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.errors import OutputError
from pyneuronautofit.fit.engine import Progress
from pyneuronautofit.fit.problem import Problem
from pyneuronautofit.optimisers import Strategy
from pyneuronautofit.runs import (
    Header,
    Models,
    RunFiles,
    write_adaptations,
    write_checkpoint,
    write_evaluations,
    write_final,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recorder:
    """An observer of a search that keeps what it finds.

    Attributes
    ----------
    files
        Where to write.
    header
        What was fitted to what, and how.
    problem
        Turns the population's search coordinates into model values.
    strategy
        Knows the scalar fitness of vectors, and how weights were adapted.
    dump_every
        Generations between two checkpoints; negative: none.
    log_population, log_archive
        Whether they go into the log, too.
    adaptations
        Where traces of adapted weights are kept until they are written (the flag -Z); None: they
        are not.
    """

    files: RunFiles
    header: Header
    problem: Problem
    strategy: Strategy[Any]
    dump_every: int
    log_population: bool = False
    log_archive: bool = False
    adaptations: list[Json] | None = None

    def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
        """Nothing is written within a generation."""

    def generation(self, progress: Progress) -> None:
        """Log the generation, and write a checkpoint where one is due."""
        _log.info(
            "generation %d: %d evaluations, %d of them non-dominated, best %s",
            progress.generation, len(progress.history), len(progress.archive.rows),
            self._best(progress),
        )  # fmt: skip
        if self.log_population:
            self._log_models("population", self._population(progress))
        if self.log_archive:
            self._log_models("archive", self._archive(progress))
        adaptation = self.strategy.adaptation(progress.state)
        if self.adaptations is not None and adaptation is not None:
            self.adaptations.append(adaptation.as_json())
        if self.dump_every > 0 and progress.generation % self.dump_every == 0:
            try:
                self._write_checkpoint(progress)
            except OutputError as error:
                # The search is worth more than this file: go on, and try again next time.
                _log.warning("%s", error)

    def finish(self, progress: Progress) -> None:
        """Write the files that a run leaves behind.

        Raises
        ------
        OutputError
            If one cannot be written; the others are tried all the same.
        """
        archive = self._archive(progress)
        population = self._population(progress)
        history = progress.history
        everything = self._models(progress, history.parameters, history.scores)
        writers: list[Callable[[], None]] = [
            partial(write_final, self.files.final, self.header, population, archive),
            partial(write_evaluations, self.files.evaluations, self.header, everything),
        ]
        if self.dump_every > 0:
            writers.append(partial(self._write_checkpoint, progress))
        if self.adaptations is not None:
            writers.append(
                partial(write_adaptations, self.files.adaptations, self.header, self.adaptations)
            )
        problems = [problem for write in writers if (problem := _attempt(write)) is not None]
        if problems:
            raise problems[0]

    def _write_checkpoint(self, progress: Progress) -> None:
        population = replace(self._population(progress), source=None)
        write_checkpoint(self.files.checkpoint, self.header, progress.generation, population)

    def _population(self, progress: Progress) -> Models:
        population = progress.population
        values = self.problem.space.to_model(population.x).values
        return self._models(progress, values, population.scores, "P")

    def _archive(self, progress: Progress) -> Models:
        rows = progress.archive.rows
        parameters = progress.history.parameters[rows]
        return self._models(progress, parameters, progress.archive.scores, "A")

    def _models(
        self,
        progress: Progress,
        parameters: FloatArray,
        scores: FloatArray,
        source: str | None = None,
    ) -> Models:
        weighted = self.strategy.scalars(progress.state, scores) if len(scores) else None
        if weighted is not None:
            # The penalty by which a failed candidate is ranked is no result.
            weighted = np.where(np.isfinite(scores).all(axis=1), weighted, np.nan)
        return Models(parameters, scores, weighted, source)

    def _best(self, progress: Progress) -> str:
        sums = self.problem.suite.mode_sums(progress.archive.scores)
        return ", ".join(f"{code} {v.min():.6g}" for code, v in sums.items() if len(v)) or "none"

    def _log_models(self, what: str, models: Models) -> None:
        for number, record in enumerate(models.records()):
            _log.info("%s %d: %s", what, number, json.dumps(record))


def _attempt(write: Callable[[], None]) -> OutputError | None:
    try:
        write()
    except OutputError as error:
        return error
    return None
