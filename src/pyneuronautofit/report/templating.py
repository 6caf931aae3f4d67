"""The report's templates, filled in."""

from __future__ import annotations

from markupsafe import Markup

from pyneuronautofit.pages import templates_of

_PACKAGE = "pyneuronautofit.report"


def rendered(template: str, **values: object) -> Markup:
    """Return a template of `templates/` with these values: text, unless it is HTML already."""
    return Markup(templates_of(_PACKAGE).get_template(template).render(**values))
