"""An HTML document: one file with all that it needs, or one whose scripts a server has."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pyneuronautofit._types import Json
from pyneuronautofit.pages import asset, script_digest
from pyneuronautofit.report.templating import rendered

_PACKAGE = "pyneuronautofit.report"
_LIBRARY = "vendor/echarts.common.min.js"
_STYLE = "assets/page.css"
_ICON = "assets/icon.svg"
_NOTHING = Markup()

#: What the pages of a server are called that hold scripts and style.
LINKED_LIBRARY, LINKED_SCRIPT, LINKED_STYLE = "echarts.js", "page.js", "page.css"


def document(
    title: str,
    main: Markup,
    data: Json,
    scripts: Sequence[str],
    *,
    with_models: bool = False,
    linked: bool = False,
    above: Markup = _NOTHING,
) -> str:
    """Return a document.

    Parameters
    ----------
    main
        What is in it.
    data
        What its scripts read; numpy arrays are lists, nan is null.
    scripts
        Names of files in `assets/`, which are one script together.
    with_models
        Whether there are models to choose from.
    above
        What stands above everything.
    linked
        Whether scripts and style are asked for, from a server that says what may run.
    """
    parts = [library(), bundle(scripts)]
    # Nothing may be loaded, and no script may run but these: whatever stands in a file's name.
    policy = (
        f"default-src 'none'; script-src {' '.join(map(script_digest, parts))}; "
        "style-src 'unsafe-inline'; img-src data: blob:"
    )
    whole = rendered(
        "page.html",
        title=title,
        main=main,
        above=above,
        data=data,
        with_models=with_models,
        linked=linked,
        policy="" if linked else Markup(policy),
        style=Markup(style()),
        scripts=[LINKED_LIBRARY, LINKED_SCRIPT] if linked else list(map(Markup, parts)),
    )
    return f"{whole}\n"


def library() -> str:
    """Return the library that draws the charts."""
    return asset(_PACKAGE, _LIBRARY)


def style() -> str:
    """Return the style of all pages."""
    return asset(_PACKAGE, _STYLE)


def icon() -> str:
    """Return the picture of a page that a server has."""
    return asset(_PACKAGE, _ICON)


def bundle(scripts: Sequence[str]) -> str:
    """Return several scripts of `assets/` as one."""
    return "\n".join(asset(_PACKAGE, f"assets/{name}") for name in scripts)
