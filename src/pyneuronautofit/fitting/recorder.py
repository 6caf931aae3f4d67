"""Keeps a search: every generation in its store, checkpoints on the way, files at the end."""

from __future__ import annotations

import contextlib
import json
import logging
from dataclasses import dataclass, replace
from typing import Any

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import OutputError
from pyneuronautofit.fitting.engine import Guard, Progress
from pyneuronautofit.fitting.evaluation import Evaluation
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.optimisers import Strategy
from pyneuronautofit.runs import (
    Evaluations,
    Header,
    Models,
    NewGeneration,
    RunFiles,
    RunReader,
    RunWriter,
    export_results,
    finite_fitness,
    write_checkpoint,
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
        Knows the scalar fitness of vectors.
    writer
        Of the run's store.
    dump_every
        Generations between two checkpoints; negative: none.
    log_population, log_archive
        Whether they go into the log, too.
    adaptations
        Whether the trace of the weights is written (the flag -Z).
    evaluations
        Whether every evaluation is written as JSON in the end.
    exporting
        Makes the context in which the files of the end may be cut off by a KeyboardInterrupt.
    """

    files: RunFiles
    header: Header
    problem: Problem
    strategy: Strategy[Any]
    writer: RunWriter
    dump_every: int
    log_population: bool = False
    log_archive: bool = False
    adaptations: bool = False
    evaluations: bool = True
    exporting: Guard = contextlib.nullcontext

    def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
        """Nothing is written within a generation."""

    def generation(self, progress: Progress) -> None:
        """Store the generation and log it, and write a checkpoint where one is due.

        Raises
        ------
        OutputError
            If it cannot be stored: then there is no use in going on.
        """
        self._store(progress)
        _log.info(
            "generation %d: %d evaluations, %d of them non-dominated, best %s",
            progress.generation, len(progress.history), len(progress.archive.rows),
            self._best(progress),
        )  # fmt: skip
        if self.log_population:
            self._log_models("population", self._population(progress))
        if self.log_archive:
            self._log_models("archive", self._archive(progress))
        if self.dump_every > 0 and progress.generation % self.dump_every == 0:
            try:
                self._write_checkpoint(progress)
            except OutputError as error:
                # The store has it all: go on, and try again next time.
                _log.warning("%s", error)

    def finish(self, progress: Progress) -> None:
        """Write the files that a run leaves behind, out of its store, and close that.

        Where there is no time for them the run is interrupted, and they can be made later.

        Raises
        ------
        OutputError
            If one cannot be written; the others are tried all the same.
        """
        self.writer.publish()
        try:
            with self.exporting(), RunReader(self.files.store) as run:
                problems = export_results(
                    run,
                    self.files,
                    checkpoint=self.dump_every > 0,
                    adaptations=self.adaptations,
                    evaluations=self.evaluations,
                )
        except KeyboardInterrupt:
            _log.warning("not all files were written; the store has everything")
            self.writer.end_session("interrupted")
            raise
        ended = progress.given_up or ("interrupted" if progress.interrupted else "finished")
        if ended == "finished" and progress.stopped:
            ended = f"finished: {progress.stopped}"
        self.writer.end_session(ended)
        if problems:
            raise problems[0]

    def _store(self, progress: Progress) -> None:
        evaluation, asked = progress.evaluation, progress.asked
        if evaluation is None or asked is None:
            raise ValueError("a generation without its evaluations cannot be stored")
        self.writer.append(
            NewGeneration(
                progress.generation,
                self._evaluations(progress, evaluation, asked),
                progress.state,
                progress.population.x,
                progress.population.scores,
                progress.archive.rows,
                progress.seconds,
            )
        )

    def _evaluations(
        self, progress: Progress, evaluation: Evaluation, asked: FloatArray
    ) -> Evaluations:
        scores = evaluation.scores
        scalars = self.strategy.scalars(progress.state, scores)
        return Evaluations(
            evaluation.parameters,
            asked,
            scores,
            finite_fitness(scalars, scores),
            tuple(status.name for status in evaluation.status),
            evaluation.messages,
            evaluation.seconds,
        )

    def _write_checkpoint(self, progress: Progress) -> None:
        population = replace(self._population(progress), source=None)
        write_checkpoint(self.files.checkpoint, self.header, progress.generation, population)

    def _population(self, progress: Progress) -> Models:
        population = progress.population
        values = self.problem.space.to_model(population.x).values
        return self._models(progress, values, population.scores, "P")

    def _archive(self, progress: Progress) -> Models:
        rows = progress.archive.rows
        parameters = progress.history.parameters_of(rows)
        return self._models(progress, parameters, progress.archive.scores, "A")

    def _models(
        self, progress: Progress, parameters: FloatArray, scores: FloatArray, source: str
    ) -> Models:
        scalars = self.strategy.scalars(progress.state, scores) if len(scores) else None
        weighted = None if scalars is None else finite_fitness(scalars, scores)
        return Models(parameters, scores, weighted, source)

    def _best(self, progress: Progress) -> str:
        sums = self.problem.whole.mode_sums(progress.archive.scores)
        return ", ".join(f"{code} {v.min():.6g}" for code, v in sums.items() if len(v)) or "none"

    def _log_models(self, what: str, models: Models) -> None:
        for number, record in enumerate(models.records()):
            _log.info("%s %d: %s", what, number, json.dumps(record))
