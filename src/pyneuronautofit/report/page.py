"""The page: sections of text for everybody, and data for the script that draws the charts."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from pyneuronautofit.report.content import Content
from pyneuronautofit.report.html import Markup, data, element, joined
from pyneuronautofit.report.page_data import chart_data
from pyneuronautofit.report.sections.facts import fitted, reproduce
from pyneuronautofit.report.sections.models import best, models, parameters, scatter
from pyneuronautofit.report.sections.search import course, head, nothing_yet, spikes, traces

_LIBRARY = "vendor/echarts.common.min.js"
_SCRIPTS = ("common.js", "course.js", "traces.js", "models.js", "start.js")


def render(content: Content) -> str:
    """Return the page."""
    run = content.run
    title = f"Fit of {run.header.target}"
    if run.last is None:
        body = [nothing_yet()]
    else:
        makers = (best, course, traces, spikes, scatter, parameters, models)
        body = [make(content) for make in makers]
    body += [fitted(run, content.course, content.pace, content.state), reproduce(run)]
    main = element("main", head(content, title), *body)
    # Where the script says which model is chosen.
    chosen = element("div", id="chosen", hidden="", aria_live="polite")
    return _document(title, joined((main, chosen)), data("data", chart_data(content)))


def _document(title: str, body: Markup, content: Markup) -> str:
    scripts = [_asset(_LIBRARY), "\n".join(_asset(f"assets/{name}") for name in _SCRIPTS)]
    # Nothing may be loaded, and no script may run but these: whatever stands in a file's name.
    digests = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; img-src data: blob:"
    )
    heading = joined(
        (
            Markup('<meta charset="utf-8">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Markup('<meta name="color-scheme" content="light dark">'),
            element("title", title),
            Markup(f"<style>{_asset('assets/page.css')}</style>"),
        )
    )
    code = joined(Markup(f"<script>{script}</script>") for script in scripts)
    whole = f"<head>{heading}</head>\n<body>{body}{content}{code}</body>"
    return f'<!doctype html>\n<html lang="en">{whole}</html>\n'


@cache
def _asset(name: str) -> str:
    return files("pyneuronautofit.report").joinpath(name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
