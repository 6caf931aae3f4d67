"""The only loop: ask, simulate, score, tell."""

from __future__ import annotations

import contextlib
import itertools
import logging
import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.fitting.budget import Budget, lasting, plan_of
from pyneuronautofit.fitting.evaluation import Evaluation, WorkersLost
from pyneuronautofit.fitting.finer import FinerSums
from pyneuronautofit.fitting.floors.stopping import FloorGoal, floor_to_reach
from pyneuronautofit.fitting.gains import Gains, with_leader
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.optimisers import ParetoArchive, Population, Strategy, empty_archive
from pyneuronautofit.runs import History
from pyneuronautofit.simulators import RunStatus

_log = logging.getLogger(__name__)

#: A search is given up where no candidate of so many generations, and of so many candidates, could
#: be scored: chance does not explain that.
HOPELESS_GENERATIONS = 3
HOPELESS_CANDIDATES = 100
_S_PER_MINUTE = 60.0
# So many reasons are named.
_MOST_REASONS = 3
_GIVEN_UP = re.compile(r"all \d+ candidates failed( \(.*)?", re.DOTALL)

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
    given_up
        Why there is nothing to be found: no candidate could be scored; empty where one could.
    gains
        The best so far, and since when; None before the first generation.
    lost
        Who that evaluates was lost, where that has interrupted it, and what to do; else empty.
    stopped
        Why it ended before its budget was used, as the user had asked; empty where it did not.
    phase
        What the search does next, in a few words; empty where that is always the same.
    finer
        What the best models scored with finer steps when the search had ended last; None: not
        known.
    """

    generation: int
    state: Any
    population: Population
    archive: ParetoArchive
    history: History
    evaluation: Evaluation | None = None
    seconds: float = 0.0
    interrupted: bool = False
    lost: str = ""
    asked: FloatArray | None = None
    given_up: str = ""
    gains: Gains | None = None
    stopped: str = ""
    phase: str = ""
    finer: FinerSums | None = None

    @property
    def shown_rows(self) -> IntArray:
        """The rows of models that may be asked for again, ascending: archive and leader."""
        return with_leader(self.archive.rows, self.gains)


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

    The budget alone says how long it goes on: the strategy is told here. An interrupted
    generation is given up; everything before it is in the result. Where every candidate fails, the
    search ends after `HOPELESS_GENERATIONS` generations and `HOPELESS_CANDIDATES` candidates, and
    begins to count anew where it is taken up again. The result depends on the problem, the strategy
    and the budget alone, not on how many workers simulate, nor on how often the search was stopped
    and taken up again.

    Parameters
    ----------
    start
        Where to go on; None: at the beginning. Its history grows.
    keep_all
        Whether the history keeps every evaluation in memory, or only those in the archive: for a
        search whose observer stores them. Of a search that goes on, its start decides.
    """
    plan = plan_of(budget, strategy)
    strategy = lasting(strategy, plan)
    goal = floor_to_reach(problem, budget.stop_after)
    progress = start or beginning(strategy, budget, keep_all=keep_all)
    began = time.monotonic() - progress.seconds
    failures = _Failures()
    for generation in itertools.count(progress.generation + 1):
        if plan.generations is not None and generation > plan.generations:
            break
        try:
            progress = _stopped(progress, budget, goal, guard)
        except KeyboardInterrupt as interruption:
            return _interrupted(progress, interruption)
        if progress.stopped:
            break
        x, asked = strategy.ask(progress.state)
        if not len(x):
            break
        # What is stored and read again is in this order of memory, in which sums are rounded alike.
        x = np.ascontiguousarray(x)
        try:
            with guard():
                evaluation = problem.evaluate(
                    x,
                    _reporter(observer, generation),
                    with_residuals=strategy.needs_residuals,
                )
        except KeyboardInterrupt as interruption:
            return _interrupted(progress, interruption)
        _log_failures(evaluation, generation)
        known = replace(progress, gains=progress.gains or problem.no_gains)
        progress = _after(known, strategy, asked, x, evaluation)
        progress = replace(progress, seconds=time.monotonic() - began)
        if observer is not None:
            observer.generation(progress)
        if not len(progress.archive.rows):
            failures.take(evaluation)
            if failures.are_enough:
                break
    return _ended(progress, failures)


def _interrupted(progress: Progress, interruption: KeyboardInterrupt) -> Progress:
    """Return a search whose next generation was given up."""
    lost = str(interruption) if isinstance(interruption, WorkersLost) else ""
    why = f": {lost}" if lost else ""
    kept = "what came before it is kept"
    _log.warning("interrupted in generation %d; %s%s", progress.generation + 1, kept, why)
    return replace(progress, interrupted=True, lost=lost)


def _after(
    progress: Progress,
    strategy: Strategy[Any],
    state: Any,
    x: FloatArray,
    evaluation: Evaluation,
) -> Progress:
    """Return a search after one more generation: the strategy has asked, and is told here."""
    scores, gains = evaluation.scores, progress.gains
    state = strategy.tell(state, x, scores, evaluation.residuals)
    rows = progress.history.append(evaluation.parameters, scores)
    after = Progress(
        progress.generation + 1,
        state,
        strategy.population(state),
        progress.archive.insert(rows, scores),
        progress.history,
        evaluation,
        asked=x,
        gains=None if gains is None else gains.after(scores),
        phase=strategy.phase(state),
        finer=progress.finer,
    )
    after.history.keep(after.shown_rows)
    return after


def _stopped(progress: Progress, budget: Budget, goal: FloorGoal | None, guard: Guard) -> Progress:
    """Return a search with why no other generation is begun although there is budget left."""
    why = _enough(progress, budget)
    if not why and goal is not None:
        # Models are simulated for it.
        with guard():
            why = goal.reached(progress.archive, progress.history.parameters_of)
    if why:
        _log.info("%s", why)
    return replace(progress, stopped=why)


def _enough(progress: Progress, budget: Budget) -> str:
    """Return in words that the time is up, or that nothing becomes better; else empty."""
    if budget.minutes is not None and progress.seconds >= budget.minutes * _S_PER_MINUTE:
        return f"stopped after {budget.minutes:g} minutes of computing (--time)"
    gains, most = progress.gains, budget.stop_after
    if isinstance(most, int) and gains is not None and gains.since >= most:
        return f"stopped: nothing has become better for {gains.since} generations (--stop-after)"
    return ""


def _ended(progress: Progress, failures: _Failures) -> Progress:
    """Return a search that has ended, with the reason where nothing was found."""
    if len(progress.archive.rows) or not len(progress.history):
        return progress
    reason = failures.reason(len(progress.history))
    _log.error("nothing is found: %s", reason)
    return replace(progress, given_up=reason)


def is_given_up(outcome: str) -> bool:
    """Tell whether the outcome of a session says that nothing was found (`Progress.given_up`)."""
    return _GIVEN_UP.fullmatch(outcome) is not None


class _Failures:
    """How candidates have failed in this sitting, as long as all of them do."""

    def __init__(self) -> None:
        self._n_generation = 0
        self._n_candidate = 0
        self._reasons: Counter[str] = Counter()

    def take(self, evaluation: Evaluation) -> None:
        """Take a generation of which nothing could be scored."""
        self._n_generation += 1
        self._n_candidate += len(evaluation.status)
        self._reasons.update(_reasons(evaluation) or ["its scores are not finite"])

    @property
    def are_enough(self) -> bool:
        """Whether there is no hope left."""
        return (
            self._n_generation >= HOPELESS_GENERATIONS and self._n_candidate >= HOPELESS_CANDIDATES
        )

    def reason(self, n_all: int) -> str:
        """Return why there is no result of so many candidates."""
        named = [f"{n} times {text}" for text, n in self._reasons.most_common(_MOST_REASONS)]
        return f"all {n_all} candidates failed" + (f" ({'; '.join(named)})" if named else "")


def _reasons(evaluation: Evaluation) -> list[str]:
    """Return of every candidate that failed how it did."""
    return [
        f"{status.value}: {message}" if message and message != status.value else status.value
        for status, message in zip(evaluation.status, evaluation.messages, strict=True)
        if status is not RunStatus.OK
    ]


def _reporter(observer: Observer | None, generation: int) -> Callable[[int, int], None] | None:
    if observer is None:
        return None
    return lambda n_done, n_all: observer.evaluated(generation, n_done, n_all)


def _log_failures(evaluation: Evaluation, generation: int) -> None:
    failed = _reasons(evaluation)
    for text, count in Counter(failed).most_common(5):
        _log.info("generation %d: %d candidate(s) failed: %s", generation, count, text)
    if len(failed) == len(evaluation.status):
        _log.warning(
            "all %d candidates of generation %d failed; the most common reason: %s",
            len(failed), generation, Counter(failed).most_common(1)[0][0],
        )  # fmt: skip
    elif not np.isfinite(evaluation.scores).all(axis=1).any():
        _log.warning("generation %d: no candidate has finite scores", generation)
