"""Sections of the page: the head, convergence, traces, spikes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from markupsafe import Markup

from pyneuronautofit._text import listed_numbers
from pyneuronautofit.fitting.outcome.counted import mode_codes
from pyneuronautofit.optimisers import algorithm_name
from pyneuronautofit.optimisers.hypervolume import MOST_EXACT
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.findings.responses import ShownResponses
from pyneuronautofit.report.findings.state import goal_of
from pyneuronautofit.report.findings.units import mode_name, mode_title, mode_value
from pyneuronautofit.report.sections.facts import said
from pyneuronautofit.report.templating import rendered


def head(content: Content, title: str) -> Markup:
    """Return the top of the page: what it is, and how the run is doing."""
    run, state = content.run, content.state
    modes = ", ".join(f"{code} ({mode_title(code)})" for code in mode_codes(run))
    search = algorithm_name(str(run.info.settings.get("algorithm") or "K"))
    warnings = [f"It was stopped by an error: {state.error}"] if state.error else []
    warnings += [f"The store is damaged: {loss}." for loss in run.losses]
    return rendered(
        "head.html",
        title=title,
        going=f"{state}: {done_of_goal(content)}",
        when=content.now.strftime("%Y-%m-%d %H:%M UTC"),
        about=f"{run.n_evaluation:,} evaluations by {search}; modes {modes}",
        computing=_computing(content) if state.going_on else "",
        warnings=warnings,
        store=run.path.name,
    )


def done_of_goal(content: Content) -> str:
    """Say how far the run is: `generation 3 of 40`."""
    run, goal = content.run, goal_of(content.run)
    done = f"generation {0 if run.last is None else run.last.number}"
    if goal.generations is None and goal.evaluations is not None:
        done = f"evaluation {run.n_evaluation}"
    return f"{done} of {goal.number}"


def _computing(content: Content) -> str:
    left = content.pace.left_s
    more = "" if np.isnan(left) else f", when about {said(left)} were left"
    return f"This run is still computing: the page shows it as it was at that time{more}."


def nothing_yet() -> Markup:
    """Return what stands for everything in a run without a generation."""
    return rendered("nothing.html")


def course(content: Content) -> Markup:
    """Return the section of convergence."""
    found, codes = content.course, mode_codes(content.run)
    volume = np.isfinite(found.hypervolume).any()
    return rendered(
        "course.html",
        modes=[{"code": code, "title": mode_title(code)} for code in codes],
        phases=content.phases,
        scalar=bool(np.isfinite(found.scalar_best).any()),
        volume=_about_hypervolume(content) if volume else "",
        weights=bool(np.isfinite(found.weights).any()),
    )


def _about_hypervolume(content: Content) -> str:
    reference, codes = content.course.reference, mode_codes(content.run)
    used = [(code, value) for code, value in zip(codes, reference, strict=True) if value > 0]
    corner = ", ".join(mode_value(code, value) for code, value in used)
    how = "" if len(used) <= MOST_EXACT else " (approximated)"
    return (
        f"Hypervolume{how}: which part of the box between 0 and the reference point is dominated "
        f"by the sums found so far. The reference point is the median of the initial population: "
        f"{corner}."
    )


def traces(content: Content) -> Markup:
    """Return the section of traces, or why there are none."""
    found = content.responses
    if isinstance(found, str):
        return rendered("traces.html", why_not=found)
    first = found[0]
    return rendered(
        "traces.html",
        why_not="",
        n_model=len(first.models),
        simulator=first.simulator,
        left_out="".join(map(_left_out, found)),
        failed=[
            f"Evaluation {content.listed.rows[place]} could not be simulated again: {why}"
            for place, why in first.failed
        ],
        recordings=[_recording(content, number, each) for number, each in enumerate(found)],
    )


def _recording(content: Content, number: int, found: ShownResponses) -> Mapping[str, object]:
    panels = [
        {"name": f"trace-{number}-{k}", "label": f"{found.recording}, sweep {sweep}"}
        for k, sweep in enumerate(found.sweeps)
    ]
    return {
        "name": found.recording,
        "panels": panels,
        "held_out": listed_numbers(found.held_out),
        "scores": _held_out(content, found) if found.scores else None,
    }


def _held_out(content: Content, found: ShownResponses) -> Mapping[str, object]:
    """Return the scores on fitted sweeps and on those held out, side by side."""
    head = ["evaluation"]
    for code, _fitted, _apart in found.scores:
        head += [f"{mode_name(code)}, fitted", f"{mode_name(code)}, held out"]
    rows = []
    for member, place in enumerate(found.models):
        cells = [str(content.listed.rows[place])]
        for _code, fitted, apart in found.scores:
            cells += ["" if np.isnan(v) else f"{v:.4g}" for v in (fitted[member], apart[member])]
        rows.append(cells)
    return {"head": head, "rows": rows}


def _left_out(found: ShownResponses) -> str:
    """Say what of the traces is not drawn."""
    said_ = ""
    if found.traces.n_bin:
        said_ += (
            f" Traces are thinned out: of every {found.traces.n_bin} samples the smallest and the "
            "largest are drawn, so no spike is lost."
        )
    return said_


def spikes(content: Content) -> Markup:
    """Return the section of spikes against current; nothing without traces."""
    if isinstance(content.responses, str):
        return Markup()
    return rendered("spikes.html", recordings=[each.recording for each in content.responses])
