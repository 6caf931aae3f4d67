"""Writes a search's files: checkpoints on the way, everything at the end."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import OutputError
from pyneuronautofit.fit.engine import Progress
from pyneuronautofit.fit.problem import Problem
from pyneuronautofit.optimisers import Population
from pyneuronautofit.runs import (
    Header,
    Models,
    RunFiles,
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
    dump_every
        Generations between two checkpoints; negative: none.
    log_population, log_archive
        Whether they go into the log, too.
    """

    files: RunFiles
    header: Header
    problem: Problem
    dump_every: int
    log_population: bool = False
    log_archive: bool = False

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
            self._log_models("population", self._population(progress.population))
        if self.log_archive:
            self._log_models("archive", self._archive(progress))
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
        population = self._population(progress.population)
        everything = Models(progress.history.parameters, progress.history.scores)
        writers: list[Callable[[], None]] = [
            partial(write_final, self.files.final, self.header, population, archive),
            partial(write_evaluations, self.files.evaluations, self.header, everything),
        ]
        if self.dump_every > 0:
            writers.append(partial(self._write_checkpoint, progress))
        problems = [problem for write in writers if (problem := _attempt(write)) is not None]
        if problems:
            raise problems[0]

    def _write_checkpoint(self, progress: Progress) -> None:
        population = Models(self._values(progress.population), progress.population.scores)
        write_checkpoint(self.files.checkpoint, self.header, progress.generation, population)

    def _population(self, population: Population) -> Models:
        return Models(self._values(population), population.scores, "P")

    def _archive(self, progress: Progress) -> Models:
        rows = progress.archive.rows
        return Models(progress.history.parameters[rows], progress.archive.scores, "A")

    def _values(self, population: Population) -> FloatArray:
        return self.problem.space.to_model(population.x).values

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
