"""Which models a report shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray
from pyneuronautofit.fitting.notes.levels import Level, distinct_levels
from pyneuronautofit.fitting.outcome.best import best_members, places, with_best_sum
from pyneuronautofit.fitting.outcome.counted import mode_codes, weights_of
from pyneuronautofit.objectives.residuals import weighted_sums
from pyneuronautofit.report.findings.spread import space_of
from pyneuronautofit.runs import Evaluations, RunReader

#: Rows of the table of models: they can be chosen, and their parameters be copied.
MOST_LISTED = 400
#: Models of which traces are simulated.
MOST_TRACED = 14


def mode_sums(run: RunReader, scores: FloatArray) -> FloatArray:
    """Return the sum of the components of every mode, shape (n_cand, n_mode); nan for failures.

    Parameters
    ----------
    scores : FloatArray, shape (n_cand, n_score)
    """
    markers = np.array(run.header.markers)
    return np.stack([scores[:, markers == c].sum(axis=1) for c in mode_codes(run)], axis=1)


@dataclass(frozen=True)
class LeastSum:
    """The evaluation with the least weighted sum among those that were looked at.

    Attributes
    ----------
    row
        Its number; -1 where nothing succeeded.
    total
        Its weighted sum.
    """

    row: int = -1
    total: float = np.inf

    def after(self, first_row: int, totals: FloatArray) -> LeastSum:
        """Return who leads after more evaluations with these weighted sums, nan for failed ones."""
        good = np.flatnonzero(np.isfinite(totals))
        if not len(good):
            return self
        best = int(good[np.argmin(totals[good])])
        if self.total <= totals[best]:
            return self
        return LeastSum(first_row + best, float(totals[best]))


@dataclass(frozen=True)
class Listed:
    """The models of a report's table, the best compromise first.

    Attributes
    ----------
    rows : IntArray, shape (n_model,)
        Row numbers of their evaluations.
    evaluations
        What the store has of them.
    sums : FloatArray, shape (n_model, n_mode)
    totals : FloatArray, shape (n_model,)
        The weighted sums of all components.
    fitness : FloatArray, shape (n_model,)
        The scalar under the last weights; nan where the search has none.
    titles
        Place -> why a model is worth a look.
    generation : IntArray, shape (n_model,)
        The generation that each was evaluated in.
    in_population, in_archive
        Rows of the last population, and of the non-dominated models.
    traced : tuple of int
        Places of the models that are simulated again.
    n_left_out
        Models of population and archive that the table has no room for.
    levels
        How many distinct models there are among all of these.
    """

    rows: IntArray
    evaluations: Evaluations
    sums: FloatArray
    totals: FloatArray
    fitness: FloatArray
    titles: Mapping[int, str]
    generation: IntArray
    in_population: frozenset[int]
    in_archive: frozenset[int]
    traced: tuple[int, ...]
    n_left_out: int
    levels: tuple[Level, ...] = ()

    def __len__(self) -> int:
        """Return the number of models."""
        return len(self.rows)


def list_models(run: RunReader, leader: LeastSum | None = None) -> Listed:
    """Return the models that a report lists: the best ones, the archive's, the population's.

    Parameters
    ----------
    leader
        Of all evaluations; None: it is one of these models.
    """
    archive = run.archive()
    population = archive[:0] if run.last is None else run.last.population
    led = [] if leader is None or leader.row < 0 else [leader.row]
    everybody = np.unique(np.concatenate([archive, population, led])).astype(np.int64)
    found = run.evaluations(everybody)
    sums = mode_sums(run, found.scores)
    good = np.flatnonzero(np.isfinite(sums).all(axis=1))
    everybody, found, sums = everybody[good], found.take(good), sums[good]
    fitness = _fitness(run, found.scores)
    totals = weighted_sums(found.scores, weights_of(run))
    best = _best(run, totals, sums, fitness, np.isin(everybody, archive))
    order = _order(sums, list(dict.fromkeys(best.values())))[:MOST_LISTED]
    titles = {
        int(np.flatnonzero(order == member)[0]): ", ".join(
            t for t, m in best.items() if m == member
        )
        for member in best.values()
    }
    firsts = np.array([generation.first_row for generation in run.generations])
    rows = everybody[order]
    return Listed(
        rows=rows,
        evaluations=found.take(order),
        sums=sums[order],
        totals=totals[order],
        fitness=fitness[order],
        titles=titles,
        generation=np.searchsorted(firsts, rows, side="right") - 1,
        in_population=frozenset(population.tolist()),
        in_archive=frozenset(archive.tolist()),
        traced=_different(sums[order], len(titles)),
        n_left_out=len(everybody) - len(order),
        levels=distinct_levels(space_of(run), found.parameters, totals),
    )


def _fitness(run: RunReader, scores: FloatArray) -> FloatArray:
    weights = None if run.last is None else run.weights(run.last.number)
    return np.full(len(scores), np.nan) if weights is None else weights.scalars(scores)


def _best(
    run: RunReader, totals: FloatArray, sums: FloatArray, fitness: FloatArray, archived: BoolArray
) -> dict[str, int]:
    """Return title -> member of the models that are worth a look first."""
    members = np.flatnonzero(archived)
    best = {t: int(members[m]) for t, m in best_members(sums[members], mode_codes(run)).items()}
    if best and np.isfinite(totals).any():
        best = with_best_sum(best, int(np.nanargmin(totals)))
    if len(fitness) and np.isfinite(fitness).any():
        best["least weighted fitness"] = int(np.nanargmin(fitness))
    return best


def _order(sums: FloatArray, first: list[int]) -> IntArray:
    """Return the order of the table: `first`, then the better compromises."""
    if not len(sums):
        return np.zeros(0, dtype=np.int64)
    compromises = places(sums).sum(axis=1)
    rest = [m for m in np.argsort(compromises, kind="stable").tolist() if m not in first]
    return np.array([*first, *rest], dtype=np.int64)


def _different(sums: FloatArray, n_first: int) -> tuple[int, ...]:
    """Return the first models and, one after the other, those least like all before."""
    chosen = list(range(min(n_first, len(sums), MOST_TRACED)))
    if not chosen:
        return ()
    # By places in the orders of merit: modes have different units.
    ranks = places(sums)
    distance = np.min([np.abs(ranks - ranks[c]).sum(axis=1) for c in chosen], axis=0)
    while len(chosen) < min(MOST_TRACED, len(sums)):
        farthest = int(np.argmax(distance))
        if distance[farthest] <= 0:
            break
        chosen.append(farthest)
        distance = np.minimum(distance, np.abs(ranks - ranks[farthest]).sum(axis=1))
    return tuple(chosen)
