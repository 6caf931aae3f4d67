"""How a search went: what was best, generation by generation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.fitting.outcome.counted import mode_codes, weights_of
from pyneuronautofit.objectives.residuals import weighted_sums
from pyneuronautofit.optimisers.hypervolume import Hypervolume
from pyneuronautofit.report.findings.choice import LeastSum, mode_sums
from pyneuronautofit.runs import Evaluations, Generation, RunReader

#: A chart shows so many generations at the most, evenly spaced.
MOST_SHOWN = 300


@dataclass(frozen=True)
class SearchCourse:
    """The course of a search.

    Attributes
    ----------
    generation : IntArray, shape (n_shown,)
        The generations that are shown.
    n_evaluation : IntArray, shape (n_shown,)
        Evaluations up to then.
    best : FloatArray, shape (n_shown, n_mode)
        The smallest sum of every mode so far.
    population_best, population_median : FloatArray, shape (n_shown, n_mode)
        Of the population after the generation; nan where nobody succeeded.
    scalar_best, scalar_median : FloatArray, shape (n_shown,)
        The population's fitness under the weights of then; nan for a search that has none.
    weights : FloatArray, shape (n_shown, n_score)
        Of the components; nan where there are none.
    hypervolume : FloatArray, shape (n_shown,)
        Of all evaluations up to then, see `Hypervolume`; nan where it means nothing.
    reference : FloatArray, shape (n_mode,)
        Its reference point.
    sums : FloatArray, shape (n_evaluation, n_mode)
        The modes' sums of every evaluation; nan for failed ones.
    failures
        Status -> how many candidates ended so.
    last_failure
        (row, status, message) of the last candidate that failed.
    seconds_per_candidate
        Mean time of a simulation, s.
    leader
        The evaluation with the least weighted sum.
    """

    generation: IntArray
    n_evaluation: IntArray
    best: FloatArray
    population_best: FloatArray
    population_median: FloatArray
    scalar_best: FloatArray
    scalar_median: FloatArray
    weights: FloatArray
    hypervolume: FloatArray
    reference: FloatArray
    sums: FloatArray
    failures: Mapping[str, int]
    last_failure: tuple[int, str, str] | None
    seconds_per_candidate: float
    leader: LeastSum = field(default_factory=LeastSum)


def follow(run: RunReader) -> SearchCourse:
    """Go through a run once, generation after generation."""
    follower = _Follower(run)
    for generation, block in run.blocks():
        follower.take(generation, block)
    return follower.course()


def shown_generations(n_generation: int, most: int = MOST_SHOWN) -> IntArray:
    """Return at most so many of the generations 0 .. n - 1, evenly spaced, both ends included."""
    if n_generation <= most:
        return np.arange(n_generation)
    return np.unique(np.linspace(0, n_generation - 1, most).round().astype(np.int64))


@dataclass
class _Follower:
    """Collects the course; holds the scores of one population and one generation only."""

    run: RunReader
    _sums: list[FloatArray] = field(default_factory=list)
    _points: dict[str, list[object]] = field(default_factory=dict)
    _failures: Counter[str] = field(default_factory=Counter)
    _last_failure: tuple[int, str, str] | None = None
    _seconds: float = 0.0
    _leader: LeastSum = field(default_factory=LeastSum)

    def __post_init__(self) -> None:
        n_mode = len(mode_codes(self.run))
        self._shown = set(shown_generations(len(self.run.generations)).tolist())
        self._best = np.full(n_mode, np.inf)
        self._rows = np.zeros(0, dtype=np.int64)
        self._scores = np.zeros((0, len(self.run.header.markers)))
        self._volume = Hypervolume(n_mode)
        self._weights = weights_of(self.run)

    def take(self, generation: Generation, block: Evaluations) -> None:
        """Go on by one generation."""
        sums = mode_sums(self.run, block.scores)
        self._sums.append(sums)
        self._count(generation, block)
        totals = weighted_sums(block.scores, self._weights)
        self._leader = self._leader.after(generation.first_row, totals)
        good = sums[np.isfinite(sums).all(axis=1)]
        self._best = np.minimum(self._best, good.min(axis=0, initial=np.inf))
        self._volume.add(good)
        self._population(generation, block)
        if generation.number in self._shown:
            self._note(generation)

    def course(self) -> SearchCourse:
        """Return what was collected."""
        n_mode, n_score = len(self._best), self._scores.shape[1]
        n_done = sum(len(sums) for sums in self._sums)
        no_modes, nothing = np.zeros((0, n_mode)), np.zeros(0)

        def column(name: str, empty: FloatArray) -> FloatArray:
            values = self._points.get(name)
            return np.array(values, dtype=np.float64) if values else empty

        return SearchCourse(
            generation=column("generation", nothing).astype(np.int64),
            n_evaluation=column("n_evaluation", nothing).astype(np.int64),
            best=column("best", no_modes),
            population_best=column("population_best", no_modes),
            population_median=column("population_median", no_modes),
            scalar_best=column("scalar_best", nothing),
            scalar_median=column("scalar_median", nothing),
            weights=column("weights", np.zeros((0, n_score))),
            hypervolume=column("hypervolume", nothing),
            reference=self._volume.reference,
            sums=np.concatenate(self._sums) if self._sums else no_modes,
            failures=dict(self._failures),
            last_failure=self._last_failure,
            seconds_per_candidate=self._seconds / max(n_done, 1),
            leader=self._leader,
        )

    def _count(self, generation: Generation, block: Evaluations) -> None:
        self._seconds += float(block.seconds.sum())
        for place, status in enumerate(block.status):
            if status != "OK":
                self._failures[status] += 1
                row = generation.first_row + place
                self._last_failure = (row, status, block.messages[place])

    def _population(self, generation: Generation, block: Evaluations) -> None:
        """Keep the scores of the population: survivors, and candidates of this generation."""
        rows = np.concatenate([self._rows, generation.rows])
        scores = np.concatenate([self._scores, block.scores])
        wanted = generation.population
        order = np.argsort(rows, kind="stable")
        found = order[np.searchsorted(rows, wanted, sorter=order).clip(max=len(rows) - 1)]
        if len(rows) and (rows[found] == wanted).all():
            self._scores = scores[found]
        else:
            self._scores = self.run.evaluations(wanted).scores
        self._rows = wanted

    def _note(self, generation: Generation) -> None:
        """Note what a chart shows of this generation."""
        weights = self.run.weights(generation.number)
        sums = mode_sums(self.run, self._scores)
        scalars = np.full(len(sums), np.nan) if weights is None else weights.scalars(self._scores)
        nobody = np.full(self._scores.shape[1], np.nan)
        noted: dict[str, object] = {
            "generation": generation.number,
            "n_evaluation": generation.first_row + generation.n_row,
            "best": np.where(np.isfinite(self._best), self._best, np.nan),
            "population_best": _of_finite(np.min, sums),
            "population_median": _of_finite(np.median, sums),
            "scalar_best": _of_finite(np.min, scalars[:, None])[0],
            "scalar_median": _of_finite(np.median, scalars[:, None])[0],
            "weights": nobody if weights is None else weights.values,
            "hypervolume": self._volume.value(),
        }
        for name, value in noted.items():
            self._points.setdefault(name, []).append(value)


def _of_finite(measure: Callable[..., FloatArray], values: FloatArray) -> FloatArray:
    """Return a measure of every column over the rows that are finite; nan without any."""
    finite = values[np.isfinite(values).all(axis=1)]
    return measure(finite, axis=0) if len(finite) else np.full(values.shape[1], np.nan)
