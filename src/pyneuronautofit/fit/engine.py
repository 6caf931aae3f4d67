"""The only loop: ask, simulate, score, tell."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.fit.budget import Budget
from pyneuronautofit.fit.problem import Evaluation, Problem
from pyneuronautofit.optimisers import ParetoArchive, Population, Strategy, empty_archive
from pyneuronautofit.runs import History
from pyneuronautofit.simulators import RunStatus

_log = logging.getLogger(__name__)

#: Makes the context in which the loop may be interrupted by a KeyboardInterrupt.
Guard: TypeAlias = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Progress:
    """A search after some generation.

    Attributes
    ----------
    generation
        Number of the last complete generation; -1 before the first.
    state
        The strategy's.
    population
        The current population.
    archive
        The non-dominated set of everything evaluated; its rows are rows of `history`.
    history
        Every evaluation.
    evaluation
        The last generation's; None before the first, and where a run was taken up again.
    seconds
        Since the search began, s; pauses between two sittings do not count.
    interrupted
        True if it was stopped before its budget was used.
    asked : FloatArray, shape (n_cand, n_param), search coordinates, or None
        What `evaluation` is of.
    """

    generation: int
    state: Any
    population: Population
    archive: ParetoArchive
    history: History
    evaluation: Evaluation | None = None
    seconds: float = 0.0
    interrupted: bool = False
    asked: FloatArray | None = None


class Observer(Protocol):
    """Whoever wants to know how a search goes."""

    def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
        """Take notice that some candidates of a generation are finished."""

    def generation(self, progress: Progress) -> None:
        """Take notice that a generation is complete."""


def beginning(strategy: Strategy[Any], budget: Budget, *, keep_all: bool = True) -> Progress:
    """Return a search that has not done anything yet; `keep_all` as in `search`."""
    state = strategy.init(budget.seed)
    archive = empty_archive(budget.archive_size)
    return Progress(-1, state, strategy.population(state), archive, History(whole=keep_all))


def search(
    problem: Problem,
    strategy: Strategy[Any],
    budget: Budget,
    observer: Observer | None = None,
    guard: Guard = contextlib.nullcontext,
    *,
    start: Progress | None = None,
    keep_all: bool = True,
) -> Progress:
    """Search until the budget is used, or until a KeyboardInterrupt.

    The budget alone says how many generations there are: the strategy is told here. An interrupted
    generation is given up; everything before it is in the result. The result depends
    on the problem, the strategy and the budget alone, not on how many workers simulate, nor on how
    often the search was stopped and taken up again.

    Parameters
    ----------
    start
        Where to go on; None: at the beginning. Its history grows.
    keep_all
        Whether the history keeps every evaluation in memory, or only those in the archive: for a
        search whose observer stores them. Of a search that goes on, its start decides.
    """
    strategy = strategy.lasting(budget.generations)
    progress = start or beginning(strategy, budget, keep_all=keep_all)
    began = time.monotonic() - progress.seconds
    for generation in range(progress.generation + 1, budget.generations + 1):
        x, asked = strategy.ask(progress.state)
        # What is stored and read again is in this order of memory, in which sums are rounded alike.
        x = np.ascontiguousarray(x)
        try:
            with guard():
                evaluation = problem.evaluate(x, _reporter(observer, generation))
        except KeyboardInterrupt:
            _log.warning("interrupted in generation %d; what came before it is kept", generation)
            return replace(progress, interrupted=True)
        _log_failures(evaluation, generation)
        state = strategy.tell(asked, x, evaluation.scores)
        rows = progress.history.append(evaluation.parameters, evaluation.scores)
        progress = Progress(
            generation,
            state,
            strategy.population(state),
            progress.archive.insert(rows, evaluation.scores),
            progress.history,
            evaluation,
            time.monotonic() - began,
            asked=x,
        )
        progress.history.keep(progress.archive.rows)
        if observer is not None:
            observer.generation(progress)
    return progress


def _reporter(observer: Observer | None, generation: int) -> Callable[[int, int], None] | None:
    if observer is None:
        return None
    return lambda n_done, n_all: observer.evaluated(generation, n_done, n_all)


def _log_failures(evaluation: Evaluation, generation: int) -> None:
    failed = [
        f"{status.value}: {message}" if message and message != status.value else status.value
        for status, message in zip(evaluation.status, evaluation.messages, strict=True)
        if status is not RunStatus.OK
    ]
    for text, count in Counter(failed).most_common(5):
        _log.info("generation %d: %d candidate(s) failed: %s", generation, count, text)
    if len(failed) == len(evaluation.status):
        _log.warning(
            "all %d candidates of generation %d failed; the most common reason: %s",
            len(failed), generation, Counter(failed).most_common(1)[0][0],
        )  # fmt: skip
    elif not np.isfinite(evaluation.scores).all(axis=1).any():
        _log.warning("generation %d: no candidate has finite scores", generation)
