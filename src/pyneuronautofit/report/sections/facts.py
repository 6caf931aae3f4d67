"""What was fitted to what, how it went."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from markupsafe import Markup

from pyneuronautofit._options import Resumed, options_of
from pyneuronautofit._text import clock_time
from pyneuronautofit._types import Json
from pyneuronautofit.fitting import FitOptions
from pyneuronautofit.optimisers import algorithm_name
from pyneuronautofit.report.findings.course import SearchCourse
from pyneuronautofit.report.findings.snapshot import about_copy, copied_s
from pyneuronautofit.report.findings.state import RunPace, State, goal_of, sessions_of
from pyneuronautofit.report.findings.units import mode_name, mode_title
from pyneuronautofit.report.templating import rendered
from pyneuronautofit.runs import RunReader

# What is said elsewhere on the page.
_SAID = frozenset(
    {
        "recording", "project", "modes", "algorithm", "generations", "population_size", "seed",
        "temperature_degC", "mask", "run_stamp", "slurm_id", "iteration",
    }
)  # fmt: skip


def said(seconds: float) -> str:
    """Return a time as hours:minutes:seconds; `-` if it is not known."""
    return "-" if math.isnan(seconds) else clock_time(seconds)


def fitted(run: RunReader, course: SearchCourse, pace: RunPace, state: State) -> Markup:
    """Return the section that says what was fitted to what."""
    settings, identity = run.info.settings, run.info.identity
    mask = settings.get("mask")
    copy = about_copy(sessions_of(run), copied_s(run, state, datetime.now(UTC)))
    sizes = run.info.mode_sizes
    versions = identity.get("versions") or {}
    return rendered(
        "what.html",
        target=run.header.target,
        recording=run.info.places.get("recording") or "",
        digest=identity.get("recording") or "not stored",
        model=_model(run),
        modes=[{"name": mode_name(c), "title": mode_title(c), "n": n} for c, n in sizes],
        others=[
            ("Sweeps", "all of the recording" if mask is None else f"mask {mask}"),
            ("Search", searched(run)),
            ("Evaluations", _evaluations(run, course, pace)),
            *((("Store", copy),) if copy else ()),
            ("Other settings", ", ".join(_others(settings)) or "all at their defaults"),
            ("Versions", ", ".join(f"{name} {number}" for name, number in versions.items())),
        ],
        sessions=list(_sessions(run, state)),
        failures=[
            (status, run.info.statuses.get(status, ""), number)
            for status, number in sorted(course.failures.items())
        ],
        last=_last_failure(course),
    )


def searched(run: RunReader) -> str:
    """Say how a run searches, in a few words."""
    settings = run.info.settings
    size = settings.get("population_size")
    parts = [
        algorithm_name(str(settings.get("algorithm") or "K")),
        str(goal_of(run)),
        f"population {size}" if size else "",
        f"seed {settings.get('seed')}",
        "" if run.info.log_search else "no logarithmic search",
    ]
    return ", ".join(part for part in parts if part)


def _model(run: RunReader) -> str:
    project = run.info.places.get("project")
    what = "the built-in thalamocortical cell" if project is None else f"the cell of {project}"
    degrees = run.header.temperature_degC
    warm = "" if degrees is None else f", {degrees:g} °C"
    return f"{what}, version {run.header.version}, {len(run.header.parameters)} parameters{warm}"


def _evaluations(run: RunReader, course: SearchCourse, pace: RunPace) -> str:
    n_failed = sum(course.failures.values())
    failed = f", {n_failed} of them failed" if n_failed else ", none failed"
    speed = f", {pace.per_second:.4g} per second" if pace.per_second > 0 else ""
    return f"{run.n_evaluation:,}{failed}, in {said(pace.used_s)} of computing{speed}"


def _others(settings: Mapping[str, Json]) -> Iterator[str]:
    options = options_of(FitOptions)
    for name, value in settings.items():
        if name in _SAID or name not in options:
            continue
        described, default = options[name]
        if described.resumed is Resumed.FREE:
            continue  # it decides no result
        shown = tuple(value) if isinstance(value, list) else value
        if shown != default and shown is not None:
            flag = described.flags[-1] if described.flags else name
            yield flag if shown is True else f"{flag} {value}"


def _sessions(run: RunReader, state: State) -> Iterator[tuple[object, ...]]:
    sessions = sessions_of(run)
    for session in sessions:
        going = state.computing and session is sessions[-1]
        ended = session.ended or ("-" if going else "killed")
        outcome = session.outcome or ("running" if going else "killed, or the machine stopped")
        content = session.content
        who = f"{content.get('simulator', '')}, on {content.get('host', 'an unknown machine')}"
        yield session.number + 1, _clock(session.began), _clock(ended), outcome, who


def _clock(text: str) -> str:
    return text.replace("T", " ").removesuffix("+00:00")


def _last_failure(course: SearchCourse) -> str:
    if course.last_failure is None:
        return ""
    row, status, message = course.last_failure
    return f"The last one was evaluation {row}, {status}{': ' if message else ''}{message}"
