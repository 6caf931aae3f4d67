"""The page of one run: sections of text for everybody, and data for the script that draws."""

from __future__ import annotations

from markupsafe import Markup

from pyneuronautofit.report.content import Content
from pyneuronautofit.report.document import document
from pyneuronautofit.report.page_data import chart_data
from pyneuronautofit.report.sections.again import reproduce
from pyneuronautofit.report.sections.cells import cells
from pyneuronautofit.report.sections.certainty import certainty
from pyneuronautofit.report.sections.chosen import chosen_model
from pyneuronautofit.report.sections.facts import fitted
from pyneuronautofit.report.sections.families import families
from pyneuronautofit.report.sections.models import best, models, parameters, scatter
from pyneuronautofit.report.sections.search import course, head, nothing_yet, spikes, traces
from pyneuronautofit.report.templating import rendered

#: The page's scripts, in `assets/`.
SCRIPTS = ("common.js", "course.js", "traces.js", "scatter.js", "models.js", "start.js")
_MAKERS = (
    best,
    cells,
    course,
    traces,
    spikes,
    scatter,
    chosen_model,
    parameters,
    certainty,
    families,
    models,
)


def render(content: Content, *, version: int | None = None) -> str:
    """Return the page: a file that needs nothing else, or a version of one that a server has."""
    return document(
        title_of(content),
        main_of(content),
        chart_data(content),
        SCRIPTS,
        with_models=True,
        linked=version is not None,
        above=Markup() if version is None else rendered("live.html", version=version),
    )


def title_of(content: Content) -> str:
    """Return what the page is called."""
    return f"Fit of {content.run.header.target}"


def main_of(content: Content) -> Markup:
    """Return all sections."""
    run = content.run
    body = [nothing_yet()] if run.last is None else [make(content) for make in _MAKERS]
    row = int(content.listed.rows[0]) if len(content.listed) else None
    body += [fitted(run, content.course, content.pace, content.state), reproduce(run, row)]
    return Markup("").join([head(content, title_of(content)), *body])
