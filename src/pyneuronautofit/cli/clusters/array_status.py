"""How an array of runs is doing: how many of what, which failed and why, and the best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._text import shortened
from pyneuronautofit._types import Json
from pyneuronautofit.cli.clusters.array_folder import ArrayFolder
from pyneuronautofit.errors import RunError
from pyneuronautofit.fitting import is_given_up
from pyneuronautofit.report import best_of_run, state_of
from pyneuronautofit.runs import open_run

ENDED, RUNNING, CUT, FAILED, MISSING = "ended", "running", "cut off", "failed", "not begun"
#: What a run may be, in the order of the screen.
STATES: Mapping[str, str] = {
    ENDED: "has done all that it was to do",
    RUNNING: "is computed at the moment",
    CUT: "was ended by something before that: array.sh goes on with it",
    FAILED: "cannot go on as it is",
    MISSING: "has no store yet",
}
_MOST_NAMED, _MOST_BEST = 10, 5
_TAIL, _LONGEST = 1 << 16, 300


@dataclass(frozen=True)
class ArrayMember:
    """A run of an array at one moment.

    Attributes
    ----------
    stamp
        What it is called.
    state
        One of `STATES`.
    why
        What has ended it, where that is known and no good.
    n_evaluation
        How many evaluations it has.
    total
        The least weighted sum of all components; None before there is any.
    sums
        The sums of that model's modes.
    """

    stamp: str
    state: str
    why: str = ""
    n_evaluation: int = 0
    total: float | None = None
    sums: Mapping[str, float] | None = None


def members_of(array: ArrayFolder) -> Iterator[ArrayMember]:
    """Yield the runs of an array, in the order of their numbers."""
    for number in range(1, array.n_run + 1):
        stamp, store = array.stamp(number), array.store(number)
        if not store.exists():
            why = _last_error(array, f"array-*_{number}")
            yield ArrayMember(stamp, FAILED if why else MISSING, why)
            continue
        try:
            yield _look(stamp, store, array, number)
        except RunError as error:
            yield ArrayMember(stamp, FAILED, str(error))


def _look(stamp: str, store: Path, array: ArrayFolder, number: int) -> ArrayMember:
    with open_run(store, check=False) as opened:
        found = state_of(opened)
        best = best_of_run(opened)
        state, why = found.name, found.error
        if opened.losses:
            state, why = FAILED, f"its store is damaged: {'; '.join(opened.losses)}"
        elif found.going_on:
            state = RUNNING
        elif state == "finished":
            state = ENDED
        elif is_given_up(why):
            state = FAILED
        else:
            # An error of the disk, say, may be over: the script begins it again.
            state, why = CUT, why or _last_error(array, f"array-*_{number}")
        total, sums = (None, None) if best is None else (best.total, best.sums)
        return ArrayMember(stamp, state, why, opened.n_evaluation, total, sums)


def why_not_begun(array: ArrayFolder, members: Sequence[ArrayMember]) -> str:
    """Return why no run has begun: what is wrong with all of them; empty where that is not known.

    SLURM drops the runs where what is to be done before them has failed.
    """
    if any(member.state != MISSING for member in members):
        return ""
    return _last_error(array, "prepare-*")


def _last_error(array: ArrayFolder, job: str) -> str:
    """Return the last line of a job's newest output that is an error; empty where there is none.

    What SLURM itself has to say, of a lack of memory for instance, stands there, too.
    """
    logs = sorted(array.logs.glob(f"{job}.log"), key=_age)
    try:
        with logs[-1].open("rb") as stream:
            stream.seek(max(logs[-1].stat().st_size - _TAIL, 0))
            lines = stream.read(_TAIL).decode("utf-8", "replace").splitlines()
    except (OSError, IndexError):
        return ""
    errors = [line.partition("error: ")[2] for line in lines if "error: " in line]
    return shortened(errors[-1].strip(), _LONGEST) if errors else ""


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def array_as_json(array: ArrayFolder, members: Sequence[ArrayMember]) -> dict[str, Json]:
    """Return all that is known of an array, as JSON has it."""
    counts = Counter(member.state for member in members)
    return {
        "array": array.name,
        "folder": str(array.folder),
        "stores": str(array.stores),
        "jobs": dict(array.jobs),
        "prepare": why_not_begun(array, members) or None,
        "counts": {state: counts[state] for state in STATES},
        "evaluations": sum(member.n_evaluation for member in members),
        "best": [member.stamp for member in _ranked(members)[:_MOST_BEST]],
        "runs": [
            {
                "stamp": member.stamp,
                "state": member.state,
                "why": member.why or None,
                "evaluations": member.n_evaluation,
                "weighted_sum": member.total,
                "sums": None if member.sums is None else dict(member.sums),
            }
            for member in members
        ],
    }


def array_lines(array: ArrayFolder, members: Sequence[ArrayMember]) -> Iterator[str]:
    """Yield the lines of one screen."""
    counts = Counter(member.state for member in members)
    listed = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    yield f"array         {array.name}: {array.n_run} runs: {listed}"
    yield f"runs          {array.stores}"
    if array.jobs:
        yield f"jobs          {', '.join(f'{name} {job}' for name, job in array.jobs.items())}"
    yield f"evaluations   {sum(member.n_evaluation for member in members)}"
    if why := why_not_begun(array, members):
        yield f"{FAILED:14s}prepare.sh  {why}"
    for state in (RUNNING, CUT, FAILED):
        yield from _named(state, [member for member in members if member.state == state])
    for place, member in enumerate(_ranked(members)[:_MOST_BEST]):
        sums = ", ".join(f"{code} {value:.4g}" for code, value in (member.sums or {}).items())
        head = "best" if place == 0 else ""
        yield f"{head:14s}{member.stamp}  weighted sum {member.total:.6g}  {sums}"
    for what, path in (("models", array.database), ("page", array.page)):
        if path.exists():
            yield f"{what:14s}{path}"


def _named(state: str, members: Sequence[ArrayMember]) -> Iterator[str]:
    for place, member in enumerate(members[:_MOST_NAMED]):
        head = state if place == 0 else ""
        done = f"  {member.n_evaluation} evaluations" if member.n_evaluation else ""
        yield f"{head:14s}{member.stamp}{done}{f'  {member.why}' if member.why else ''}"
    if len(members) > _MOST_NAMED:
        yield f"{'':14s}and {len(members) - _MOST_NAMED} more; --json has all"


def _ranked(members: Sequence[ArrayMember]) -> list[ArrayMember]:
    """Return the runs that have a model, the best first."""
    known = [member for member in members if member.total is not None]
    return sorted(known, key=lambda member: member.total or 0.0)
