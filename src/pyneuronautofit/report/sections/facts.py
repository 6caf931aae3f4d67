"""What was fitted to what, how it went, and how to do it again."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping

from pyneuronautofit._options import Resumed, options_of
from pyneuronautofit._text import clock_time
from pyneuronautofit._types import Json
from pyneuronautofit._version import __version__
from pyneuronautofit.fitting import FitOptions
from pyneuronautofit.objectives.table import ALL_MODES
from pyneuronautofit.optimisers import ALGORITHMS, algorithm_letter
from pyneuronautofit.report.findings.course import SearchCourse
from pyneuronautofit.report.findings.state import RunPace, State, goal_of, sessions_of
from pyneuronautofit.report.html import Markup, element, facts, joined, section, table
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
    header, settings, places = run.header, run.info.settings, run.info.places
    identity = run.info.identity
    mask = settings.get("mask")
    pairs: list[tuple[str, object]] = [
        ("Recording", joined((element("b", header.target), " ", places.get("recording") or ""))),
        ("its SHA-256", element("code", identity.get("recording") or "not stored")),
        ("Model", _model(run)),
        ("Modes", joined(_modes(run))),
        ("Sweeps", "all of the recording" if mask is None else f"mask {mask}"),
        ("Search", _search(run)),
        ("Evaluations", _evaluations(run, course, pace)),
        ("Other settings", ", ".join(_others(settings)) or "all at their defaults"),
        ("Versions", ", ".join(f"{k} {v}" for k, v in (identity.get("versions") or {}).items())),
    ]
    return section(
        "What was fitted to what",
        "what",
        facts(pairs),
        _sessions(run, state),
        _failures(run, course),
    )


def reproduce(run: RunReader) -> Markup:
    """Return the section that says how to do it again."""
    store, header = run.path.name, run.header
    seed = run.info.settings.get("seed")
    again = header.command
    if "--seed" not in again and seed is not None:
        again = f"{again} --seed {seed}"
    lines = [
        ("The same search again, in the directory where it was begun", again),
        ("Go on from its last generation", f"pyneuronautofit --resume {_word(store)}"),
        ("All evaluations as a table", f"pyneuronautofit export {_word(store)} --formats csv"),
        (
            "A NEURON script of one model, such as evaluation 7",
            f"pyneuronautofit export {_word(store)} --scripts 7",
        ),
        ("This page again", f"pyneuronautofit report {_word(store)}"),
    ]
    said_ = [
        element("div", element("p", f"{what}:"), element("code", line, class_="line"))
        for what, line in lines
    ]
    directory = run.info.places.get("directory")
    where = element(
        "p", "It was begun in ", element("code", directory or "an unknown directory"), "."
    )
    note = element("p", f"This page was made by pyneuronautofit {__version__}.", class_="note")
    return section("How to reproduce it", "reproduce", *said_, where, note)


def _word(text: str) -> str:
    """Return a word of a command line."""
    return shlex.quote(text)


def _model(run: RunReader) -> str:
    project = run.info.places.get("project")
    what = "the built-in thalamocortical cell" if project is None else f"the cell of {project}"
    degrees = run.header.temperature_degC
    warm = "" if degrees is None else f", {degrees:g} °C"
    return f"{what}, version {run.header.version}, {len(run.header.parameters)} parameters{warm}"


def _modes(run: RunReader) -> Iterator[object]:
    for code, n_score in run.info.mode_sizes:
        title = ALL_MODES.get(code, "a mode of another version")
        yield element("div", element("b", code), f" {title}: {n_score} component(s)")


def _search(run: RunReader) -> str:
    settings = run.info.settings
    letter = algorithm_letter(str(settings.get("algorithm") or "K"))
    size = settings.get("population_size")
    parts = [
        ALGORITHMS[letter],
        str(goal_of(run)),
        f"population {size}" if size else "",
        f"seed {settings.get('seed')}",
        "" if run.info.log_search else "no logarithmic search",
    ]
    return ", ".join(part for part in parts if part)


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


def _sessions(run: RunReader, state: State) -> Markup:
    rows = []
    sessions = sessions_of(run)
    for session in sessions:
        going = state.computing and session is sessions[-1]
        ended = session.ended or ("-" if going else "killed")
        outcome = session.outcome or ("running" if going else "killed, or the machine stopped")
        content = session.content
        who = f"{content.get('simulator', '')}, on {content.get('host', 'an unknown machine')}"
        rows.append((session.number + 1, _clock(session.began), _clock(ended), outcome, who))
    if not rows:
        return element("p", "What is stored of its sessions cannot be read.")
    return table(("session", "began (UTC)", "ended", "how", "by"), rows, "small")


def _clock(text: str) -> str:
    return text.replace("T", " ").removesuffix("+00:00")


def _failures(run: RunReader, course: SearchCourse) -> Markup:
    if not course.failures:
        return Markup()
    rows = [
        (status, run.info.statuses.get(status, ""), number)
        for status, number in sorted(course.failures.items())
    ]
    listed = table(("failed", "what that means", "candidates"), rows, "small")
    if course.last_failure is None:
        return listed
    row, status, message = course.last_failure
    last = f"The last one was evaluation {row}, {status}{': ' if message else ''}{message}"
    return joined((listed, element("p", last, class_="note")))
