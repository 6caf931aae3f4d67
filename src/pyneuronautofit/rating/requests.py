"""What the page asks for, and what it gets: no sockets here."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib import resources
from urllib.parse import quote

from pyneuronautofit._types import Json
from pyneuronautofit.database.content import format_content
from pyneuronautofit.errors import OutputError, PyNeuronAutofitError, UsageError
from pyneuronautofit.pages import PageAnswer, asked_object, json_answer, refuse
from pyneuronautofit.rating.files import accepted_name
from pyneuronautofit.rating.session import RatingSession
from pyneuronautofit.rating.sheet import Verdict
from pyneuronautofit.rating.traces import STEPS_PER_MV, Forerunner, Stage, quantised

# A request for a model that is not ready waits so long before it is told to ask again. Whoever has
# turned to another model meanwhile should not keep that one waiting for long.
_WAIT_S = 1.0
_FILES = {
    "": ("index.html", "text/html; charset=utf-8"),
    "app.js": ("app.js", "text/javascript; charset=utf-8"),
    "panels.js": ("panels.js", "text/javascript; charset=utf-8"),
    "app.css": ("app.css", "text/css; charset=utf-8"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
    "uPlot.iife.min.js": ("uPlot.iife.min.js", "text/javascript; charset=utf-8"),
    "uPlot.min.css": ("uPlot.min.css", "text/css; charset=utf-8"),
}


@dataclass(frozen=True)
class Work:
    """What is shown and kept.

    Attributes
    ----------
    session
        The rater's.
    forerunner
        Knows the traces.
    stages, stage_of
        The recordings, and for every model, in the order in which they are shown, which is its.
    """

    session: RatingSession
    forerunner: Forerunner
    stages: Sequence[Stage]
    stage_of: Sequence[int]


def answer_get(work: Work, path: str) -> PageAnswer:
    """Answer a request that changes nothing; `path` has no leading slash."""
    if path in _FILES:
        name, kind = _FILES[path]
        web = resources.files("pyneuronautofit.rating") / "web"
        return PageAnswer((web / name).read_bytes(), kind)
    if path in _QUESTIONS:
        return _QUESTIONS[path](work)
    first, _slash, number = path.partition("/")
    if first == "recordings" and _is_below(number, len(work.stages)):
        return _binary(quantised(work.stages[int(number)].target.voltage_mV).tobytes())
    if first == "traces" and _is_below(number, len(work.stage_of)):
        return _trace(work, int(number), _WAIT_S)
    if first == "ready" and _is_below(number, len(work.stage_of)):
        return _trace(work, int(number), 0.0)
    return refuse(HTTPStatus.NOT_FOUND, f"there is nothing at {path[:80]}")


def answer_post(work: Work, path: str, body: bytes) -> PageAnswer:
    """Answer a request that changes something."""
    act = _ACTS.get(path)
    if act is None:
        return refuse(HTTPStatus.NOT_FOUND, f"there is nothing at {path[:80]}")
    try:
        answer = act(work.session, asked_object(body))
    except KeyError as error:
        return refuse(HTTPStatus.BAD_REQUEST, f"{path} needs {error}")
    except (ValueError, TypeError, RecursionError, UsageError) as error:
        return refuse(HTTPStatus.BAD_REQUEST, str(error))
    except OutputError as error:
        return refuse(HTTPStatus.INSUFFICIENT_STORAGE, str(error))
    work.forerunner.look_at(work.session.place)
    return json_answer(answer)


def _state(work: Work) -> PageAnswer:
    state = work.session.state()
    for model, stage in zip(state["models"], work.stage_of, strict=True):
        model["recording"] = stage
    shown = {
        **state,
        "n_ready": work.forerunner.n_done,
        "n_wanted": work.forerunner.n_wanted,
        "steps_per_mV": STEPS_PER_MV,
        "recordings": [
            {
                "titles": stage.titles,
                "n_sweep": stage.target.n_sweep,
                "n_sample": stage.target.n_sample,
                "step_ms": stage.target.step_ms,
                "stimulus_ms": [
                    stage.window.first * stage.target.step_ms,
                    (stage.window.last + 1) * stage.target.step_ms,
                ],
            }
            for stage in work.stages
        ],
    }
    return json_answer(shown)


def _progress(work: Work) -> PageAnswer:
    return json_answer({"n_ready": work.forerunner.n_done})


def _trace(work: Work, place: int, wait_s: float) -> PageAnswer:
    made = work.forerunner.wait_for(place, wait_s) if wait_s else work.forerunner.find(place)
    if made is None:
        return PageAnswer(b"{}", status=HTTPStatus.ACCEPTED)
    if made.voltage is None:
        return json_answer({"problem": made.problem})
    return _binary(made.voltage.tobytes())


def _export(work: Work) -> PageAnswer:
    try:
        database = work.session.exported()
    except PyNeuronAutofitError as error:
        return refuse(HTTPStatus.CONFLICT, str(error))
    text = format_content(database.content, database.layout)
    name = quote(os.fsencode(accepted_name(database.path)))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return PageAnswer(text.encode("utf-8", "backslashreplace"), headers=headers)


_QUESTIONS: dict[str, Callable[[Work], PageAnswer]] = {
    "state": _state,
    "progress": _progress,
    "export": _export,
}


def _look_at(session: RatingSession, asked: Mapping[str, Json]) -> dict[str, Json]:
    return session.look_at(_place(asked))


def _rate(session: RatingSession, asked: Mapping[str, Json]) -> dict[str, Json]:
    return session.rate(_place(asked), Verdict(asked["verdict"]))


def _annotate(session: RatingSession, asked: Mapping[str, Json]) -> dict[str, Json]:
    note = asked["note"]
    if not isinstance(note, str):
        raise TypeError(f"note: expected a text, found {type(note).__name__}")
    return session.annotate(_place(asked), note)


def _undo(session: RatingSession, _asked: Mapping[str, Json]) -> dict[str, Json]:
    return session.undo()


_ACTS: dict[str, Callable[[RatingSession, Mapping[str, Json]], dict[str, Json]]] = {
    "look": _look_at,
    "rate": _rate,
    "annotate": _annotate,
    "undo": _undo,
}


def _place(asked: Mapping[str, Json]) -> int:
    place = asked["place"]
    if not isinstance(place, int) or isinstance(place, bool):
        raise TypeError(f"place: expected a whole number, found {str(place)[:40]!r}")
    return place


def _is_below(text: str, n: int) -> bool:
    # Digits of all scripts are decimal; only ours are addresses.
    return text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < n


def _binary(body: bytes) -> PageAnswer:
    return PageAnswer(body, "application/octet-stream")
