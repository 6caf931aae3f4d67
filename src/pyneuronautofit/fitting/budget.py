"""How long a search goes on: the one place that knows the number of generations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyneuronautofit._options import FITTING, Resumed, above, at_least, option
from pyneuronautofit._words import real, whole
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.floors.stopping import check_stop, stop_word
from pyneuronautofit.optimisers import Strategy
from pyneuronautofit.optimisers.polish.local import LocalRefinement

# A year, and more evaluations than anybody will see.
_MOST_MINUTES, _MOST_EVALUATIONS = 525_600.0, 1e12


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How long a search goes on.

    Attributes
    ----------
    generations
        Generations after the initial population, which is generation 0.
    evaluations
        Evaluations in all, instead of a number of generations.
    minutes
        Time of computing after which no generation is begun; None: no limit.
    stop_after
        Generations without any gain after which the search ends, or so many noise floors, in
        words (`1.5floor`), within which a model ends it; None: nothing ends it so.
    seed
        Of the only random generator.
    archive_size
        How many non-dominated models are kept.
    """

    generations: int = option(
        256,
        "-G",
        "--number-generation",
        group=FITTING,
        metavar="NGN",
        parse=whole,
        check=at_least(0),
        place=-1,
        resumed=Resumed.LONGER,
        help="number of generations after the initial population",
    )
    evaluations: int | None = option(
        None,
        "--evaluations",
        group=FITTING,
        metavar="N",
        parse=whole,
        check=above(0, _MOST_EVALUATIONS),
        resumed=Resumed.LONGER,
        help="evaluations in all, at most: instead of -G, for any algorithm",
    )
    minutes: float | None = option(
        None,
        "--time",
        group=FITTING,
        metavar="MINUTES",
        parse=real,
        check=above(0, _MOST_MINUTES),
        resumed=Resumed.FREE,
        help="minutes of computing after which no other generation is begun; a run that was "
        "stopped by this can be taken up again",
    )
    stop_after: int | str | None = option(
        None,
        "--stop-after",
        group=FITTING,
        metavar="N",
        parse=stop_word,
        check=check_stop,
        resumed=Resumed.FREE,
        help="end after so many generations in which neither a mode nor the weighted sum of all "
        "has become better; or floor: when a model is within the recording's noise floor in every "
        "mode, 1.5floor: within one and a half of it",
    )
    seed: int = option(
        0,
        "--seed",
        group=FITTING,
        metavar="N",
        parse=whole,
        check=at_least(0),
        help="same seed, same inputs: same result, whatever -n is (default: drawn, and logged)",
    )
    archive_size: int = option(
        5000,
        "--archive-size",
        group=FITTING,
        metavar="N",
        parse=whole,
        check=at_least(1),
        resumed=Resumed.EXTENDED,
        help="non-dominated models that are kept",
    )


@dataclass(frozen=True)
class Plan:
    """What a budget comes to for a strategy.

    Attributes
    ----------
    generations
        The number of the last generation; None where the strategy itself knows when it is over.
    evaluations
        How many candidates there will be, at most.
    """

    generations: int | None
    evaluations: int


def plan_of(budget: Budget, strategy: Strategy[Any]) -> Plan:
    """Return how long a strategy goes on.

    Raises
    ------
    UsageError
        If the evaluations are not enough for the initial population.
    """
    # All but the first have the same number.
    first, later = strategy.batch_size(0), strategy.batch_size(1)
    evaluations = budget.evaluations
    if evaluations is None:
        evaluations = first + budget.generations * later
    elif evaluations < first:
        raise UsageError(
            f"--evaluations {evaluations}: the initial population alone has {first}; "
            f"{_cure(strategy)}"
        )
    if strategy.counts_evaluations:
        return Plan(None, evaluations)
    generations = (evaluations - first) // max(later, 1)
    return Plan(generations, first + generations * later)


def _cure(strategy: Strategy[Any]) -> str:
    """Return what to do where the evaluations are not enough for the initial population."""
    if isinstance(strategy, LocalRefinement):
        return "give more, or polish fewer models (--models)"
    best = "" if strategy.needs_residuals else ", and takes -A Auto, which makes the most of them"
    return (
        f"a search needs many times as many, some thousands{best}. To try whether everything "
        "works take --dry-run instead, which evaluates nothing, or a population of a few (-P)"
    )


def lasting(strategy: Strategy[Any], plan: Plan) -> Strategy[Any]:
    """Return the strategy for a search that goes on for so long."""
    lasts: Strategy[Any] = strategy.lasting(plan.generations or 0, plan.evaluations)
    return lasts
