"""Sections of the page: the head, convergence, traces, spikes."""

from __future__ import annotations

import numpy as np

from pyneuronautofit._text import listed_numbers
from pyneuronautofit.objectives.table import ALL_MODES
from pyneuronautofit.optimisers import algorithm_name
from pyneuronautofit.optimisers.hypervolume import MOST_EXACT
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.findings.choice import mode_codes
from pyneuronautofit.report.findings.responses import ShownResponses
from pyneuronautofit.report.findings.state import goal_of
from pyneuronautofit.report.html import Markup, chart, element, section
from pyneuronautofit.report.sections.facts import said


def head(content: Content, title: str) -> Markup:
    """Return the top of the page: what it is, and how the run is doing."""
    run, state = content.run, content.state
    goal = goal_of(run)
    done = f"generation {0 if run.last is None else run.last.number}"
    if goal.generations is None and goal.evaluations is not None:
        done = f"evaluation {run.n_evaluation}"
    when = content.now.strftime("%Y-%m-%d %H:%M UTC")
    going = element("span", f"{state.name}: {done} of {goal.number}", class_="state")
    modes = ", ".join(f"{code} ({ALL_MODES.get(code, '?')})" for code in mode_codes(run))
    search = algorithm_name(str(run.info.settings.get("algorithm") or "K"))
    lines: list[object] = [
        element("p", going, f" {when}"),
        element("p", f"{run.n_evaluation:,} evaluations by {search}; modes {modes}"),
    ]
    if state.going_on:
        left = content.pace.left_s
        text = "This run is still computing: the page shows it as it was at that time"
        more = "" if np.isnan(left) else f", when about {said(left)} were left"
        lines.append(element("p", f"{text}{more}."))
    if state.error:
        lines.append(_warning(f"It was stopped by an error: {state.error}"))
    lines += [_warning(f"The store is damaged: {loss}.") for loss in run.losses]
    lines.append(element("p", run.path.name, class_="note"))
    return element("header", element("h1", title), *lines)


def nothing_yet() -> Markup:
    """Return what stands for everything in a run without a generation."""
    return _warning(
        "No generation is finished yet, so there is nothing to show. Make the report again later."
    )


def course(content: Content) -> Markup:
    """Return the section of convergence."""
    found, codes = content.course, mode_codes(content.run)
    charts = [
        chart(f"course-{code}", f"{ALL_MODES.get(code, code)}: best and median by generation")
        for code in codes
    ]
    notes: list[Markup] = []
    if np.isfinite(found.scalar_best).any():
        charts.append(chart("course-scalar", "weighted fitness by generation"))
        notes.append(_note("Weighted fitness: under the weights of each generation, so it jumps "
                           "where they change."))  # fmt: skip
    if np.isfinite(found.hypervolume).any():
        charts.append(chart("course-volume", "hypervolume by generation"))
        notes.append(_note(_about_hypervolume(content)))
    if np.isfinite(found.weights).any():
        charts.append(chart("course-weights", "weights of the components by generation"))
    text = (
        "For every mode the smallest sum of its components so far, and the smallest and the median "
        "of the population after each generation. Zoom with the first symbol of a chart (drag over "
        "a part of it), with Ctrl and the mouse wheel, or with two fingers."
    )
    grid = element("div", *charts, class_="grid")
    parts = [element("p", text), _phases(content)]
    return section("Convergence", "course", *parts, grid, *notes)


def _phases(content: Content) -> Markup:
    """Return when the phases of the search began; nothing where it has none."""
    if not content.phases:
        return Markup()
    items = [
        element(
            "li", f"{phase.name}: from generation {phase.generation} (evaluation "
            f"{phase.evaluation:,}) on",
        )
        for phase in content.phases
    ]  # fmt: skip
    text = element("p", "The search has phases, and a generation is whatever is evaluated at once:")
    return element("div", text, element("ul", *items), id="phases")


def _about_hypervolume(content: Content) -> str:
    reference, codes = content.course.reference, mode_codes(content.run)
    used = [(code, value) for code, value in zip(codes, reference, strict=True) if value > 0]
    corner = ", ".join(f"{code} {value:.6g}" for code, value in used)
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
        return section("Traces", "traces", _warning(found))
    first = found[0]
    text = (
        f"The recording and {len(first.models)} models, simulated again for this page "
        f"({first.simulator}): the best ones, and those non-dominated ones that are least like "
        f"them. All sweeps zoom together.{''.join(map(_left_out, found))}"
    )
    failed = [
        _warning(f"Evaluation {content.listed.rows[place]} could not be simulated again: {why}")
        for place, why in first.failed
    ]
    picker = element("p", id="shown-models", class_="picker")
    panels = []
    for number, each in enumerate(found):
        if len(found) > 1:
            panels.append(element("h3", each.recording))
        charts = [
            chart(f"trace-{number}-{k}", f"{each.recording}, sweep {sweep}")
            for k, sweep in enumerate(each.drawn)
        ]
        panels.append(element("div", *charts, class_="grid"))
        panels.append(_held_out(content, each))
    return section("Traces", "traces", element("p", text), *failed, picker, *panels)


def _held_out(content: Content, found: ShownResponses) -> Markup:
    """Return the scores on fitted sweeps and on those held out, side by side; nothing without."""
    if not found.scores:
        return Markup()
    text = (
        f"The sweeps {listed_numbers(found.held_out)} were held out. What every mode comes to per "
        "sweep, where models were fitted and where they were not:"
    )
    head = [element("th", "evaluation")]
    for code, _fitted, _apart in found.scores:
        head += [element("th", f"{code}, fitted"), element("th", f"{code}, held out")]
    rows = []
    for member, place in enumerate(found.models):
        cells = [element("td", str(content.listed.rows[place]))]
        for _code, fitted, apart in found.scores:
            both = (fitted[member], apart[member])
            cells += [element("td", "" if np.isnan(v) else f"{v:.4g}") for v in both]
        rows.append(element("tr", *cells))
    table = element(
        "table", element("thead", element("tr", *head)), element("tbody", *rows), class_="scores"
    )
    return Markup(element("p", text) + element("div", table, class_="wide"))


def _left_out(found: ShownResponses) -> str:
    """Say what of the traces is not drawn."""
    said_ = ""
    if found.traces.n_bin:
        said_ += (
            f" Traces are thinned out: of every {found.traces.n_bin} samples the smallest and the "
            "largest are drawn, so no spike is lost."
        )
    if len(found.drawn) < len(found.sweeps):
        said_ += f" {len(found.drawn)} of {len(found.sweeps)} sweeps are drawn."
    return said_


def spikes(content: Content) -> Markup:
    """Return the section of spikes against current; nothing without traces."""
    if isinstance(content.responses, str):
        return Markup()
    text = (
        "The recording, the compromise and the chosen model by the mean current during the "
        "stimulus. Rate and latency are those within the stimulus, the number is that of the "
        "whole sweep."
    )
    grids = []
    for number, each in enumerate(content.responses):
        if len(content.responses) > 1:
            grids.append(element("h3", each.recording))
        charts = [
            chart(f"rate-{number}", f"firing rate against current, {each.recording}"),
            chart(f"count-{number}", f"number of spikes against current, {each.recording}"),
            chart(f"latency-{number}", f"first spike's latency against current, {each.recording}"),
        ]
        grids.append(element("div", *charts, class_="grid"))
    return section("Spikes", "spikes", element("p", text), *grids)


def _note(text: str) -> Markup:
    return element("p", text, class_="note")


def _warning(text: str) -> Markup:
    return element("p", text, class_="warning")
