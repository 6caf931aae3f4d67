"""Making a report: read the run, simulate its best models again, write the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pyneuronautofit._atomic import write_text
from pyneuronautofit.certainty import Certainty, certainty_of, opened_exactly
from pyneuronautofit.errors import NotAgreedError, PyNeuronAutofitError
from pyneuronautofit.fitting import open_again
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.findings.choice import Listed, list_models
from pyneuronautofit.report.findings.course import follow
from pyneuronautofit.report.findings.phases import phases_of
from pyneuronautofit.report.findings.responses import ShownResponses, answers
from pyneuronautofit.report.findings.spread import spreads
from pyneuronautofit.report.findings.state import pace_of, state_of
from pyneuronautofit.report.page import render
from pyneuronautofit.runs import RunReader

_NOT_ASKED = "Traces were left out (--no-traces)."


def write_report(
    path: Path,
    run: RunReader,
    *,
    traces: bool = True,
    project: str | None = None,
    certainty: bool = False,
    on_step: Callable[[str], None] = lambda _what: None,
) -> None:
    """Write a run's report, one HTML file that needs nothing else.

    Parameters
    ----------
    traces
        Whether the best models are simulated again. Where they cannot be, the page says why.
    project
        The project file, or its folder, where the user has named it himself.
    certainty
        Whether it is found out how well the data fix the parameters.
    on_step
        Is told what is done next.

    Raises
    ------
    RunError
        If a part of the store is damaged that was sound when it was opened. NotAgreedError if the
        model's files lie where the user has not said that he works.
    OutputError
        If the file cannot be written.
    """
    on_step("reading all evaluations")
    content = content_of(run, _NOT_ASKED)
    if traces:
        content = replace(content, responses=_responses(run, content.listed, project, on_step))
    if certainty:
        content = replace(content, certainty=_certainty(run, project, on_step))
    on_step("writing the page")
    write_text(path, render(content))


def content_of(run: RunReader, responses: tuple[ShownResponses, ...] | str) -> Content:
    """Return what a report shows of a run at this moment.

    Parameters
    ----------
    responses
        What its models answer; or why there is nothing of that, in a sentence.

    Raises
    ------
    RunError
        If a part of the store is damaged that was sound when it was opened.
    """
    now, state = datetime.now(UTC), state_of(run)
    course = follow(run)
    return Content(
        run=run,
        now=now,
        state=state,
        pace=pace_of(run, state, now),
        course=course,
        listed=list_models(run, course.leader),
        spreads=spreads(run),
        responses=responses,
        phases=phases_of(run),
    )


def _responses(
    run: RunReader, listed: Listed, project: str | None, on_step: Callable[[str], None]
) -> tuple[ShownResponses, ...] | str:
    """Return what the models answer; or why they could not be asked."""
    if not listed.traced:
        return "There are no models to simulate."
    on_step(f"simulating {len(listed.traced)} models")
    try:
        opened = open_again(run, project)
        with opened.problem.opened():
            parameters = listed.evaluations.parameters[list(listed.traced)]
            return answers(opened, parameters, listed.traced)
    except NotAgreedError:
        raise
    except PyNeuronAutofitError as error:
        return f"The models could not be simulated again, so there are no traces: {error}"


def _certainty(
    run: RunReader, project: str | None, on_step: Callable[[str], None]
) -> Certainty | str:
    """Return how well the data fix the parameters; or why that could not be found out."""
    on_step("moving every parameter a little")
    try:
        with opened_exactly(run, project) as problem:
            return certainty_of(run, problem)
    except NotAgreedError:
        raise
    except PyNeuronAutofitError as error:
        return f"How certain they are could not be found out: {error}"
