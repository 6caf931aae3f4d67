"""How a run is doing: what state it is in, how fast it goes, when it will be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import RunError
from pyneuronautofit.fitting.outcome.best import best_members, with_best_sum
from pyneuronautofit.fitting.outcome.counted import mode_codes, weights_of
from pyneuronautofit.objectives.residuals import weighted_sums
from pyneuronautofit.report.findings.choice import LeastSum, mode_sums
from pyneuronautofit.runs import Evaluations, Generation, RunReader, Session

# The recent past: the last minute, but at least some generations.
_RECENT_GENERATIONS = 5
_RECENT_S = 60.0


@dataclass(frozen=True)
class State:
    """What becomes of a run at this moment.

    Attributes
    ----------
    name
        `running`, `finished`, `interrupted`, `stopped by an error`, `killed`, `not started` or
        `unknown`.
    error
        What stopped it, where that was an error.
    why
        Why it has ended before its budget was used, as the user had asked: --time, --stop-after.
    computing
        Whether its last sitting goes on. One that has been taken up may not have begun with that.
    """

    name: str
    error: str = ""
    computing: bool = False
    why: str = ""

    @property
    def going_on(self) -> bool:
        """Whether a process has it."""
        return self.name == "running"

    def __str__(self) -> str:
        """Say it in words."""
        return f"{self.name}: {self.why}" if self.why else self.name


def sessions_of(run: RunReader) -> tuple[Session, ...]:
    """Return the sittings of a run; none where what is stored of them is damaged."""
    try:
        return run.sessions
    except RunError:
        return ()


def state_of(run: RunReader) -> State:
    """Tell what becomes of a run: its lock says whether somebody writes it."""
    sessions, writer = sessions_of(run), run.writer
    last = sessions[-1] if sessions else None
    if writer is not None:
        # Whoever takes a run up has its lock before the sitting begins.
        begun = last is not None and last.outcome is None and last.began >= writer.since
        return State("running", computing=begun)
    if last is None:
        return State("unknown" if run.losses else "not started")
    if last.outcome is None:
        return State("killed")
    name, _, why = last.outcome.partition(": ")
    if name in ("finished", "interrupted"):
        return State(name, why=why)
    return State("stopped by an error", last.outcome)


@dataclass(frozen=True)
class Goal:
    """How long a run is to go on.

    Attributes
    ----------
    generations
        The number of the last generation; None where the search itself knows when it is over.
    evaluations
        How many there will be, at most; None where the run does not say.
    is_limited
        Whether --evaluations decides, and -G does not.
    """

    generations: int | None
    evaluations: int | None
    is_limited: bool = False

    @property
    def number(self) -> int:
        """The number that decides."""
        return (self.evaluations or 0) if self.generations is None else self.generations

    def __str__(self) -> str:
        """Say it in words."""
        if self.generations is not None:
            return f"{self.generations} generations"
        return f"{self.evaluations} evaluations"


def goal_of(run: RunReader) -> Goal:
    """Return how long the run is to go on."""
    sessions = sessions_of(run)
    content = sessions[-1].content if sessions else {}
    evaluations = content.get("evaluations")
    # What may change from sitting to sitting, the last one says.
    latest = content.get("settings") or run.info.settings
    if evaluations is not None:
        return Goal(content.get("generations"), evaluations, latest.get("evaluations") is not None)
    # What older runs say.
    goal = content.get("generations")
    return Goal(int(goal if goal is not None else run.info.settings.get("generations") or 0), None)


@dataclass(frozen=True)
class RunPace:
    """How fast a run goes.

    Attributes
    ----------
    per_second, recent_per_second
        Evaluations per second of computing time, on the whole and lately; nan before there are any.
    used_s
        Time of computing.
    left_s
        What is left by the recent speed, for a run that goes on; nan for others.
    """

    per_second: float
    recent_per_second: float
    used_s: float
    left_s: float


def pace_of(run: RunReader, state: State, now: datetime) -> RunPace:
    """Return how fast a run goes."""
    last = run.last
    if last is None or last.seconds <= 0:
        return RunPace(
            float("nan"), float("nan"), 0.0 if last is None else last.seconds, float("nan")
        )
    since = _recent(run.generations)
    n_before, began = (0, 0.0) if since is None else (since.first_row + since.n_row, since.seconds)
    taken = last.seconds - began
    recent = (run.n_evaluation - n_before) / taken if taken > 0 else float("nan")
    waiting = (now - _time(last.finished)).total_seconds() if state.computing else 0.0
    # Pauses between sessions are no time of computing.
    waiting = max(min(waiting, (now - _time(_began(run, last))).total_seconds()), 0.0)
    left = float("nan")
    if state.going_on:
        left = float(np.maximum(_left(run, last, since, taken) - waiting, 0.0))
    return RunPace(run.n_evaluation / last.seconds, recent, last.seconds + waiting, left)


def _left(run: RunReader, last: Generation, since: Generation | None, taken: float) -> float:
    """Return how many seconds are left by the speed since a generation; nan if that is unknown."""
    goal = goal_of(run)
    if goal.generations is not None:
        n_generation = last.number - (-1 if since is None else since.number)
        return (goal.generations - last.number) * taken / n_generation
    n_before = 0 if since is None else since.first_row + since.n_row
    n_evaluation = run.n_evaluation - n_before
    if goal.evaluations is None or n_evaluation <= 0:
        return float("nan")
    return (goal.evaluations - run.n_evaluation) * taken / n_evaluation


def _began(run: RunReader, last: Generation) -> str:
    sessions = sessions_of(run)
    return sessions[-1].began if sessions else last.finished


def _recent(generations: tuple[Generation, ...]) -> Generation | None:
    """Return the generation at whose end the recent past begins; None: the run's beginning."""
    last = generations[-1]
    before = reversed(generations[:-_RECENT_GENERATIONS])
    return next((g for g in before if last.seconds - g.seconds >= _RECENT_S), None)


def _time(text: str) -> datetime:
    """Read a time of a store: ISO 8601, UTC."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


@dataclass
class Tally:
    """What `status` counts. It takes generations once, so that looking again costs little.

    Attributes
    ----------
    failures
        Status -> how many candidates ended so.
    last_failure
        (row, status, message) of the last candidate that failed.
    """

    failures: Counter[str] = field(default_factory=Counter)
    last_failure: tuple[int, str, str] | None = None
    _leader: LeastSum = field(default_factory=LeastSum)
    _led: FloatArray | None = None
    _sums: dict[int, FloatArray] = field(default_factory=dict)
    _n_seen: int = 0

    def update(self, run: RunReader) -> None:
        """Take the generations that are new since the last time.

        Raises
        ------
        RunError
            If one of them is damaged.
        """
        weights = weights_of(run)
        fresh = ((g, run.evaluations(g.rows)) for g in run.generations[self._n_seen :])
        # Whole blocks are read in half the time, but only from the beginning.
        for generation, block in fresh if self._n_seen else run.blocks():
            self._take(run, generation, block, weights)
            self._n_seen += 1

    @property
    def n_archive(self) -> int:
        """How many models no other dominates."""
        return len(self._sums)

    def best(self, run: RunReader) -> Mapping[str, tuple[int, Mapping[str, float]]]:
        """Return title -> (row, sum of every mode) of the models of the closing summary."""
        rows, codes = sorted(self._sums), mode_codes(run)
        if not rows:
            return {}
        sums = np.array([self._sums[row] for row in rows])
        chosen = {t: (rows[m], sums[m]) for t, m in best_members(sums, codes).items()}
        if self._led is not None:
            chosen = with_best_sum(chosen, (self._leader.row, self._led))
        return {
            title: (row, dict(zip(codes, values.tolist(), strict=True)))
            for title, (row, values) in chosen.items()
        }

    def _take(
        self, run: RunReader, generation: Generation, block: Evaluations, weights: FloatArray
    ) -> None:
        failed = [place for place, status in enumerate(block.status) if status != "OK"]
        self.failures.update(block.status[place] for place in failed)
        for place in failed[-1:]:
            row = generation.first_row + place
            self.last_failure = (row, block.status[place], block.messages[place])
        totals = weighted_sums(block.scores, weights)
        leader = self._leader.after(generation.first_row, totals)
        if leader is not self._leader:
            place = leader.row - generation.first_row
            self._leader, self._led = leader, mode_sums(run, block.scores[[place]])[0]
        # Nobody comes into the archive later than its own generation.
        sums = mode_sums(run, block.scores[generation.entered - generation.first_row])
        self._sums.update(zip(generation.entered.tolist(), sums, strict=True))
        for row in generation.removed.tolist():
            self._sums.pop(row, None)
