"""A run at one moment: all that one screen shows."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from pyneuronautofit._types import Json
from pyneuronautofit.fitting.finer import FinerSums, about_finer_steps
from pyneuronautofit.fitting.outcome.counted import finer_of, floor_of
from pyneuronautofit.objectives.floor import Floor, in_floors
from pyneuronautofit.report.findings.state import (
    Goal,
    RunPace,
    State,
    Tally,
    goal_of,
    pace_of,
    sessions_of,
    state_of,
)
from pyneuronautofit.runs import RunReader, Session

# A log that is larger is not searched: `status` is to answer at once.
_LARGEST_LOG = 8 << 20
_MOST_TEXT, _LONGEST_LINE = 64 << 20, 10_000


@dataclass(frozen=True)
class Best:
    """A model of the closing summary.

    Attributes
    ----------
    title
        Why it is shown.
    row
        The number of its evaluation.
    sums
        The sum of the components of every mode.
    """

    title: str
    row: int
    sums: Mapping[str, float]


@dataclass(frozen=True)
class Snapshot:
    """A run at one moment.

    Attributes
    ----------
    stamp
        The run's.
    store
        Its file.
    state, pace
        How it is doing.
    generation
        The last one that is finished; -1 before the first.
    goal
        How long it is to go on.
    n_evaluation, n_archive
        Evaluations, and those that no other dominates.
    best
        The models of the closing summary.
    failures
        Status -> how many candidates ended so.
    last_failure
        The last of them, in words; empty if there is none.
    last_warning
        The last line of the log that is a warning or an error; empty if there is none.
    sessions
        The sittings of the run.
    losses
        What is damaged.
    copied_s
        For how long the store has not been copied from where it is written, s; nan where it is
        written itself, or nobody writes it.
    floor
        The noise floor; None where the run does not know any.
    finer
        What the models of the closing summary score with finer steps; None where nobody has looked.
    """

    stamp: str
    store: Path
    state: State
    pace: RunPace
    generation: int
    goal: Goal
    n_evaluation: int
    n_archive: int
    best: Sequence[Best]
    failures: Mapping[str, int]
    last_failure: str
    last_warning: str
    sessions: Sequence[Session]
    losses: Sequence[str]
    copied_s: float = math.nan
    floor: Floor | None = None
    finer: FinerSums | None = None

    def told_sums(self, best: Best) -> Mapping[str, float]:
        """Return what a model is said to score in units of the noise floor; see `FinerSums`."""
        return best.sums if self.finer is None else self.finer.told(best.row, best.sums)

    def about_finer_steps(self) -> str:
        """Say which models have other sums with finer steps; empty: none has."""
        return about_finer_steps({b.title: (b.row, b.sums) for b in self.best}, self.finer)

    def _finer_of(self, best: Best) -> dict[str, Json]:
        """Return the sums of a model with finer steps, where they are known."""
        known = None if self.finer is None else self.finer.sums.get(best.row)
        return {"sums_with_finer_steps": dict(known)} if known else {}

    def _floors_of(self, best: Best) -> dict[str, Json]:
        """Return the sums of a model in units of the noise floor, where there is one."""
        if self.floor is None or not self.floor.is_told:
            return {}
        ratios = in_floors(self.told_sums(best), self.floor)
        return {"in_floors": {code: _or_none(each) for code, each in ratios.items()}}

    def as_json(self) -> dict[str, Json]:
        """Return everything in types that JSON has; what is not known is None."""
        return {
            "stamp": self.stamp,
            "store": str(self.store),
            "state": self.state.name,
            "error": self.state.error or None,
            "generation": self.generation,
            "generations": self.goal.generations,
            "evaluations": self.n_evaluation,
            "evaluations_goal": self.goal.evaluations,
            **{name: _or_none(value) for name, value in asdict(self.pace).items()},
            "non_dominated": self.n_archive,
            "best": [
                {
                    "model": best.title,
                    "evaluation": best.row,
                    "sums": {code: _or_none(sum_) for code, sum_ in best.sums.items()},
                    **self._finer_of(best),
                    **self._floors_of(best),
                }
                for best in self.best
            ],
            "failures": dict(self.failures),
            "last_failure": self.last_failure or None,
            "last_warning": self.last_warning or None,
            "sessions": [
                {"began": each.began, "ended": each.ended, "outcome": each.outcome}
                for each in self.sessions
            ],
            "losses": list(self.losses),
            "copied_s": _or_none(self.copied_s),
            **({"floor": self.floor.modes} if self.floor and self.floor.is_told else {}),
        }


def take_snapshot(run: RunReader, tally: Tally, now: datetime) -> Snapshot:
    """Look at a run.

    Parameters
    ----------
    tally
        What was counted when the run was looked at before; it is brought up to date.

    Raises
    ------
    RunError
        If what is counted is damaged.
    """
    state = state_of(run)
    tally.update(run)
    return Snapshot(
        stamp=run.path.stem,
        store=run.path,
        state=state,
        pace=pace_of(run, state, now),
        generation=-1 if run.last is None else run.last.number,
        goal=goal_of(run),
        n_evaluation=run.n_evaluation,
        n_archive=tally.n_archive,
        best=[Best(title, *found) for title, found in tally.best(run).items()],
        failures=dict(tally.failures),
        last_failure=_failure(tally.last_failure),
        last_warning=last_warning(run.files.log),
        sessions=sessions_of(run),
        losses=list(run.losses),
        copied_s=copied_s(run, state, now),
        floor=floor_of(run),
        finer=finer_of(run),
    )


def copied_s(run: RunReader, state: State, now: datetime) -> float:
    """Return how old the copy is that is looked at, as of `Snapshot`."""
    sessions = sessions_of(run)
    if not (state.computing and sessions and sessions[-1].content.get("scratch")):
        return math.nan
    try:
        return max(0.0, now.timestamp() - run.path.stat().st_mtime)
    except OSError:
        return math.nan


def about_copy(sessions: Sequence[Session], age_s: float) -> str:
    """Say how old a copy is, and of what it is one; empty where there is none."""
    if math.isnan(age_s):
        return ""
    content = sessions[-1].content
    return (
        f"as of {age_s:.0f} s ago: it is written in {content.get('scratch')} on "
        f"{content.get('host', 'another computer')}, and copied about every minute"
    )


def last_warning(log: Path) -> str:
    """Return the last line of a run's log that is a warning or an error; empty without one."""
    found = ""
    try:
        if not log.is_file() or log.stat().st_size > _LARGEST_LOG:
            return ""
        with gzip.open(log) as stream:
            # A line is cut, and the reading ended, where the log is no log.
            while stream.tell() < _MOST_TEXT and (line := stream.readline(_LONGEST_LINE)):
                # date, time, level, who
                if line.split(b" ", 3)[2:3] in ([b"WARNING"], [b"ERROR"], [b"CRITICAL"]):
                    found = line.decode("utf-8", "replace").rstrip()
    except (OSError, EOFError, zlib.error):
        # There is no log, or its writer is just adding to it: what was read counts.
        return found
    return found


def _failure(last: tuple[int, str, str] | None) -> str:
    if last is None:
        return ""
    row, status, message = last
    return f"evaluation {row}, {status}: {message}" if message else f"evaluation {row}, {status}"


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
