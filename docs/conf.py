"""How Sphinx makes the documentation site of this folder's pages.

    make site

Pages stay readable where they are: a page may link to files outside of this folder, and some pages
of the site are such files (README.md is the first page). `_site.py` translates their links, and
`_reference.py` writes the pages about the library's names. Nothing is fetched from a network.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent
# The helpers beside this file; Sphinx runs it from any folder.
sys.path.insert(0, str(DOCS))

import _reference  # noqa: E402
import _site  # noqa: E402

from pyneuronautofit import __version__  # noqa: E402

_PROJECT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = _PROJECT["name"]
author = _PROJECT["authors"][0]["name"]
copyright = author  # noqa: A001 - Sphinx wants this name
version = release = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["channel", "images", "search.md", "**.ipynb_checkpoints"]

# Links to headings (`page.md#heading`) are checked, as deep as headings go.
myst_heading_anchors = 4
highlight_language = "text"
# `name` in a docstring is code, and -- the beginning of a flag, in headings, too.
default_role = "code"
smartquotes = False
# Notebooks are shown as they were executed; a test executes them.
nb_execution_mode = "off"

numpydoc_show_class_members = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}


def setup(app: Sphinx) -> None:
    """Connect what the helpers do with Sphinx's events."""
    app.connect("builder-inited", lambda _app: _reference.write_pages(DOCS / "reference"))
    app.connect("source-read", _site.read_source)
    app.connect("build-finished", _site.check_offline)
