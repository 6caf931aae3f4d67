"""What a run store holds, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pyneuronautofit._types import BoolArray, FloatArray, IntArray, Json
from pyneuronautofit.runs.export import Header


@dataclass(frozen=True)
class RunInfo:
    """What does not change in a run.

    Attributes
    ----------
    header
        The head of the result files; its command is that of the first session.
    settings
        The value of every option, by the name of its field, the drawn seed included.
    identity
        What the results depend on beside the settings: `recording` (SHA-256), `model` (SHA-256
        of every file), `known` (which files those are), `versions` of what computes.
    places
        Where it was: `recording` and `project` (absolute paths or null), `directory` (the working
        directory).
    mode_sizes
        Every mode's letter with the number of its components, in the order of the vector.
    log_search
        Whether coordinates of `log` parameters are logarithms.
    statuses
        Name -> meaning of how a simulation can end.
    initial : FloatArray, shape (n_given, n_param), model values, or None
        The candidates that the run began with; nan where a value was drawn.
    floor
        The noise floor of the objective vector, as `objectives.floor.Floor` writes it; None: the
        run is of a version that did not know of any.
    finer
        What its best models score with finer steps, as `fitting.finer.FinerSums` writes it:
        noted at the end of a search, and the one thing here that a later sitting may change. None:
        steps were fixed, or nobody has looked.
    """

    header: Header
    settings: Mapping[str, Json]
    identity: Mapping[str, Json]
    places: Mapping[str, str | None]
    mode_sizes: tuple[tuple[str, int], ...]
    log_search: bool
    statuses: Mapping[str, str]
    initial: FloatArray | None = None
    floor: Mapping[str, Json] | None = None
    finer: Mapping[str, Json] | None = None

    @property
    def searched(self) -> BoolArray:
        """Which columns' search coordinates are not the model's values, shape (n_param,)."""
        scales = [row[1] for row in self.header.parameters]
        return np.array([scale == "log" and self.log_search for scale in scales], dtype=bool)


@dataclass(frozen=True)
class Session:
    """One sitting of a run: from its start, or a resumption, to its end.

    Attributes
    ----------
    number
        From 0.
    began, ended
        Times (ISO 8601, UTC); `ended` is None for a session that goes on, or that was killed.
    outcome
        How it ended: `finished`, `interrupted`, or what went wrong: an error, or all candidates.
    content
        Of that session: `command`, `settings` that differ from the run's, `versions`, `simulator`,
        `n_worker`, `host`.
    """

    number: int
    began: str
    content: Mapping[str, Json]
    ended: str | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Evaluations:
    """Evaluated candidates.

    Attributes
    ----------
    parameters : FloatArray, shape (n_cand, n_param), model values
    coordinates : FloatArray, shape (n_cand, n_param), search coordinates
    scores : FloatArray, shape (n_cand, n_score)
        Rows of nan for failed candidates.
    fitness : FloatArray, shape (n_cand,)
        The scalar fitness under the weights after their generation; nan for failed candidates and
        for algorithms that have none.
    status
        Name of how each simulation ended; `OK` where it did not fail.
    messages
        What went wrong, in words; empty where nothing did.
    seconds : FloatArray, shape (n_cand,), s
        How long each simulation took.
    """

    parameters: FloatArray
    coordinates: FloatArray
    scores: FloatArray
    fitness: FloatArray
    status: tuple[str, ...]
    messages: tuple[str, ...]
    seconds: FloatArray

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.scores)

    def take(self, chosen: IntArray) -> Evaluations:
        """Return some of them, in that order."""
        places = chosen.tolist()
        return Evaluations(
            self.parameters[chosen],
            self.coordinates[chosen],
            self.scores[chosen],
            self.fitness[chosen],
            tuple(self.status[place] for place in places),
            tuple(self.messages[place] for place in places),
            self.seconds[chosen],
        )


@dataclass(frozen=True)
class Generation:
    """One generation, without its evaluations.

    Attributes
    ----------
    number
        0 is the initial population.
    first_row, n_row
        Its evaluations have the row numbers first_row .. first_row + n_row - 1.
    finished
        When (ISO 8601, UTC).
    seconds
        Time of computing since the run began, s; pauses between sessions do not count.
    population : IntArray, shape (n_member,)
        Rows of the evaluations that are the population after it, best first.
    entered, removed : IntArray
        Rows that came into the archive of non-dominated models, and that left it.
    """

    number: int
    first_row: int
    n_row: int
    finished: str
    seconds: float
    population: IntArray = field(repr=False)
    entered: IntArray = field(repr=False)
    removed: IntArray = field(repr=False)

    @property
    def rows(self) -> IntArray:
        """The row numbers of its evaluations, shape (n_row,)."""
        return np.arange(self.first_row, self.first_row + self.n_row, dtype=np.int64)
