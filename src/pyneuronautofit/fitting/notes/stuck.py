"""Searches that get nowhere: what is seen of it, and what may help."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from pyneuronautofit.fitting.budget import Plan
from pyneuronautofit.fitting.engine import Progress
from pyneuronautofit.optimisers import NSGA2, Strategy
from pyneuronautofit.optimisers.dominance import non_dominated

_log = logging.getLogger(__name__)

# So many generations without any gain are too many if they are this part of all, too.
_LONG, _PART = 20, 3
# The front of few components may well be as large as a population: that is what it is looked for.
_MOST_SORTED = 3
# What is left of the evaluations is named from this part of them on.
_UNUSED = 0.05


def about_stagnation(since: int, n_generation: int, *, adds_up: bool) -> str:
    """Return what to say of a search without gains; empty where they were not long ago.

    Parameters
    ----------
    since
        Generations since a mode, or the weighted sum, became better.
    n_generation
        How many there were, or will be.
    adds_up
        Whether the search minimises the weighted sum already.
    """
    if since <= _LONG or since * _PART <= n_generation:
        return ""
    advice = (
        "another seed, or wider bounds of the parameters that press on one ('report' names them), "
        "may lead further; more evaluations (--evaluations, or --resume) may"
        if adds_up
        else "-A Auto finds better models with as many evaluations, and --polish 0.5 makes those "
        "better that any search has found; fewer components (-e) or more evaluations may help"
    )
    return (
        f"neither a mode nor the weighted sum has become better in the last {since} generations: "
        f"{advice}"
    )


def about_ranks(progress: Progress, strategy: Strategy[Any]) -> str:
    """Return what to say of a search by dominance whose members are all of rank 1; or nothing."""
    scores = progress.population.scores
    if not isinstance(strategy, NSGA2) or len(scores) < 2 or scores.shape[1] <= _MOST_SORTED:
        return ""
    if not non_dominated(scores).all():
        return ""
    lost, keep = ", and good compromises are lost", ", or keep the best sums (--elite-sums)"
    return (
        f"no member of the population is dominated by another, in {scores.shape[1]} components: "
        f"crowding alone decides who lives on{'' if strategy.elite_sums else lost}. Take -A Auto, "
        f"or fewer components (-e){'' if strategy.elite_sums else keep}; --polish 0.5 makes better "
        "what was found"
    )


def about_unused(progress: Progress, asked: int | None) -> str:
    """Say why a search has ended with evaluations left; nothing where they are few.

    Parameters
    ----------
    asked
        How many evaluations it was given; None: it was told otherwise how long to go on.
    """
    used = len(progress.history)
    ended = progress.interrupted or progress.given_up or progress.stopped
    if asked is None or ended or asked - used < _UNUSED * asked:
        return ""
    return (
        f"{used:,} of {asked:,} evaluations are used: the next step of the search needs more than "
        "are left"
    )


def closing_notes(progress: Progress, strategy: Strategy[Any]) -> tuple[str, ...]:
    """Return what to say of a search that has ended."""
    since = 0 if progress.gains is None else progress.gains.since
    notes = (
        about_stagnation(since, progress.generation + 1, adds_up=strategy.needs_residuals),
        about_ranks(progress, strategy),
    )
    return tuple(note for note in notes if note)


@dataclass
class StuckNotes:
    """An observer of a search that logs when it seems to get nowhere.

    Searches that count evaluations know themselves how to go on; of them only the end tells.

    Attributes
    ----------
    strategy
        What searches.
    plan
        How long it goes on.
    """

    strategy: Strategy[Any]
    plan: Plan
    _ranked: bool = field(default=False, init=False)

    def evaluated(self, generation: int, n_done: int, n_all: int) -> None:
        """Nothing is known before the generation is complete."""

    def generation(self, progress: Progress) -> None:
        """Log what is noticed for the first time."""
        if self.strategy.counts_evaluations or self.plan.generations is None:
            return
        if not self._ranked:
            ranks = about_ranks(progress, self.strategy)
            self._ranked = bool(ranks)
            self._note(progress, ranks, notice=False)
        if progress.gains is not None:
            since, n_all = progress.gains.since, self.plan.generations + 1
            said = about_stagnation(since, n_all, adds_up=False)
            # Once: when it begins to be long.
            if not about_stagnation(since - 1, n_all, adds_up=False):
                # A person who waits should know.
                self._note(progress, said, notice=True)

    def _note(self, progress: Progress, said: str, *, notice: bool) -> None:
        if said:
            extra = {"notice": True} if notice else {}
            _log.info("generation %d: %s", progress.generation, said, extra=extra)
