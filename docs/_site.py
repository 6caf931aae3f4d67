"""Pages of the site that are files outside of docs/, and links between them and the others."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from sphinx.application import Sphinx
from sphinx.util import logging

REPOSITORY = Path(__file__).resolve().parents[1]

#: Pages of the site, and the files in the repository whose text they begin with. (Sphinx has a page
#: `search` of its own.)
OUTSIDE: Mapping[str, str] = MappingProxyType(
    {
        "index": "README.md",
        "changelog": "CHANGELOG.md",
        "contributing": "CONTRIBUTING.md",
        "examples": "examples/README.md",
        "searching": "docs/search.md",
    }
)

#: What a browser fetches by itself: a page must not need a network.
_FETCHED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["']?(?:https?:)?//[^"'>\s]+"""
    r"""|<link\b[^>]*\bhref=["']?(?:https?:)?//[^"'>\s]+"""
    r"""|url\(["']?(?:https?:)?//[^)]+|@import\s+["'](?:https?:)?//[^"']+"""
)

_log = logging.getLogger(__name__)

_LINK = re.compile(r"(\]\()(?![a-z]+:|#)([^)#\s]+)")


def translated(text: str, source: str) -> str:
    """Return a text with links that lead from docs/ to where they led from its own folder.

    Parameters
    ----------
    text : str
        The text of a page.
    source : str
        Path of the file that it is from, relative to the repository.

    Returns
    -------
    str
        The same text; links to files that are pages of the site lead to these.
    """
    pages = {path: f"{page}.md" for page, path in OUTSIDE.items()}
    folder = PurePosixPath(source).parent

    def link(found: re.Match[str]) -> str:
        path = os.path.normpath(folder / found[2])
        return found[1] + pages.get(path, os.path.relpath(path, "docs"))

    return _LINK.sub(link, text)


def listed(navigation: str) -> str:
    """Return a navigation with the pages in the place of a pattern such as `recording-to-report*`.

    Sphinx would warn of a pattern without pages.
    """

    def pages(found: re.Match[str]) -> str:
        paths = [path for path in sorted((REPOSITORY / "docs").glob(found[1])) if path.is_file()]
        return "".join(f"{path.stem}\n" for path in paths if path.suffix in (".md", ".ipynb"))

    return re.sub(r"^([\w-]+\*)\n", pages, navigation, flags=re.MULTILINE)


def read_source(app: Sphinx, page: str, content: list[str]) -> None:
    """Give Sphinx the text of a page, before it is parsed; `content` holds the text, alone."""
    if page.startswith("reference/") or app.env.doc2path(page).suffix != ".md":
        return
    own = translated(listed(content[0]), f"docs/{page}.md")
    if page in OUTSIDE:
        file = REPOSITORY / OUTSIDE[page]
        app.env.note_dependency(str(file))
        own = f"{translated(file.read_text(encoding='utf-8'), OUTSIDE[page])}\n{own}"
    content[0] = own


def fetched_from_elsewhere(text: str) -> list[str]:
    """Return what a page or a style sheet would fetch from a network."""
    return _FETCHED.findall(text)


def check_offline(app: Sphinx, failure: Exception | None) -> None:
    """Warn of every file of the finished site that would fetch something from a network."""
    if failure is not None:
        return
    for path in sorted([*app.outdir.rglob("*.html"), *app.outdir.rglob("*.css")]):
        for found in fetched_from_elsewhere(path.read_text(encoding="utf-8")):
            _log.warning("%s needs a network: %s", path.relative_to(app.outdir), found)
